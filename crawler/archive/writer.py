"""Exchanges in, WARC files with their index out. The only module that writes WARC of our own; decides nothing about
revisits.

A file is `….warc.gz.open` while it grows. `close` finishes it: fsync, index beside it, rename, fsync of the folder. An
exchange's records reach the file in one write, and a write that fails is undone, so that a full disk tears nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archive.errors import WriterClosed
from crawler.archive.extents import forget_extents
from crawler.archive.folders import make_folder
from crawler.archive.message import Payload
from crawler.archive.open_file import NotUndone, OpenFile, Packed, pack
from crawler.archive.records import CaptureNotes, ClosedFile, Exchange, RevisitOf, Written


def utc_now() -> datetime:
    return datetime.now(UTC)


class ArchiveWriter:
    """Writes into one file at a time, a new one for each process, UTC day, hour and gigabyte.

    `archive` is the folder that holds `crawl_date=…`. `contact` becomes the operator in warcinfo. `on_closed` is told
    of every finished file, and has to `forget_extents` of it once it is noted elsewhere. Not for use from several
    threads.
    """

    def __init__(
        self,
        archive: Path,
        *,
        software: str,
        contact: str | None,
        prefix: str = "broadsheet",
        host: str | None = None,
        max_bytes: int = 1_000_000_000,
        max_age: timedelta = timedelta(hours=1),
        clock: Callable[[], datetime] = utc_now,
        robots: str = "obey",
        on_closed: Callable[[ClosedFile], None] | None = None,
    ) -> None:
        self._archive, self._prefix = archive, prefix
        self._software, self._contact, self._robots = software, contact, robots
        self._host = host or socket.gethostname()
        self._max_bytes, self._max_age = max_bytes, max_age
        self._clock, self._on_closed = clock, on_closed
        self._serial = 0
        self._file: OpenFile | None = None
        self._ended: str | None = None

    @property
    def open_file(self) -> str | None:
        """The file being written, as it will be named; None between files."""
        return self._file.warc_file if self._file else None

    def write(
        self, exchange: Exchange, notes: CaptureNotes, *, revisit_of: RevisitOf | None = None,
        payload: Payload | None = None,
    ) -> Written:  # fmt: skip
        """Writes request, response or revisit, and metadata. On the disk only after `sync`.

        `payload`: of the response, where it is known already. Raises OSError where the disk refuses; the file is then
        as it was before. ValueError for what no record can hold.
        """
        file = self.present()
        return self._written(file, pack(exchange, notes, revisit_of, warcinfo_id=file.warcinfo_id, payload=payload))

    def write_packed(self, packed: Packed) -> Written | None:
        """The same for what was packed for the file of that warcinfo record; None where another one is written now."""
        file = self.present()
        return self._written(file, packed) if packed.warcinfo_id == file.warcinfo_id else None

    def _written(self, file: OpenFile, packed: Packed) -> Written:
        try:
            return file.write(packed)
        except NotUndone as problem:
            self._ended = (
                f"a write failed and could not be undone ({problem.__cause__}); crawl again, repair runs first"
            )
            raise WriterClosed(file.warc_file, self._ended) from problem.__cause__

    def present(self) -> OpenFile:
        """The file that is being written, begun if there is none; the one before it closed where that is due."""
        if self._ended:
            raise WriterClosed(str(self._archive), self._ended)
        self.rotate_if_due()
        if self._file is None:
            self._file = self._open()
        return self._file

    def rotate_if_due(self) -> bool:
        """Closes the present file where its size, its age or midnight UTC asks for it; True if it did."""
        if self._file is None:
            return False
        now = self._clock().astimezone(UTC)
        due = (
            self._file.size >= self._max_bytes
            or now - self._file.opened_at >= self._max_age
            or now.date() != self._file.opened_at.date()
        )
        if due:
            self._close_file()
        return due

    def sync(self) -> None:
        """Flushes to the disk; after it, everything written is there. OSError, then and ever after, where it is not."""
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        """Finishes the present file. Calling it again does nothing."""
        if self._file is not None and not self._ended:
            self._close_file()
        self._ended = self._ended or "the writer was closed"

    def _close_file(self) -> None:
        if self._file is None:
            return
        try:
            closed = self._file.close()
        except OSError as problem:
            self._ended = f"a file could not be finished ({problem}); crawl again, repair runs first"
            raise  # the file stays, so that `sync` still answers for what is in it
        self._file = None
        if self._on_closed is not None:
            self._on_closed(closed)
        else:
            forget_extents(self._archive / closed.warc_file)

    def _open(self) -> OpenFile:
        now = self._clock().astimezone(UTC)
        folder = self._archive / f"crawl_date={now.date().isoformat()}"
        make_folder(folder)
        stamp = now.strftime("%Y%m%d%H%M%S%f")[:17]
        while True:
            self._serial += 1
            final = folder / f"{self._prefix}-{stamp}-{self._serial:05d}-{self._host}.warc.gz"
            try:
                file = None if final.exists() else OpenFile(final, opened_at=now)
            except FileExistsError:
                file = None
            if file is not None:
                break
        file.begin(software=self._software, robots=self._robots, operator=self._contact, hostname=self._host)
        return file
