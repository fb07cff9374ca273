"""A Page in, its tags out: what the article is about, in the page's words and order, each once."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from .elements import Elements
from .fields import absolute, fold
from .jsonld import text_of
from .page import Page

_MOST = 50
_LONGEST = 80
_METAS = ("article:tag", "news_keywords", "keywords")
# One of them is in the address of whatever leads to a page of a tag.
_STEMS = ("tag", "/them", "/tem", "topic", "stichwort", "schlagw", "keyword", "etiquet", "mot")
_AUTHORITY = re.compile(r"^https?://[^/?#]*", re.I)
_TAG_SEGMENT = re.compile(
    r"tags?|themen?|thema|temas?|tema|topics?|stichworte?|schlagworte?|schlagwoerter|keywords?|etiquetas?|mots?-cles?",
    re.I,
)
_ELSEWHERE = {"nav", "aside", "header"}
_CLOUD = re.compile(r"cloud|widget|side-?bar|trending|popular", re.I)
_CLOUD_STEMS = ("cloud", "widget", "side", "trending", "popular")
_MOST_LINKED = 25  # more of them are a cloud of all that the site has
_TAG_BOX = re.compile(
    r"(?:^|[\s_-])(?:tags?|topics?|keywords?|schlagw\w+|stichw\w+|themen|temas|etiquetas)(?:$|[\s_-])", re.I
)
_TAG_BOX_STEMS = ("tag", "topic", "keyword", "schlagw", "stichw", "themen", "temas", "etiquetas")


def tags_of(page: Page) -> tuple[tuple[str, ...], str | None]:
    """Those of JSON-LD, else of a meta element, else the links to pages of tags in a box of tags; and which it was."""
    found, source = _keywords([(page.article or {}).get("keywords")]), "json-ld"
    for name in _METAS:
        if not found:
            found, source = _keywords(page.metas.get(name, [])), "meta"
    if not found:
        found, source = _linked(page), "link"
    tags = tuple(_once(found))[:_MOST]
    return tags, source if tags else None


def _linked(page: Page) -> list[str]:
    by_rel, boxed = [], []
    boxes: _Boxes | None = None
    for link in islice(_candidates(page), 300):
        rel = (link.get("rel") or "").lower().split()
        if "tag" in rel and "category" not in rel:
            by_rel.append(page.text(link))
        elif _is_of_a_tag(link, page):
            boxes = boxes or _Boxes(page.elements)
            if boxes.hold(link):
                boxed.append(page.text(link).lstrip("#"))
    return by_rel[:30] or (boxed if len(boxed) <= _MOST_LINKED else [])


def _candidates(page: Page) -> Iterator[HtmlElement]:
    elements = page.elements
    places = [
        place
        for attribute, stems in (("href", _STEMS), ("rel", ("tag",)))
        for value, positions in elements.saying(attribute, *stems)
        if any(stem in value for stem in stems)
        for place in positions
    ]
    return (link for link in elements.at(places) if link.tag == "a")


def _is_of_a_tag(link: HtmlElement, page: Page) -> bool:
    url = absolute(page, link.get("href"))
    path = _AUTHORITY.sub("", url).partition("#")[0].partition("?")[0] if url else ""
    segments = [segment for segment in path.split("/") if segment]
    return any(map(_names_tags, segments[:-1]))


@lru_cache(maxsize=4096)
def _names_tags(segment: str) -> bool:
    return _TAG_SEGMENT.fullmatch(segment) is not None


class _Boxes:
    """The page's boxes of tags, and its clouds of all tags, by their names."""

    def __init__(self, elements: Elements) -> None:
        self._of_tags = self._named(elements, _TAG_BOX, *_TAG_BOX_STEMS)
        self._clouds = self._named(elements, _CLOUD, *_CLOUD_STEMS)

    def hold(self, link: HtmlElement) -> bool:
        """Whether it stands in a box of tags, and in no menu and no cloud."""
        boxed = False
        for around in islice(link.iterancestors(), 8):
            if around.tag in {"article", "main", "body"}:
                break
            if around.tag in _ELSEWHERE or around in self._clouds:
                return False
            boxed = boxed or around in self._of_tags
        return boxed

    @staticmethod
    def _named(elements: Elements, pattern: re.Pattern[str], *stems: str) -> set[HtmlElement]:
        return {
            elements.all[place]
            for attribute in ("class", "id")
            for named, positions in elements.saying(attribute, *stems)
            if pattern.search(named)
            for place in positions
        }


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
