"""One WARC file of our own while it grows: records in, then a finished file with its index.

Knows neither rotation nor names.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from fastwarc.stream_io import GzipWriter

from crawler.archive.cdxj import cdxj_line, cdxj_path, digest_as_indexed, save_cdxj
from crawler.archive.extents import Extent, ExtentNotes
from crawler.archive.folders import sync_folder
from crawler.archive.index_draft import IndexDraft
from crawler.archive.message import Payload
from crawler.archive.records import CaptureNotes, ClosedFile, Exchange, RevisitOf, Written
from crawler.archive.serialise import (
    CaptureRecord,
    capture_record,
    metadata_record,
    request_record,
    warc_date,
    warcinfo_record,
)

OPEN_SUFFIX = ".open"
# zlib's own default. On 200 news pages of 84 KB level 9 is 0.6 % smaller and takes 1.8 times as long (2026-11);
# fastwarc's writer packs 1,780 of them a second, zlib 960.
_COMPRESSION_LEVEL = 6
_BIG = 1_048_576
_BIG_COMPRESSION_LEVEL = 1  # 50 MB must not cost the sites beside it a second of a core
# Requests and metadata, two of three records. fastwarc's writer takes 0.23 ms for each, however small; a deflate window
# no larger than the record takes 0.003 ms (2026-11).
_SMALL_BYTES, _SMALL_WINDOW, _SMALL_MEMORY = 4096, 16 + 12, 5


def member(*parts: bytes) -> bytes | bytearray:
    """The record, which may come in parts, as one gzip member."""
    size = sum(map(len, parts))
    if size > _BIG:
        return _big_member(parts)
    if size <= _SMALL_BYTES:
        small = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _SMALL_WINDOW, _SMALL_MEMORY)
        return small.compress(b"".join(parts)) + small.flush()
    sink = _Sink()
    packer = GzipWriter(sink, _COMPRESSION_LEVEL)
    packer.write(b"".join(parts))
    packer.finish()  # without it records run on into one member, and no offset leads to any of them
    return b"".join(sink.pieces)


def _big_member(parts: tuple[bytes, ...]) -> bytearray:
    """In pieces, by a packer that lets other threads run meanwhile; fast rather than small."""
    packer, packed = zlib.compressobj(_BIG_COMPRESSION_LEVEL, zlib.DEFLATED, 31), bytearray()
    for part in parts:
        for at in range(0, len(part), _BIG):
            packed += packer.compress(memoryview(part)[at : at + _BIG])
    packed += packer.flush()
    return packed


@dataclass(frozen=True, kw_only=True)
class Packed:
    """An exchange as it will stand in the file of that warcinfo record: three gzip members."""

    exchange: Exchange
    capture_id: UUID
    capture: CaptureRecord
    warcinfo_id: UUID
    members: tuple[bytes | bytearray, ...]


def pack(
    exchange: Exchange, notes: CaptureNotes, revisit_of: RevisitOf | None, *, warcinfo_id: UUID,
    payload: Payload | None = None,
) -> Packed:  # fmt: skip
    """The records of an exchange, packed. Touches no file: a large exchange is packed in a thread."""
    capture_id = uuid4()
    ids = {"capture_id": capture_id, "warcinfo_id": warcinfo_id}
    capture = capture_record(exchange, capture_id, warcinfo_id=warcinfo_id, revisit_of=revisit_of, payload=payload)
    return Packed(
        exchange=exchange, capture_id=capture_id, capture=capture, warcinfo_id=warcinfo_id,
        members=(
            member(request_record(exchange, uuid4(), **ids)),
            member(*capture.record),
            member(metadata_record(exchange, notes, uuid4(), **ids)),
        ),
    )  # fmt: skip


class _Sink:
    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing to close."""


class NotUndone(Exception):
    """A write failed, and so did cutting the file back."""


class OpenFile:
    def __init__(self, final: Path, *, opened_at: datetime) -> None:
        self.final, self.opened_at = final, opened_at
        self.warc_file = f"{final.parent.name}/{final.name}"
        self.size = 0
        self._path = final.with_name(final.name + OPEN_SUFFIX)
        self._file = self._path.open("xb", buffering=0)
        self._sha256 = hashlib.sha256()
        self._warcinfo_id = uuid4()
        self._unsure: OSError | None = None
        self._records = 0
        self._index = IndexDraft()
        self._notes = ExtentNotes(final)
        self._times: list[datetime] = []  # earliest and latest capture
        self._dates: set[date] = set()

    def begin(self, *, software: str, robots: str, operator: str | None, hostname: str) -> None:
        record = warcinfo_record(
            self._warcinfo_id,
            at=self.opened_at,
            filename=self.final.name,
            software=software,
            robots=robots,
            operator=operator,
            hostname=hostname,
        )
        self._append((member(record),))
        sync_folder(self.final.parent)
        self._notes.add(Extent(start=0, end=self.size, records=1))

    @property
    def warcinfo_id(self) -> UUID:
        return self._warcinfo_id

    def write(self, packed: Packed) -> Written:
        """Appends an exchange that was packed for this file."""
        request, response, _ = packed.members
        start = self.size
        offset = start + len(request)
        self._append(packed.members)
        written, line = self._note(
            packed.exchange, packed.capture_id, offset=offset, length=len(response), stored_bytes=self.size - start,
            capture=packed.capture,
        )  # fmt: skip
        at = written.captured_at
        self._notes.add(Extent(start=start, end=self.size, records=3, offset=offset, at=at, line=line))
        return written

    def _append(self, members: tuple[bytes | bytearray, ...]) -> None:
        data = b"".join(members) if sum(map(len, members)) <= _BIG else None
        try:
            for piece in members if data is None else (data,):
                rest = memoryview(piece)
                while rest:
                    rest = rest[self._file.write(rest) :]
        except OSError:
            try:
                self._file.truncate(self.size)
                self._file.seek(self.size)
            except OSError as problem:
                raise NotUndone from problem
            raise
        for piece in members if data is None else (data,):
            self._sha256.update(piece)
            self.size += len(piece)
        self._records += len(members)

    def _note(
        self,
        exchange: Exchange,
        capture_id: UUID,
        *,
        offset: int,
        length: int,
        stored_bytes: int,
        capture: CaptureRecord,
    ) -> tuple[Written, str]:
        """What was written, and its line of the index."""
        at = exchange.started_at.astimezone(UTC)
        self._times = [min([at, *self._times]), max([at, *self._times])]
        self._dates.add(at.date())
        kind = capture.record_type
        line = cdxj_line(
            record_type=kind,
            url=exchange.url,
            warc_date=warc_date(at),
            block_type=None,
            block=capture.block,
            payload_digest=capture.payload_digest or digest_as_indexed(kind, exchange.url, (capture.block,)),
            offset=offset,
            length=length,
            filename=self.final.name,
        )
        self._index.add(line)
        written = Written(
            capture_id=str(capture_id),
            warc_file=self.warc_file,
            offset=offset,
            length=length,
            record_type=kind,
            payload_digest=capture.payload_digest,
            captured_at=at,
            status=capture.head.status if capture.head else None,
            body_bytes=capture.body_bytes,
            truncated=exchange.truncated,
            stored_bytes=stored_bytes,
        )
        return written, line

    def sync(self) -> None:
        """Flushes to the disk. One that failed is not tried again: Linux forgets what it could not write, and says yes
        to the next (the PostgreSQL wiki has it as "fsyncgate").
        """
        if self._unsure is not None:
            raise self._unsure
        if self._file.closed:
            return  # after `close` flushed it
        try:
            os.fsync(self._file.fileno())
        except OSError as problem:
            self._unsure = problem
            raise
        self._notes.write()

    def flush_ahead(self) -> Callable[[], None]:
        """What flushes the bytes that are there now, for a thread of its own: the next `sync` then has little to do."""
        if self._unsure is not None or self._file.closed:
            return lambda: None
        # Opened anew: of two handles that share an opening, a failure is told to one, and `sync` may be the other.
        handle = os.open(self._path, os.O_RDONLY)

        def flush() -> None:
            try:
                os.fsync(handle)
            except OSError as problem:
                self._unsure = problem
            finally:
                os.close(handle)

        return flush

    def close(self) -> ClosedFile:
        """Index first, then the rename: a file with its final name is whole and has its index."""
        self.sync()
        self._file.close()
        self._notes.close()
        save_cdxj(cdxj_path(self.final), self._index)
        self._path.rename(self.final)
        sync_folder(self.final.parent)
        return ClosedFile(
            warc_file=self.warc_file,
            sha256=self._sha256.hexdigest(),
            bytes=self.size,
            records=self._records,
            captures=len(self._index),
            first_at=self._times[0] if self._times else None,
            last_at=self._times[1] if self._times else None,
            crawl_dates=tuple(sorted(self._dates)),
        )
