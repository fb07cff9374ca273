"""Where a WARC file of our own has which exchange, noted beside it while it grows; read after a crash. Never the truth.

A gigabyte takes longer to read than a start may take. A note is written only once the bytes that it is of are flushed,
so that whatever notes a crash leaves are of whole records; what they do not cover is read from the file itself. They go
once the ledger knows the file as closed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path

ENDING = ".extents"
# Of the WARC file, between two flushes of its notes: what a start after a power cut reads at most, in half a second.
FLUSH_BYTES = 64_000_000


@dataclass(frozen=True, kw_only=True)
class Extent:
    """The records of one exchange, or of a file's beginning: from `start` to before `end`."""

    start: int
    end: int
    records: int
    offset: int | None = None
    """Of the capture among them."""
    at: datetime | None = None
    """Its WARC-Date."""
    line: str | None = None
    """Its line of the index."""


def extents_path(warc: Path) -> Path:
    """Where the notes of a WARC file are, whether it is open or has its final name."""
    return warc.with_name(warc.name.removesuffix(".open").removesuffix(".gz").removesuffix(".warc") + ENDING)


class ExtentNotes:
    """Notes that wait until their bytes are flushed. A disk that refuses them is no trouble: repair reads more."""

    def __init__(self, warc: Path) -> None:
        self._waiting: list[Extent] = []
        self._flushed_to = 0
        try:
            self._file: FileIO | None = extents_path(warc).open("wb", buffering=0)
        except OSError:
            self._file = None

    def add(self, extent: Extent) -> None:
        """Take a note."""
        if self._file is not None:
            self._waiting.append(extent)

    def write(self) -> None:
        """Write what is waiting, its bytes being flushed. The notes themselves are, now and then."""
        if self._file is None or not self._waiting:
            return
        lines, end = "".join(map(_to_line, self._waiting)).encode(), self._waiting[-1].end
        self._waiting.clear()
        try:
            if self._file.write(lines) < len(lines):
                self.close()  # nothing may follow half a line
            elif end - self._flushed_to >= FLUSH_BYTES:
                os.fsync(self._file.fileno())
                self._flushed_to = end
        except OSError:
            self.close()

    def close(self) -> None:
        """Let go of the file; it stays."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_extents(warc: Path) -> list[Extent]:
    """The notes of a WARC file by where they begin, none within another and none beyond the end; none without notes."""
    try:
        data = extents_path(warc).read_bytes()
    except FileNotFoundError:
        return []
    size, found, at = warc.stat().st_size, [], 0
    for extent in sorted(filter(None, map(_from_line, data.split(b"\n"))), key=lambda e: e.start):
        if at <= extent.start < extent.end <= size:
            found.append(extent)
            at = extent.end
    return found


def forget_extents(warc: Path) -> None:
    """Remove the notes of a WARC file that nobody will ask about any more."""
    extents_path(warc).unlink(missing_ok=True)


def _to_line(extent: Extent) -> str:
    at = extent.at.isoformat() if extent.at else None
    said = [extent.start, extent.end, extent.records, extent.offset, at, extent.line]
    return json.dumps(said, separators=(",", ":")) + "\n"


def _from_line(line: bytes) -> Extent | None:
    """A note; None for what a power cut made of one."""
    try:
        start, end, records, offset, at, index_line = json.loads(line)
        moment = datetime.fromisoformat(at) if at else None
        return Extent(start=int(start), end=int(end), records=int(records), offset=offset, at=moment, line=index_line)
    except (ValueError, TypeError):
        return None
