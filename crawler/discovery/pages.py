"""The bytes of a home or section page in, what it links to out. Reads no text, follows nothing, runs no script."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from lxml import etree

from crawler.discovery.found import Found
from crawler.discovery.head import forms_in_head
from crawler.discovery.page_tree import tree_of
from crawler.discovery.shape import looks_like_article, looks_like_section, looks_like_service
from crawler.discovery.variants import plain_form
from crawler.urls import host_of, normalise, registrable_domain

__all__ = ["PageLinks", "looks_like_article", "read_page"]

MAX_LINKS = 20_000  # the fullest of the 119 pages of the news set names 473, 2026-11; a 100,000-link page is a trap
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_COMMENT_FEED = re.compile(r"/comments?/(?:feed|default)|/(?:feed|rss)/comments?|comments?[-_.]?(?:feed|rss)", re.I)
# A feed in JSON is often called just that; so is every other interface for programs, whose addresses say so.
_JSON_FEED = re.compile(r"/feed(?:s)?(?:[./]json)?/?$|feed\.json$", re.IGNORECASE)
_NOT_FOLLOWED = re.compile(
    r"[?&](?:replytocom|share|action|redirect(?:_to|_uri|url)?|return(?:url|_to)?)=|/share/?$", re.IGNORECASE
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_FURNITURE = ("nav", "footer", "header")
_WATCHED = ("a", "article", *_HEADINGS, *_FURNITURE)


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """What one page says of other pages, in its own order, each URL once."""

    feeds: tuple[Found, ...] = ()  # <link rel=alternate> with a feed's type, comment feeds left out
    sitemaps: tuple[Found, ...] = ()  # <link rel=sitemap>
    links: tuple[Found, ...] = ()  # articles and sections of the same site
    variants: tuple[Found, ...] = ()  # AMP, mobile and translated forms of this very page, `variant_of` filled
    canonical: str | None = None
    robots_meta: tuple[str, ...] = ()  # "robots: noindex, nofollow", verbatim after the name
    notes: tuple[str, ...] = ()  # what was left out and why


@dataclass
class _Link:
    """An address while the page is read: several anchors may name it, from several places."""

    title: str | None = None
    in_heading: bool = False
    in_article: bool = False
    in_furniture: bool = True  # every anchor that names it stands in nav, header or footer
    nofollow: bool = True


@dataclass
class _Head:
    base: str
    feeds: dict[str, Found] = field(default_factory=dict)
    sitemaps: dict[str, Found] = field(default_factory=dict)
    robots_meta: list[str] = field(default_factory=list)


def read_page(
    body: bytes, *, url: str, content_type: str | None = None, channel: str = "section", hosts: Collection[str] = ()
) -> PageLinks:
    """The links of a page at `url`; relative ones resolved against its <base>. Never fails: no links is an answer.

    `channel` goes into each Found: "home" or "section". `hosts`: further hosts whose links count as the site's own.
    """
    root = tree_of(body, content_type)
    if root is None:
        return PageLinks()
    head = _head(root, url, channel)
    forms = forms_in_head(root, head.base)
    anchors, notes = _anchors(root, head.base)
    own = registrable_domain(url)
    links = []
    for address, link in anchors.items():
        host = host_of(address)
        if registrable_domain(host) != own and not any(host == h or host.endswith("." + h) for h in hosts):
            continue
        kind = None if address == url or _NOT_FOLLOWED.search(address) else _kind(address, link)
        if kind is not None:
            links.append(Found(url=address, kind=kind, channel=channel, title=link.title))
    page = forms.canonical or url
    return PageLinks(
        feeds=tuple(head.feeds.values()),
        sitemaps=tuple(head.sitemaps.values()),
        links=tuple(links),
        variants=tuple(
            Found(url=other, kind="page", channel=channel, variant_of=page, form=form)
            for other, form in forms.others.items()
            if other not in (page, url)
        ),
        canonical=forms.canonical,
        robots_meta=tuple(head.robots_meta),
        notes=notes,
    )


def _kind(address: str, link: _Link) -> str | None:
    # The AMP or print form of an article is one of an article: whether it is fetched is the intake's to say.
    address = plain_form(address)
    if looks_like_article(address):
        return "article"
    # A headline tells more than an address: in a heading or a teaser, outside the menus, and long enough. In a heading
    # even where the address could be a section's: /news/strike.
    words = len((link.title or "").split())
    teaser = (link.in_heading or link.in_article) and not link.in_furniture and not link.nofollow
    headline = teaser and words >= 5 and (link.in_heading or not looks_like_section(address))
    if headline and not looks_like_service(address):
        return "article"
    if not link.nofollow and words <= 5 and looks_like_section(address):
        return "section"
    return None


def _head(root: etree._Element, url: str, channel: str) -> _Head:
    base = next((href for e in root.iter("base") if (href := normalise(e.get("href") or "", url)) is not None), url)
    head = _Head(base)
    for element in root.iter("link", "meta"):
        if element.tag == "meta":
            name = (element.get("name") or "").strip().lower()
            content = (element.get("content") or "").strip()
            if name in ("robots", "googlebot", "googlebot-news", "tdm-reservation") and content:
                head.robots_meta.append(f"{name}: {content}")
            continue
        rel = (element.get("rel") or "").lower().split()
        address = normalise(element.get("href") or "", base)
        if address is None:
            continue
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        is_feed = kind in _FEED_TYPES or (kind == "application/json" and _JSON_FEED.search(address) is not None)
        if "sitemap" in rel:
            head.sitemaps[address] = Found(url=address, kind="sitemap", channel=channel)
        elif ("alternate" in rel or "feed" in rel) and is_feed:
            title = " ".join((element.get("title") or "").split()) or None
            if not _COMMENT_FEED.search(address):
                head.feeds.setdefault(address, Found(url=address, kind="feed", channel=channel, title=title))
    return head


def _anchors(root: etree._Element, base: str) -> tuple[dict[str, _Link], tuple[str, ...]]:
    """Every address that an <a> names, with what its text and its place say of it."""
    found: dict[str, _Link] = {}
    inside = dict.fromkeys(_WATCHED, 0)
    over = 0
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=_WATCHED):
        name = element.tag
        if event == "end":
            inside[name] -= 1
            continue
        inside[name] += 1
        href = element.get("href") if name == "a" else None
        if not href or href.startswith("#"):
            continue
        if len(found) >= MAX_LINKS:
            over += 1
            continue
        address = normalise(href, base)
        if address is None:
            continue
        link = found.setdefault(address, _Link())
        text = " ".join("".join(element.itertext()).split())[:500]
        link.title = max(link.title or "", text, key=len) or None
        heading_within = any(child.tag in _HEADINGS for child in element.iter(*_HEADINGS))
        link.in_heading |= heading_within or any(inside[heading] for heading in _HEADINGS)
        link.in_article |= bool(inside["article"])
        link.in_furniture &= any(inside[part] for part in _FURNITURE) and not inside["article"]
        link.nofollow &= "nofollow" in (element.get("rel") or "").lower().split()
    return found, (f"{over} links over the first {MAX_LINKS} left out",) if over else ()
