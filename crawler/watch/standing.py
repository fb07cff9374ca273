"""An archive's folder in, how each of its sites stands out. Reads only: a crawl may run, the disk may be read-only.

What would take reading every URL is counted by the frontier as it goes, so that this is quick in a large archive.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.errors import FrontierNewer
from crawler.frontier.ledger import FRONTIER_LAYOUT
from crawler.intake.scope import registrable_domain
from crawler.manners.robots_kept import COPY_HOLDS_FOR, is_broken, origin_of
from crawler.schedule.habits import expected_gap
from crawler.site import Site, Sites
from crawler.watch.room import bytes_by_part
from crawler.watch.silence import DAYS_LOOKED_AT, Silence, mean_gap, silence

DUE_PATIENCE_SECONDS = 2.0
DAYS = 7  # of new articles that are told one by one
_TROUBLE = (401, 403, 408, 425, 429)  # and everything from 500 on: answers that do not let us in
_LISTINGS = ("home", "feed", "sitemap", "section", "robots")


@dataclass(frozen=True, kw_only=True)
class SiteStanding:
    """One site, as the frontier knows it."""

    site: str
    named: bool = True  # in sites.toml; False: known from earlier crawls only
    urls: int = 0
    visited: int = 0
    due: int | None = 0  # None: too many to be counted while somebody waits
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    new_articles_by_day: tuple[tuple[date, int], ...] = ()  # the last seven days, UTC, today last
    new_articles: int = 0  # ever
    captured: int = 0
    failed: int = 0
    refused: int = 0
    expected_gap: timedelta | None = None
    silence: Silence | None = None
    trouble: str | None = None  # what its feeds, sitemaps or sections last came to, where that was no success
    rests_until: datetime | None = None  # its domain is not asked before
    rests_why: str | None = None
    stored_bytes: int = 0  # of its WARC records


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An archive, as its crawls left it."""

    at: datetime
    sites: tuple[SiteStanding, ...] = ()
    disk_bytes: dict[str, int] = field(default_factory=dict)
    quota_bytes: int | None = None
    problem: str | None = None  # why the frontier cannot be read

    @property
    def alarms(self) -> tuple[SiteStanding, ...]:
        return tuple(s for s in self.sites if s.silence is not None and s.silence.alarm is not None)


def standing_of(home: Path, sites: Sites | None, *, now: datetime) -> Standing:
    """How the archive stands. A frontier that cannot be read is told in `problem`, and the rest all the same."""
    found: tuple[SiteStanding, ...] = ()
    problem = None
    frontier = home / "frontier.sqlite"
    named = tuple(sites) if sites is not None else ()
    if frontier.exists():
        try:
            with closing(open_read_only(frontier)) as db:
                found = _read(db, frontier, named, now)
        except (sqlite3.Error, FrontierNewer) as error:
            problem = f"frontier.sqlite cannot be read: {error}"
    known = {each.site for each in found}
    missing = (SiteStanding(site=site.name) for site in named if site.name not in known)
    return Standing(
        at=now, sites=tuple(sorted((*found, *missing), key=lambda s: s.site)), disk_bytes=bytes_by_part(home),
        quota_bytes=sites.quota_bytes if sites is not None else None, problem=problem,
    )  # fmt: skip


def open_read_only(path: Path) -> sqlite3.Connection:
    """The frontier, to be read. Raises sqlite3.Error where it is none, or cannot be.

    Where SQLite may not write the index of its log, and there is no log, the file is all there is and will not change.
    """
    address = path.absolute().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=30.0, check_same_thread=False)
    try:
        db.execute("pragma user_version").fetchone()
    except sqlite3.OperationalError:
        db.close()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        db = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
        db.execute("pragma user_version").fetchone()
    return db


def due_by_site(db: sqlite3.Connection, *, now: float) -> dict[str, int]:
    """Site → URLs that are due and not under way. Reads all of the index of what will be visited."""
    counted: Counter[int] = Counter()
    # In the order of the index, which needs no sorting: half the time.
    due = "select site, count(*) from url where due_at is not null and due_at <= ? group by domain, site"
    leased = "select site, count(*) from lease join url on url.id = url_id where due_at <= ? group by site"
    for site, number in db.execute(due, (now,)):
        counted[site] += number
    for site, number in db.execute(leased, (now,)):
        counted[site] -= number
    names = dict(db.execute("select id, name from site").fetchall())
    return {names[site]: number for site, number in counted.items() if number > 0}


def urls_known(db: sqlite3.Connection) -> int:
    """robots.txt and the like not counted."""
    return int(db.execute("select coalesce(sum(urls), 0) from site").fetchone()[0])


def _read(db: sqlite3.Connection, path: Path, named: tuple[Site, ...], now: datetime) -> tuple[SiteStanding, ...]:
    layout = db.execute("pragma user_version").fetchone()[0]
    if layout > FRONTIER_LAYOUT:
        raise FrontierNewer(path, found=layout, known=FRONTIER_LAYOUT)
    if layout < FRONTIER_LAYOUT:
        raise sqlite3.DatabaseError(f"its layout is {layout}, which the next crawl brings up to {FRONTIER_LAYOUT}")
    today = now.astimezone(UTC).date()
    last_days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    due, all_days = _due_if_quick(db, now), _days(db, today=today)
    by_name = {site.name: site for site in named}
    standings = []
    rows = db.execute("select id, name, urls, visited, visited_at, new_at, memory from site").fetchall()
    for number, name, urls, visited, visited_at, new_at, memory in rows:
        site, days = by_name.get(name), all_days.get(number, _Days())
        if site is None and not urls and not days.new_by_day:
            continue  # an earlier name of a site
        succeeded_at, last_new_at = _moment(visited_at), _moment(new_at)
        until, why = _rest(db, site, now) if site is not None else (None, None)
        trouble = _trouble(db, number, since=visited_at or 0.0)
        gap = _expected_gap(memory, days.new_by_day, now)
        quiet = None
        if site is not None:
            fails = trouble is not None or (why or "").startswith("robots.txt: ")
            quiet = silence(new_at=last_new_at, gap=gap, succeeded_at=succeeded_at, fails=fails, now=now)
        standings.append(
            SiteStanding(
                site=name, named=site is not None, urls=urls, visited=visited,
                due=due.get(name, 0) if due is not None else None, last_success_at=succeeded_at,
                last_new_at=last_new_at, new_articles=days.new_articles, captured=days.captured, failed=days.failed,
                new_articles_by_day=tuple((day, days.new_by_day.get(day, 0)) for day in last_days),
                refused=days.refused, expected_gap=gap, silence=quiet, trouble=trouble, rests_until=until,
                rests_why=why, stored_bytes=days.stored_bytes,
            )
        )  # fmt: skip
    return tuple(standings)


def _expected_gap(memory: str | None, new_by_day: dict[date, int], now: datetime) -> timedelta | None:
    """As the schedule has learned the site's hours; while that is too little, the mean of its days."""
    learned = expected_gap(memory, now)
    return learned if learned is not None else mean_gap(new_by_day, today=now.astimezone(UTC).date())


def _due_if_quick(db: sqlite3.Connection, now: datetime) -> dict[str, int] | None:
    """What is due by site; `None` where counting it takes longer than somebody at a terminal likes to wait."""
    ends_at = time.monotonic() + DUE_PATIENCE_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > ends_at, 100_000)
    try:
        return due_by_site(db, now=now.timestamp())
    except sqlite3.OperationalError:
        if time.monotonic() <= ends_at:
            raise
        return None
    finally:
        db.set_progress_handler(None, 0)


@dataclass
class _Days:
    """A site's attempts: all together, and what was new on each of the last days and on the first."""

    new_articles: int = 0
    captured: int = 0
    failed: int = 0
    refused: int = 0
    stored_bytes: int = 0
    new_by_day: dict[date, int] = field(default_factory=dict)


def _days(db: sqlite3.Connection, *, today: date) -> dict[int, _Days]:
    days: dict[int, _Days] = defaultdict(_Days)
    sums = (
        "select site, sum(new_articles), sum(captured), sum(failed), sum(refused), sum(stored_bytes), min(day)"
        " from site_day group by site"
    )
    for site, new, captured, failed, refused, stored, first in db.execute(sums):
        days[site] = _Days(new, captured, failed, refused, stored, {date.fromisoformat(first): 0})
    recent = "select site, day, new_articles from site_day where day >= ?"
    for site, day, new in db.execute(recent, ((today - timedelta(days=DAYS_LOOKED_AT)).isoformat(),)):
        days[site].new_by_day[date.fromisoformat(day)] = new
    return days


def _trouble(db: sqlite3.Connection, site: int, *, since: float) -> str | None:
    """What the site's listings last came to after its last success: `503`, `no answer`; `None` for nothing worse."""
    marks = ", ".join("?" * len(_LISTINGS))
    row = db.execute(
        "select status from url where site = ? and failures > 0 and visited_at > ?"
        f" and kind in (select id from word where name in ({marks}))"
        f" and (status is null or status >= 500 or status in {_TROUBLE}) order by visited_at desc limit 1",
        (site, since, *_LISTINGS),
    ).fetchone()
    return None if row is None else "no answer" if row[0] is None else str(row[0])


def _rest(db: sqlite3.Connection, site: Site, now: datetime) -> tuple[datetime | None, str | None]:
    """Until when and why the site is not asked: what its server wished, our back-off, or a robots.txt out of reach."""
    hosts = [site.home, *site.feeds, *site.sitemaps]
    domains = sorted({registrable_domain(url) for url in hosts})
    marks = ", ".join("?" * len(domains))
    query = f"select next_at, reason, factor from domain where name in ({marks}) order by next_at desc"
    for next_at, reason, factor in db.execute(query, domains):
        if reason is not None or factor > 1:
            until = _moment(next_at)
            return until if until is not None and until > now else None, reason or f"delay × {factor:g}"
    for origin in dict.fromkeys(map(origin_of, hosts)):
        row = db.execute("select status, body_at from robots where origin = ?", (origin,)).fetchone()
        if row is None or not is_broken(row[0]):
            continue
        said_at = _moment(row[1])
        if said_at is None or now - said_at >= COPY_HOLDS_FOR:  # else its last answer still holds
            return None, f"robots.txt: {row[0] or 'no answer'}"
    return None, None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
