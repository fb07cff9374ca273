"""A custody in, Progress out; what takes long to count is counted on a thread of its own, from a connection of its own.

Reads only. Whatever the size of the archive, counting takes at most a twentieth of the time and never the crawl's turn.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.options import Progress
from crawler.urls import registrable_domain
from crawler.watch.standing import due_by_site, open_read_only, urls_known

if TYPE_CHECKING:
    from crawler.custody import Custody

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25
DUE_SECONDS = 1.0  # between two counts of what is due …
ROOM_SECONDS = 30.0  # … and two looks at every file of the archive
END_SECONDS = 5.0  # that a count which cannot be interrupted is waited for
SHARE = 20  # a count that took a second is not made again for twenty


class Lookout:
    """What a crawl looks like from outside, a few times a second. Begins to look at once, until `end`."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody
        self._frontier: Path = custody.home / "frontier.sqlite"
        self._due: dict[str, int] = {}
        self._told: dict[str, int] | None = None
        self._urls = 0
        self._next_told = 0.0
        self._db: sqlite3.Connection | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """No more counting. The connection is closed, so that the frontier's is the last, which tidies up."""
        self._over.set()
        if self._db is not None:
            self._db.interrupt()
        self._thread.join(timeout=END_SECONDS)

    def tell(self, on_progress: Callable[[Progress], None], *, at_once: bool = False) -> None:
        """How far the crawl is, unless it was told a moment ago; for the thread that runs the crawl."""
        if (now := time.monotonic()) >= self._next_told or at_once:
            self._next_told = now + PROGRESS_SECONDS
            on_progress(self.progress())

    def _rests(self, site: str) -> tuple[float, str | None]:
        """Until when and why the site's domain is left alone at its server's wish or ours; 0.0 where it is not."""
        turn = self._custody.politeness.turn(registrable_domain(self._custody.sites[site].home))
        crawl_delay_alone = turn.factor <= 1 and (turn.reason or "").startswith("robots.txt")  # its plain pace
        return (0.0, None) if turn.reason is None or crawl_delay_alone else (turn.next_at, turn.reason)

    def progress(self) -> Progress:
        """How far the crawl is. A site whose numbers are as they were is not told again."""
        custody, c, t = self._custody, self._custody.counts, self._custody.tally
        due = self._due
        if due is not self._told:
            t.due(due)
            self._told = due
        t.found(custody.frontier.new_articles)
        return Progress(
            attempts=c["attempts"], captured=c["captured"], revisits=c["revisits"], refused=c["refused"],
            failed=c["failed"], due=sum(due.values()), in_flight=custody.in_flight,
            received_bytes=c["received_bytes"], archived_bytes=custody.archived_bytes(), new_urls=c["new_urls"],
            new_articles=t.new_articles, elapsed_seconds=(custody.clock() - custody.started_at).total_seconds(),
            url=custody.last_url, stopping=custody.stopping, answers=dict(t.answers), refusals=dict(t.refusals),
            failures=dict(t.failures), answer_seconds=t.answer_seconds, answers_within=tuple(t.answers_within),
            slowest_seconds=t.slowest_seconds, slowest_url=t.slowest_url, urls=self._urls,
            disk_bytes=custody.room.bytes_by_part(), quota_bytes=custody.room.quota_bytes, site_count=len(t),
            sites=t.news(self._rests),
        )  # fmt: skip

    def _look(self) -> None:
        sites = self._custody.tally.sites  # of this crawl
        next_due = 0.0
        next_room = time.monotonic() + ROOM_SECONDS  # custody has looked when it opened
        try:
            self._db = open_read_only(self._frontier)
            while not self._over.is_set():
                now = time.monotonic()
                if now >= next_due:
                    counted = due_by_site(self._db, now=self._custody.clock().timestamp())
                    self._urls = urls_known(self._db)
                    self._due = {name: number for name, number in counted.items() if name in sites}
                    next_due = now + max(DUE_SECONDS, SHARE * (time.monotonic() - now))
                now = time.monotonic()
                if now >= next_room:
                    self._custody.room.look()
                    next_room = now + max(ROOM_SECONDS, SHARE * (time.monotonic() - now))
                self._over.wait(min(next_due, next_room) - time.monotonic())
        except (sqlite3.Error, OSError) as error:  # the crawl goes on without: it only cannot be seen as well
            if not self._over.is_set():
                logger.warning("no more counts of what is due: %s", error)
        finally:
            if self._db is not None:
                self._db.close()
