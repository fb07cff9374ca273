"""The bytes of an RSS, Atom or JSON feed in, the articles it announces out. Never fetches, expands no XML entities."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import feedparser

from crawler.discovery.feed_xml import readable_feed
from crawler.discovery.found import Found, NotAFeed
from crawler.discovery.packing import unpacked, without_utf16
from crawler.urls import normalise

__all__ = ["Feed", "read_feed"]

MAX_ITEMS = 20_000  # a feed is what is new; a body of 50 MB could name a million. What is over is said in `notes`

_GUID = re.compile(
    rb"<(?:\w+:)?(?:guid|id)\b[^>]{0,200}>\s*(?:<!\[CDATA\[\s*)?((?:https?://|/)[^<\]\s]+)", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed's own title and its items in the feed's order, each URL once."""

    title: str | None
    format: str  # feedparser's word ("rss20", "atom10", …, "rss" when it cannot say) or "json"
    items: tuple[Found, ...]
    notes: tuple[str, ...] = ()  # what was left out and why


def read_feed(body: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """The articles that a feed announces, whatever Content-Type it came with; entries without any address are noted.

    `content_type` is believed for its charset only, and only where the document does not contradict it. Raises
    NotAFeed, with what the body is instead.
    """
    body, packing = unpacked(body)
    body, from_body = without_utf16(body)
    body = body.lstrip(b" \t\r\n\x00")
    if not body.strip():
        raise NotAFeed(url=url, what="the body is empty")
    if body[:1] in (b"{", b"["):
        return _json_feed(body, url)
    body, notes = readable_feed(body, url=url)
    charset = from_body
    headers = {"content-location": url}
    declared = _CHARSET.search(content_type or "")
    charset = charset or (declared[1] if declared else None)
    if charset:
        # Always as XML: text/xml would mean US-ASCII (RFC 3023), text/html no feed at all.
        headers["content-type"] = f"application/xml; charset={charset}"
    # A stream, as a str or bytes argument may be taken for an address or file name to open. Without sanitising and
    # resolving inside the entries' HTML, which nobody reads here, 4.8 MB take 0.2 s instead of 5.1 (2026-11).
    parsed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.version and not parsed.entries:
        raise NotAFeed(url=url, what="no RSS or Atom elements in it")
    items = _Items(url)
    guids = _Guids(body, url)
    for entry in parsed.entries:
        items.add(
            _link(entry, guids), _plain(_value(entry, "title")), _value(entry, "published"), _value(entry, "updated")
        )
    return Feed(
        title=_plain(_value(parsed.feed, "title")),
        format=parsed.version or "rss",
        items=tuple(items.found.values()),
        notes=(*packing, *notes, *items.notes()),
    )


class _Items:
    """Collects Found, each URL once, and counts what had none."""

    def __init__(self, feed_url: str) -> None:
        self._base = feed_url
        self.found: dict[str, Found] = {}
        self._without_url = 0
        self._over = 0

    def add(self, links: Iterator[str], title: str | None, published: str | None, modified: str | None) -> None:
        url = next((u for link in links if (u := normalise(link, self._base)) is not None), None)
        if url is None:
            self._without_url += 1
        elif len(self.found) >= MAX_ITEMS:
            self._over += 1
        elif url not in self.found:
            self.found[url] = Found(
                url=url, kind="article", channel="feed", title=title, published_raw=published, modified_raw=modified
            )

    def notes(self) -> tuple[str, ...]:
        notes = []
        if self._without_url:
            notes.append(f"{self._without_url} entries without an http address")
        if self._over:
            notes.append(f"{self._over} entries over the first {MAX_ITEMS} left out")
        return tuple(notes)


def _value(entry: dict[str, Any], key: str) -> str | None:
    # dict.get: FeedParserDict's own invents `updated` from `published`, with a DeprecationWarning.
    value = dict.get(entry, key)
    return value.strip() or None if isinstance(value, str) else None


class _Guids:
    """Which guids and ids were written as addresses.

    feedparser resolves them like links: a podcast's `<guid isPermaLink="false">12345</guid>` comes out as an address
    that is none. So they count only where the feed says http or starts at the root.
    """

    def __init__(self, body: bytes, url: str) -> None:
        self._body, self._url = body, url

    @cached_property
    def _written(self) -> set[str | None]:
        raw = (html.unescape(found.decode("utf-8", "replace")) for found in _GUID.findall(self._body))
        return {normalise(address, self._url) for address in raw}

    def address(self, identifier: str | None) -> str | None:
        found = normalise(identifier) if identifier else None
        return found if found in self._written else None


def _link(entry: dict[str, Any], guids: _Guids) -> Iterator[str]:
    """Addresses that may be the article's, best first."""
    original = _value(entry, "feedburner_origlink")
    if original:
        yield original
    link = _value(entry, "link")
    if link and not dict.get(entry, "guidislink"):
        yield link
    for rel in ("alternate", "self", "related"):
        for other in dict.get(entry, "links") or []:
            if other.get("rel") == rel and other.get("href"):
                yield other["href"]
    guid = guids.address(_value(entry, "id"))
    if guid:
        yield guid


def _plain(title: str | None) -> str | None:
    """A title as a person reads it: tags away, entities resolved (feedparser leaves both in HTML titles)."""
    if title is None:
        return None
    text = _TAG.sub("", title) if "</" in title or "/>" in title or "<br" in title else title
    return " ".join(html.unescape(text).split()) or None


def _json_feed(text: bytes, url: str) -> Feed:
    try:
        data = json.loads(text.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise NotAFeed(url=url, what="it is neither XML nor valid JSON") from None
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        raise NotAFeed(url=url, what="it is JSON, but not a JSON Feed (jsonfeed.org)")
    entries = data.get("items")
    items = _Items(url)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            links = (entry[key] for key in ("url", "external_url", "id") if isinstance(entry.get(key), str))
            addresses = (link for link in links if link.startswith(("http://", "https://", "/")))
            items.add(
                addresses, _plain(_text(entry, "title")), _text(entry, "date_published"), _text(entry, "date_modified")
            )
    return Feed(
        title=_plain(_text(data, "title")), format="json", items=tuple(items.found.values()), notes=items.notes()
    )


def _text(entry: dict[str, Any], key: str) -> str | None:
    value = entry.get(key)
    return value.strip() or None if isinstance(value, str) else None
