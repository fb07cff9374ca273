"""A Page in, its tags out: what the article is about, in the page's words and order, each once."""

import re
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from .fields import absolute, fold
from .jsonld import text_of
from .page import Page
from .page import text_of as element_text

_MOST = 50
_LONGEST = 80
_METAS = ("article:tag", "news_keywords", "keywords")
_TAG_LINKS: Any = etree.XPath(
    "//a[contains(@rel,'tag') or contains(@href,'tag') or contains(@href,'/them') or contains(@href,'/tem') or "
    "contains(@href,'topic') or contains(@href,'stichwort') or contains(@href,'schlagw') or "
    "contains(@href,'keyword') or contains(@href,'etiquet') or contains(@href,'mot')]"
)
_TAG_SEGMENT = re.compile(
    r"tags?|themen?|thema|temas?|tema|topics?|stichworte?|schlagworte?|schlagwoerter|keywords?|etiquetas?|mots?-cles?",
    re.I,
)
_ELSEWHERE = {"nav", "aside", "header"}
_CLOUD = re.compile(r"cloud|widget|side-?bar|trending|popular", re.I)
_MOST_LINKED = 25  # more of them are a cloud of all that the site has
_TAG_BOX = re.compile(
    r"(?:^|[\s_-])(?:tags?|topics?|keywords?|schlagw\w+|stichw\w+|themen|temas|etiquetas)(?:$|[\s_-])", re.I
)


def tags_of(page: Page) -> tuple[str, ...]:
    """Those of JSON-LD, else of a meta element, else the links to pages of tags in a box of tags."""
    found = _keywords([(page.article or {}).get("keywords")])
    for name in _METAS:
        found = found or _keywords(page.metas.get(name, []))
    return tuple(_once(found or _linked(page)))[:_MOST]


def _linked(page: Page) -> list[str]:
    by_rel, boxed = [], []
    for link in islice(_TAG_LINKS(page.tree), 300):
        rel = (link.get("rel") or "").lower().split()
        if "tag" in rel and "category" not in rel:
            by_rel.append(element_text(link))
        elif _is_of_a_tag(link, page) and _is_in_a_box(link):
            boxed.append(element_text(link).lstrip("#"))
    return by_rel[:30] or (boxed if len(boxed) <= _MOST_LINKED else [])


def _is_of_a_tag(link: HtmlElement, page: Page) -> bool:
    url = absolute(page, link.get("href"))
    segments = [segment for segment in urlsplit(url).path.split("/") if segment] if url else []
    return any(_TAG_SEGMENT.fullmatch(segment) for segment in segments[:-1])


def _is_in_a_box(link: HtmlElement) -> bool:
    """Whether it stands in a box of tags, and in no menu and no cloud of all tags."""
    boxed = False
    for around in islice(link.iterancestors(), 8):
        named = f"{around.get('class') or ''} {around.get('id') or ''}"
        if around.tag in {"article", "main", "body"}:
            break
        if around.tag in _ELSEWHERE or _CLOUD.search(named):
            return False
        boxed = boxed or _TAG_BOX.search(named) is not None
    return boxed


def _keywords(values: list[Any]) -> list[str]:
    """Pieces of lists and of texts with commas; what is too long for a tag is none."""
    found: list[str] = []
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            text = text_of(item.get("name")) if isinstance(item, dict) else text_of(item)
            found += [piece.strip() for piece in re.split(r"[,;|،、]", text or "")]
    return [piece for piece in found if piece and len(piece) < _LONGEST]


def _once(found: list[str]) -> list[str]:
    once: dict[str, str] = {}
    for one in found:
        if one and len(one) < _LONGEST:
            once.setdefault(fold(one), one)
    return list(once.values())
