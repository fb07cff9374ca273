"""Which page bodies an archive's fragments have read: a body that comes again at the same URL, in another WARC file, is
not read again. An index beside the fragments, made again from them where it is missing or damaged; holds no rows."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.classes import ARTICLE, REJECT
from pipelines.errors import DamagedFragment
from pipelines.fragments import Fragment, read_fragment
from pipelines.reading import KnownBody, body_key

_NAME = "bodies.sqlite"
_LAYOUT = 1
_SCHEMA = """
create table fragments (id integer primary key, folder text not null unique, key text not null);
create table bodies (
    body blob primary key, fragment integer not null, capture blob not null, class text not null, reason text not null
) without rowid;
"""
# What a busy machine may have done: another time the page may be read.
_NOT_KEPT = {"timed_out", "crashed"}
_CAPTURE_COLUMNS = ["capture_id", "body_digest", "content_type", "site", "url", "class", "status"]


@dataclass(frozen=True)
class KnownBodies:
    """The index, open. What is found in it is right for the fragments that `sync` was told of."""

    fragments: Path
    database: sqlite3.Connection

    def sync(self, fragments: Iterable[Fragment]) -> None:
        """Know the bodies of these fragments and of no others."""
        wanted = {self._name(fragment): fragment for fragment in fragments}
        known = {folder: (number, key) for number, folder, key in self.database.execute("select * from fragments")}
        stale = [
            number
            for folder, (number, key) in known.items()
            if folder not in wanted or wanted[folder].key != key
        ]  # fmt: skip
        with self.database:
            self.database.executemany("delete from bodies where fragment = ?", [(number,) for number in stale])
            self.database.executemany("delete from fragments where id = ?", [(number,) for number in stale])
        have = {folder for folder, (number, _) in known.items() if number not in set(stale)}
        for folder, fragment in wanted.items():
            if folder not in have:
                try:
                    self.add(fragment)
                except DamagedFragment:  # said and mended where its rows are wanted
                    continue

    def add(self, fragment: Fragment) -> None:
        """Know what this fragment read, too. Raises DamagedFragment."""
        captures = read_fragment(fragment, "captures", _CAPTURE_COLUMNS)
        captures = captures.filter(pc.is_in(captures["class"], value_set=pa.array([ARTICLE, REJECT])))
        rejects = read_fragment(fragment, "rejects", ["capture_id", "reason"]).to_pylist()
        reasons = {row["capture_id"]: row["reason"] for row in rejects}
        rows = []
        for row in captures.to_pylist():
            reason = reasons.get(row["capture_id"], "")
            # HTML that came with an error is a reject by its status; its body was not read.
            if reason not in _NOT_KEPT and (row["status"] is None or 200 <= row["status"] < 300):
                key = body_key(row["body_digest"], row["content_type"], row["site"], row["url"])
                rows.append((_digest(key), UUID(row["capture_id"]).bytes, row["class"], reason))
        with self.database:
            number = self.database.execute(
                "insert or replace into fragments (folder, key) values (?, ?)", (self._name(fragment), fragment.key)
            ).lastrowid
            self.database.executemany(
                "insert or ignore into bodies (body, fragment, capture, class, reason) values (?, ?, ?, ?, ?)",
                [(body, number, *rest) for body, *rest in rows],
            )

    def __call__(self, key: str) -> KnownBody | None:
        """Where the body of that key was read; None where it was not."""
        row = self.database.execute(
            "select folder, capture, class, reason from bodies join fragments on id = fragment where body = ?",
            (_digest(key),),
        ).fetchone()
        if row is None:
            return None
        folder, capture, class_, reason = row
        return KnownBody(
            capture_id=str(UUID(bytes=capture)), class_=class_, reason=reason, folder=self.fragments / folder
        )

    def _name(self, fragment: Fragment) -> str:
        return fragment.folder.relative_to(self.fragments).as_posix()


@contextmanager
def known_bodies(fragments: Path) -> Iterator[KnownBodies]:
    """The index of the fragments below that folder; one at a time, under the lock of the build."""
    fragments.mkdir(parents=True, exist_ok=True)
    path = fragments / _NAME
    try:
        database = _opened(path)
    except sqlite3.DatabaseError:  # torn or of another layout: a cache, made again
        for leftover in fragments.glob(f"{_NAME}*"):
            leftover.unlink()
        database = _opened(path)
    try:
        yield KnownBodies(fragments, database)
    finally:
        database.close()


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        (layout,) = database.execute("pragma user_version").fetchone()
        if layout not in (0, _LAYOUT):
            raise sqlite3.DatabaseError(f"layout {layout}")
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = off")  # a cache: what a power cut tears is made again
        if layout == 0:
            database.executescript(f"{_SCHEMA} pragma user_version = {_LAYOUT};")
        database.execute("select count(*) from fragments").fetchone()
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
