"""A WARC file of our own as a crash left it in, what is whole in it out. Reads only.

What the notes beside the file cover and the ledger knows is not read again: those bytes were flushed before either was
written. Everything else is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive.cdxj import cdxj_line, digest_as_indexed
from crawler.archive.errors import ArchiveError
from crawler.archive.extents import Extent, read_extents
from crawler.archive.index_draft import IndexDraft
from crawler.archive.message import Dechunker, is_chunked, read_head
from crawler.archive.records import Written
from crawler.archive.scan import GZIP_MAGIC, Record, open_records


@dataclass(frozen=True, kw_only=True)
class RecoveredCapture(Written):
    """A capture found in a file that was left open, with what its metadata record says."""

    url: str
    site: str | None
    kind: str | None


@dataclass(kw_only=True)
class Inventory:
    """What a file holds up to its first damage."""

    warc_file: str
    whole_bytes: int = 0
    records: int = 0
    missing: list[RecoveredCapture] = field(default_factory=list)
    """Captures that the ledger does not have."""
    index: IndexDraft = field(default_factory=IndexDraft)
    """A line for each capture."""
    times: list[datetime] = field(default_factory=list)


def take_inventory(path: Path, *, warc_file: str, entered: Collection[int] = ()) -> Inventory:
    """Reads what has to be read; `entered` are the offsets of the captures that the ledger has in this file."""
    held = Inventory(warc_file=warc_file)
    with path.open("rb") as stream:
        for extent in read_extents(path):
            if extent.offset is not None and extent.offset not in entered:
                continue  # the ledger needs more of it than a note says
            if extent.start > held.whole_bytes and not _read(stream, held, up_to=extent.start, entered=entered):
                return held
            if extent.start == held.whole_bytes and _begins_here(stream, extent):
                held.whole_bytes, held.records = extent.end, held.records + extent.records
                if extent.line:
                    held.index.add(extent.line)
                held.times += [extent.at] if extent.at else []
        _read(stream, held, up_to=None, entered=entered)
    return held


def _begins_here(stream: BinaryIO, extent: Extent) -> bool:
    stream.seek(extent.start)
    return stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def _read(stream: BinaryIO, held: Inventory, *, up_to: int | None, entered: Collection[int]) -> bool:
    """Goes on record by record; False at damage, which is where a crash left the file, or at its end."""
    stream.seek(held.whole_bytes)
    reader = open_records(stream, name=held.warc_file)
    try:
        while up_to is None or reader.good_to < up_to:
            record = reader.next_record()
            if record is None:
                return False
            if record.record_type in ("response", "revisit"):
                _note(record, held, entered)
            elif record.record_type == "metadata" and held.missing:
                held.missing[-1] = _annotated(held.missing[-1], record)
            record.finish()
            held.whole_bytes, held.records = reader.good_to, held.records + 1
    except ArchiveError:
        return False  # the end of what is whole, which is what was asked for
    return True


def _note(record: Record, held: Inventory, entered: Collection[int]) -> None:
    block = record.read()
    length, kind, url, said_at = record.finish(), record.record_type, record.url or "", record.get("WARC-Date") or ""
    digest = record.get("WARC-Payload-Digest")
    at = datetime.fromisoformat(said_at).astimezone(UTC)
    held.times.append(at)
    held.index.add(
        cdxj_line(
            record_type=kind, url=url, warc_date=said_at, block_type=None, block=block,
            payload_digest=digest or digest_as_indexed(kind, url, (block,)), offset=record.offset, length=length,
            filename=held.warc_file.rpartition("/")[2],
        )
    )  # fmt: skip
    if record.offset in entered:
        return
    head = read_head(block)
    body = block[head.end :] if head else b""
    if head and is_chunked(head):
        chunks = Dechunker()
        body = chunks.feed(body) + chunks.close()
    held.missing.append(
        RecoveredCapture(
            capture_id=(record.get("WARC-Record-ID") or "").removeprefix("<urn:uuid:").removesuffix(">"),
            warc_file=held.warc_file,
            offset=record.offset,
            length=length,
            record_type=kind,
            payload_digest=digest,
            captured_at=at,
            status=head.status if head else None,
            body_bytes=len(body),
            truncated=record.get("WARC-Truncated"),
            url=url,
            site=None,
            kind=None,
        )
    )


def _annotated(capture: RecoveredCapture, metadata: Record) -> RecoveredCapture:
    if metadata.get("WARC-Concurrent-To") != f"<urn:uuid:{capture.capture_id}>":
        return capture
    lines = metadata.read().decode("utf-8", "replace").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    return replace(capture, site=fields.get("site"), kind=fields.get("kind"))
