"""A file that a crash left open in, a whole one with its index out: cut after the last whole member.

Never cuts a closed file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.cdxj import cdxj_path, write_cdxj
from crawler.archive.errors import ArchiveError
from crawler.archive.folders import sync_folder
from crawler.archive.message import Dechunker, is_chunked, read_head
from crawler.archive.open_file import OPEN_SUFFIX
from crawler.archive.records import ClosedFile, Written
from crawler.archive.scan import GZIP_MAGIC, Record, open_records

# Where members follow the damage, the file is not merely torn. Looked for in steps of this.
_SEARCH_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class RecoveredCapture(Written):
    """A capture found in a file that was left open, with what its metadata record says."""

    url: str
    site: str | None
    kind: str | None


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What became of a file that was left open."""

    closed: ClosedFile | None
    """None: the file held no whole record and was removed."""
    captures: tuple[RecoveredCapture, ...]
    cut_bytes: int
    """Bytes behind the last whole record, now gone from the file."""
    kept: Path | None
    """A copy of the file as it was, made where whole records stood behind the damage."""


def repair_open_file(path: Path) -> Repaired:
    """Finishes a `.open` file: cut, fsync, index, rename. Safe to repeat after a crash of its own."""
    if not path.name.endswith(OPEN_SUFFIX):
        raise ValueError(f"{path} is not a file that was left open: its name does not end in {OPEN_SUFFIX}")
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    if final.exists():
        raise ArchiveError(final.name, None, f"there is also {path.name}; remove the one that is not wanted")
    name = f"{final.parent.name}/{final.name}"
    whole_bytes, records, captures = _survey(path, name)
    size = path.stat().st_size
    if not records:
        path.unlink()
        sync_folder(path.parent)
        return Repaired(closed=None, captures=(), cut_bytes=size, kept=None)
    kept = _keep_copy(path, whole_bytes) if size > whole_bytes else None
    with path.open("r+b") as file:
        file.truncate(whole_bytes)
        os.fsync(file.fileno())
    write_cdxj(path, name=name)
    path.rename(final)
    sync_folder(final.parent)
    closed = _closed(final, name, whole_bytes, records, captures)
    return Repaired(closed=closed, captures=tuple(captures), cut_bytes=size - whole_bytes, kept=kept)


def sha256_of(path: Path) -> str:
    """Hex SHA-256 over a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _survey(path: Path, name: str) -> tuple[int, int, list[RecoveredCapture]]:
    captures: list[RecoveredCapture] = []
    records = 0
    with path.open("rb") as stream:
        reader = open_records(stream, name=name)
        try:
            while (record := reader.next_record()) is not None:
                if record.record_type in ("response", "revisit"):
                    captures.append(_recovered(record, name))
                elif record.record_type == "metadata" and captures:
                    captures[-1] = _annotated(captures[-1], record)
                record.finish()
                records += 1
        except ArchiveError:
            pass  # the end of what is whole, which is what was asked for
        captures = [capture for capture in captures if capture.offset + capture.length <= reader.good_to]
        return reader.good_to, records, captures


def _recovered(record: Record, name: str) -> RecoveredCapture:
    block = record.read()
    head = read_head(block)
    body = block[head.end :] if head else b""
    if head and is_chunked(head):
        chunks = Dechunker()
        body = chunks.feed(body) + chunks.close()
    return RecoveredCapture(
        capture_id=(record.get("WARC-Record-ID") or "").removeprefix("<urn:uuid:").removesuffix(">"),
        warc_file=name,
        offset=record.offset,
        length=record.finish(),
        record_type=record.record_type,
        payload_digest=record.get("WARC-Payload-Digest"),
        captured_at=datetime.fromisoformat(record.get("WARC-Date") or "").astimezone(UTC),
        status=head.status if head else None,
        body_bytes=len(body),
        truncated=record.get("WARC-Truncated"),
        url=record.url or "",
        site=None,
        kind=None,
    )


def _annotated(capture: RecoveredCapture, metadata: Record) -> RecoveredCapture:
    if metadata.get("WARC-Concurrent-To") != f"<urn:uuid:{capture.capture_id}>":
        return capture
    lines = metadata.read().decode("utf-8", "replace").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    return replace(capture, site=fields.get("site"), kind=fields.get("kind"))


def _keep_copy(path: Path, whole_bytes: int) -> Path | None:
    """Copies the file aside where whole records follow the damage: that is no torn tail, and a person should look."""
    if not _records_behind(path, whole_bytes):
        return None
    kept = path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".damaged")
    shutil.copyfile(path, kept)
    return kept


def _records_behind(path: Path, offset: int) -> bool:
    magic = GZIP_MAGIC + b"\x08"
    with path.open("rb") as stream:
        at = offset + 1
        while True:
            stream.seek(at)
            window = stream.read(_SEARCH_BYTES)
            found = window.find(magic)
            if found < 0:
                if len(window) < _SEARCH_BYTES:
                    return False
                at += len(window) - len(magic) + 1
                continue
            at += found
            stream.seek(at)
            try:
                record = open_records(stream, name=path.name).next_record()
                if record is not None:
                    record.finish()
                    return True
            except ArchiveError:
                pass  # three bytes that only looked like the beginning of a member
            at += 1


def read_closed_file(path: Path) -> Repaired:
    """What `repair_open_file` would have said of a file that was closed just before a crash; never changes it.

    Its index is made where it is missing: of two names in one folder a power cut may keep the later.
    """
    name = f"{path.parent.name}/{path.name}"
    whole_bytes, records, captures = _survey(path, name)
    if not cdxj_path(path).exists() and whole_bytes == path.stat().st_size:
        write_cdxj(path, name=name)
    sync_folder(path.parent)
    return Repaired(
        closed=_closed(path, name, whole_bytes, records, captures), captures=tuple(captures), cut_bytes=0, kept=None
    )


def _closed(path: Path, name: str, size: int, records: int, captures: list[RecoveredCapture]) -> ClosedFile:
    times = [capture.captured_at for capture in captures]
    return ClosedFile(
        warc_file=name,
        sha256=sha256_of(path),
        bytes=size,
        records=records,
        captures=len(captures),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        crawl_dates=tuple(sorted({at.date() for at in times})),
    )
