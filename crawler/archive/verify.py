"""A closed WARC file in, what is wrong with it out. Reads only, streams: memory does not grow with the file.

`warcio check` returns 0 for a file that ends inside a member (25 of 25 tried, 2026-11), and nothing but the SHA-256 of
the file sees a flipped bit in a gzip header; so this looks at members, lengths, digests, and the sum the ledger holds.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.archive.errors import ArchiveError, DamagedRecord, NotMemberAligned, TornRecord
from crawler.archive.message import Dechunker, is_chunked, read_head
from crawler.archive.scan import Record, open_records

_HEAD_BYTES = 1 << 18
_KINDS: tuple[tuple[type[ArchiveError], str], ...] = (
    (TornRecord, "torn"),
    (DamagedRecord, "damaged"),
    (NotMemberAligned, "not_aligned"),
    (ArchiveError, "not_warc"),
)
_HASH_NAMES = {
    "sha1": "sha1",
    "sha-1": "sha1",
    "sha256": "sha256",
    "sha-256": "sha256",
    "md5": "md5",
    "sha512": "sha512",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a WARC file."""

    warc_file: str
    offset: int | None
    """Of the record; None where it concerns the file."""
    kind: str
    """missing, torn, damaged, not_aligned, not_warc, header, block_digest, payload_digest or sha256."""
    detail: str


def verify_warc(path: Path, *, name: str, expected_sha256: str | None = None) -> Iterator[Problem]:
    """Everything that is wrong with a file, in its order; nothing where all is well.

    With `expected_sha256` any change of any byte is found. After a damaged member the rest can only be summed, not
    read.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        yield Problem(warc_file=name, offset=None, kind="missing", detail="no such file")
        return
    with stream:
        summed = _Summed(stream)
        try:
            records = 0
            for record in open_records(summed, name=name):
                records += 1
                yield from _check(record, name)
            if not records:
                yield Problem(warc_file=name, offset=0, kind="torn", detail="the file holds no record")
        except ArchiveError as problem:
            kind = next(kind for error, kind in _KINDS if isinstance(problem, error))
            yield Problem(warc_file=name, offset=problem.offset, kind=kind, detail=problem.detail)
        found = summed.finish()
    if expected_sha256 is not None and found != expected_sha256.lower():
        detail = f"SHA-256 is {found}, was {expected_sha256} when the file was closed"
        yield Problem(warc_file=name, offset=None, kind="sha256", detail=detail)


class _Summed:
    """A stream that sums what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self._summed_to = 0

    def read(self, size: int, /) -> bytes:
        at = self._stream.tell()
        piece = self._stream.read(size)
        # The reader looks at the first bytes and goes back; those are not summed twice.
        self._sha256.update(piece[max(0, self._summed_to - at) :])
        self._summed_to = max(self._summed_to, at + len(piece))
        return piece

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, /) -> int:
        return self._stream.seek(offset)

    def finish(self) -> str:
        self._stream.seek(self._summed_to)
        while piece := self._stream.read(1 << 20):
            self._sha256.update(piece)
        return self._sha256.hexdigest()


def _check(record: Record, name: str) -> Iterator[Problem]:
    def problem(kind: str, detail: str) -> Problem:
        return Problem(warc_file=name, offset=record.offset, kind=kind, detail=detail)

    for field in ("WARC-Type", "WARC-Record-ID", "WARC-Date"):
        if not record.get(field):
            yield problem("header", f"{field} is missing")
    block_sum = _Sum(record.get("WARC-Block-Digest"))
    payload_sums = _PayloadSums(record)
    start = record.read(_HEAD_BYTES)
    block_sum.update(start)
    payload_sums.begin(start)
    for piece in record.pieces():
        block_sum.update(piece)
        payload_sums.update(piece)
    record.finish()
    if not block_sum.agrees():
        yield problem("block_digest", f"block is {block_sum.found()}, record says {block_sum.expected}")
    if not payload_sums.agrees():
        yield problem(
            "payload_digest", f"payload is {payload_sums.entity.found()}, record says {payload_sums.expected}"
        )


class _Sum:
    """A digest being computed, and what it should be; agrees where none was given, or one of an unknown kind."""

    def __init__(self, expected: str | None) -> None:
        self.expected = expected
        algorithm, _, self._value = (expected or "").partition(":")
        known = _HASH_NAMES.get(algorithm.strip().lower())
        self._hash = hashlib.new(known, usedforsecurity=False) if known else None

    def update(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)

    def found(self) -> str | None:
        return f"{self._hash.name}:{base64.b32encode(self._hash.digest()).decode()}" if self._hash else None

    def agrees(self) -> bool:
        """The standard leaves base 16, 32 and 64 open, and crawlers write all three."""
        if self._hash is None:
            return True
        digest, value = self._hash.digest(), self._value.strip()
        base32 = base64.b32encode(digest).decode().rstrip("=")
        base64s = {encode(digest).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
        return value.rstrip("=").upper() == base32 or value.lower() == digest.hex() or value.rstrip("=") in base64s


class _PayloadSums:
    """The payload digest in both readings: over the entity, and as older crawlers do over the bytes with chunking."""

    def __init__(self, record: Record) -> None:
        self.expected = record.get("WARC-Payload-Digest")
        # A revisit's payload is elsewhere, and so is most of that of a record in segments.
        self._wanted = record.record_type not in ("revisit", "continuation") and not record.get("WARC-Segment-Number")
        self._http = record.record_type == "response"
        self._chunks: Dechunker | None = None
        self.entity, self._as_stored = _Sum(self.expected), _Sum(self.expected)

    def begin(self, start: bytes) -> None:
        head = read_head(start) if self._http else None
        self._chunks = Dechunker() if head and is_chunked(head) else None
        self.update(start[head.end if head else 0 :])

    def update(self, data: bytes) -> None:
        self.entity.update(self._chunks.feed(data) if self._chunks else data)
        if self._chunks:
            self._as_stored.update(data)

    def agrees(self) -> bool:
        if self._chunks:
            self.entity.update(self._chunks.close())
        if not self._wanted or self.entity.agrees():
            return True
        return self._chunks is not None and self._as_stored.agrees()
