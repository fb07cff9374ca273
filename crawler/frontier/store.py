"""Found URLs in, leases out; what became of them in, in one transaction. SQLite inside. Fetches nothing.

A URL is leased to one process until it is acknowledged. An acknowledgement is on the disk when the call returns.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, Completion, Decision, Lease, Turn
from crawler.frontier.survey import Survey, moment
from crawler.frontier.wishes import Wishes
from crawler.schedule.followed import left_the_feeds
from crawler.schedule.precedence import DOUBTFUL

LEASE_SECONDS = 600.0  # far above the longest request; a lease that outlives its process is taken back after it
_WORD_OF_A_CRAWL = 0  # no URL has this id
PRIORITY_LEVELS = 10  # 0, the most urgent, to 9

Decide = Callable[[Completion, int], Decision]


class Frontier(Survey, Wishes):
    """URLs, leases, acknowledgements, validators and the capture ledger of one archive."""

    _asked_sites: Sequence[str] | None = None  # whose ids were looked up last
    _asked_ids: list[int] = []  # noqa: RUF012 - replaced, never changed
    _asked_set: frozenset[int] = frozenset()
    may_be_doubtful: Callable[[str], bool] = staticmethod(lambda site: True)  # whether a site's ration has any left

    def __init__(self, path: Path, *, owner: str) -> None:
        super().__init__(path, owner=owner)
        self.new_articles: Counter[str] = Counter()  # by site, since this was opened

    def add(self, candidates: Iterable[Candidate]) -> int:
        """How many of the URLs were not known before. A known one keeps its schedule and gains the announcement."""
        with self._transaction():
            return self._add(candidates)[0]

    def take_in(self, candidates: Iterable[Candidate]) -> tuple[int, int]:
        """How many were not known before, and how many of those are articles. On the disk with what is acknowledged
        next: whoever named them is not yet, and would be asked again."""
        with self._transaction(durable=False):
            return self._add(candidates)

    def lease(self, domain: str, *, now: datetime, sites: Sequence[str], batch: str | None = None) -> Lease | None:
        """The most urgent due URL of `domain`, ours until acknowledged; `None` where nothing is due."""
        leases = self.lease_some(domain, now=now, sites=sites, batch=batch, limit=1)
        return leases[0] if leases else None

    def lease_some(
        self, domain: str, *, now: datetime, sites: Sequence[str], batch: str | None = None, limit: int
    ) -> list[Lease]:
        """The most urgent due URLs of `domain`, at most `limit`, in the order in which they are to be visited."""
        at = now.timestamp()
        rows = self._due(domain, at=at, sites=sites, batch=batch, limit=limit)
        return self._take(rows, at) if rows else []

    def _due(self, domain: str, *, at: float, sites: Sequence[str], batch: str | None, limit: int) -> list[sqlite3.Row]:
        domain_id = self._known_id("domain", domain)
        site_ids = self._site_ids(sites)
        if domain_id is None or not site_ids:
            return []
        free = "not exists (select 1 from lease where url_id = url.id and until > ?)"
        if batch is not None:
            marks = ", ".join("?" * len(site_ids))
            return self._db.execute(
                f"select * from url where batch = ? and domain = ? and due_at <= ? and site in ({marks}) and {free}"
                " order by priority, due_at limit ?",
                (batch, domain_id, at, *site_ids, at, limit),
            ).fetchall()
        site_ids = self._here(domain_id, site_ids)
        rows: list[sqlite3.Row] = []
        for priority in range(PRIORITY_LEVELS):  # a seek in the index each; sorting all that is due would not scale
            for site_id in site_ids:
                if not self._may_lease(site_id, priority):
                    continue
                rows += self._db.execute(
                    "select * from url where domain = ? and site = ? and priority = ? and due_at <= ?"
                    f" and {free} order by due_at limit ?",
                    (domain_id, site_id, priority, at, at, limit - len(rows)),
                )
                if len(rows) >= limit:
                    return rows
        return rows

    def _site_ids(self, sites: Sequence[str]) -> list[int]:
        """The ids of those sites that the frontier knows; who asks for the same list again is answered at once."""
        if sites is not self._asked_sites:
            ids = [i for i in (self._known_id("site", site) for site in sites) if i is not None]
            if len(ids) < len(sites):
                return ids
            self._asked_sites, self._asked_ids, self._asked_set = sites, ids, frozenset(ids)
        return self._asked_ids

    def _rolled_back(self) -> None:
        super()._rolled_back()
        self._asked_sites = None

    def _may_lease(self, site_id: int, priority: int) -> bool:
        if priority < DOUBTFUL:
            return True
        if priority == DOUBTFUL:
            return self.may_be_doubtful(self._name("site", site_id))
        return self.back_catalogue

    def _here(self, domain_id: int, site_ids: list[int]) -> list[int]:
        """Those of the sites that have anything on the domain: one, mostly."""
        if len(site_ids) == 1:
            return site_ids
        wanted, last = self._asked_set if site_ids is self._asked_ids else frozenset(site_ids), -1
        here: list[int] = []
        while True:  # from one site to the next in the index, however many URLs each has
            row = self._db.execute(
                "select site from url where domain = ? and site > ? and due_at is not null order by site limit 1",
                (domain_id, last),
            ).fetchone()
            if row is None:
                return here
            last = row[0]
            if last in wanted:
                here.append(last)

    def take(self, candidate: Candidate, *, now: datetime) -> Lease:
        """This very URL, leased; it is added first where it is new. For robots.txt and for a spider's own requests."""
        with self._transaction(durable=False):
            self._add([candidate])
        row = self._find(candidate.url)
        assert row is not None
        return self._take([row], now.timestamp())[0]

    def _take(self, rows: Sequence[sqlite3.Row], at: float) -> list[Lease]:
        with self._transaction(durable=False):
            self._db.executemany(
                "insert or replace into lease values (?, ?, ?)",
                [(row["id"], self._owner, at + LEASE_SECONDS) for row in rows],
            )
        return [self._lease(row) for row in rows]

    def _lease(self, row: sqlite3.Row) -> Lease:
        return Lease(
            url_id=row["id"], url=self._url_of(row), site=self._name("site", row["site"]),
            domain=self._name("domain", row["domain"]), kind=self._word_of(row["kind"]), priority=row["priority"],
            depth=row["depth"], hops=row["hops"], hop_from=row["hop_from"], batch=row["batch"], visits=row["visits"],
            failures=row["failures"], etag=row["etag"], last_modified=row["last_modified"], memory=row["memory"],
            announcements=self._announcements(row["id"]),
        )  # fmt: skip

    def _announcements(self, url_id: int) -> tuple[Announcement, ...]:
        known = self._db.execute(
            "select a.*, source.name as source_url from announcement a left join source on source.id = a.source"
            " where url_id = ? order by seen_at, source",
            (url_id,),
        )
        return tuple(
            Announcement(
                channel=self._word_of(a["channel"]), source_url=a["source_url"], title=a["title"],
                published_raw=a["published_raw"], modified_raw=a["modified_raw"], seen_at=moment(a["seen_at"]),
            )
            for a in known
        )  # fmt: skip

    def _name(self, table: str, number: int) -> str:
        return str(self._db.execute(f"select name from {table} where id = ?", (number,)).fetchone()[0])

    def next_due_at(self, domain: str, *, sites: Sequence[str], batch: str | None = None) -> datetime | None:
        """When something unleased of `domain` falls due; `None` where nothing will."""
        domain_id = self._known_id("domain", domain)
        site_ids = self._site_ids(sites)
        if domain_id is None or not site_ids:
            return None
        free = "not exists (select 1 from lease where url_id = url.id)"
        if batch is not None:
            marks = ", ".join("?" * len(site_ids))
            row = self._db.execute(
                f"select min(due_at) from url where batch = ? and domain = ? and site in ({marks}) and {free}",
                (batch, domain_id, *site_ids),
            ).fetchone()
            return moment(row[0])
        soonest = [
            row[0]
            for site_id in self._here(domain_id, site_ids)
            for priority in range(PRIORITY_LEVELS)
            if self._may_lease(site_id, priority)
            for row in self._db.execute(
                "select due_at from url where domain = ? and site = ? and priority = ? and due_at is not null"
                f" and {free} order by due_at limit 1",
                (domain_id, site_id, priority),
            )
        ]
        return moment(min(soonest, default=None))

    def domains(self, sites: Sequence[str], *, batch: str | None = None) -> list[str]:
        """The registrable domains that have anything to visit."""
        marks = ", ".join("?" * len(sites))
        ids = f"(select id from site where name in ({marks}))"
        if batch is not None:
            query = (
                "select distinct domain.name from url join domain on domain.id = url.domain"
                f" where batch = ? and due_at is not null and site in {ids} order by 1"
            )
            return [row[0] for row in self._db.execute(query, (batch, *sites))]
        query = (
            "select name from domain where exists"
            f" (select 1 from url where domain = domain.id and site in {ids} and due_at is not null) order by name"
        )
        return [row[0] for row in self._db.execute(query, tuple(sites))]

    def complete(
        self, completions: Sequence[Completion], *, decide: Decide | None = None,
        turns: Mapping[str, Turn] | None = None, site_memories: Callable[[], Mapping[str, str]] | None = None,
    ) -> int:  # fmt: skip
        """Ledger, found URLs, schedule and release of these leases, in one transaction; how many URLs were new.

        `decide` is asked once the found URLs are in, with how many articles among them nobody had named before;
        `site_memories` after the last of them.
        """
        new = 0
        days: Counter[tuple[str, str, str]] = Counter()
        with self._transaction():
            for c in completions:
                if c.written is not None:
                    self._enter(c.lease.url, c.written)
                urls, articles = self._add(c.found)
                new += urls + c.new_before
                articles += c.new_articles_before
                if c.unread:
                    decision = Decision(next_visit_at=c.at)
                else:
                    decision = decide(c, articles) if decide else Decision(next_visit_at=c.next_visit_at)
                self._acknowledge(c, decision)
                for key in decision.wake:
                    self._wake(key, at=c.at.timestamp())
                day = c.at.astimezone(UTC).date().isoformat()
                days[c.lease.site, day, c.outcome] += 1
                days[c.lease.site, day, "new_articles"] += articles
                days[c.lease.site, day, "stored_bytes"] += c.written.stored_bytes if c.written else 0
                if articles:
                    self._db.execute(
                        "update site set new_at = ? where id = ?", (c.at.timestamp(), self._id("site", c.lease.site))
                    )
            for (site, day, what), number in days.items():
                self._db.execute(
                    f"insert into site_day (site, day, {what}) values (?, ?, ?)"
                    f" on conflict do update set {what} = {what} + excluded.{what}",
                    (self._id("site", site), day, number),
                )
            self._keep_turns(turns or {})
            for site, memory in (site_memories() if site_memories else {}).items():
                self._db.execute("update site set memory = ? where id = ?", (memory, self._id("site", site)))
        for (site, _, what), number in days.items():
            if what == "new_articles":
                self.new_articles[site] += number
        return new

    def _acknowledge(self, c: Completion, decision: Decision) -> None:
        lease, due, at = c.lease, decision.next_visit_at, c.at.timestamp()
        answered = c.answered and not c.failed
        # Due again at once means tried again by the same person's request; otherwise that request is served.
        self._db.execute(
            "update url set due_at = ?, visited_at = ?, status = ?, visits = visits + ?,"
            " failures = case when ? then failures + 1 else 0 end, batch = case when ? then batch end,"
            " memory = coalesce(?, memory), priority = coalesce(?, priority) where id = ?",
            (
                math.ceil(due.timestamp()) if due else None, int(at), c.status, int(answered), c.failed, c.failed,
                decision.memory, decision.priority, lease.url_id,
            ),
        )  # fmt: skip
        self._db.execute("delete from lease where url_id = ?", (lease.url_id,))
        if c.opt_outs is not None:
            self._keep_opt_outs(lease.url_id, c.opt_outs)
        if c.status == 200:
            self._db.execute(
                "update url set etag = ?, last_modified = ? where id = ?", (c.etag, c.last_modified, lease.url_id)
            )
        if answered and lease.kind != "robots":
            self._db.execute(
                "update site set visited = visited + ?, visited_at = ? where id = ?",
                (int(lease.visits == 0), at, self._id("site", lease.site)),
            )

    def _wake(self, key: int, *, at: float) -> None:
        """Visit an article once more now, unless it was for the same reason before."""
        for row in map(self._where_it_leads, self._db.execute("select * from url where key = ?", (key,)).fetchall()):
            memory = left_the_feeds(row["memory"])
            if memory is not None:
                self._db.execute(
                    "update url set memory = ?, due_at = min(coalesce(due_at, ?), ?) where id = ?",
                    (memory, int(at), int(at), row["id"]),
                )

    def keys(self, urls: Iterable[str]) -> list[int]:
        """What a decision may name URLs by, of those that are known; in a transaction's `decide`, too."""
        rows = (self._find(url) for url in urls)
        return [row["key"] for row in rows if row is not None]

    def site_memory(self, site: str) -> str | None:
        """What the schedule learned of a site, in its own words."""
        row = self._db.execute("select memory from site where name = ?", (site,)).fetchone()
        return row[0] if row else None

    def release(self, leases: Iterable[Lease] | None = None) -> None:
        """Give back what was not fetched; without `leases`, all that this process holds."""
        with self._transaction(durable=False):
            if leases is None:
                self._db.execute("delete from lease where owner = ?", (self._owner,))
            else:
                self._db.executemany("delete from lease where url_id = ?", [(lease.url_id,) for lease in leases])

    def take_over(self) -> bool:
        """Free every lease, and leave word that a crawl runs, until it gives back all; whether one died before.

        For the one who holds the archive's lock: leases of others are leases of the dead. Which those were is not to be
        trusted after a power cut, for a lease is no promise and not flushed. The word is.
        """
        with self._transaction():
            died = self._db.execute("delete from lease").rowcount > 0
            self._db.execute("insert into lease values (?, ?, 0)", (_WORD_OF_A_CRAWL, self._owner))
        return died
