"""Bytes of an HTTP response in, its head, entity body and payload digest out. Pure: decodes no content coding, raises
nothing.

Lenient on purpose: what a parser refuses is archived too. The payload digest covers the entity body, with the transfer
coding removed and the content coding kept: WARC 1.1 section 6, in the reading of iipc/warc-specifications#22. Heritrix
follows it since 2026 (internetarchive/heritrix3#770). `warcio check` still hashes the chunked bytes
(webrecorder/warcio#75) and so reports a mismatch for a chunked response.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/\d+(?:\.\d+)? +(\d{3})(?:[ \t]|$)", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\Z", re.DOTALL)
# What nearly all are; read this way, ten million bytes in chunks of one take 2 s rather than 10 (2026-11).
_PLAIN_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")
# RFC 9112 sets no limit on a chunk-size line; 4 KiB is what common servers refuse beyond.
_LONGEST_CHUNK_LINE = 4096
_PIECE = 1_048_576  # of a body that is read in pieces


@dataclass(frozen=True, kw_only=True)
class MessageHead:
    """The final head of a response; interim 1xx answers before it are skipped."""

    status: int
    status_line: bytes
    headers: tuple[tuple[str, str], ...]
    """In order, names as received, values unfolded and trimmed; ISO 8859-1."""
    start: int
    """Where the final head begins in the response."""
    end: int
    """Where the body begins, chunking still in place."""

    def get(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def all(self, name: str) -> tuple[str, ...]:
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    @property
    def transfer_codings(self) -> tuple[str, ...]:
        return codings(self.all("Transfer-Encoding"))


def codings(values: tuple[str, ...]) -> tuple[str, ...]:
    """The names in one or several coding headers, in the order in which they were applied, lower case."""
    names = (part.split(";")[0].strip().lower() for value in values for part in value.split(","))
    return tuple(name for name in names if name and name != "identity")


def read_head(response: bytes, start: int = 0) -> MessageHead | None:
    """The final head of a response, or None where the bytes are no HTTP/1 response."""
    while True:
        ending = _HEAD_END.search(response, start)
        head = response[start : ending.start() if ending else len(response)]
        end = ending.end() if ending else len(response)
        status_line, _, fields = head.partition(b"\n")
        status_line = status_line.removesuffix(b"\r")
        found = _STATUS_LINE.match(status_line)
        if found is None:
            return None
        status = int(found[1])
        # 101 is final: what follows is another protocol. RFC 9110 section 15.2.
        if (
            100 <= status < 200
            and status != 101
            and _STATUS_LINE.match(response[end : end + 64].split(b"\n")[0].rstrip())
        ):
            start = end
            continue
        return MessageHead(status=status, status_line=status_line, headers=_fields(fields), start=start, end=end)


def _fields(block: bytes) -> tuple[tuple[str, str], ...]:
    lines = _FOLD.sub(b" ", block).split(b"\n")
    pairs = (line.decode("iso-8859-1").partition(":") for line in lines if b":" in line)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


class Dechunker:
    """Takes a chunked body piece by piece and gives back what it carries; memory does not grow with the body.

    A body that is not chunked although its header says so (Common Crawl stores such) comes back as it is, `problem`
    says so.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self.finished = False
        self._line = b""
        self._left = 0
        self._state = "first size"

    def feed(self, data: bytes) -> bytes:
        """The entity bytes that `data` completes."""
        out: list[bytes] = []
        at, end = 0, len(data)  # never `data[at:]`: ten million chunks of one byte would copy the rest each time
        while at < end and self._state != "end":
            if self._state == "raw":
                out.append(data[at:])
                break
            if self._state == "data":
                piece = data[at : at + self._left]
                out.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if not self._left:
                    self._state = "after data"
                continue
            while self._state in ("first size", "size") and not self._line and (plain := _PLAIN_CHUNK.match(data, at)):
                start = plain.end()
                stop = start + int(plain[1], 16)
                if stop == start or data[stop : stop + 2] != b"\r\n":
                    break
                out.append(data[start:stop])
                at, self._state = stop + 2, "size"
            newline = data.find(b"\n", at, at + _LONGEST_CHUNK_LINE + 1)
            stop = newline + 1 if newline >= 0 else min(end, at + _LONGEST_CHUNK_LINE + 1)
            self._line += data[at:stop]
            at = stop
            if newline < 0 and len(self._line) <= _LONGEST_CHUNK_LINE:
                break
            line, self._line = self._line, b""
            out.append(self._take_line(line))
        return b"".join(out)

    def close(self) -> bytes:
        """To be called after the last piece; what was held back, where the body turned out not to be chunked."""
        held, self._line = self._line, b""
        if self._state == "first size" and held:
            self.problem = "not chunked although its header says so"
            self._state = "raw"
            return held
        if self._state not in ("raw", "end") and self.problem is None:
            self.problem = "chunked body ends early"
        return b""

    def _take_line(self, line: bytes) -> bytes:
        text = line.rstrip(b"\r\n")
        if self._state == "after data" and not text:
            self._state = "size"
        elif self._state == "trailer":
            if not text:
                self._state, self.finished = "end", True
        elif self._state in ("first size", "size") and (size := _CHUNK_SIZE.match(text)):
            self._left = int(size[1], 16)
            self._state = "data" if self._left else "trailer"
        elif self._state == "first size":
            self.problem = "not chunked although its header says so"
            self._state = "raw"
            return line
        else:
            self.problem = "chunked body breaks off: a chunk size is not a number"
            self._state = "end"
        return b""


def dechunk(body: bytes) -> tuple[bytes, str | None]:
    """The body without its chunking, and what was wrong with it (None: nothing)."""
    chunks = Dechunker()
    return chunks.feed(body) + chunks.close(), chunks.problem


def entity_of(response: bytes, head: MessageHead) -> bytes:
    """The entity body: chunking removed, content coding kept."""
    body = response[head.end :]
    return dechunk(body)[0] if is_chunked(head) else body


def is_chunked(head: MessageHead) -> bool:
    return head.transfer_codings[-1:] == ("chunked",)


class Remainder:
    """Takes a response piece by piece and says whether all that its head promises has come; keeps none of its body."""

    def __init__(self) -> None:
        self.is_whole: bool | None = False
        """None: it has no head that promises anything, and only the end of the connection says that it is over."""
        self.ended = False
        """Set by whoever sees the connection end."""
        self._start = bytearray()
        self._left: int | None = None
        self._chunks: Dechunker | None = None
        self._headed = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        return self.ended or self.is_whole is True

    def feed(self, data: bytes) -> None:
        if not self._headed:
            looked = max(0, len(self._start) - 3)  # a head that comes byte by byte is not read from its start each time
            self._start += data
            data = self._past_head(looked)
        if self._chunks is not None:
            self._chunks.feed(data)
            self.is_whole = self._chunks.finished
        elif self._left is not None:
            self._left -= len(data)
            self.is_whole = self._left <= 0

    def _past_head(self, looked: int) -> bytes:
        """What of the beginning is body, once the final head is there."""
        while (ending := _HEAD_END.search(self._start, looked)) is not None:
            head = read_head(bytes(self._start[: ending.end()]))
            body = bytes(self._start[ending.end() :])
            if head is None or head.status >= 200 or head.status == 101:
                self._headed = True
                self._start.clear()
                self._expect(head)
                return body
            self._start, looked = bytearray(body), 0  # an interim response: its final head is still to come
        first = bytes(self._start[:64]).partition(b"\n")[0].rstrip(b"\r")
        self.is_whole = False if _STATUS_LINE.match(first) else None
        return b""

    def _expect(self, head: MessageHead | None) -> None:
        lengths = set()
        if head is not None:
            lengths = {n.strip() for value in head.all("Content-Length") for n in value.split(",")}
        if head is not None and head.status in (204, 304):
            self._left = 0
        elif head is not None and is_chunked(head):
            self._chunks = Dechunker()
        elif len(lengths) == 1 and (length := re.fullmatch("[0-9]{1,15}", lengths.pop())):
            self._left = int(length[0])
        else:
            self.is_whole = None


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What a response carries, without the bytes themselves."""

    head: MessageHead | None
    """None: it is no HTTP."""
    digest: str | None
    entity_bytes: int


def payload_of(response: bytes) -> Payload:
    """Digest and length of the entity body, which is never held a second time. Of what is no HTTP, all its bytes."""
    head = read_head(response)
    if head is None:
        return Payload(head=None, digest=None, entity_bytes=len(response))
    sha1, length = hashlib.sha1(usedforsecurity=False), 0
    chunks = Dechunker() if is_chunked(head) else None
    for at in range(head.end, len(response), _PIECE):
        piece = response[at : at + _PIECE]
        carried = chunks.feed(piece) if chunks else piece
        sha1.update(carried)
        length += len(carried)
    held = chunks.close() if chunks else b""
    sha1.update(held)
    return Payload(head=head, digest=label_sha1(sha1.digest()), entity_bytes=length + len(held))


def payload_digest_of(response: bytes) -> tuple[str | None, int | None, int]:
    """Payload digest, status and entity bytes of a response; where it is no HTTP (None, None, all its bytes)."""
    payload = payload_of(response)
    return payload.digest, payload.head.status if payload.head else None, payload.entity_bytes


def sha1_digest(data: bytes) -> str:
    """As WARC writes digests: sha1:BASE32."""
    return label_sha1(hashlib.sha1(data, usedforsecurity=False).digest())


def label_sha1(digest: bytes) -> str:
    return "sha1:" + base64.b32encode(digest).decode("ascii")
