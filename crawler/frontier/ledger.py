"""Captures in, what is known of them out: which are on the disk for certain, and where. Decides nothing.

It is part of the frontier's database, so that a capture is entered in the transaction that acknowledges its URL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from crawler.archive import ClosedFile, Written
from crawler.errors import FrontierFailed, FrontierNewer
from crawler.frontier.leases import EarlierCapture

FRONTIER_LAYOUT = 3
_CACHE_KIB = 8_192  # of the frontier's pages: full early, so that the memory of a crawl is flat; the system has more


class _Connection(sqlite3.Connection):
    """Its failures are ours: wherever it is asked, who asked learns which file it is and what to do."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise FrontierFailed(self.path, cause=str(error)) from error

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise FrontierFailed(self.path, cause=str(error)) from error


class Ledger:
    """The database of one archive, and the captures and WARC files in it."""

    def __init__(self, path: Path, *, owner: str) -> None:
        self._path, self._owner = path, owner
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30.0, factory=_Connection)
        except sqlite3.Error as error:
            raise FrontierFailed(path, cause=str(error)) from error
        self._db.path = path
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare(path)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(f"pragma cache_size = -{_CACHE_KIB}")
        self._functions(self._db)
        found = self._db.execute("pragma user_version").fetchone()[0]
        if found > FRONTIER_LAYOUT:
            raise FrontierNewer(path, found=found, known=FRONTIER_LAYOUT)
        if found < FRONTIER_LAYOUT:
            with self._transaction():
                self._upgrade(found)

    def _upgrade(self, found: int) -> None:
        """Bring the tables to the present layout, whole or not at all."""
        if found == 1:
            self._db.execute("alter table capture add column truncated text")
        if found in (1, 2):
            for index in ("url_due", "url_batch", "url_site", "url_lease"):
                self._db.execute(f"drop index if exists {index}")
            for table in ("url", "announcement", "domain"):
                self._db.execute(f"alter table {table} rename to old_{table}")
            self._db.execute("alter table robots add column body_at real")
        self._run("frontier.sql")
        if found in (1, 2):
            self._run("frontier_2_to_3.sql")
        self._db.execute(f"pragma user_version = {FRONTIER_LAYOUT}")

    def _run(self, name: str) -> None:
        """The statements of one of our SQL files; executescript would end the transaction first."""
        script, statement = resources.files("crawler.frontier").joinpath(name).read_text("utf-8"), ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._db.execute(statement)
                statement = ""

    def _functions(self, db: sqlite3.Connection) -> None:
        """What SQL may call; for who extends this."""

    def _rolled_back(self) -> None:
        """Forget what a transaction that did not come to be had changed; for who extends this."""

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All or nothing. `durable`: on the disk at its end; else it outlives the process, but maybe no power cut."""
        try:
            self._db.execute("pragma synchronous = full" if durable else "pragma synchronous = normal")
            self._db.execute("begin immediate")
            yield
            self._db.execute("commit")
        except BaseException as error:
            self._rolled_back()
            if self._db.in_transaction:  # a full disk ends some transactions by itself
                self._db.execute("rollback")
            if isinstance(error, sqlite3.Error):
                raise FrontierFailed(self._path, cause=str(error)) from error
            raise

    def earlier_capture(self, url: str) -> EarlierCapture | None:
        """The newest capture of `url` that was answered 200 with its whole payload, for revisits to point to."""
        row = self._db.execute(
            "select * from capture where url = ? and status = 200 and record_type = 'response'"
            " and truncated is null order by captured_at desc limit 1",
            (url,),
        ).fetchone()
        if row is None:
            return None
        return EarlierCapture(
            capture_id=row["capture_id"], url=row["url"], captured_at=datetime.fromisoformat(row["captured_at"]),
            payload_digest=row["payload_digest"],
        )  # fmt: skip

    def _enter(self, url: str, w: Written) -> None:
        self._db.execute(
            "insert or ignore into capture values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                w.capture_id,
                url,
                w.captured_at.isoformat(),
                w.record_type,
                w.status,
                w.payload_digest,
                w.warc_file,
                w.offset,
                w.length,
                w.truncated,
            ),
        )

    def enter_recovered(self, captures: Iterable[tuple[str, Written]]) -> list[str]:
        """Put captures that a repair found into the ledger; the ids of those that were missing there."""
        missing = []
        with self._transaction():
            for url, written in captures:
                if not self._db.execute("select 1 from capture where capture_id = ?", (written.capture_id,)).fetchone():
                    missing.append(written.capture_id)
                self._enter(url, written)
        return missing

    def close_file(self, closed: ClosedFile, *, now: datetime) -> None:
        """Note the digest of a WARC file that will never change again."""
        with self._transaction():
            self._db.execute(
                "insert or replace into warc_file values (?, ?, ?, ?, ?, ?)",
                (closed.warc_file, closed.sha256, closed.bytes, closed.records, closed.captures, now.timestamp()),
            )

    def closed_files(self) -> dict[str, tuple[str, int]]:
        """Closed WARC file → its SHA-256 and how many captures it holds."""
        return {r[0]: (r[1], r[2]) for r in self._db.execute("select warc_file, sha256, captures from warc_file")}

    def captures_in(self, warc_file: str) -> int:
        """How many captures of a WARC file the ledger has."""
        row = self._db.execute("select count(*) from capture where warc_file = ?", (warc_file,)).fetchone()
        return int(row[0])

    def offsets_in(self, warc_file: str) -> set[int]:
        """Where in a WARC file the captures are that the ledger has of it."""
        rows = self._db.execute("select record_offset from capture where warc_file = ?", (warc_file,))
        return {row[0] for row in rows}

    def ledger_counts(self) -> dict[str, int]:
        """WARC file → captures that the ledger has in it."""
        return {r[0]: r[1] for r in self._db.execute("select warc_file, count(*) from capture group by warc_file")}

    def damage(self) -> list[str]:
        """What SQLite finds wrong with its file."""
        return [r[0] for r in self._db.execute("pragma integrity_check(20)") if r[0] != "ok"]
