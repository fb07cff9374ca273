"""A URL in, what robots.txt of its origin says out: fetched through the gate, archived, kept for a day.

Never decides on a URL itself; crawler.manners.robots does, once the answer is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.intake.scope import registrable_domain
from crawler.manners.origin_files import ROBOTS, OriginFiles
from crawler.manners.robots import RobotsRules, parse_robots
from crawler.manners.robots_kept import is_broken, origin_of, rules_in
from crawler.version import ROBOTS_TOKEN

__all__ = ["RETRY_AFTER", "VALID_FOR", "Leave"]

VALID_FOR = timedelta(hours=24)  # RFC 9309 §2.4
RETRY_AFTER = timedelta(minutes=30)  # where it could not be fetched
LONG_BYTES = 32_768


class Leave:
    """The rules of every origin that was asked for in this crawl."""

    def __init__(self, files: OriginFiles) -> None:
        self._files = files
        self._rules: dict[str, tuple[datetime, RobotsRules]] = {}  # origin → until when they hold, and the rules
        self._asking: dict[str, asyncio.Lock] = {}

    async def rules_for(self, url: str, site: str) -> RobotsRules:
        """What robots.txt of the URL's origin says. Raises NotNow where it cannot be asked in this crawl."""
        origin, custody = origin_of(url), self._files.custody
        until, rules = self._rules.get(origin, (custody.started_at, None))
        if rules is not None and custody.clock() < until:
            return rules
        async with self._asking.setdefault(origin, asyncio.Lock()):
            until, rules = self._rules.get(origin, (custody.started_at, None))
            if rules is not None and custody.clock() < until:
                return rules
            rules, until = await self._rules_now(origin, site)
            self._rules[origin] = (until, rules)
            custody.politeness.set_crawl_delay(registrable_domain(url), rules.crawl_delay_seconds, origin=origin)
            custody.remember_turn(registrable_domain(url))
            return rules

    async def _rules_now(self, origin: str, site: str) -> tuple[RobotsRules, datetime]:
        custody, trouble = self._files.custody, None
        known = self._files.kept(origin, ROBOTS)
        if known is not None and known.body:
            # What it last asked for holds while it is asked again.
            body = known.body
            held = await _read(body, lambda: parse_robots(200, body, agent=ROBOTS_TOKEN))
            custody.politeness.set_crawl_delay(registrable_domain(origin), held.crawl_delay_seconds, origin=origin)
        # What could not be read is asked for again by every crawl: it may be mended.
        if known is None or is_broken(known.status) or custody.clock() - known.asked_at >= VALID_FOR:
            trouble = (await self._files.ask(origin, ROBOTS, site)).trouble
            known = self._files.kept(origin, ROBOTS)
            assert known is not None
        now, answered = custody.clock(), known
        rules = await _read(known.body, lambda: rules_in(answered, origin, now=now))
        if rules.everything is not None and trouble:
            refused = replace(rules.everything, detail=f"{rules.everything.detail}: {trouble}")
            rules = replace(rules, everything=refused)
        return rules, known.asked_at + (RETRY_AFTER if is_broken(known.status) else VALID_FOR)


async def _read(body: bytes, parse: Callable[[], RobotsRules]) -> RobotsRules:
    """Its rules; in a thread where it is long: half a megabyte takes a quarter of a second (2026-11)."""
    return await asyncio.to_thread(parse) if len(body) > LONG_BYTES else parse()
