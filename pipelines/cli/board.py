"""Progress of a crawl in, rows for a person out, the troubled and the busy first. Pure: no clock, no screen."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler import Progress
    from crawler.options import SiteProgress

WINDOW_SECONDS = 30.0  # a site asked every five seconds has six pages in it: enough for a rate that does not jump
OVERALL_WINDOW_SECONDS = 10.0
RESORT_SECONDS = 3.0  # rows that change places more often cannot be read

WELL, RESTING, TROUBLED = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the table says of a site, or of several."""

    name: str
    due: int
    in_flight: int
    pages: int
    pages_per_second: float
    archived_bytes: int
    refused: int
    failed: int
    slowest_seconds: float
    state: int = WELL
    note: str = ""


class Board:
    """All that a crawl told so far. `take` each Progress; `rows` and `total` are as of the last."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self._sites: dict[str, SiteProgress] = {}
        self._pages: dict[str, deque[tuple[float, int]]] = {}  # site → elapsed seconds and pages, when they changed
        self._overall: deque[tuple[float, int]] = deque([(0.0, 0)])
        self._order: list[str] = []
        self._ordered_at = -math.inf

    def take(self, progress: Progress) -> None:
        self.progress = progress
        for site in progress.sites:
            self._sites[site.site] = site
            history = self._pages.setdefault(site.site, deque([(0.0, 0)]))
            if history[-1][1] != site.captured:
                history.append((progress.elapsed_seconds, site.captured))
        self._overall.append((progress.elapsed_seconds, progress.captured))

    @property
    def site_count(self) -> int:
        return max(len(self._sites), self.progress.site_count if self.progress else 0)

    @property
    def pages_per_second(self) -> float:
        """Of the last ten seconds."""
        elapsed = self.progress.elapsed_seconds if self.progress else 0.0
        return _rate(self._overall, elapsed, OVERALL_WINDOW_SECONDS)

    @property
    def average_per_second(self) -> float:
        p = self.progress
        return p.captured / p.elapsed_seconds if p and p.elapsed_seconds > 0 else 0.0

    def rows(self, limit: int, *, now: float) -> tuple[list[Row], Row | None]:
        """At most `limit` rows, and one for all sites that got none; `now` is unix time."""
        elapsed = self.progress.elapsed_seconds if self.progress else 0.0
        rows = {name: self._row(site, elapsed, now) for name, site in self._sites.items()}
        if elapsed - self._ordered_at >= RESORT_SECONDS or len(self._order) != len(rows):
            self._order = [row.name for row in sorted(rows.values(), key=_urgency)]
            self._ordered_at = elapsed
        if self.site_count <= limit:
            return [rows[name] for name in self._order], None
        shown, hidden = self._order[: max(0, limit - 1)], self._order[max(0, limit - 1) :]
        rest = _sum(f"… {self.site_count - len(shown):,} more", [rows[name] for name in hidden])
        return [rows[name] for name in shown], rest

    def total(self) -> Row:
        p = self.progress
        assert p is not None
        return Row(
            name=f"{self.site_count:,} site{'s' if self.site_count != 1 else ''}", due=p.due, in_flight=p.in_flight,
            pages=p.captured, pages_per_second=self.pages_per_second, archived_bytes=p.archived_bytes,
            refused=p.refused, failed=p.failed, slowest_seconds=p.slowest_seconds,
        )  # fmt: skip

    def troubled(self, *, now: float) -> list[Row]:
        """The rows that have something to say, the worst first."""
        rows, _ = self.rows(len(self._sites), now=now)
        return sorted((row for row in rows if row.note), key=_urgency)

    def _row(self, site: SiteProgress, elapsed: float, now: float) -> Row:
        left = site.rests_until - now
        resting = left >= 1 and site.rests_why is not None
        note = f"rests {_span(left)}: {site.rests_why}" if resting else site.trouble or ""
        return Row(
            name=site.site, due=site.due, in_flight=site.in_flight, pages=site.captured,
            pages_per_second=_rate(self._pages[site.site], elapsed, WINDOW_SECONDS),
            archived_bytes=site.archived_bytes, refused=site.refused, failed=site.failed,
            slowest_seconds=site.slowest_seconds, note=note,
            state=TROUBLED if site.trouble else RESTING if resting else WELL,
        )  # fmt: skip


def _urgency(row: Row) -> tuple[object, ...]:
    # Rates in steps of two: two sites that are about as fast keep their places.
    speed = round(math.log2(row.pages_per_second)) if row.pages_per_second > 0 else -99
    return (-row.state, -speed, row.in_flight == 0, row.due == 0, row.name)


def _rate(history: deque[tuple[float, int]], elapsed: float, window: float) -> float:
    """Pages a second over the last `window` seconds; forgets what is older."""
    while len(history) > 1 and history[1][0] <= elapsed - window:
        history.popleft()
    span = min(window, elapsed)
    return (history[-1][1] - history[0][1]) / span if span > 0 else 0.0


def _sum(name: str, rows: list[Row]) -> Row:
    return Row(
        name=name, due=sum(r.due for r in rows), in_flight=sum(r.in_flight for r in rows),
        pages=sum(r.pages for r in rows), pages_per_second=sum(r.pages_per_second for r in rows),
        archived_bytes=sum(r.archived_bytes for r in rows), refused=sum(r.refused for r in rows),
        failed=sum(r.failed for r in rows), slowest_seconds=max((r.slowest_seconds for r in rows), default=0.0),
        state=max((r.state for r in rows), default=WELL),
    )  # fmt: skip


def _span(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h`: how long it is about."""
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds < 5940 else f"{math.ceil(seconds / 3600)} h"
