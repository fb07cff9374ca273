"""A Page in, its authors' names out: no roles, no URLs, no sites or agencies beside people. Invents nobody."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .agencies import agencies_in
from .bylines import shown, together
from .confidence import Second
from .jsonld import resolve, text_of, types_of
from .names import Named, fold, is_handle, is_person, names_of
from .page import Page

AUTHOR_METAS = (
    "citation_author", "citation_authors",  # all of them, where the others have the first
    "author", "article:author_name", "parsely-author", "cxenseparse:author", "dc.creator", "dcterms.creator",
    "sailthru.author", "byl", "article:author", "og:article:author", "rnews:author",
    "dc.contributor", "twitter:creator:name",
    "mediator_author", "authors", "vr:author", "bt:author", "articleauthor",
    "twitter:misc:written by",
)  # fmt: skip
_WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|geschreven door|author|autor", re.I
)
_LONGEST = 4000  # characters of one byline; what is longer is none, and patterns look at all of it many times
_SHORT = {"json-ld", "meta", "rel"}
_SURE = {"microdata", "rel", "page"}
_DASHES = re.compile(r"\s+[-–—|]\s+")
_ARTICLE = re.compile(r"(?:the|el|la|los|le|les|il|der|die|das|de|het|o|a)\s", re.I)
_HOST_LIKE = re.compile(r"^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$", re.I)


class Byline(NamedTuple):
    """Who wrote the page, as far as it says."""

    names: tuple[str, ...] = ()
    raw: str | None = None
    source: str | None = None
    """`json-ld`, `meta`, `microdata`, `rel` (rel=author), `page` (a link to the author's), `class` (a class word),
    `text` (“By …”, or a name set to the right at the end) or `handle` (one word, by its class)."""
    wire_credit: tuple[str, ...] = ()
    """Agencies that the byline names, beside the authors or instead of them, by their usual names."""
    second: Second = "alone"
    """What a meta element says to it."""


def authors(page: Page, *, site_names: Iterable[str] = ()) -> Byline:
    """The names in the page's order, and the words they came from.

    A site's own name is dropped where a person stands beside it or elsewhere; alone, it is what the page says of its
    author, and so is an agency.
    """
    houses = frozenset(map(fold, _organisations(page)))
    # “andrewliptak” is the site's name for being its host: it is no reason to take Andrew Liptak for a house.
    named_by_host = [name for name in site_names if name.islower() and " " not in name]
    hosts = frozenset(map(fold, named_by_host))
    sites = frozenset(fold(name) for name in site_names if name not in named_by_host) | houses
    credits: dict[str, None] = {}
    weak: Byline | None = None
    short: Byline | None = None
    for source, written in _sources(page):
        found = [text[:_LONGEST] for text in written]
        named = names_of(_without_sites(found, sites | hosts), whole=sites | hosts)
        credits_before = bool(credits)
        credits.update(dict.fromkeys(agency for one in named for agency in one.agencies))
        people = [
            one
            for one in named
            if not one.agencies
            and not _is_site(one.name, sites, hosts)
            and (one.is_alone or not _is_desk(one.name, hosts))
        ]
        if short is not None:
            if longer := next((one for one in people if _is_longer(one.name, short.names[0])), None):
                return _byline([longer], found, source, credits)._replace(wire_credit=tuple(credits))
            continue
        if weak is not None and not any(is_person(one.name) or source in _SURE for one in people):
            if not credits_before and credits:
                weak = _byline(named, found, source, credits)
            continue
        # An agency that the page gives as an author by itself is one, besides; in one text with others it is where
        # these got the news from.
        among = set(people)  # a paper may have thousands
        kept = [one for one in named if one in among or (one.agencies and (one.is_alone or not people))]
        if people:
            byline = _byline(kept, found, source, credits)
            if len(kept) > 1 or not is_handle(people[0].name) or is_person(people[0].name) or source not in _SHORT:
                return byline._replace(second=_second(page, byline, sites | hosts)) if source == "json-ld" else byline
            short = byline
        elif named and weak is None:
            weak = _byline(named, found, source, credits)
    return (short or weak or Byline())._replace(wire_credit=tuple(credits))


def house_of(page: Page) -> str | None:
    """The organisation that JSON-LD names as the author, where it names no person."""
    return next((name for name in _organisations(page) if not agencies_in(name)), None)


def _second(page: Page, byline: Byline, sites: frozenset[str]) -> Second:
    other = {fold(one.name) for one in names_of(_without_sites(_from_metas(page), sites), whole=sites)}
    return "alone" if not other else "agrees" if other == set(map(fold, byline.names)) else "contradicts"


def _without_sites(found: list[str], sites: frozenset[str]) -> list[str]:
    """“Thin Line News - Ada Mbeki” → “Ada Mbeki”."""
    cut = []
    for text in found:
        parts = _DASHES.split(text)
        own = [part for part in parts if fold(part) not in sites]
        cut.append(" - ".join(own) if own and len(own) < len(parts) else text)
    return cut


def _is_longer(name: str, short: str) -> bool:
    """Whether it is the full name of who is named in one word: “Ada” or “ada.mbeki” for Ada Mbeki."""
    words = [fold(word) for word in name.split()]
    return is_person(name) and (
        words[0] == fold(short)
        or "".join(words) == fold(short)
        or [words[0], words[-1]] == [fold(word) for word in short.split(".")]
    )


def _sources(page: Page) -> Iterator[tuple[str, list[str]]]:
    if found := _from_nodes(page):
        yield "json-ld", found
    places = shown(page)
    for kind in ("microdata", "rel"):
        if places[kind]:
            yield kind, together(places[kind])
    if found := _from_metas(page):
        yield "meta", found
    for kind in ("page", "class", "text", "handle"):
        if places[kind]:
            yield kind, together(places[kind])


def _byline(named: list[Named], found: list[str], source: str, credits: Iterable[str]) -> Byline:
    raw = "; ".join(dict.fromkeys(" ".join(text.split()) for text in found))[:500]
    return Byline(names=tuple(one.name for one in named), raw=raw, source=source, wire_credit=tuple(credits))


def _is_site(name: str, sites: frozenset[str], hosts: frozenset[str]) -> bool:
    folded = fold(name)
    return (
        folded in sites
        or bool(_HOST_LIKE.match(name))
        or (folded in hosts and (not is_person(name) or bool(_ARTICLE.match(name))))
    )


def _is_desk(name: str, hosts: frozenset[str]) -> bool:
    """“MDR THÜRINGEN” of mdr.de; as an agency, it is an author where the page gives it by itself."""
    first, _, more = name.partition(" ")
    return bool(more) and first.isupper() and fold(first) in hosts


def _organisations(page: Page) -> list[str]:
    """Names that JSON-LD gives as an organisation's: right where nobody else is named, and only there."""
    stated = (page.article or {}).get("author")
    found = [resolve(one, page.nodes) for one in (stated if isinstance(stated, list) else [stated])]
    houses = [
        one for one in found if isinstance(one, dict) and any(kind.endswith("organization") for kind in types_of(one))
    ]
    return [name for one in houses if (name := text_of(one.get("name")))] if len(houses) == len(found) else []


def _from_nodes(page: Page) -> list[str]:
    if not page.article:
        return []
    return list(_names_of(page.article.get("author") or page.article.get("creator"), page, 0))


def _names_of(value: Any, page: Page, depth: int) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value:
            yield from _names_of(item, page, depth + 1)
    elif isinstance(value, dict):
        value = resolve(value, page.nodes)
        name = value.get("name")
        if isinstance(name, list | dict):
            yield from _names_of(name, page, depth + 1)
        elif text := text_of(name) or text_of(value) or _put_together(value):
            yield text
    elif text := text_of(value):
        yield text


def _put_together(value: dict[str, Any]) -> str | None:
    parts = (text_of(value.get("givenName")), text_of(value.get("familyName")))
    return " ".join(filter(None, parts)) or None


def _from_metas(page: Page) -> list[str]:
    for number in ("1", "2", "3"):  # what Yoast writes for Slack: label1 "Written by", data1 "Jane Doe"
        label = page.meta(f"twitter:label{number}")
        if label and _WRITTEN_BY.search(label) and (name := page.meta(f"twitter:data{number}")):
            return [name]
    for name in AUTHOR_METAS:
        if contents := [
            one
            for one in page.metas.get(name, ())
            if len(one) < 200 and "@" not in one and not one.lower().startswith("http")
        ]:
            return contents
    return []
