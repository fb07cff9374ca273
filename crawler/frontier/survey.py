"""Questions and changes that concern all URLs of a site in; counts out. Hands out no URL, and fetches nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from crawler.frontier.leases import KnownUrl, SiteCounts
from crawler.frontier.url_table import UrlTable
from crawler.schedule.precedence import BACK_CATALOGUE, DOUBTFUL


def moment(seconds: float | None) -> datetime | None:
    """Unix seconds as aware UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Survey(UrlTable):
    """What is known as a whole. Whatever reads every URL says so: it is for a start, an end, or a thread of its own."""

    back_catalogue = False  # whether a person asked for it; else what is due of it is as if it were not

    def orphans(self, sites: Sequence[str]) -> list[tuple[str, str, str]]:
        """Site, domain and one due URL of whatever belongs to a site that is not among `sites` (any more)."""
        found = []
        for site_id, site in self._db.execute("select id, name from site").fetchall():
            if site in sites:
                continue
            for domain_id, domain in self._db.execute("select id, name from domain").fetchall():
                row = self._db.execute(
                    "select * from url where domain = ? and site = ? and due_at is not null limit 1",
                    (domain_id, site_id),
                ).fetchone()
                if row is not None:
                    found.append((site, domain, self._url_of(row)))
        return found

    def hand_over(self, site: str, domain: str, *, to: str) -> None:
        """What was known of `domain` for a site that is no more is another's from now on: it has a new name."""
        with self._transaction():
            self._db.execute(
                "update url set site = ? where site = ? and domain = ?",
                (self._id("site", to), self._id("site", site), self._id("domain", domain)),
            )
            self._db.execute(
                "insert into site_day select ?, day, new_articles, captured, failed, refused, stored_bytes"
                " from site_day where site = ?"
                " on conflict do update set new_articles = new_articles + excluded.new_articles,"
                " captured = captured + excluded.captured, failed = failed + excluded.failed,"
                " refused = refused + excluded.refused, stored_bytes = stored_bytes + excluded.stored_bytes",
                (self._id("site", to), self._id("site", site)),
            )
            self._db.execute("delete from site_day where site = ?", (self._id("site", site),))
            self._db.execute(
                "update site set new_at = (select max(new_at) from site where name in (?, ?)) where name = ?",
                (site, to, to),
            )
            for name in (site, to):
                self._db.execute(
                    "update site set (urls, visited, visited_at) = (select count(*), count(nullif(visits, 0)),"
                    " max(case when visits > 0 then url.visited_at end) from url"
                    " where url.site = site.id and kind not in (select id from word where name = 'robots'))"
                    " where name = ?",
                    (name,),
                )

    def close_batches(self) -> None:
        """Forget what was left of a person's earlier request; its URLs stay due."""
        with self._transaction():
            self._db.execute("update url set batch = null where batch is not null")

    def refresh(self, sites: Sequence[str], *, now: datetime) -> int:
        """Make everything known of `sites` due now; how many URLs that is."""
        marks = ", ".join("?" * len(sites))
        with self._transaction():
            # robots.txt, and such other files as there are: where there was none, it was only tried.
            self._db.execute(
                "update robots set fetched_at = 0 where status between 200 and 299 or instr(substr(origin, 9), '/') = 0"
            )
            return self._db.execute(
                f"update url set due_at = ? where kind not in (select id from word where name = 'robots')"
                f" and site in (select id from site where name in ({marks}))"
                # Places where a feed was looked for and never was are not known, only tried.
                " and not (kind in (select id from word where name in ('feed', 'sitemap')) and visits = 0"
                " and failures > 0)",
                (int(now.timestamp()), *sites),
            ).rowcount

    @property
    def _below(self) -> int:
        return DOUBTFUL if not self.back_catalogue else BACK_CATALOGUE + 1

    def sitemaps(self, sites: Sequence[str]) -> Iterator[KnownUrl]:
        """Every sitemap that is known of `sites`, with the latest date that an index gave it. Reads every URL."""
        marks = ", ".join("?" * len(sites))
        rows = self._db.execute(
            "select url.*, (select max(modified_raw) from announcement where url_id = url.id) as modified_raw from url"
            " where kind = (select id from word where name = 'sitemap')"
            f" and site in (select id from site where name in ({marks}))",
            tuple(sites),
        )
        for row in rows:
            yield KnownUrl(
                url=self._url_of(row), kind="sitemap", priority=row["priority"], visits=row["visits"],
                failures=row["failures"], is_due=row["due_at"] is not None, memory=row["memory"],
                modified_raw=row["modified_raw"],
            )  # fmt: skip

    def spent_on(self, site: str, *, priority: int) -> tuple[int, int]:
        """Requests that a site was ever sent, and how many of them went to URLs of this priority."""
        made = self._db.execute(
            "select coalesce(sum(captured + failed), 0) from site_day"
            " where site = (select id from site where name = ?)",
            (site,),
        ).fetchone()
        spent = self._db.execute(
            "select coalesce(sum(visits + failures), 0) from url indexed by url_due where domain in"
            " (select id from domain) and site = (select id from site where name = ?) and priority = ?"
            " and due_at is not null",
            (site, priority),
        ).fetchone()
        return int(made[0]), int(spent[0])

    def pages_on(self, site: str, day: str) -> int:
        """Requests to a site on a UTC day that were answered, or failed."""
        row = self._db.execute(
            "select captured + failed from site_day where site = (select id from site where name = ?) and day = ?",
            (site, day),
        ).fetchone()
        return int(row[0]) if row else 0

    def waiting(self, site: str) -> int:
        """URLs of a site that are known and were never visited with success."""
        row = self._db.execute("select urls - visited from site where name = ?", (site,)).fetchone()
        return int(row[0]) if row else 0

    def due_by_site(self, *, now: datetime) -> dict[str, int]:
        """Site → URLs that are due and not leased. Reads all of the index of what will be visited."""
        counted = Counter[int]()
        until = (now.timestamp(), self._below)
        for site_id, number in self._db.execute(
            "select site, count(*) from url where due_at is not null and due_at <= ? and priority < ? group by site",
            until,
        ):
            counted[site_id] += number
        for site_id, number in self._db.execute(
            "select site, count(*) from lease join url on url.id = url_id where due_at <= ? and priority < ?"
            " group by site",
            until,
        ):
            counted[site_id] -= number
        names = {r[0]: r[1] for r in self._db.execute("select id, name from site")}
        return {names[site_id]: number for site_id, number in counted.items() if number}

    def count_due(self, sites: Sequence[str], *, now: datetime, batch: str | None = None) -> int:
        if batch is None:
            due = self.due_by_site(now=now)
            return sum(due.get(site, 0) for site in sites)
        row = self._db.execute(
            "select count(*) from url where batch = ? and due_at <= ?"
            " and not exists (select 1 from lease where url_id = url.id)",
            (batch, now.timestamp()),
        ).fetchone()
        return int(row[0])

    def site_counts(self, *, now: datetime) -> list[SiteCounts]:
        """How the frontier stands with each site that it knows URLs of."""
        due = self.due_by_site(now=now)
        failing = dict(self._db.execute("select site, count(*) from url where failures > 0 group by site").fetchall())
        soonest = dict(
            self._db.execute(
                "select site, min(due_at) from url where due_at is not null and priority < ? group by site",
                (self._below,),
            ).fetchall()
        )
        rows = self._db.execute("select id, name, urls, visited, visited_at from site where urls > 0 order by name")
        return [
            SiteCounts(
                site=r["name"], urls=r["urls"], due=due.get(r["name"], 0), visited=r["visited"],
                failing=failing.get(r["id"], 0), last_visit_at=moment(r["visited_at"]),
                next_due_at=moment(soonest.get(r["id"])),
            )
            for r in rows
        ]  # fmt: skip
