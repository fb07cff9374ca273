"""The bytes of a sitemap in, the articles and further sitemaps it names out. Never fetches, expands no XML entities."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from crawler.discovery.found import Found, NotASitemap
from crawler.urls import normalise

__all__ = ["Sitemap", "read_sitemap"]

MAX_ITEMS = 100_000  # sitemaps.org allows 50,000 in one file; some write more
MAX_BYTES = 50 * 1024 * 1024  # the standard's limit, uncompressed; what is over is not read, and said in `notes`

_ROOT_KINDS: dict[str, Literal["index", "urlset"]] = {"sitemapindex": "index", "urlset": "urlset"}
_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})
# No sitemap needs a document type; without it there are no entities to expand or fetch.
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Sitemap:
    """ "index" names further sitemaps; "urlset" and "news" name articles. Items in the file's order, each URL once."""

    kind: Literal["index", "urlset", "news"]
    items: tuple[Found, ...]
    notes: tuple[str, ...] = ()  # what was left out and why


@dataclass
class _Entry:
    """One <url> or <sitemap> while it is read."""

    loc: str | None = None
    modified: str | None = None
    is_news: bool = False
    title: str | None = None
    published: str | None = None


@dataclass
class _Reading:
    url: str
    found: dict[str, Found] = field(default_factory=dict)
    without_url: int = 0
    over: int = 0
    any_news: bool = False
    notes: list[str] = field(default_factory=list)

    def add(self, entry: _Entry, kind: str) -> None:
        address = normalise(entry.loc, self.url) if entry.loc else None
        if address is None:
            self.without_url += 1
        elif address not in self.found:
            if len(self.found) >= MAX_ITEMS:
                self.over += 1
                return
            self.any_news = self.any_news or entry.is_news
            self.found[address] = Found(
                url=address,
                kind=kind,
                channel="news_sitemap" if entry.is_news else "sitemap",
                title=entry.title,
                published_raw=entry.published,
                modified_raw=entry.modified,
            )

    def sitemap(self, kind: Literal["index", "urlset"]) -> Sitemap:
        if self.without_url:
            self.notes.append(f"{self.without_url} entries without an http address")
        if self.over:
            self.notes.append(f"{self.over} entries over the first {MAX_ITEMS} left out")
        return Sitemap(
            kind="news" if kind == "urlset" and self.any_news else kind,
            items=tuple(self.found.values()),
            notes=tuple(self.notes),
        )


def read_sitemap(body: bytes, *, url: str) -> Sitemap:
    """A sitemap index, sitemap or news sitemap: XML or plain text, gzip or not, whatever its name and Content-Type say.

    Broken XML is read as far as it can be. Every URL of a urlset is taken for an article: the site itself announced
    it. Raises NotASitemap, with what the body is instead (a feed often is).
    """
    reading = _Reading(url)
    if body.startswith(b"\x1f\x8b"):
        body = _gunzip(body, reading)
    body = body[:MAX_BYTES].lstrip(b" \t\r\n")
    if body.startswith(b"\xef\xbb\xbf"):
        body = body[3:].lstrip(b" \t\r\n")
    if not body:
        raise NotASitemap(url=url, what="the body is empty")
    if body.startswith(b"<") or body[:2] in (b"\xff\xfe", b"\xfe\xff") or body[:2] == b"\x00<":
        return _xml(body, reading)
    return _lines(body, reading)


def _gunzip(body: bytes, reading: _Reading) -> bytes:
    """Decompressed, at most MAX_BYTES of it; as far as it goes where the file is cut short."""
    out = bytearray()
    rest = body
    while rest.startswith(b"\x1f\x8b") and len(out) < MAX_BYTES:
        inflater = zlib.decompressobj(wbits=31)
        try:
            out += inflater.decompress(rest, MAX_BYTES - len(out))
        except zlib.error as problem:
            reading.notes.append(f"damaged gzip: {problem}")
            break
        if not inflater.eof:
            over = bool(inflater.unconsumed_tail)
            reading.notes.append(f"over {MAX_BYTES} bytes, the rest not read" if over else "gzip ends early")
            break
        rest = inflater.unused_data
    return bytes(out)


def _xml(body: bytes, reading: _Reading) -> Sitemap:
    kind: Literal["index", "urlset"] | None = None
    entry = _Entry()
    for event, element in _events(body):
        tag = element.tag
        if not isinstance(tag, str):  # an entity reference
            continue
        name = tag.rpartition("}")[2]
        if event == "start":
            if kind is None:
                kind = _root_kind(name, reading.url)
            elif name in ("url", "sitemap"):
                entry = _Entry()
            continue
        parent = element.getparent()
        above = parent.tag.rpartition("}")[2] if parent is not None and isinstance(parent.tag, str) else ""
        if above in ("url", "sitemap"):  # image:loc and video:… stand a level further down
            if name == "loc":
                entry.loc = entry.loc or _text(element)
            elif name == "lastmod":
                entry.modified = _text(element)
            elif name == "news":
                entry.is_news = True
        elif above == "news" and name == "title":
            entry.title = _text(element)
        elif above == "news" and name == "publication_date":
            entry.published = _text(element)
        if name in ("url", "sitemap") and kind is not None:
            # An index in whose entries <url> is written for <sitemap>, and the reverse, occur: the root decides.
            reading.add(entry, "sitemap" if kind == "index" else "article")
            _forget(element)
    if kind is None:
        raise NotASitemap(url=reading.url, what="no XML element in it")
    return reading.sitemap(kind)


def _events(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    try:
        yield from etree.iterparse(
            io.BytesIO(_DOCTYPE.sub(b"", body[:16_384], count=1) + body[16_384:]),
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            no_network=True,
            huge_tree=False,
            recover=True,
        )
    except etree.XMLSyntaxError:
        # Even recovery gives up on some (a bomb, a wrong encoding): what was read until there counts, and a body of
        # which nothing was read raises NotASitemap above.
        return


def _root_kind(name: str, url: str) -> Literal["index", "urlset"]:
    if name in _ROOT_KINDS:
        return _ROOT_KINDS[name]
    if name in _FEED_ROOTS:
        raise NotASitemap(url=url, what="it is a feed")
    what = "it is an HTML page" if name.lower() == "html" else f"its root element is <{name[:40]}>"
    raise NotASitemap(url=url, what=what)


def _forget(element: etree._Element) -> None:
    """Free what was read, so that 50,000 entries need no more memory than one."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _text(element: etree._Element) -> str | None:
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    return " ".join(text.split()) or None


def _lines(body: bytes, reading: _Reading) -> Sitemap:
    """The plain text form: one URL per line (sitemaps.org, "Text file")."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    addresses = [line for line in lines if line.startswith(("http://", "https://")) and " " not in line]
    if len(addresses) * 2 <= len(lines):  # a page of prose that mentions addresses is not a list of them
        raise NotASitemap(url=reading.url, what="neither XML nor a list of URLs")
    reading.without_url = len(lines) - len(addresses)
    for address in addresses:
        reading.add(_Entry(loc=address), "article")
    return reading.sitemap("urlset")
