"""An encoded body in, the decoded one out: gzip, deflate (zlib or raw), br, zstd, one after another. Pure; never
raises.

What servers claim is not always so: a body that is not what its header says is handed on as it is, with the problem
named; one that breaks off gives what could be read; one that grows past the limit stops there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import brotli
import zstandard

# A page is at most 10 MB on the wire, a sitemap 50 MB unpacked (sitemaps.org); what is larger is a bomb or no page.
MAX_DECODED_BYTES = 50 * 1000 * 1000
# RFC 9659: the largest window a decoder must support for `Content-Encoding: zstd`; it is also what a hostile frame may
# cost.
_ZSTD_WINDOW_BYTES = 8 << 20
_STEP_BYTES = 1 << 16
# This decoder cannot limit what it gives out. Four bytes may stand for 128 KiB, so a step gives 32 MB at the very most.
_ZSTD_STEP_BYTES = 1 << 10


class _NotSo(Exception):
    """The body is not in the coding its header names."""


def decode(body: bytes, applied: Sequence[str], *, limit: int = MAX_DECODED_BYTES) -> tuple[bytes, str | None]:
    """The body with the codings of `applied` (in the order they were applied) undone, and what went wrong (None:
    nothing).
    """
    problem = None
    for coding in reversed(applied):
        undo = _UNDO.get(coding)
        if undo is None:
            return body, f"content coding {coding!r} is not known; body left as it is"
        if not body:
            return b"", problem
        try:
            body, found = undo(body, limit)
        except _NotSo:
            return body, f"not {coding} although its header says so; body left as it is"
        problem = problem or found
    return body, problem


def _gzip(body: bytes, limit: int) -> tuple[bytes, str | None]:
    if body[:2] != b"\x1f\x8b":
        raise _NotSo
    out: list[bytes] = []
    size = 0
    rest = body
    while rest[:2] == b"\x1f\x8b":
        piece, rest, problem = _inflate(rest, 31, limit - size)
        out.append(piece)
        size += len(piece)
        if problem:
            return b"".join(out), problem
    return b"".join(out), None


def _deflate(body: bytes, limit: int) -> tuple[bytes, str | None]:
    # RFC 9110 means zlib; some servers send raw deflate, and browsers take both.
    for wbits in (15, -15):
        out, _, problem = _inflate(body, wbits, limit)
        if problem is None or (out and not _looks_unpacked(body, out, problem)):
            return out, problem
    raise _NotSo


def _looks_unpacked(body: bytes, out: bytes, problem: str) -> bool:
    """Raw deflate and brotli have no magic: text taken for them gives a few wrong bytes, then an error.

    So: less out than in.
    """
    return "damaged" in problem and len(out) < len(body)


def _inflate(body: bytes, wbits: int, limit: int) -> tuple[bytes, bytes, str | None]:
    inflate = zlib.decompressobj(wbits)
    out: list[bytes] = []
    size = 0
    rest = body
    try:
        while not inflate.eof and size <= limit:
            piece = inflate.decompress(rest, _STEP_BYTES)
            rest = inflate.unconsumed_tail
            if not piece and not rest and not inflate.eof:
                return b"".join(out), b"", "compressed body breaks off early"
            out.append(piece)
            size += len(piece)
    except zlib.error as error:
        return b"".join(out), b"", f"compressed body is damaged after {size:,} bytes ({error})"
    return _limited(b"".join(out), limit, inflate.unused_data)


def _limited(body: bytes, limit: int, rest: bytes = b"") -> tuple[bytes, bytes, str | None]:
    if len(body) > limit:
        return body[:limit], b"", f"unpacks to more than {limit:,} bytes; cut there"
    return body, rest, None


def _brotli(body: bytes, limit: int) -> tuple[bytes, str | None]:
    unpack = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    rest = body
    problem = None
    try:
        while not unpack.is_finished() and size <= limit:
            piece = unpack.process(rest, output_buffer_limit=_STEP_BYTES)
            rest = b""
            if not piece and not unpack.is_finished():
                problem = "compressed body breaks off early"
                break
            out.append(piece)
            size += len(piece)
    except brotli.error:
        problem = f"compressed body is damaged after {size:,} bytes"
    if problem and (not size or _looks_unpacked(body, b"".join(out), problem)):
        raise _NotSo
    decoded, _, cut = _limited(b"".join(out), limit)
    return decoded, problem or cut


def _zstd(body: bytes, limit: int) -> tuple[bytes, str | None]:
    if body[:4] != zstandard.FRAME_HEADER:
        raise _NotSo
    out: list[bytes] = []
    size = at = 0
    try:
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
        while size <= limit:
            piece = frame.decompress(body[at : at + _ZSTD_STEP_BYTES])
            at += _ZSTD_STEP_BYTES
            out.append(piece)
            size += len(piece)
            if frame.eof:
                at = min(at, len(body)) - len(frame.unused_data)
                if body[at : at + 4] != zstandard.FRAME_HEADER:
                    break
                frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
            elif at >= len(body):
                return b"".join(out), "compressed body breaks off early"
    except zstandard.ZstdError as error:
        return b"".join(out), f"compressed body is damaged after {size:,} bytes ({error})"
    decoded, _, problem = _limited(b"".join(out), limit)
    return decoded, problem


_UNDO: dict[str, Callable[[bytes, int], tuple[bytes, str | None]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
