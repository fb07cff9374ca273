"""A record's place in its file in, the request it answers out: looked for in the records just before and after.

Reads only.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from crawler.archive.errors import ArchiveError
from crawler.archive.scan import GZIP_MAGIC, Record, open_records

# A request is a few KB; what stands before the capture further away than this is not looked at.
_LOOK_BACK_BYTES = 1 << 17
# Heritrix and Common Crawl write request, response, metadata in varying order.
_LOOK_AHEAD_RECORDS = 3


def request_beside(stream: BinaryIO, capture: Record, *, length: int, name: str) -> bytes | None:
    """The block of the request record that is concurrent with the capture; None where no neighbour is it."""
    before = _record_ending_at(stream, capture.offset, name)
    if before is not None and _is_request_of(before[0], capture):
        return before[1]
    stream.seek(capture.offset + length)
    try:
        records = open_records(_without_blank_lines(stream), name=name)
        for _ in range(_LOOK_AHEAD_RECORDS):
            record = records.next_record()
            if record is None:
                break
            if _is_request_of(record, capture):
                return record.read()
            record.finish()
    except ArchiveError:
        return None  # damage after the capture says nothing about the capture
    return None


def _is_request_of(record: Record, capture: Record) -> bool:
    if record.record_type != "request":
        return False
    linked = record.get("WARC-Record-ID") in capture.all("WARC-Concurrent-To")
    return linked or capture.get("WARC-Record-ID") in record.all("WARC-Concurrent-To")


def _record_ending_at(stream: BinaryIO, offset: int, name: str) -> tuple[Record, bytes] | None:
    """The record that ends where another begins; found by trying each place before it that looks like a beginning."""
    start = max(0, offset - _LOOK_BACK_BYTES)
    stream.seek(start)
    window = stream.read(offset - start)
    stream.seek(offset)
    magic = GZIP_MAGIC + b"\x08" if stream.read(2) == GZIP_MAGIC else b"WARC/1."
    at = window.rfind(magic)
    while at >= 0:
        reader = open_records(io.BytesIO(window[at:]), name=name)
        try:
            record = reader.next_record()
            if record is not None:
                block = record.read()
                record.finish()
                if reader.good_to == len(window) - at:
                    return record, block
        except ArchiveError:
            pass  # these bytes only looked like the beginning of a record
        at = window.rfind(magic, 0, at + len(magic) - 1)
    return None


def _without_blank_lines(stream: BinaryIO) -> BinaryIO:
    """Past the line ends that follow a record of a file that is not compressed."""
    while (byte := stream.read(1)) in (b"\r", b"\n"):
        pass
    if byte:
        stream.seek(-1, io.SEEK_CUR)
    return stream
