"""A feed's or sitemap's bytes as a server sent them in; the document inside out. Reads no element, and never fails.

Undone are gzip that nobody declared, once or twice over, and what a broken script printed before the document.
"""

from __future__ import annotations

import re
import zlib

__all__ = ["MAX_BYTES", "unpacked", "without_utf16"]

MAX_BYTES = 50 * 1024 * 1024  # sitemaps.org's limit, uncompressed; what is over is not read, and said
MAX_LAYERS = 3  # a file that was compressed, served by a server that compresses, with a proxy that does so again
_GZIP = b"\x1f\x8b"
_WIDE = (b"<\x00", b"\x00<", b"{\x00", b"\x00{", b"h\x00", b"\x00h")  # UTF-16 without a byte order mark
_WITHIN = 16_384
_DOCUMENT = re.compile(rb"<\?xml\b|<(?:[\w.-]+:)?(?:rss|feed|rdf|urlset|sitemapindex)\b", re.IGNORECASE)
_PRINTED_FIRST = re.compile(rb"<(?:br|b|p|div|font|pre)\b", re.IGNORECASE)
_A_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The document, without white space and UTF-8 byte order mark before it, and notes on what was lost of it."""
    notes: list[str] = []
    layers = 0
    while body.startswith(_GZIP) and layers < MAX_LAYERS:
        body, problem = _gunzipped(body)
        layers += 1
        if problem:
            notes.append(problem)
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES]
        notes.append(f"over {MAX_BYTES} bytes, the rest not read")
    return _without_what_was_printed_first(_stripped(body)), tuple(dict.fromkeys(notes))


def _stripped(body: bytes) -> bytes:
    body = body.lstrip(b" \t\r\n")
    while body.startswith(b"\xef\xbb\xbf"):  # some have two
        body = body[3:].lstrip(b" \t\r\n")
    return body


def _gunzipped(body: bytes) -> tuple[bytes, str | None]:
    """Decompressed, at most MAX_BYTES of it; as far as it goes where the file is cut short."""
    out = bytearray()
    rest = body
    while rest.startswith(_GZIP) and len(out) < MAX_BYTES:
        inflater = zlib.decompressobj(wbits=31)
        try:
            out += inflater.decompress(rest, MAX_BYTES - len(out))
        except zlib.error as problem:
            return bytes(out), f"damaged gzip: {problem}"
        if not inflater.eof:
            over = bool(inflater.unconsumed_tail)
            return bytes(out), f"over {MAX_BYTES} bytes, the rest not read" if over else "gzip ends early"
        rest = inflater.unused_data
    return bytes(out), None


def _without_what_was_printed_first(body: bytes) -> bytes:
    """Without the warnings of a script, which stand in text or in a few tags before the document."""
    if body.startswith(b"<") and not _PRINTED_FIRST.match(body):
        return body
    start = _DOCUMENT.search(body, 0, _WITHIN)
    if start is None or _A_PAGE.search(body, 0, start.start()):
        return body
    return body[start.start() :]


def without_utf16(body: bytes) -> tuple[bytes, str | None]:
    """UTF-16 as UTF-8, without the XML declaration that contradicts it, and then its charset; all else as it is."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = body.decode("utf-16", "replace")
    elif body[:2] in _WIDE:
        text = body.decode("utf-16-le" if body[0] else "utf-16-be", "replace")
    else:
        return body, None
    return re.sub(r"^\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode("utf-8", "replace"), "utf-8"
