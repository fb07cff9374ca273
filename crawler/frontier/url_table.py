"""URLs that somebody named in; rows of the frontier's tables out, each URL once. Decides nothing about visits.

Names stand once, in tables of their own. A URL is found again by one integer: the id of its origin in the upper bits, a
40-bit digest of its path in the lower ones. So the URLs of a site stand together in the index, and a batch from one
site touches few of its pages; two paths with one digest are told apart by the path itself.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, KnownUrl
from crawler.frontier.ledger import Ledger
from crawler.intake.candidates import MAX_HOPS
from crawler.schedule.followed import moved_to, told_of_change
from crawler.schedule.precedence import OLDER

_HEADLINES = ("feed", "news_sitemap")  # channels whose titles are the articles' own; a link's text may be anything
_BY_A_PERSON = ("seed", "request")  # channels of what somebody wrote down or asked for
_DIGEST_BYTES = 5
_AT_ONCE = 5_000
_MAX_CACHED = 50_000  # names of domains and origins kept in memory


def origin_and_path(url: str) -> tuple[str, str]:
    """`https://a.example` and `/b?c`: a normalised URL's two halves."""
    at = url.find("/", url.find("://") + 3)
    return (url[:at], url[at:]) if at > 0 else (url, "")


def url_key(origin_id: int, path: str) -> int:
    """Origin and path as one integer; not unique, but nearly."""
    digest = hashlib.blake2b(path.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    return origin_id << (8 * _DIGEST_BYTES) | int.from_bytes(digest)


class UrlTable(Ledger):
    """What is known of URLs, and who named them."""

    def __init__(self, path: Path, *, owner: str) -> None:
        self._ids: dict[str, dict[str, int]] = {"word": {}, "site": {}, "domain": {}, "origin": {}, "source": {}}
        self._words: dict[int, str] = {}
        super().__init__(path, owner=owner)

    def _functions(self, db: sqlite3.Connection) -> None:
        db.create_function("origin_of", 1, lambda url: origin_and_path(url)[0], deterministic=True)
        db.create_function("path_of", 1, lambda url: origin_and_path(url)[1], deterministic=True)
        db.create_function("key_of", 2, url_key, deterministic=True)

    def _rolled_back(self) -> None:
        for known in self._ids.values():  # an id that was given in that transaction is nobody's now
            known.clear()

    def _known_id(self, table: str, name: str) -> int | None:
        known = self._ids[table]
        found = known.get(name)
        if found is None:
            row = self._db.execute(f"select id from {table} where name = ?", (name,)).fetchone()
            if row is None:
                return None
            found = self._keep(table, name, row[0])
        return found

    def _id(self, table: str, name: str) -> int:
        """The id of a name, which is given one where it has none."""
        found = self._known_id(table, name)
        if found is None:
            cursor = self._db.execute(f"insert into {table} (name) values (?)", (name,))
            found = self._keep(table, name, int(cursor.lastrowid or 0))
        return found

    def _keep(self, table: str, name: str, number: int) -> int:
        known = self._ids[table]
        if len(known) >= _MAX_CACHED:
            known.clear()
        known[name] = number
        return number

    def _word_of(self, number: int) -> str:
        found = self._words.get(number)
        if found is None:
            found = self._words[number] = self._db.execute("select name from word where id = ?", (number,)).fetchone()[
                0
            ]
        return found

    def _find(self, url: str) -> sqlite3.Row | None:
        origin, path = origin_and_path(url)
        origin_id = self._known_id("origin", origin)
        return None if origin_id is None else self._row(url_key(origin_id, path), path)

    def _row(self, key: int, path: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "select * from url where key = ? and path = ?", (key, path)
        ).fetchone()
        return row

    def look_up(self, urls: Iterable[str], *, source_url: str | None = None) -> dict[str, KnownUrl]:
        """Those of the URLs that are known, with what `source_url` said of them last."""
        source = self._known_id("source", source_url) if source_url is not None else None
        found = {}
        for url in urls:
            if (row := self._find(url)) is None:
                continue
            said = None
            if source is not None:
                said = self._db.execute(
                    "select modified_raw from announcement where url_id = ? and source = ? order by modified_raw desc",
                    (row["id"], source),
                ).fetchone()
            found[url] = KnownUrl(
                url=url, kind=self._word_of(row["kind"]), priority=row["priority"], visits=row["visits"],
                failures=row["failures"], is_due=row["due_at"] is not None, memory=row["memory"],
                visited_at=datetime.fromtimestamp(row["visited_at"], UTC) if row["visited_at"] else None,
                modified_raw=said[0] if said else None, named_there=said is not None,
            )  # fmt: skip
        return found

    def _url_of(self, row: sqlite3.Row) -> str:
        name = self._db.execute("select name from origin where id = ?", (row["origin"],)).fetchone()[0]
        return f"{name}{row['path']}"

    def _add(self, candidates: Iterable[Candidate]) -> tuple[int, int]:
        """How many of them were not known before, and how many of those are articles of today."""
        new = articles = 0
        grown: Counter[str] = Counter()
        fresh = _Fresh(self._db)
        for c in candidates:
            a = c.announcement
            seen_at = (a.seen_at if a else None) or datetime.now(UTC)
            origin, path = origin_and_path(c.url)
            origin_id = self._id("origin", origin)
            key = url_key(origin_id, path)
            if key in fresh.keys:  # named twice at once
                fresh.write()
            row = self._row(key, path)
            if row is None:
                seen = int(seen_at.timestamp())
                url_id = fresh.add(
                    (
                        key, origin_id, path, self._id("site", c.site), self._id("domain", c.domain),
                        self._id("word", c.kind), c.depth, c.hops, c.priority, _whole(c.due_at), seen, c.hop_from,
                        c.batch,
                    )
                )  # fmt: skip
                if a is not None:
                    fresh.said.append((url_id, *self._source_of(a), seen, a.title, a.published_raw, a.modified_raw))
                new += 1
                articles += c.kind == "article" and c.priority < OLDER and c.due_at is not None
                grown[c.site] += c.kind != "robots"
            else:
                self._named_again(row, c)
                if a is not None:
                    self._announce(row, a, seen_at)
        fresh.write()
        for site, number in grown.items():
            self._db.execute("update site set urls = urls + ? where name = ?", (number, site))
        return new, articles

    def _source_of(self, a: Announcement) -> tuple[int, int]:
        """Channel and source of an announcement, as ids."""
        return self._id("word", a.channel), 0 if a.source_url is None else self._id("source", a.source_url)

    def _named_again(self, row: sqlite3.Row, c: Candidate) -> None:
        """A known URL keeps its schedule, unless who names it now has more to say than who did before."""
        url_id, due, said = row["id"], _whole(c.due_at), c.announcement
        by_a_person = said is not None and said.channel in _BY_A_PERSON and said.source_url is None
        of_another_site = by_a_person and self._id("site", c.site) != row["site"]
        only_looked_at = by_a_person and row["due_at"] is None and not self._is_leased(url_id)
        if only_looked_at or of_another_site:
            # By `sites add`; or its site has another name now. What it leads to has not been followed for this
            # site. So it is due as if it were new, and asked for whole: a 304 would show no links.
            self._db.execute(
                "update url set site = ?, domain = ?, due_at = ?, etag = null, last_modified = null where id = ?",
                (self._id("site", c.site), self._id("domain", c.domain), due, url_id),
            )
        if c.batch is not None and row["batch"] is None:
            # A person wants it now, whatever the schedule says. The hops go along, or a loop had no end.
            self._db.execute(
                "update url set batch = ?, due_at = ?, hops = ?, hop_from = ? where id = ?",
                (c.batch, due, c.hops, c.hop_from, url_id),
            )
        elif c.wake:
            self._db.execute(
                "update url set due_at = min(coalesce(due_at, ?), ?), priority = ? where id = ?",
                (due, due, c.priority, url_id),
            )
            if c.whole:
                self._db.execute("update url set etag = null, last_modified = null where id = ?", (url_id,))
        elif (
            due is not None
            and row["due_at"] is None
            and row["visits"] == row["failures"] == 0
            and not self._is_variant(url_id)
        ):
            # Refused before, or only known; not what was gone three times, however often it is announced.
            self._db.execute("update url set due_at = ? where id = ?", (due, url_id))
        known_as = self._word_of(row["kind"])
        if known_as in ("section", "page") and c.kind in ("article", "feed", "sitemap", "home"):
            # A feed or sitemap knows better what a URL is than the link that we first saw it in.
            self._db.execute(
                "update url set kind = ?, priority = ? where id = ?", (self._id("word", c.kind), c.priority, url_id)
            )
            if c.kind != "article":  # never read for what it lists: wanted whole, and soon
                self._db.execute(
                    "update url set etag = null, last_modified = null, due_at = min(coalesce(due_at, ?), ?)"
                    " where id = ?",
                    (due, due, url_id),
                )

    def _announce(self, row: sqlite3.Row, a: Announcement, seen_at: datetime) -> None:
        """Who named a known URL, and what was said of it; news of a change makes it due."""
        key = (row["id"], *self._source_of(a))
        said = self._db.execute(
            "select title, published_raw, modified_raw from announcement where url_id = ? and channel = ?"
            " and source = ?",
            key,
        ).fetchone()
        if said is None:
            self._db.execute(
                "insert into announcement values (?, ?, ?, ?, ?, ?, ?)",
                (*key, int(seen_at.timestamp()), a.title, a.published_raw, a.modified_raw),
            )
            return
        says = tuple(
            n if n is not None else o for n, o in zip((a.title, a.published_raw, a.modified_raw), said, strict=True)
        )
        if says == tuple(said):
            return
        self._db.execute(
            "update announcement set title = ?, published_raw = ?, modified_raw = ?"
            " where url_id = ? and channel = ? and source = ?",
            (*says, *key),
        )
        another_headline = a.channel in _HEADLINES and said[0] is not None and says[0] != said[0]
        if another_headline or (said[2] is not None and says[2] != said[2]):
            self._modified(row, now=seen_at)

    def _modified(self, row: sqlite3.Row, *, now: datetime) -> None:
        """A feed or sitemap says that a URL has changed since: it is due soon, if it has visits left."""
        if self._word_of(row["kind"]) == "article" and row["visits"] == 0:
            return  # due as it is, or refused
        row = self._where_it_leads(row)
        when = told_of_change(row["memory"], now=now)
        if when is None:
            return
        at = math.ceil(when.timestamp())
        self._db.execute("update url set due_at = min(coalesce(due_at, ?), ?) where id = ?", (at, at, row["id"]))

    def _where_it_leads(self, row: sqlite3.Row) -> sqlite3.Row:
        """The article that an address redirected to when it was visited; the address itself where it did not."""
        for _ in range(MAX_HOPS):
            key = moved_to(row["memory"])
            there = None if key is None else self._db.execute("select * from url where key = ?", (key,)).fetchone()
            if there is None:
                break
            row = there
        return row

    def _is_variant(self, url_id: int) -> bool:
        """Whether an article is known that this is the AMP, print or mobile form of: its links are no news of it."""
        channel = self._known_id("word", "variant")
        known = self._db.execute("select 1 from announcement where url_id = ? and channel = ?", (url_id, channel))
        return known.fetchone() is not None

    def _is_leased(self, url_id: int) -> bool:
        return self._db.execute("select 1 from lease where url_id = ?", (url_id,)).fetchone() is not None


class _Fresh:
    """Rows that are new, written some thousands at a time: a statement each takes twice as long (2026-11)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._next = (db.execute("select max(id) from url").fetchone()[0] or 0) + 1
        self._rows: list[tuple[int | str | None, ...]] = []
        self.keys: set[int] = set()
        self.said: list[tuple[int | str | None, ...]] = []

    def add(self, values: tuple[int | str | None, ...]) -> int:
        """The id that the row will have. The first of `values` is its key."""
        if len(self._rows) >= _AT_ONCE:
            self.write()
        number, self._next = self._next, self._next + 1
        self._rows.append((number, *values))
        key = values[0]
        assert isinstance(key, int)
        self.keys.add(key)
        return number

    def write(self) -> None:
        self._db.executemany(
            "insert into url (id, key, origin, path, site, domain, kind, depth, hops, priority, due_at, first_seen_at,"
            " hop_from, batch, visits, failures) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            self._rows,
        )
        self._db.executemany("insert into announcement values (?, ?, ?, ?, ?, ?, ?)", self.said)
        self._rows.clear()
        self.keys.clear()
        self.said.clear()


def _whole(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
