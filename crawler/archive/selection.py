"""WARC files and a wish in; out, which records of which file make it up, whole exchanges and what they refer to.

Reads each file once and writes nothing: what is known of the records is kept in a database without a name, which SQLite
puts into memory or beside it, so that memory does not grow with the archive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from crawler.archive.errors import ArchiveError
from crawler.archive.scan import Record, open_records

_METADATA_BYTES = 1 << 20
IsHeld = Callable[[str, str | None, tuple[str, ...]], bool]

_TABLES = """
create table records (
    n integer primary key, file integer, start integer, past integer, type text, id text, url text, day text,
    at text, site text, refers_to text, refers_url text, refers_at text, signals text, chosen integer not null default 0
);
create table links (n integer, other text);
"""
_INDEXES = """
create index by_id on records (id);
create index by_file on records (file, start);
create index by_url on records (url, at) where type in ('response', 'resource');
create index by_n on links (n);
create index by_other on links (other);
"""
# A site's own captures say whose they are in the metadata record beside them.
_OWN_SITE = """
update records set site = (
    select m.site from links join records m using (n) where links.other = records.id and m.site is not null limit 1
) where type in ('response', 'revisit', 'resource')
"""
_CHOOSE = """
update records set chosen = 1 where type in ('response', 'revisit', 'resource') and url is not null
    and ($since is null or day >= $since) and ($until is null or day <= $until)
    and ($days is null or day in (select value from json_each($days)))
    and ($sites is null or is_wanted(site, url))
"""
# What was said of a capture when it was made is in the metadata record beside it.
_HELD = """
update records set chosen = 0 where chosen in (1, 2) and type in ('response', 'revisit', 'resource') and is_held(
    id, coalesce(site, ''), url,
    (select m.signals from links join records m using (n) where links.other = records.id and m.signals <> '' limit 1)
)
"""
# What a revisit stands for may be older, or another site's: without it nothing could be replayed.
_ORIGINALS = """
update records set chosen = 2 where chosen = 0 and type in ('response', 'resource') and (
    id in (select refers_to from records where chosen > 0 and type = 'revisit')
    or (url, at) in (
        select refers_url, refers_at from records where chosen > 0 and type = 'revisit' and refers_to is null
    )
)
"""
_COMPANIONS = """
update records set chosen = 3 where chosen = 0 and type not in ('response', 'revisit', 'resource') and (
    n in (select links.n from links join records c on c.id = links.other where c.chosen in (1, 2))
    or id in (select other from links join records c using (n) where c.chosen in (1, 2))
    or (type = 'warcinfo' and file in (select file from records where chosen in (1, 2)))
)
"""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted of an archive: captures of these sites, on these UTC days; None for all."""

    sites: frozenset[str] | None = None
    since: date | None = None
    until: date | None = None
    days: frozenset[date] | None = None

    @property
    def is_everything(self) -> bool:
        return self == Wish()


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is to be taken of one WARC file."""

    path: Path
    name: str
    """As rows call the file."""
    ranges: tuple[tuple[int, int], ...]
    """Where its members begin and where they are past; in order, neighbours as one."""
    starts: frozenset[int]
    """Where the wanted records begin."""
    is_whole: bool
    captures: int

    @property
    def bytes(self) -> int:
        return sum(past - start for start, past in self.ranges)


@dataclass
class Selection:
    """To be filled by `read`, then asked. Used as a context."""

    damaged: list[ArchiveError] = field(default_factory=list)
    """What could not be read, and from where; what came before it counts."""
    held: int = 0
    """Captures that were wanted and may not be given away."""

    def __enter__(self) -> Self:
        self._files: list[tuple[Path, str, int]] = []
        self._db = sqlite3.connect("", isolation_level=None)  # "": a database of ours alone, gone with it
        self._db.executescript(f"pragma journal_mode = off; begin; {_TABLES}")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def read(self, path: Path, name: str) -> None:
        """Notes the records of a file; those before any damage."""
        number = len(self._files)
        good = 0
        try:
            with path.open("rb") as stream:
                reader = open_records(stream, name=name)
                for record in reader:
                    self._note(number, record, past=lambda: reader.good_to)
                    good = reader.good_to
        except ArchiveError as problem:
            self.damaged.append(problem)
        self._files.append((path, name, good))

    def _note(self, file: int, record: Record, *, past: Callable[[], int]) -> None:
        kind = record.record_type
        site, signals = _said_in(record.read(_METADATA_BYTES)) if kind == "metadata" else (None, None)
        at = record.get("WARC-Date") or ""
        names = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
        refers_to, refers_url, refers_at = (record.get(name) for name in names)
        record.finish()
        row = (
            file, record.offset, past(), kind, record.get("WARC-Record-ID"), record.url, at[:10], at, site, refers_to,
            refers_url, refers_at, signals,
        )  # fmt: skip
        n = self._db.execute(
            "insert into records"
            " (file, start, past, type, id, url, day, at, site, refers_to, refers_url, refers_at, signals)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        others = record.all("WARC-Concurrent-To") + ((refers_to,) if kind == "metadata" and refers_to else ())
        self._db.executemany("insert into links values (?, ?)", ((n, other) for other in others))

    def choose(
        self, wish: Wish, *, site_of: Callable[[str], str | None] = lambda url: None, is_held: IsHeld | None = None
    ) -> None:
        """Marks what is wanted. `site_of` says whose a URL is of which the archive does not.

        `is_held`, of a capture, its site and what was said of it: whether it may not be given away.
        """

        def is_wanted(site: str | None, url: str) -> bool:
            return (site if site is not None else site_of(url)) in (wish.sites or ())

        def held(record_id: str | None, site: str, url: str, signals: str | None) -> bool:
            assert is_held is not None
            said = tuple((signals or "").split("\n")) if signals else ()
            return is_held(_bare(record_id), site or site_of(url), said)

        self._db.create_function("is_wanted", 2, is_wanted)
        self._db.create_function("is_held", 4, held)
        self._db.executescript(_INDEXES)
        self._db.execute(_OWN_SITE)
        if wish.is_everything:
            self._db.execute("update records set chosen = 1")
            if is_held is None or not self._hold_back():
                return
            self._db.execute("update records set chosen = 0 where type not in ('response', 'revisit', 'resource')")
            self._db.execute(_COMPANIONS)
            return
        days = None if wish.days is None else _json(day.isoformat() for day in wish.days)
        self._db.execute(
            _CHOOSE,
            {
                "since": wish.since and wish.since.isoformat(),
                "until": wish.until and wish.until.isoformat(),
                "days": days,
                "sites": None if wish.sites is None else 1,
            },
        )
        self._db.execute(_ORIGINALS)
        if is_held is not None:
            self._hold_back()
        self._db.execute(_COMPANIONS)

    def _hold_back(self) -> int:
        """Unmarks what may not be given away; how many captures that are."""
        self.held = self._db.execute(_HELD).rowcount
        return self.held

    @property
    def originals(self) -> int:
        """How many captures are there only because a wanted revisit stands for them."""
        return int(self._db.execute("select count(*) from records where chosen = 2").fetchone()[0])

    def files(self) -> Iterator[Chosen]:
        """Of which files what is taken, in the order in which they were read; none without a capture."""
        for number, (path, name, good) in enumerate(self._files):
            rows = self._db.execute(
                "select start, past, type in ('response', 'revisit', 'resource') and url is not null, chosen"
                " from records where file = ? order by start",
                (number,),
            ).fetchall()
            wanted = [(start, past, capture) for start, past, capture, chosen in rows if chosen]
            captures = sum(bool(capture) for _, _, capture in wanted)
            if captures:
                yield Chosen(
                    path=path, name=name, ranges=_joined((start, past) for start, past, _ in wanted),
                    starts=frozenset(start for start, _, _ in wanted), captures=captures,
                    is_whole=len(wanted) == len(rows) and good == path.stat().st_size,
                )  # fmt: skip


def _said_in(block: bytes) -> tuple[str | None, str | None]:
    """Site and signals of a metadata record, the latter on lines of their own."""
    site, signals = None, []
    for line in block.decode("utf-8", "replace").split("\n"):
        name, _, value = line.partition(":")
        if name == "site" and site is None:
            site = value.strip()
        elif name == "signal":
            signals.append(value.strip())
    return site, "\n".join(signals) or None


def _bare(record_id: str | None) -> str:
    return (record_id or "").strip("<>").lower().removeprefix("urn:uuid:")


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, past in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], past
        else:
            joined.append((start, past))
    return tuple(joined)


def _json(values: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
