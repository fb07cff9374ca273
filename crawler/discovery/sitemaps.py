"""The bytes of a sitemap in, the articles and further sitemaps it names out. Never fetches, expands no XML entities."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from lxml import etree

from crawler.discovery.found import Found, NotASitemap
from crawler.discovery.packing import unpacked, without_utf16
from crawler.discovery.prologue import root_of, without_doctype
from crawler.urls import normalise

__all__ = ["Sitemap", "SitemapReader", "read_sitemap"]

MAX_ITEMS = 120_000  # sitemaps.org allows 50,000 in one file; some write more

_ROOT_KINDS: dict[str, Literal["index", "urlset"]] = {"sitemapindex": "index", "urlset": "urlset"}
_FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
# No sitemap needs a document type; without it there are no entities to expand or fetch.
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_PROLOGUE_BYTES = 16_384


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
    others: list[tuple[str, str]] = field(default_factory=list)  # forms of the page, and their addresses as written


class SitemapReader:
    """A sitemap that is read as one goes through it, so that a crawl can do other things in between.

    `kind` and `notes` are right once all was read. The first step raises NotASitemap, with what the body is instead.
    """

    def __init__(self, body: bytes, *, url: str) -> None:
        self.url = url
        self._body = body
        self._root: Literal["index", "urlset"] = "urlset"
        self._seen: set[str] = set()
        self._without_url = self._over = self._variants = 0
        self._any_news = False
        self._notes: list[str] = []

    @property
    def kind(self) -> Literal["index", "urlset", "news"]:
        return "news" if self._root == "urlset" and self._any_news else self._root

    @property
    def notes(self) -> tuple[str, ...]:
        notes = list(self._notes)
        if self._without_url:
            notes.append(f"{self._without_url} entries without an http address")
        if self._over:
            notes.append(f"{self._over} entries over the first {MAX_ITEMS} left out")
        return tuple(notes)

    def __iter__(self) -> Iterator[Found]:
        body, notes = unpacked(self._body)
        self._notes += notes
        if not body:
            raise NotASitemap(url=self.url, what="the body is empty")
        body = without_utf16(body)[0].lstrip()
        if body.startswith(b"<"):
            yield from self._xml(body)
        else:
            yield from self._lines(body)

    def _found(self, entry: _Entry, kind: str) -> Iterator[Found]:
        address = normalise(entry.loc, self.url) if entry.loc else None
        if address is None:
            self._without_url += 1
            return
        if address in self._seen:
            return
        if len(self._seen) >= MAX_ITEMS:
            self._over += 1
            return
        self._seen.add(address)
        self._any_news = self._any_news or entry.is_news
        channel = "news_sitemap" if entry.is_news else "sitemap"
        yield Found(
            url=address, kind=kind, channel=channel, title=entry.title, published_raw=entry.published,
            modified_raw=entry.modified,
        )  # fmt: skip
        for form, href in entry.others if kind == "article" else ():
            other = normalise(href, self.url)
            if other is not None and other not in self._seen and self._variants < MAX_ITEMS:
                self._variants += 1
                yield Found(
                    url=other, kind=kind, channel=channel, published_raw=entry.published, modified_raw=entry.modified,
                    variant_of=address, form=form,
                )  # fmt: skip

    def _xml(self, body: bytes) -> Iterator[Found]:
        seen_root = False
        entry = _Entry()
        for event, element in _events(body):
            name = _local_name(element)
            if event == "start":
                if not seen_root:
                    self._root, seen_root = _root_kind(name, self.url), True
                elif name in ("url", "sitemap"):
                    entry = _Entry()
                continue
            parent = element.getparent()
            above = _local_name(parent) if parent is not None else ""
            if above in ("url", "sitemap"):  # image:loc and video:… stand a level further down
                if name == "loc":
                    entry.loc = entry.loc or _text(element)
                elif name == "lastmod":
                    entry.modified = _text(element)
                elif name == "news":
                    entry.is_news = True
                elif name == "link" and (form := _form_of(element)) is not None:
                    entry.others.append((form, element.get("href") or ""))
            elif above == "news" and name == "title":
                entry.title = _text(element)
            elif above == "news" and name == "publication_date":
                entry.published = _text(element)
            if name in ("url", "sitemap"):
                # An index in whose entries <url> is written for <sitemap>, and the reverse, occur: the root decides.
                yield from self._found(entry, "sitemap" if self._root == "index" else "article")
                entry = _Entry()
                _forget(element)
        if not seen_root:
            raise NotASitemap(url=self.url, what="no XML element in it")

    def _lines(self, body: bytes) -> Iterator[Found]:
        """The plain text form: one URL per line (sitemaps.org, "Text file")."""
        lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
        addresses = [line for line in lines if line.startswith(("http://", "https://")) and " " not in line]
        if len(addresses) * 2 <= len(lines):  # a page of prose that mentions addresses is not a list of them
            raise NotASitemap(url=self.url, what="neither XML nor a list of URLs")
        self._without_url = len(lines) - len(addresses)
        for address in addresses:
            yield from self._found(_Entry(loc=address), "article")


def read_sitemap(body: bytes, *, url: str) -> Sitemap:
    """A sitemap index, sitemap or news sitemap: XML or plain text, gzip or not, whatever its name and Content-Type say.

    Broken XML is read as far as it can be. Every URL of a urlset is taken for an article: the site itself announced
    it. Raises NotASitemap, with what the body is instead (a feed often is).
    """
    reader = SitemapReader(body, url=url)
    items = tuple(reader)
    return Sitemap(kind=reader.kind, items=items, notes=reader.notes)


def _local_name(element: etree._Element) -> str:
    """The name without its namespace, be that declared or not, right or misspelt; "" for what is no element."""
    return _without_namespace(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=256)
def _without_namespace(tag: str) -> str:
    return re.split("[}:]", tag)[-1].lower()


def _form_of(link: etree._Element) -> str | None:
    """What an <xhtml:link> in an entry names: the AMP, mobile or translated form of its page, or None."""
    rel = (link.get("rel") or "").lower().split()
    if "amphtml" in rel:
        return "amp"
    if "alternate" not in rel:
        return None
    return "translation" if link.get("hreflang") else "mobile" if link.get("media") else None


def _events(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    if _DOCTYPE.search(body, 0, _PROLOGUE_BYTES):
        root = root_of(body[:_PROLOGUE_BYTES])
        body = without_doctype(body, root_at=root.start()) if root else b""
    try:
        yield from etree.iterparse(
            io.BytesIO(body),
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
    what = "it is an HTML page" if name == "html" else f"its root element is <{name[:40]}>"
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
