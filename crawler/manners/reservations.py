"""A URL in, what its origin says of mining and training there out: Content-Signal, tdmrep.json, ai.txt.

The two files are asked for before the first page of an origin, so that no page is kept without what is said of it:
once a day where there is one, once a week where there is none. Through the gate, as robots.txt allows, and archived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from crawler.frontier.leases import KeptFile
from crawler.manners.optout import robots_signals
from crawler.manners.optout_files import AI_TXT, TDMREP, ai_txt_signal, parse_ai_txt, parse_tdmrep, tdm_signal
from crawler.manners.origin_files import OriginFiles
from crawler.manners.robots import Refused, RobotsRules
from crawler.manners.robots_kept import COPY_HOLDS_FOR, is_broken, origin_of

__all__ = ["Reservations"]

VALID_FOR = timedelta(hours=24)
ABSENT_FOR = timedelta(days=7)

_Reader = Callable[[str], str | None]  # URL → its signal


class Reservations:
    """What every origin that was asked in this crawl reserves."""

    def __init__(self, files: OriginFiles) -> None:
        self._files = files
        self._readers: dict[tuple[str, str], tuple[datetime, _Reader]] = {}  # origin and path → until when, and what
        self._asking: dict[str, asyncio.Lock] = {}

    async def signals_for(self, url: str, site: str, rules: RobotsRules, *, ask: bool) -> tuple[str, ...]:
        """The signals that stand for a page before it is fetched. `ask`: the files may be fetched.

        Raises NotNow where they cannot be asked for in this crawl.
        """
        said: list[str | None] = [*robots_signals(rules.signals_for(url))]
        for path in (TDMREP, AI_TXT):
            said.append((await self._reader(origin_of(url), path, site, rules, ask=ask))(url))
        return tuple(signal for signal in said if signal)

    async def _reader(self, origin: str, path: str, site: str, rules: RobotsRules, *, ask: bool) -> _Reader:
        clock = self._files.custody.clock
        until, reader = self._readers.get((origin, path), (None, None))
        if until is not None and reader is not None and clock() < until:
            return reader
        async with self._asking.setdefault(origin + path, asyncio.Lock()):
            until, reader = self._readers.get((origin, path), (None, None))
            if until is not None and reader is not None and clock() < until:
                return reader
            kept = self._files.kept(origin, path)
            due = ask and (kept is None or clock() >= _until(kept))
            if due and not isinstance(rules.allows(origin + path), Refused):
                await self._files.ask(origin, path, site)
                kept = self._files.kept(origin, path)
            reader = _reading(path, kept, now=clock())
            again = _until(kept) if kept is not None else clock() + VALID_FOR
            self._readers[origin, path] = (max(again, clock() + timedelta(minutes=30)), reader)
            return reader


def _until(kept: KeptFile) -> datetime:
    there = kept.status is not None and 200 <= kept.status < 300
    return kept.asked_at + (VALID_FOR if there or is_broken(kept.status) else ABSENT_FOR)


def _reading(path: str, kept: KeptFile | None, *, now: datetime) -> _Reader:
    """What a kept file says. While its server is out of order it speaks on, as long as a robots.txt does."""
    if kept is None or kept.body_at is None or now - kept.body_at >= COPY_HOLDS_FOR:
        return lambda url: None
    if path == TDMREP:
        rules = parse_tdmrep(kept.body)
        return lambda url: tdm_signal(rules, url)
    ai_txt = parse_ai_txt(kept.body)
    return lambda url: ai_txt_signal(ai_txt, url)
