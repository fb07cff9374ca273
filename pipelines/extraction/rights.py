"""A Page in; out, its rights notice and the licence of its text, each as the page has it. None where it is silent."""

import re
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from .elements import Elements
from .fields import absolute
from .found import Found
from .jsonld import resolve, text_of
from .page import Page
from .page import text_of as element_text

_LONGEST_NOTICE = 300
_NOTICE_METAS = ("copyright", "dc.rights", "dcterms.rights", "rights", "dc.copyright", "prism.copyright")
_HOLDER_METAS = ("copyrightholder", "dcterms.rightsholder", "dc.rights.rightsholder", "dc.rightsholder")
_LICENCE_METAS = ("dcterms.license", "dc.rights.license", "dc.license", "license", "dcterms.rights", "dc.rights")
_RESERVED = (
    "rights reserved", "rechte vorbehalten", "droits réservés", "derechos reservados", "diritti riservati",
    "diritti sono riservati", "direitos reservados", "rechten voorbehouden", "rettigheder forbeholdes",
    "prawa zastrzeżone", "права защищены", "права захищені", "hakları saklıdır", "無断転載", "無断複製", "版权所有",
    "版權所有", "무단전재", "무단 전재",
)  # fmt: skip
_WORDS = ("©", "(c) ", "copyright", *_RESERVED)
_NOTICE = re.compile(
    rf"(?:©|\(c\)|\bcopyright\b).*?(?:19|20)\d\d|(?:19|20)\d\d.{{0,12}}(?:©|\(c\))|{'|'.join(_RESERVED)}", re.I | re.S
)
_NOTICE_WITHOUT_YEAR = re.compile(r"©\s*\w|\bcopyright\s+(?:by\b|©)", re.I)
_MOST_TEXTS = 6  # with a word of the notice, from the page's end: there it stands, as a rule
_CC = re.compile(
    r"^(?:https?:)?//(?:www\.)?creativecommons\.org/(?:licenses/[a-z-]+|publicdomain/(?:zero|mark))/", re.I
)
_SAYS_LICENCE = re.compile(r"li[cz]en|creative ?commons|\bcc[ -]", re.I)
_OF_AN_IMAGE = {"figure", "figcaption"}
_INLINE = {"a", "span", "b", "strong", "em", "i", "small", "br", "font", "time"}


def rights_of(page: Page) -> Found:
    """The notice in the page's own words: JSON-LD, meta elements, the line at its foot; else the holder it names."""
    node = page.article or {}
    holder, year = _name(node.get("copyrightHolder"), page), text_of(node.get("copyrightYear"))
    found = Found.of(
        ("json-ld", text_of(node.get("copyrightNotice"))),
        ("meta", next((text for text in map(page.meta, _NOTICE_METAS) if text and not text.startswith("http")), None)),
    )
    found = found if found.value else Found.of(("page", _visible_notice(page)))
    if not found.value:
        found = Found.of(
            ("json-ld", f"© {year} {holder}" if holder and year else holder), ("meta", page.meta(*_HOLDER_METAS))
        )
    return found.with_value(found.value[:_LONGEST_NOTICE] if found.value else None)


def licence_of(page: Page) -> Found:
    """The licence of the page's text as an http(s) URL: JSON-LD, meta, rel=license, a Creative Commons link.

    A link in a figure is the licence of an image. Without rel=license, a link counts that is the only one of its kind
    and whose words, or those around it, speak of a licence. On the 66 licensed pages of the segments set: 55 found,
    none wrong (2026-11).
    """
    if (stated := _licence_stated(page)).value:
        return stated
    loose: dict[str, HtmlElement] = {}
    elements = page.elements
    places = [
        place
        for attribute, stem in (("rel", "icense"), ("href", "creativecommons.org/"))
        for value, positions in elements.saying(attribute, stem)
        if stem in value
        for place in positions
    ]
    for element in elements.at(places):
        if element.tag == "area" or any(one.tag in _OF_AN_IMAGE for one in islice(element.iterancestors(), 6)):
            continue
        rel, href = element.get("rel") or "", absolute(page, element.get("href"))
        if href is None:
            continue
        if "license" in rel.lower().split():
            return Found(href, "link", element.get("href"))
        if _CC.match(href):
            loose[href] = element
    if len(loose) != 1:  # several: the licences of the images or works that the page speaks of
        return Found(None, None, None)
    ((href, element),) = loose.items()
    parent = element.getparent()
    around = f"{element_text(element)} {element_text(parent) if parent is not None else ''}"
    speaks = element.find(".//img") is not None or _SAYS_LICENCE.search(around[:600])
    return Found(href, "page", element.get("href")) if speaks else Found(None, None, None)


def _licence_stated(page: Page) -> Found:
    value = resolve((page.article or {}).get("license"), page.nodes)
    if isinstance(value, list):
        value = value[0] if value else None
    raw = text_of(value.get("url") or value.get("@id")) if isinstance(value, dict) else text_of(value)
    if raw and re.match(r"(?:https?:)?//|/", raw):
        return Found(absolute(page, raw), "json-ld", raw)
    for name in _LICENCE_METAS:
        if (content := page.meta(name)) and (_CC.match(content) or (name.endswith("license") and "//" in content)):
            return Found(absolute(page, content), "meta", content)
    return Found(None, None, None)


def _name(value: Any, page: Page) -> str | None:
    value = resolve(value, page.nodes)
    if isinstance(value, list):
        value = resolve(value[0], page.nodes) if value else None
    return text_of(value.get("name")) if isinstance(value, dict) else text_of(value)


def _visible_notice(page: Page) -> str | None:
    """The last line that reads as a notice; one without year and reserved rights only where it is in a footer."""
    in_footer = None
    for text, within in _texts_with_a_word(page):
        if len(text) > 2000:
            continue
        told = _line_around(text, within)
        if _NOTICE.search(told):
            return told
        if in_footer is None and _NOTICE_WITHOUT_YEAR.search(told) and _is_in_footer(within):
            in_footer = told
    return in_footer


def _texts_with_a_word(page: Page) -> list[tuple[str, HtmlElement]]:
    """The page's last texts with the first of the words that any has, and what they stand in, the last text first."""
    for word in _WORDS:
        if (spelt := _spelt(page, word)) and (found := _texts_with(page.elements, spelt)):
            return found
    return []


def _spelt(page: Page, word: str) -> str | None:
    """The word as the page has it at its last place, in whatever case."""
    if word == word.upper():  # ©, most often, and what has no case: then nothing needs lower case
        return word if word in page.all_text else None
    at = page.lower_text.rfind(word)
    is_as_long = len(page.lower_text) == len(page.all_text)  # "İ" grows
    return (page.all_text if is_as_long else page.lower_text)[at : at + len(word)] if at >= 0 else None


def _texts_with(elements: Elements, spelt: str) -> list[tuple[str, HtmlElement]]:
    found = [(place, False, place, text) for place, text in elements.texts.items() if spelt in text]
    for place, text in elements.tails.items():
        if spelt in text:
            # A tail stands behind all that is in its element, and before the tails of what is around that.
            last_within = place + sum(1 for _ in elements.all[place].iter()) - 1
            found.append((last_within, True, -place, text))
    found.sort(key=lambda one: one[:3], reverse=True)
    beside = ((text, elements.all[abs(place)], is_tail) for _, is_tail, place, text in found[:_MOST_TEXTS])
    return [
        (text, within) for text, one, is_tail in beside if (within := one.getparent() if is_tail else one) is not None
    ]


def _is_in_footer(element: HtmlElement) -> bool:
    return element.tag == "footer" or next(element.iterancestors("footer"), None) is not None


def _line_around(text: str, within: HtmlElement) -> str:
    """The line that a text stands in: of the nearest element that is no inline one, where that is short."""
    line = within
    while line.tag in _INLINE and (parent := line.getparent()) is not None:
        line = parent
    whole = " ".join("".join(islice(line.itertext(), 40)).split())
    return whole if len(whole) <= _LONGEST_NOTICE else " ".join(text.split())[:_LONGEST_NOTICE]
