"""A Page in, its authors' names out: no roles, no URLs, no sites beside people. Invents nobody."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from .jsonld import resolve, text_of, types_of
from .page import Page
from .page import text_of as element_text

AUTHOR_METAS = (
    "author", "article:author_name", "parsely-author", "cxenseparse:author", "dc.creator", "dcterms.creator",
    "sailthru.author", "byl", "citation_author", "article:author", "og:article:author", "rnews:author",
    "dc.contributor", "twitter:creator:name",
    "mediator_author", "authors", "vr:author", "bt:author", "articleauthor",
    "twitter:misc:written by",
)  # fmt: skip

_BY = re.compile(
    r"^\W*(?:(?:written|posted|published|reported|story|text|words|article|report|review(?:ed)?|a guest post)\s+by|"
    r"by|von|par|por|di|da|door|av|af|od|oleh|"
    r"tekst|text|texte|texto|testo|autore?|autora|autor(?:in)?|author|auteur|redacción|автор|yazan|"
    r"מאת|بقلم|ein(?:e)? \w+ von)\b\s*[:\-–—|]*\s*",
    re.I,
)
_AND = re.compile(
    r"\s*(?:;|\||•|·|\s/\s|\n|\band\b|\bund\b|\bet\b|\by\b(?=\s[A-ZÁÉÍÓÚÑ])|\be\b(?=\s[A-Z])|\ben\b(?=\s[A-Z])|\boch\b|\bog\b|&|、|・(?=$))\s*"
)
_NOT_NAME = re.compile(
    r"https?:|www\.|@\S+\.\w|^\W*$|^\d|\d{3}|\b(?:admin|administrator|webmaster|editor(?:ial)? staff|"
    r"unknown|anonymous|null|none|"
    r"undefined|posted|published|updated|publiziert|veröffentlicht|publié|publicado|"
    r"uncategorized|kommentar|edit(?:ion)?|no author|designed|alle beiträge|all posts|"
    r"image|photo|foto|getty|read more|about|contact|follow|share|comments?|minutes?|view all|"
    r"more from|see (?:all|more))\b",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:reporters?|editors?|correspondents?|writers?|journalists?|columnist|producer|contributor|staff|chief|"
    r"head of|director|managing|senior|"
    r"redakt\w*|korrespondent\w*|reporter\w*|journalist\w*|ressort\w*|leiter\w*|volont\w*|autor(?:in)?|periodista|redactora?|corresponsal|"
    r"rédact\w*|"
    r"envoyée?|giornalista|inviat[oa]|photograph\w*|fotograf\w*|critic|analyst|professor|fellow|ph\.?d|md|m\.d|muhabir\w*|editör\w*)\b",
    re.I,
)
_TRAILING = re.compile(
    r"\s*(?:\((?:[^()]*)\)|\[[^\]]*\]|<[^>]*>|\s(?:[-–—|]\s|für |for |in (?=[A-Z])|aus |at the |из ).*|"
    r",?\s(?:updated|published|on)\b.*|\s기자.*|記者$)\s*$"
)
_BYLINE = re.compile(
    r"\b(?:by-?line|author|autor(?:en|in|es)?|auteur|autore|writer|creator|firma|"
    r"verfasser|contributor|skribent|signature|c-author)s?\b|byline|author(?:name|-name|_name|s?$)|__author",
    re.I,
)
_ONE_NAME = (
    r"[^\W\d_a-z][\w’'.-]+"
    r"(?:\s+(?:(?:de|del|della|von|van|der|den|la|le|di|da|bin|al|el|y)\s+)*[^\W\d_a-z][\w’'.-]*){1,3}"
)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autore?n?|autores|auteurs?|autor-in|redakteure?|journalists?|reporters?|writers?|people)/[^/?#]{3,}",
    re.I,
)
_WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|geschreven door|author|autor", re.I
)
_BYLINE_TEXT = re.compile(
    rf"^(?:(?i:written by|words by|story by|reported by|by|von|text von|par|por|de|di|da|door|av|af))\s*:?\s+"
    rf"({_ONE_NAME}(?:\s*(?:,|;|&|(?i:\band|und|et|y|e|en|och|og\b))\s+{_ONE_NAME})*)"
    r"\s*(?:$|[•·|,;(–—\d-]|(?i:on|am|le|el|il|updated|published)\b)"
)
_FAR = re.compile(
    r"related|recommend|comment|sidebar|footer|teaser|most-?read|popular|widget|card|rail|nav|bio\b|about", re.I
)


def authors(page: Page, *, site_names: Iterable[str] = ()) -> tuple[tuple[str, ...], str | None]:
    """The names in the page's order, and the words they came from.

    A site's own name is dropped where a person stands beside it; alone, it is what the page says of its author.
    """
    sites = {_fold(name) for name in site_names if name}
    organisations = {_fold(name) for name in _organisations(page)}
    own: tuple[tuple[str, ...], str] | None = None
    for source in _SOURCES:
        found = source(page)
        names = _cleaned(found)
        people = tuple(name for name in names if not _is_site(name, sites | organisations))
        if people:
            return people, "; ".join(dict.fromkeys(found))[:500]
        if names and own is None:
            own = names[:1], "; ".join(dict.fromkeys(found))[:500]
    return own or ((), None)


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


def _from_microdata(page: Page) -> list[str]:
    found = []
    for element in page.tree.xpath("//*[contains(concat(' ',@itemprop,' '),' author ')]")[:8]:
        if _is_far(element):
            continue
        named = element.xpath(".//*[@itemprop='name']") or [element]
        found += [one.get("content") or element_text(one) for one in named]
    return [text for text in found if text and len(text) < 120]


def _from_links(page: Page) -> list[str]:
    found = []
    for element in page.tree.xpath("//a[contains(concat(' ',@rel,' '),' author ')]")[:8]:
        if not _is_far(element) and (text := element_text(element)) and len(text) < 80:
            found.append(text)
    return found


def _from_author_pages(page: Page) -> list[str]:
    """Links to /author/…, the first place that holds some."""
    for element in page.tree.iter("a"):
        if not _AUTHOR_PATH.search(element.get("href") or "") or _is_far(element):
            continue
        beside = element.getparent()
        if beside is None or len(element_text(beside)) > 160:
            beside = element
        found = [
            text
            for a in beside.iter("a")
            if _AUTHOR_PATH.search(a.get("href") or "") and 3 < len(text := element_text(a)) < 60
        ]
        if _cleaned(found):
            return found
    return []


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


def _from_byline_elements(page: Page) -> list[str]:
    for element in page.tree.iter(
        "a", "span", "div", "p", "address", "li", "cite", "strong", "em", "h3", "h4", "section"
    ):
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not _BYLINE.search(named) or _is_far(element):
            continue
        text = element_text(element)
        if not 3 < len(text) < 100:
            continue
        links = [one for a in element.iter("a") if (one := element_text(a))]
        found = links if links and element.tag != "a" else [text]
        if _cleaned(found):
            return found
    return []


def _from_byline_text(page: Page) -> list[str]:
    """“By Jane Doe and John Roe • November 17, 2026” in a line of its own."""
    for element in page.tree.iter("p", "div", "span", "li", "em", "i", "font", "td", "small", "strong", "b"):
        opening = element.text if (element.text or "").strip() or not len(element) else element[0].text
        if len(element) > 6 or not _BY.match(opening or ""):
            continue
        text = element_text(element)
        if 6 < len(text) < 160 and (match := _BYLINE_TEXT.match(text)) and not _is_far(element):
            return [match.group(1)]
    return []


def names_in(bylines: list[str]) -> tuple[str, ...]:
    """The names in bylines as they are written: “By Ada Mbeki and Li Wei, Reuters” → Ada Mbeki, Li Wei."""
    return _cleaned(bylines)


def _cleaned(raws: list[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for raw in raws:
        for piece in _pieces(raw):
            if name := _name(piece):
                names.setdefault(_fold(name), name)
    return tuple(names.values())


def _is_site(name: str, sites: set[str]) -> bool:
    return _fold(name) in sites


def _pieces(raw: str) -> Iterator[str]:
    text = _BY.sub("", " ".join(raw.split()))
    for part in _AND.split(text):
        commas = [piece.strip() for piece in part.split(",") if piece.strip()]
        # "Doe, Jane" is one person; "Jane Doe, Senior reporter" is one with a role; "Jane Doe, John Roe" are two.
        if len(commas) == 2 and all(len(piece.split()) == 1 for piece in commas) and not _ROLE.search(commas[1]):
            yield " ".join(reversed(commas))
            continue
        for position, piece in enumerate(commas):
            if position and (_ROLE.search(piece) or len(piece.split()) < 2):
                break
            yield piece


def _name(piece: str) -> str | None:
    name = _BY.sub("", piece).strip(' \t,.;:-–—|/*"“”')
    shorter = _TRAILING.sub("", name).strip(" ,.;:-–—|/")
    name = shorter if len(shorter) > 2 else name
    if not 2 <= len(name) <= 60 or len(name.split()) > 7 or _NOT_NAME.search(name):
        return None
    if len(name.split()) > 2 and _ROLE.search(name) and name[:1].islower():
        return None
    return name


def _fold(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _is_far(element: HtmlElement | None) -> bool:
    steps = 0
    while element is not None and steps < 7:
        if element.tag in {"aside", "footer", "nav"}:
            return True
        if element.tag in {"article", "main", "body"}:
            return False
        if _FAR.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element, steps = element.getparent(), steps + 1
    return False


_SOURCES = (
    _from_nodes,
    _from_microdata,
    _from_links,
    _from_metas,
    _from_author_pages,
    _from_byline_elements,
    _from_byline_text,
)
