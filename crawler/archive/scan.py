"""A WARC file in, its records one after another out. Streams: memory does not grow with file or record. Never writes,
never guesses past damage.

Why not fastwarc's iterator: it ends silently at a torn member (2.0.1, 2026-11), and reading is where a torn file must
be noticed. zlib checks each member's CRC and size. Of 6 KB records this reads 34,000 a second, fastwarc 67,000: both
far more than what is done with a record afterwards.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

from crawler.archive.errors import ArchiveError, DamagedRecord, NotMemberAligned, TornRecord, UnsupportedFormat

GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 1 << 16
_UNPACKED_PIECE_BYTES = 1 << 18
# Longest header block seen in the wild is some KB; fastwarc allows 32 KiB.
_LONGEST_HEADER_BYTES = 1 << 17
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_OTHER_FORMATS = (
    (b"filedesc:", "an ARC file; only WARC can be read"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it first"),
    (b"\x5d\x2a\x4d\x18", "compressed with zstd (with a dictionary); decompress it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
)


class Stream(Protocol):
    """What is read from: a binary file, or one that counts or sums as it is read."""

    def read(self, size: int, /) -> bytes: ...

    def tell(self) -> int: ...

    def seek(self, offset: int, /) -> int: ...


class Source(Protocol):
    """Bytes of a file, undone of their compression, in runs that begin where a record may begin."""

    offset: int
    """Where in the file the present run begins."""
    end: int | None
    """Where in the file the present run ended; None before that is known."""

    def next_run(self) -> bool:
        """Goes to the next run; False at the end of the file."""

    def more(self) -> bytes:
        """The next piece of the present run; empty at its end."""


class GzipMembers:
    """Each gzip member is a run. Raises TornRecord and DamagedRecord for a member that is not whole."""

    def __init__(self, stream: Stream, name: str, *, start: int = 0) -> None:
        self._stream, self._name = stream, name
        self._raw = b""
        self._read_to = start
        self.offset = start
        self.end: int | None = None
        self._inflate = zlib.decompressobj(31)
        self._started = False

    def next_run(self) -> bool:
        if self._started:
            while self.more():
                pass
            self.offset = self.end if self.end is not None else self._read_to
            self._raw = self._inflate.unused_data
        self._started = True
        while len(self._raw) < 2 and (piece := self._fetch()):
            self._raw += piece
        if not self._raw:
            return False
        if self._raw[:2] != GZIP_MAGIC[: len(self._raw)]:
            raise DamagedRecord(self._name, self.offset, "no gzip member begins here, yet the file goes on")
        self._inflate, self.end = zlib.decompressobj(31), None
        return True

    def more(self) -> bytes:
        while self.end is None:
            data = self._raw or self._fetch()
            if not data:
                raise TornRecord(
                    self._name, self.offset, f"the gzip member ends after {self._read_to - self.offset:,} bytes"
                )
            try:
                out = self._inflate.decompress(data, _UNPACKED_PIECE_BYTES)
            except zlib.error as problem:
                raise DamagedRecord(self._name, self.offset, f"the gzip member is damaged ({problem})") from None
            self._raw = self._inflate.unconsumed_tail
            if self._inflate.eof:
                self.end = self._read_to - len(self._inflate.unused_data)
            if out:
                return out
        return b""

    def _fetch(self) -> bytes:
        piece = self._stream.read(_PIECE_BYTES)
        self._read_to += len(piece)
        return piece


class PlainBytes:
    """The whole file is one run."""

    def __init__(self, stream: Stream, *, start: int = 0) -> None:
        self._stream = stream
        self.offset = start
        self.end: int | None = None
        self._started = False

    def next_run(self) -> bool:
        fresh, self._started = not self._started, True
        return fresh

    def more(self) -> bytes:
        return self._stream.read(_PIECE_BYTES)


class UnpackedMembers:
    """All members of a gzip file as one run: for files whose members are not one record each.

    Offsets are those of the plain bytes.
    """

    def __init__(self, stream: Stream, name: str) -> None:
        self._members = GzipMembers(stream, name)
        self.offset = 0
        self.end: int | None = None
        self._started = False

    def next_run(self) -> bool:
        fresh, self._started = not self._started, True
        return fresh and self._members.next_run()

    def more(self) -> bytes:
        while not (piece := self._members.more()):
            if not self._members.next_run():
                return b""
        return piece


class Record:
    """One record, its block still to be read. `length` is known after `finish()`."""

    def __init__(self, reader: RecordReader, offset: int, raw_header: bytes) -> None:
        self.offset, self.raw_header = offset, raw_header
        self.version, self.fields = _parsed(raw_header)
        self.length: int | None = None
        self._reader = reader
        try:
            self.content_length = int(self.get("Content-Length") or "")
        except ValueError:
            self.content_length = -1
        if self.content_length < 0:
            raise DamagedRecord(reader.name, offset, f"Content-Length is {self.get('Content-Length')!r}")
        self.unread = self.content_length

    def get(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    def all(self, name: str) -> tuple[str, ...]:
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key.lower() == wanted)

    @property
    def record_type(self) -> str:
        return (self.get("WARC-Type") or "").lower()

    @property
    def url(self) -> str | None:
        """WARC-Target-URI, without the angle brackets that wget 1.19 and WARC 1.0 put around it."""
        uri = self.get("WARC-Target-URI")
        return uri[1:-1] if uri and uri.startswith("<") and uri.endswith(">") else uri

    def pieces(self) -> Iterator[bytes]:
        """The rest of the block, piece by piece."""
        while piece := self._reader.take(self):
            yield piece

    def read(self, limit: int | None = None) -> bytes:
        """The rest of the block, or its next `limit` bytes."""
        out: list[bytes] = []
        left = self.unread if limit is None else min(limit, self.unread)
        while left and (piece := self._reader.take(self, left)):
            out.append(piece)
            left -= len(piece)
        return b"".join(out)

    def finish(self) -> int:
        """Skips what was not read; the bytes that the record takes in the file, for a plain file without the blank
        lines after it.
        """
        if self.length is None:
            self.length = self._reader.finish(self)
        return self.length


class RecordReader:
    """Iterates over the records of a source; what was not read of one is skipped, and checked, before the next.

    Raises UnsupportedFormat at the first record, TornRecord, DamagedRecord and NotMemberAligned wherever they are met.
    """

    def __init__(self, source: Source, name: str, *, one_record_per_run: bool) -> None:
        self.name = name
        self._source = source
        self._aligned = one_record_per_run
        self._buffer = b""
        self._at = source.offset
        self._seen = False
        self.good_to = source.offset
        """Everything before this offset was read and is whole."""

    def __iter__(self) -> Iterator[Record]:
        while (record := self.next_record()) is not None:
            yield record
            record.finish()

    def next_record(self) -> Record | None:
        """The next record, None at the end of the file; the one before must be finished."""
        while True:
            if self._aligned or not self._seen:
                if not self._source.next_run():
                    return None
                self._at, self._buffer = self._source.offset, b""
            if self._fill(1):
                break
            if not self._aligned:
                return None
        offset = self._at
        header = self._header(offset)
        self._seen = True
        return Record(self, offset, header)

    def _header(self, offset: int) -> bytes:
        self._fill(5)
        if self._buffer[:5] != b"WARC/":
            if not self._seen:
                raise UnsupportedFormat(self.name, _what_it_is(self._buffer))
            raise DamagedRecord(self.name, offset, f"no record begins here but {self._buffer[:20]!r}")
        while not (ending := _BLANK.search(self._buffer)):
            if len(self._buffer) > _LONGEST_HEADER_BYTES:
                raise DamagedRecord(self.name, offset, f"record header of more than {_LONGEST_HEADER_BYTES:,} bytes")
            if not self._fill(len(self._buffer) + 1):
                raise self._early_end(offset, "the header of the record")
        header = self._buffer[: ending.end()]
        self._drop(len(header))
        return header

    def take(self, record: Record, limit: int = _UNPACKED_PIECE_BYTES) -> bytes:
        if not record.unread:
            return b""
        if not self._fill(1):
            have = record.content_length - record.unread
            raise self._early_end(record.offset, f"the record, after {have:,} of its {record.content_length:,} bytes")
        piece = self._buffer[: min(limit, record.unread)]
        record.unread -= len(piece)
        self._drop(len(piece))
        return piece

    def finish(self, record: Record) -> int:
        for _ in record.pieces():
            pass
        block_end = self._at
        while self._fill(1) and self._buffer[:1] in (b"\r", b"\n"):
            self._drop(len(self._buffer) - len(self._buffer.lstrip(b"\r\n")))
        if not self._aligned:
            if self._fill(5) and self._buffer[:5] != b"WARC/":
                raise DamagedRecord(
                    self.name, record.offset, f"the record ends at {block_end}, yet no other begins after it"
                )
            self.good_to = self._at
            return block_end - record.offset
        if self._fill(1):
            raise NotMemberAligned(self.name, record.offset, "a gzip member holds more than one record")
        assert self._source.end is not None
        self.good_to = self._source.end
        return self._source.end - record.offset

    def _fill(self, wanted: int) -> bool:
        while len(self._buffer) < wanted:
            piece = self._source.more()
            if not piece:
                return False
            self._buffer = self._buffer + piece if self._buffer else piece
        return True

    def _drop(self, count: int) -> None:
        self._buffer = self._buffer[count:]
        self._at += count

    def _early_end(self, offset: int, inside: str) -> ArchiveError:
        if self._aligned:
            return NotMemberAligned(self.name, offset, f"the gzip member ends inside {inside}")
        return TornRecord(self.name, offset, f"the file ends inside {inside}")


def open_records(stream: Stream, *, name: str) -> RecordReader:
    """A reader over the stream from where it stands, gzip or plain; offsets count from the start of the file."""
    start = stream.tell()
    magic = stream.read(2)
    stream.seek(start)
    if magic == GZIP_MAGIC:
        return RecordReader(GzipMembers(stream, name, start=start), name, one_record_per_run=True)
    return RecordReader(PlainBytes(stream, start=start), name, one_record_per_run=False)


def _what_it_is(start: bytes) -> str:
    return next((what for magic, what in _OTHER_FORMATS if start.startswith(magic)), "not a WARC file")


def _parsed(header: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    first, _, rest = header.partition(b"\n")
    lines = _FOLD.sub(b" ", rest).split(b"\n")
    pairs = (_text(line).partition(":") for line in lines if b":" in line)
    return _text(first).strip(), tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("iso-8859-1")
