"""The beginning of an HTML page in, the opt-outs of its meta elements out. Pure; a scan of bytes, and no parser.

It reads what a browser would: not what stands in comments, scripts and styles. Every step goes forward, so that no page
can make it slow.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Iterator

import brotli
import zstandard

from crawler.manners.optout import MAX_SIGNALS, cut
from crawler.version import ROBOTS_TOKEN

__all__ = ["page_signals", "payload_signals"]

# Of the 119 pages of the news set 40 have heads above 64 KiB, the longest 806 KB; the last such element stands at byte
# 116,434, and none after <body> (2026-11).
LOOKED_AT = 524_288  # bytes of the decoded page
_LOOKS = (16_384, 131_072)  # first: 73 µs for a page of 50 KB in gzip whose head is short, 310 µs with 65,536
_NEXT = re.compile(rb"<(?:(!--)|(script|style|template|title|textarea)\b|meta\b|(body)\b)")  # in lower case
_WORTH_IT = re.compile(rf"bot|tdm-|{ROBOTS_TOKEN}".encode())
_ATTRIBUTES = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_ATTRIBUTE = re.compile(rb"""([A-Za-z:_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# Crawlers' names (googlebot-news, bingbot, gptbot) besides those that mean all, or us.
_NAMES = re.compile(rf"(?:robots|{ROBOTS_TOKEN}|[a-z0-9_.-]*bot(?:-[a-z0-9]+)?|tdm-reservation|tdm-policy)")
_OPTS_OUT = re.compile(r"\b(?:no[a-z]+|none|unavailable_after)\b", re.IGNORECASE)


def page_signals(page: bytes, *, limit: int = LOOKED_AT) -> tuple[str, ...]:
    """`meta robots: noarchive, noai` and the like, in the page's order, up to its body; what only allows is none."""
    return _read(page[:limit])[0]


def payload_signals(payload: bytes, codings: Iterable[str]) -> tuple[str, ...]:
    """The same of a body whose content codings are not undone yet: of its beginning, as far as it can be read."""
    several = tuple(codings)
    for look in _LOOKS:
        opening = _decoded(payload, several, look)
        found, has_body = _read(opening)
        if has_body or len(opening) < look:
            return found
    return page_signals(_decoded(payload, several, LOOKED_AT))


def _read(start: bytes) -> tuple[tuple[str, ...], bool]:
    """The signals before the page's body, and whether that begins within `start`."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode()
    found: dict[str, None] = {}
    for name, content in _metas(start):
        if name is None:
            return tuple(found), True
        if len(found) < MAX_SIGNALS and (name.startswith("tdm-") or _OPTS_OUT.search(content)):
            found[cut(f"meta {name}: {content}")] = None
    return tuple(found), False


def _metas(start: bytes) -> Iterator[tuple[str | None, str]]:
    """Name and content of each meta element that may be one; a name None is where the body begins."""
    at, lowered = 0, start.lower()
    while (tag := _NEXT.search(lowered, at)) is not None:
        at = tag.end()
        if tag[1]:
            at = start.find(b"-->", at)
        elif tag[2]:
            at = lowered.find(b"</" + tag[2], at)
        elif tag[3]:
            yield None, ""
            return
        else:
            inside = _ATTRIBUTES.match(start, at)
            if inside is None:
                return
            at = inside.end()
            if _WORTH_IT.search(lowered, tag.end(), at):
                yield from _named(inside[0])
        if at < 0:  # it never ends: a browser shows nothing after it either
            return


def _named(attributes: bytes) -> Iterator[tuple[str, str]]:
    values: dict[str, str] = {}
    for name, *value in _ATTRIBUTE.findall(attributes):
        text = b"".join(value).decode("utf-8", "replace")
        values.setdefault(name.decode("ascii").lower(), html.unescape(text).strip())
    name = values.get("name", values.get("http-equiv", "")).lower()
    if name == "x-robots-tag":  # in http-equiv: a header in the page
        name = "robots"
    if "content" in values and _NAMES.fullmatch(name):
        yield name, values["content"]


def _decoded(payload: bytes, codings: tuple[str, ...], limit: int) -> bytes:
    data = payload
    for coding in reversed(codings):
        data = _undone(data, coding, limit)
    return data[:limit]


def _undone(data: bytes, coding: str, limit: int) -> bytes:
    name = coding.strip().lower().removeprefix("x-")
    try:
        if name == "gzip":
            return zlib.decompressobj(wbits=31).decompress(data, limit)
        if name == "deflate":  # with or without its header, as servers send it
            try:
                return zlib.decompressobj().decompress(data, limit)
            except zlib.error:
                return zlib.decompressobj(wbits=-15).decompress(data, limit)
        if name == "br":
            return bytes(brotli.Decompressor().process(data, output_buffer_limit=limit))
        if name == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(data) as reader:
                return reader.read(limit)
    except (zlib.error, brotli.error, zstandard.ZstdError):
        return data if b"<" in data[:100] else b""  # plain text that says it is gzip is common
    return data
