"""A foreign WARC file in, what can be read of it and how it must be kept out.

Reads it whole, once or twice; writes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from crawler.archive.errors import ArchiveError, NotMemberAligned
from crawler.archive.scan import GZIP_MAGIC, RecordReader, Source, Stream, UnpackedMembers, open_records

_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_STEP_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a file holds."""

    bytes: int
    sha256: str
    content_sha256: str
    gzip: bool
    repack: bool
    """Its members are not one record each."""
    records: int
    captures: int
    good_bytes: int
    """As far as it is whole: in the file, or in its unpacked bytes where it must be packed anew."""
    crawl_dates: tuple[date, ...]
    damage: ArchiveError | None


def survey(path: Path, progress: Callable[[int], None]) -> Survey:
    """Reads all of a file, as far as it goes. Raises OSError alone."""
    with path.open("rb") as file:
        stream = _Counted(file, progress)
        packed = stream.read(2) == GZIP_MAGIC
        stream.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        found = _read(open_records(stream, name=path.name))
        repack = packed and isinstance(found.damage, NotMemberAligned)
        if repack:
            file.seek(0)
            found = _read(unpacked_records(stream, path.name))
        file.seek(0)
        content_sha256 = _content_sha256(file, path.name) if packed else sha256
        size = path.stat().st_size
    return Survey(
        bytes=size,
        sha256=sha256,
        content_sha256=content_sha256,
        gzip=packed,
        repack=repack,
        records=found.records,
        captures=found.captures,
        good_bytes=found.good_bytes,
        crawl_dates=tuple(sorted(found.days)),
        damage=found.damage,
    )


def unpacked_records(stream: Stream, name: str) -> RecordReader:
    """The records of a gzip file, wherever its members begin and end."""
    return RecordReader(UnpackedMembers(stream, name), name, one_record_per_run=False)


@dataclass
class _Found:
    records: int = 0
    captures: int = 0
    good_bytes: int = 0
    days: frozenset[date] = frozenset()
    damage: ArchiveError | None = None


def _read(records: RecordReader) -> _Found:
    found = _Found()
    days: set[date] = set()
    try:
        while (record := records.next_record()) is not None:
            record.finish()
            found.records += 1
            if record.record_type in ("response", "revisit", "resource") and (record.url or "").lower().startswith(
                "http"
            ):
                found.captures += 1
                days |= _day(record.get("WARC-Date"))
    except ArchiveError as damage:
        found.damage = damage
    found.good_bytes, found.days = records.good_to, frozenset(days)
    return found


def _day(raw: str | None) -> set[date]:
    match = _DAY.match(raw or "")
    with suppress(ValueError):
        return {date(int(match[1]), int(match[2]), int(match[3]))} if match else set()
    return set()


def _content_sha256(stream: Stream, name: str) -> str:
    """Over the unpacked bytes as far as they go; a damaged file is known by the part that could be read."""
    source: Source = UnpackedMembers(stream, name)
    sha256 = hashlib.sha256()
    with suppress(ArchiveError):
        if source.next_run():
            while piece := source.more():
                sha256.update(piece)
    return sha256.hexdigest()


class _Counted:
    """A stream that tells how far it has been read."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None]) -> None:
        self._stream, self._progress = stream, progress
        self._told = 0

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        at = self._stream.tell()
        if at - self._told >= _STEP_BYTES or not piece:
            self._told = at
            self._progress(at)
        return piece

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, /) -> int:
        return self._stream.seek(offset)
