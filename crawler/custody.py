"""Leases out, exchanges in: into the archive, then the ledger, then acknowledged, in that order. Knows no Scrapy.

One custody per process and archive. It holds the archive's lock, repairs what a crash left, writes WARC records and the
crawl log as they come, and makes them count (`flush`) a few times a second.
"""

from __future__ import annotations

import collections
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import (
    ArchiveError,
    ArchiveWriter,
    ClosedFile,
    Exchange,
    Written,
    forget_extents,
    make_folder,
    sync_folder,
)
from crawler.crawl_log import CrawlLog
from crawler.errors import CrawlError, LowDisk, QuotaReached
from crawler.frontier.leases import Candidate, Completion, Lease
from crawler.frontier.rations import Rations
from crawler.frontier.store import Frontier
from crawler.intake.budget import Budgets
from crawler.intake.candidates import site_of
from crawler.intake.reading import Reader
from crawler.manners.politeness import delays_of
from crawler.options import CrawlReport
from crawler.recorder import record, record_large
from crawler.recovery import hold_lock, recover
from crawler.schedule.decision import Decisions
from crawler.schedule.plan import is_gone, is_transient, next_visit
from crawler.sites import Sites
from crawler.version import SOFTWARE
from crawler.visit import Visit
from crawler.watch.room import Room
from crawler.watch.tally import Tally
from crawler.wire.lane import Lane

__all__ = ["Custody", "Visit", "utc_now"]

# How long something that is finished waits for more, to be acknowledged with it in one transaction. The next request to
# its domain waits as long: so a kill costs again what is under way, and nothing that was finished.
GROUP_SECONDS = 0.05
# Refusals of one domain that may wait together: no request went out, and a flush for each would hold up all.
UNSENT_AT_ONCE = 8


def utc_now() -> datetime:
    return datetime.now(UTC)


class Custody:
    """What a crawl holds while it runs: lock, frontier, archive, crawl log, politeness."""

    def __init__(self, home: Path, sites: Sites, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.home, self.sites, self.clock = home, sites, clock
        self.archive = home / "archive"
        make_folder(self.archive)
        self._lock = hold_lock(home)
        try:
            self.room = Room(home, quota_bytes=sites.quota_bytes)
            self.room.check()
            host = socket.gethostname().split(".")[0] or "localhost"
            self.owner = f"{host}:{os.getpid()}"
            self.frontier = Frontier(home / "frontier.sqlite", owner=self.owner)
            one_died = self.frontier.take_over()
            sync_folder(home)  # SQLite flushes the name of its log itself, and does not mind where that fails
            for name, domain, url in self.frontier.orphans([s.name for s in sites.sites]):
                if (heir := site_of(url, sites.sites)) is not None:
                    self.frontier.hand_over(name, domain, to=heir.name)
            self.log = CrawlLog(self.archive, prefix="broadsheet", host=host, clock=clock)
            self.recovered = recover(self.archive, self.frontier, self.log, clock=clock)
        except BaseException:
            self._lock.release()
            raise
        self.writer = ArchiveWriter(
            self.archive, software=SOFTWARE, contact=sites.contact, host=host, clock=clock, on_closed=self._closed
        )
        delays = delays_of(sites)
        self.started_at = clock()
        self.politeness = self.frontier.resumed(
            lambda domain: delays.get(domain, 5.0), now=self.started_at, one_died=one_died
        )
        self.rations = Rations(self.frontier)
        self.stopping: str | None = None
        self.error: str | None = None
        self.counts: collections.Counter[str] = collections.Counter()
        self.reasons: collections.Counter[str] = collections.Counter()
        self.statuses: collections.Counter[str] = collections.Counter()
        self.tally = Tally(s.name for s in sites.sites)
        self.probed: list[dict[str, str]] = []
        self.only_looks = False  # a probe leaves nothing to come back to
        self.on_stir: list[Callable[[str], None]] = []  # called with each domain where something came to an end
        self.lane, self.reader = Lane(), Reader()  # for large bodies
        self.budgets = Budgets(sites, day=lambda: clock().date().isoformat(), pages_on=self.frontier.pages_on)
        self._open: dict[Visit, None] = {}
        self._busy: collections.Counter[str] = collections.Counter()
        self._pending: list[Completion] = []
        self._touched: set[str] = set()  # domains that were asked, and are not asked again before it is acknowledged
        self._unsent: collections.Counter[str] = collections.Counter()  # refusals that wait, by domain
        self._turned: set[str] = set()  # domains whose queue is to be remembered, though nothing of them ended
        self._pending_since = 0.0
        self._files: list[ClosedFile] = []
        self._unsettled: list[ClosedFile] = []
        self.last_url: str | None = None

    def _closed(self, closed: ClosedFile) -> None:
        self._files.append(closed)
        self._unsettled.append(closed)

    def _settle(self) -> None:
        """Note the digests of closed files, each once all its captures are acknowledged.

        The last of them may belong to visits that are still open. A file that never comes so far is read by `recover`.
        """
        for closed in list(self._unsettled):
            if self.frontier.captures_in(closed.warc_file) == closed.captures:
                self.frontier.close_file(closed, now=self.clock())
                forget_extents(self.archive / closed.warc_file)
                self._unsettled.remove(closed)

    def begin(self, lease: Lease) -> Visit:
        """Note that `lease` is being worked on."""
        visit = Visit(lease=lease, started_at=self.clock())
        self._open[visit] = None
        self._busy[lease.domain] += 1
        self.tally.began(lease.site)
        return visit

    def is_busy(self, domain: str) -> bool:
        """Whether a visit to `domain` is open, be it waiting for its turn, or is over and not acknowledged yet."""
        return self._busy[domain] > 0 or domain in self._touched or self._unsent[domain] >= UNSENT_AT_ONCE

    def _stir(self, domains: Iterable[str]) -> None:
        for domain in domains:
            for heard in self.on_stir:
                heard(domain)

    @property
    def in_flight(self) -> int:
        return len(self._open)

    def capture(self, visit: Visit, exchange: Exchange, *, exceptions: tuple[str, ...] = ()) -> Written:
        """Write request, response or revisit, and metadata of one exchange; before anything decodes them."""
        with self._archiving(visit, exchange):
            return self._captured(visit, exchange, record(self.writer, self.frontier, visit, exchange, exceptions))

    async def capture_large(self, visit: Visit, exchange: Exchange, *, exceptions: tuple[str, ...] = ()) -> Written:
        """The same beside the event loop, for what takes a while."""
        with self._archiving(visit, exchange):
            written = await record_large(self.writer, self.frontier, visit, exchange, exceptions)
            return self._captured(visit, exchange, written)

    @contextmanager
    def _archiving(self, visit: Visit, exchange: Exchange) -> Iterator[None]:
        """What cannot be archived is not to be fetched."""
        try:
            with self.room.promised(len(exchange.request) + len(exchange.response)):
                yield
        except (CrawlError, OSError, ArchiveError) as error:
            visit.released = True
            self.stop("quota") if isinstance(error, QuotaReached) else self.fail(error)
            raise

    def _captured(self, visit: Visit, exchange: Exchange, written: Written) -> Written:
        visit.written, visit.status, visit.elapsed_seconds = written, written.status, exchange.elapsed_seconds
        visit.received_bytes = len(exchange.response)
        self.counts["received_bytes"] += visit.received_bytes
        self.room.grew(written.stored_bytes)
        return written

    def finish(self, visit: Visit, found: Iterable[Candidate] = ()) -> None:
        """The visit is over: one line in the crawl log, and with the next flush the URL is acknowledged."""
        if visit.finished:
            return
        visit.finished = True
        self.lane.leave(visit)
        lease, now = visit.lease, self.clock()
        self._open.pop(visit, None)
        self._busy[lease.domain] -= 1
        if self._busy[lease.domain] <= 0:
            del self._busy[lease.domain]
        if visit.released:
            self.tally.gave_back(lease.site)
            if not any(other.lease.url_id == lease.url_id for other in self._open):
                with self._or_fails():
                    self.frontier.release([lease])
            self._stir([lease.domain])
            return
        outcome = "captured" if visit.written else "refused" if visit.refused else "failed"
        failed = is_gone(visit.status) or (is_transient(visit.status) and outcome != "refused")
        again = None if self.only_looks else next_visit(
            kind=lease.kind, status=visit.status, visits=lease.visits + (0 if failed else 1), now=now,
            failures=lease.failures + 1 if failed else 0, retry_after=visit.retry_after,
            refused=visit.reason if outcome == "refused" else None,
        )  # fmt: skip
        attempt = visit.attempt(outcome)
        self.log.write(attempt)
        if outcome != "refused":
            self.budgets.spent(lease)
        whole = visit.written is not None and visit.written.truncated is None and not visit.unread
        self._pending.append(
            Completion(
                lease=lease, answered=visit.written is not None, outcome=outcome, failed=failed, status=visit.status,
                next_visit_at=again, at=now, written=visit.written, etag=visit.etag if whole else None,
                last_modified=visit.last_modified if whole else None, found=tuple(found), opt_outs=visit.opt_outs,
                sitemap=visit.sitemap, variant_of=visit.variant_of, new_before=visit.new_before,
                new_articles_before=visit.new_articles_before, mark=visit.mark, unread=visit.unread,
            )
        )  # fmt: skip
        self._pending_since = self._pending_since or time.monotonic()
        if outcome == "refused" and not visit.on_its_way:
            self._unsent[lease.domain] += 1
        else:
            self._touched.add(lease.domain)
        self._stir([lease.domain])
        self.last_url = lease.url
        self.tally.ended(attempt, received_bytes=visit.received_bytes)
        self.counts["attempts"] += 1
        self.counts[outcome] += 1
        if outcome == "captured":
            self.statuses[str(visit.status)] += 1
            self.counts["pages"] += lease.kind not in ("robots", "requisite")
            self.counts["revisits"] += visit.written is not None and visit.written.record_type == "revisit"
        if outcome != "captured":
            self.reasons[visit.reason or outcome] += 1

    def flush_in_groups(self) -> bool:
        """Flush what has waited long enough, or what nothing more will join soon; whether there was anything."""
        if not self._pending:
            return False
        waited = time.monotonic() - self._pending_since
        nobody_joins = bool(self._touched) and len(self._pending) >= len(self._open)
        return (waited >= GROUP_SECONDS or nobody_joins) and self.flush()

    @property
    def is_settled(self) -> bool:
        return not self._pending

    def flush(self) -> bool:
        """Bytes to the disk, then the ledger, then acknowledged; whether anything was.

        A disk that refuses ends the crawl: what is not acknowledged will be fetched again.
        """
        if not (self._pending or self._turned):
            return False
        pending = self._pending
        try:
            self.writer.sync()
            self.log.sync()
            turns = {domain: self.politeness.turn(domain) for domain in self._touched | self._turned}
            decisions = Decisions(site_memory=self.frontier.site_memory, keys=self.frontier.keys)
            self.counts["new_urls"] += self.frontier.complete(
                pending,
                turns=turns,
                decide=self.budgets.deciding(self.rations.deciding(decisions)),
                site_memories=decisions.site_memories,
            )
        except (OSError, ArchiveError, CrawlError) as error:
            self.fail(error)
            return False
        self._pending, self._pending_since = [], 0.0
        self._touched.clear()
        self._unsent.clear()
        self._turned.clear()
        self._stir({domain for c in pending for domain in (c.lease.domain, *(f.domain for f in c.found))})
        try:
            self._settle()
            self.room.check()
        except QuotaReached:  # what somebody asked for, and no failure
            self.stop("quota")
        except LowDisk as error:
            self.error = str(error)
            self.stop("low_disk")
        except CrawlError as error:
            self.fail(error)
        return True

    def archived_bytes(self) -> int:
        """What the WARC files of this crawl take on the disk."""
        name = self.writer.open_file
        growing = self.archive / f"{name}.open" if name else None
        return sum(f.bytes for f in self._files) + (growing.stat().st_size if growing else 0)

    def fail(self, error: Exception) -> None:
        """Something that a crawl cannot do without gave way: it ends, and says why."""
        self.error = self.error or (str(error) if isinstance(error, CrawlError) else f"{self.archive}: {error}")
        self.stop("error")

    @contextmanager
    def _or_fails(self) -> Iterator[None]:
        try:
            yield
        except CrawlError as error:
            self.fail(error)

    def remember_turn(self, domain: str, *, at_once: bool = False) -> None:
        """The next process has to know how the queue of `domain` now stands; `at_once`: even after a kill right now."""
        self._turned.add(domain)
        with self._or_fails():
            self.frontier.remember_turns({domain: self.politeness.turn(domain)} if at_once else {})

    def settle(self, domain: str) -> None:
        """Acknowledge what was finished of `domain`, if anything waits for it."""
        if domain in self._touched:
            self.flush()

    def stop(self, reason: str) -> None:
        """Ask everybody to come to an end; the first reason stays."""
        self.stopping = self.stopping or reason

    def close(self) -> CrawlReport:
        """Finish every visit, close every file, give back every lease, free the lock; what the crawl did."""
        due = 0
        try:
            for visit in list(self._open):
                visit.released, visit.unread = visit.released or visit.written is None, True
                self.finish(visit)
            self.flush()
            with closing(self.writer):
                self.log.close(sync=not self._pending)
            self._settle()
            self.frontier.release()
            due = self.frontier.count_due([s.name for s in self.sites.sites], now=self.clock())
        except (OSError, ArchiveError, CrawlError) as error:
            self.fail(error)
        finally:
            self.reader.close()
            self.frontier.close()
            self._lock.release()
        c = self.counts
        return CrawlReport(
            started_at=self.started_at, ended_at=self.clock(), ended_because=self.stopping or "nothing_due",
            attempts=c["attempts"], captured=c["captured"], revisits=c["revisits"], failed=c["failed"],
            refused=c["refused"], recovered=self.recovered, new_urls=c["new_urls"], received_bytes=c["received_bytes"],
            archived_bytes=self.archived_bytes(), due=due, reasons=dict(self.reasons), statuses=dict(self.statuses),
            warc_files=tuple(f.warc_file for f in self._files),
            crawl_dates=tuple(sorted({d.isoformat() for f in self._files for d in f.crawl_dates})),
            found=tuple(self.probed), error=self.error,
        )  # fmt: skip
