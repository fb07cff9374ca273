"""Found URLs in, leases out; what became of them in, in one transaction. SQLite inside. Fetches nothing.

A URL is leased to one process until it is acknowledged. What a transaction took is on the disk when the call returns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from crawler.archive import Announcement
from crawler.leases import Candidate, Completion, Lease, SiteCounts
from crawler.ledger import Ledger

_BY_A_PERSON = ("seed", "request")  # channels of what somebody wrote down or asked for
LEASE_SECONDS = 600.0  # far above the longest request; a lease that outlives its process is taken back after it


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Frontier(Ledger):
    """URLs, leases, acknowledgements, validators and the capture ledger of one archive."""

    def add(self, candidates: Iterable[Candidate]) -> int:
        """How many of the URLs were not known before. A known one keeps its schedule and gains the announcement."""
        with self._transaction():
            return self._add(candidates)

    def _add(self, candidates: Iterable[Candidate]) -> int:
        new = 0
        for c in candidates:
            due = c.due_at.timestamp() if c.due_at else None
            seen = (c.announcement.seen_at if c.announcement else None) or datetime.now(UTC)
            row = self._db.execute("select * from url where url = ?", (c.url,)).fetchone()
            if row is None:
                cursor = self._db.execute(
                    "insert into url"
                    " (url, site, domain, kind, batch, depth, hops, hop_from, priority, due_at, first_seen_at)"
                    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        c.url,
                        c.site,
                        c.domain,
                        c.kind,
                        c.batch,
                        c.depth,
                        c.hops,
                        c.hop_from,
                        c.priority,
                        due,
                        seen.timestamp(),
                    ),
                )
                url_id, new = int(cursor.lastrowid or 0), new + 1
            else:
                url_id = row["id"]
                said = c.announcement
                by_a_person = said is not None and said.channel in _BY_A_PERSON and said.source_url is None
                only_looked_at = by_a_person and row["due_at"] is None and row["lease_by"] is None
                if only_looked_at or (row["site"] != c.site and by_a_person):
                    # By `sites add`; or its site has another name now. What it leads to has not been followed for this
                    # site. So it is due as if it were new, and asked for whole: a 304 would show no links.
                    self._db.execute(
                        "update url set site = ?, domain = ?, due_at = ?, etag = null, last_modified = null"
                        " where id = ?",
                        (c.site, c.domain, due, url_id),
                    )
                if c.batch is not None and row["batch"] is None:
                    # A person wants it now, whatever the schedule says. The hops go along, or a loop had no end.
                    self._db.execute(
                        "update url set batch = ?, due_at = ?, hops = ?, hop_from = ? where id = ?",
                        (c.batch, due, c.hops, c.hop_from, url_id),
                    )
                elif due is not None and row["due_at"] is None and row["visits"] == row["failures"] == 0:
                    # Refused before, or only known; not what was gone three times, however often it is announced.
                    self._db.execute("update url set due_at = ? where id = ?", (due, url_id))
                if row["kind"] in ("section", "page") and c.kind in ("article", "feed", "sitemap", "home"):
                    # A feed or sitemap knows better what a URL is than the link that we first saw it in.
                    self._db.execute("update url set kind = ?, priority = ? where id = ?", (c.kind, c.priority, url_id))
                    if c.kind != "article":  # never read for what it lists: wanted whole, and soon
                        self._db.execute(
                            "update url set etag = null, last_modified = null, due_at = min(coalesce(due_at, ?), ?)"
                            " where id = ?",
                            (due, due, url_id),
                        )
            if c.announcement is not None:
                a = c.announcement
                self._db.execute(
                    "insert into announcement values (?, ?, ?, ?, ?, ?) on conflict do update set"
                    " title = coalesce(excluded.title, title),"
                    " published_raw = coalesce(excluded.published_raw, published_raw)",
                    (url_id, a.channel, a.source_url or "", a.title, a.published_raw, seen.timestamp()),
                )
        return new

    def lease(self, domain: str, *, now: datetime, sites: Sequence[str], batch: str | None = None) -> Lease | None:
        """The most urgent due URL of `domain`, ours until acknowledged; `None` where nothing is due."""
        at = now.timestamp()
        marks = ", ".join("?" * len(sites))
        in_batch = "" if batch is None else "and batch = ?"
        row = self._db.execute(
            f"select * from url where domain = ? and due_at <= ? and (lease_until is null or lease_until <= ?)"
            f" and site in ({marks}) {in_batch} order by priority, due_at limit 1",
            (domain, at, at, *sites, *([] if batch is None else [batch])),
        ).fetchone()
        return None if row is None else self._take(row, at)

    def take(self, candidate: Candidate, *, now: datetime) -> Lease:
        """This very URL, leased; it is added first where it is new. For robots.txt and for a spider's own requests."""
        with self._transaction():
            self._add([candidate])
        row = self._db.execute("select * from url where url = ?", (candidate.url,)).fetchone()
        return self._take(row, now.timestamp())

    def _take(self, row: sqlite3.Row, at: float) -> Lease:
        with self._transaction():
            self._db.execute(
                "update url set lease_until = ?, lease_by = ? where id = ?",
                (at + LEASE_SECONDS, self._owner, row["id"]),
            )
        known = self._db.execute("select * from announcement where url_id = ? order by seen_at", (row["id"],))
        return Lease(
            url_id=row["id"], url=row["url"], site=row["site"], domain=row["domain"], kind=row["kind"],
            depth=row["depth"], hops=row["hops"], hop_from=row["hop_from"], batch=row["batch"], visits=row["visits"],
            failures=row["failures"], etag=row["etag"], last_modified=row["last_modified"],
            announcements=tuple(
                Announcement(
                    channel=a["channel"], source_url=a["source_url"] or None, title=a["title"],
                    published_raw=a["published_raw"], seen_at=_moment(a["seen_at"]),
                )
                for a in known
            ),
        )  # fmt: skip

    def next_due_at(self, domain: str, *, sites: Sequence[str], batch: str | None = None) -> datetime | None:
        """When something unleased of `domain` falls due; `None` where nothing will."""
        marks = ", ".join("?" * len(sites))
        in_batch = "" if batch is None else "and batch = ?"
        row = self._db.execute(
            f"select min(due_at) from url where domain = ? and due_at is not null and lease_by is null"
            f" and site in ({marks}) {in_batch}",
            (domain, *sites, *([] if batch is None else [batch])),
        ).fetchone()
        return _moment(row[0])

    def domains(self, sites: Sequence[str], *, batch: str | None = None) -> list[str]:
        """The registrable domains that have anything to visit."""
        marks = ", ".join("?" * len(sites))
        in_batch = "" if batch is None else "and batch = ?"
        rows = self._db.execute(
            f"select distinct domain from url where due_at is not null and site in ({marks}) {in_batch}"
            " order by domain",
            (*sites, *([] if batch is None else [batch])),
        )
        return [row[0] for row in rows]

    def complete(self, completions: Sequence[Completion], *, next_at: dict[str, float] | None = None) -> int:
        """Ledger, found URLs, schedule and release of these leases, in one transaction; how many URLs were new."""
        new = 0
        with self._transaction():
            for c in completions:
                if c.written is not None:
                    self._enter(c.lease.url, c.written)
                new += self._add(c.found)
                due = c.next_visit_at.timestamp() if c.next_visit_at else None
                # Due again at once means tried again by the same person's request; otherwise that request is served.
                self._db.execute(
                    "update url set lease_until = null, lease_by = null, due_at = ?, visited_at = ?, status = ?,"
                    " visits = visits + ?, failures = case when ? then failures + 1 else 0 end,"
                    " batch = case when ? then batch end where id = ?",
                    (
                        due,
                        c.at.timestamp(),
                        c.status,
                        int(c.answered and not c.failed),
                        c.failed,
                        c.failed,
                        c.lease.url_id,
                    ),
                )
                if c.status == 200:
                    self._db.execute(
                        "update url set etag = ?, last_modified = ? where id = ?",
                        (c.etag, c.last_modified, c.lease.url_id),
                    )
            for domain, at in (next_at or {}).items():
                self._db.execute(
                    "insert into domain values (?, ?) on conflict do update set next_at = excluded.next_at",
                    (domain, at),
                )
        return new

    def release(self, leases: Iterable[Lease] | None = None) -> None:
        """Give back what was not fetched; without `leases`, all that this process holds."""
        with self._transaction():
            if leases is None:
                self._db.execute(
                    "update url set lease_until = null, lease_by = null where lease_by = ?", (self._owner,)
                )
            else:
                ids = [(lease.url_id,) for lease in leases]
                self._db.executemany("update url set lease_until = null, lease_by = null where id = ?", ids)

    def take_back_all(self) -> int:
        """Free every lease: for the one who holds the archive's lock, leases of others are leases of the dead."""
        with self._transaction():
            return self._db.execute(
                "update url set lease_until = null, lease_by = null where lease_by is not null"
            ).rowcount

    def leased_domains(self) -> list[str]:
        """The domains of every lease that is out; after a crash, those that may have been asked a moment ago."""
        return [r[0] for r in self._db.execute("select distinct domain from url where lease_by is not null")]

    def orphans(self, sites: Sequence[str]) -> list[tuple[str, str, str]]:
        """Site, domain and one URL of whatever belongs to a site that is not among `sites` (any more)."""
        marks = ", ".join("?" * len(sites))
        query = f"select site, domain, min(url) from url where site not in ({marks}) group by site, domain"
        return [(r[0], r[1], r[2]) for r in self._db.execute(query, tuple(sites))]

    def hand_over(self, site: str, domain: str, *, to: str) -> None:
        """What was known of `domain` for a site that is no more is another's from now on: it has a new name."""
        with self._transaction():
            self._db.execute("update url set site = ? where site = ? and domain = ?", (to, site, domain))

    def close_batches(self) -> None:
        """Forget what was left of a person's earlier request; its URLs stay due."""
        with self._transaction():
            self._db.execute("update url set batch = null where batch is not null")

    def refresh(self, sites: Sequence[str], *, now: datetime) -> int:
        """Make everything known of `sites` due now; how many URLs that is."""
        marks = ", ".join("?" * len(sites))
        with self._transaction():
            self._db.execute("update robots set fetched_at = 0")
            return self._db.execute(
                f"update url set due_at = ? where kind <> 'robots' and site in ({marks})"
                # Places where a feed was looked for and never was are not known, only tried.
                " and not (kind in ('feed', 'sitemap') and visits = 0 and failures > 0)",
                (now.timestamp(), *sites),
            ).rowcount

    def robots(self, origin: str) -> tuple[datetime, int | None, bytes] | None:
        """When robots.txt of `origin` was fetched, its status and its body; `None` where it never was."""
        row = self._db.execute("select fetched_at, status, body from robots where origin = ?", (origin,)).fetchone()
        return None if row is None else (datetime.fromtimestamp(row[0], UTC), row[1], bytes(row[2]))

    def remember_robots(self, origin: str, *, status: int | None, body: bytes, now: datetime) -> None:
        with self._transaction():
            self._db.execute(
                "insert or replace into robots values (?, ?, ?, ?)", (origin, now.timestamp(), status, body)
            )

    def domain_times(self) -> dict[str, float]:
        """Domain → unix time from which it may be asked, as an earlier process left it."""
        return {r[0]: r[1] for r in self._db.execute("select domain, next_at from domain")}

    def count_due(self, sites: Sequence[str], *, now: datetime, batch: str | None = None) -> int:
        marks = ", ".join("?" * len(sites))
        in_batch = "" if batch is None else "and batch = ?"
        row = self._db.execute(
            f"select count(*) from url where due_at <= ? and lease_by is null and site in ({marks}) {in_batch}",
            (now.timestamp(), *sites, *([] if batch is None else [batch])),
        ).fetchone()
        return int(row[0])

    def site_counts(self, *, now: datetime) -> list[SiteCounts]:
        rows = self._db.execute(
            "select site, count(*), sum(due_at <= ?), sum(visits > 0), sum(failures > 0), max(visited_at), min(due_at)"
            " from url where kind <> 'robots' group by site order by site",
            (now.timestamp(),),
        )
        return [
            SiteCounts(
                site=r[0], urls=r[1], due=r[2] or 0, visited=r[3] or 0, failing=r[4] or 0,
                last_visit_at=_moment(r[5]), next_due_at=_moment(r[6]),
            )
            for r in rows
        ]  # fmt: skip
