"""A surveyed foreign WARC file in, the copy that is kept out: byte for byte, cut, or packed anew record by record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from fastwarc.stream_io import GzipWriter

from crawler.archive.foreign_survey import Survey, unpacked_records

_STEP_BYTES = 1 << 20
_COMPRESSION_LEVEL = 6


def write_copy(source: Path, target: Path, found: Survey) -> None:
    """Writes and fsyncs the copy; a target left from an interrupted import is written anew."""
    with source.open("rb") as read, target.open("wb") as out:
        if found.repack:
            _repack(read, out, source.name, records=found.records)
        else:
            _copy(read, out, found.good_bytes)
        out.flush()
        os.fsync(out.fileno())


def _copy(read: BinaryIO, out: BinaryIO, size: int) -> None:
    while size and (piece := read.read(min(size, _STEP_BYTES))):
        out.write(piece)
        size -= len(piece)


def _repack(read: BinaryIO, out: BinaryIO, name: str, *, records: int) -> None:
    """One member per record, header and block byte for byte; the line ends after it become the standard's two."""
    reader = unpacked_records(read, name)
    for _ in range(records):
        record = reader.next_record()
        if record is None:
            return
        packer = GzipWriter(out, _COMPRESSION_LEVEL)
        packer.write(record.raw_header)
        for piece in record.pieces():
            packer.write(piece)
        packer.write(b"\r\n\r\n")
        packer.finish()
        record.finish()
