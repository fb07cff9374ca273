"""A feed's bytes as they came in; out, bytes that feedparser reads in bounded time, or NotAFeed. Parses no item."""

from __future__ import annotations

import re

from crawler.discovery.found import NotAFeed
from crawler.discovery.prologue import root_of, without_doctype

__all__ = ["readable_feed"]

# feedparser needs some 25 µs for each tag, and as long again where the document turns out to be broken: 60,000 tags,
# some 4,000 items, take at most 3 s, where 50 MB of tags would take 4 minutes (2026-11). CDATA does not count: an
# article's HTML in it is one text.
MAX_TAGS = 60_000
# Every base is resolved against the one around it: 50,000 nested ones, 0.9 MB, took feedparser 152 s.
MAX_BASES = 2_000
MAX_BASE_BYTES = 200_000
# How far the root element may stand: room for a licence comment and an internal subset.
ROOT_WITHIN = 16_384

_FEED_ROOTS = frozenset({b"rss", b"feed", b"rdf", b"channel"})
_CDATA_OR_TAG = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|(?P<tag><)", re.DOTALL)
_BASE = re.compile(rb"xml:base\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)


def readable_feed(body: bytes, *, url: str) -> tuple[bytes, tuple[str, ...]]:
    """The feed's XML and notes on what was cut. Raises NotAFeed where the root element is not one of a feed."""
    body = without_doctype(body, root_at=_expect_feed_root(body, url))
    notes = []
    tags = 0
    for match in _CDATA_OR_TAG.finditer(body) if body.count(b"<") > MAX_TAGS else ():
        tags += match["tag"] is not None
        if tags > MAX_TAGS:
            body = body[: match.start()]
            notes.append(f"over {MAX_TAGS} tags, the rest not read")
            break
    bases = _BASE.findall(body) if b"xml:base" in body else []
    if len(bases) > MAX_BASES or sum(map(len, bases)) > MAX_BASE_BYTES:
        body = _BASE.sub(b"", body)
        notes.append(f"{len(bases)} xml:base attributes, not heeded")
    return body, tuple(notes)


def _expect_feed_root(body: bytes, url: str) -> int:
    """Where the root element begins."""
    root = root_of(body[:ROOT_WITHIN])
    if root is None:
        raise NotAFeed(url=url, what="no RSS or Atom elements in it")
    name = root["root"].lower()
    if name in _FEED_ROOTS:
        return root.start()
    if name in (b"urlset", b"sitemapindex"):
        raise NotAFeed(url=url, what="it is a sitemap")
    if name in (b"html", b"head", b"body"):
        raise NotAFeed(url=url, what="it is an HTML page")
    raise NotAFeed(url=url, what=f"its root element is <{root['root'][:40].decode('ascii', 'replace')}>")
