"""The bytes of a page or style sheet in; out, the addresses of what a browser would fetch to show it. Runs no script.

Of a page its pictures in all their sizes, style sheets, scripts, icons and fonts; no frames, which are pages, and no
films, which are larger than all the rest. Of a style sheet what it imports and its pictures and fonts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from crawler.discovery.page_tree import tree_of
from crawler.urls import normalise

__all__ = ["requisites_of_css", "requisites_of_page"]

MAX_REQUISITES = 500  # of one page or style sheet; beyond it is not a page but a way to make a crawler busy
MAX_NAMED = 20_000  # addresses that are looked at, the same ones and empty ones among them
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CSS_STRING = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_CSS_ADDRESS = re.compile(
    rf"@import\s+(?P<imported>{_CSS_STRING})|url\(\s*(?P<url>{_CSS_STRING}|(?:[^()\"'\s\\]|\\.)+)\s*\)",
    re.I | re.DOTALL,
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|(.))", re.DOTALL)
_LEAD_METAS = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_LINK_RELS = frozenset({"stylesheet", "icon", "apple-touch-icon", "mask-icon", "modulepreload", "manifest"})
_PRELOADED = frozenset({"font", "image", "script", "style"})
# Attributes that hold one address, by element; pictures that a script puts in place are named beside the picture.
_ADDRESSES = {
    "img": ("src", "data-src", "data-lazy-src", "data-original"), "source": (), "script": ("src",),
    "input": ("src",), "video": ("poster",), "image": ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href"),
    "body": ("background",), "table": ("background",), "td": ("background",),
}  # fmt: skip
_SETS = ("srcset", "data-srcset", "imagesrcset")


def requisites_of_page(
    body: bytes, *, url: str, content_type: str | None = None, lead_image_only: bool = False
) -> tuple[str, ...]:
    """In the page's order, each once, in the frontier's form. The lead image alone: the one that the page calls it."""
    root = tree_of(body, content_type)
    if root is None:
        return ()
    base = next((href for e in root.iter("base") if (href := normalise(e.get("href") or "", url)) is not None), url)
    if lead_image_only:
        return _absolute(_lead_images(root), base, most=1)
    return _absolute(_named(root), base, most=MAX_REQUISITES)


def requisites_of_css(body: bytes, *, url: str) -> tuple[str, ...]:
    """What a style sheet at `url` imports and shows."""
    return _absolute(_in_css(body.decode("utf-8", "replace")), url, most=MAX_REQUISITES)


def _absolute(addresses: Iterable[str], base: str, *, most: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for address in islice(addresses, MAX_NAMED):
        if address.strip() and (url := normalise(address.strip(), base)) is not None and url != base:
            found[url] = None
            if len(found) >= most:
                break
    return tuple(found)


def _named(root: etree._Element) -> Iterator[str]:
    yield from islice(_lead_images(root), 1)  # a page shared elsewhere is known by it, shown in the page or not
    for element in root.iter(etree.Element):
        name = str(element.tag)
        if name == "link":
            yield from _linked(element)
        elif name == "style":
            yield from _in_css(element.text or "")
        for attribute in _ADDRESSES.get(name, ()):
            yield element.get(attribute) or ""
        for attribute in _SETS:
            yield from _in_set(element.get(attribute) or "")
        if (style := element.get("style")) is not None and "url(" in style.lower():
            yield from _in_css(style)


def _linked(element: etree._Element) -> Iterator[str]:
    rels = set((element.get("rel") or "").lower().split())
    preloaded = "preload" in rels and (element.get("as") or "").lower() in _PRELOADED
    if rels & _LINK_RELS or preloaded:
        yield element.get("href") or ""


def _in_set(value: str) -> Iterator[str]:
    """The addresses of a srcset: they may have commas in them, but none at their end (HTML, 4.8.4.2.1)."""
    at = 0
    while (start := re.compile(r"[\s,]*([^\s,]\S*)").match(value, at)) is not None:
        address, at = start[1], start.end()
        if address.endswith(","):
            yield address.rstrip(",")
        else:
            yield address
            at = re.compile(r"(?:[^(,]|\([^)]*\)?)*").match(value, at).end()  # type: ignore[union-attr]


def _in_css(text: str) -> Iterator[str]:
    for found in _CSS_ADDRESS.finditer(_CSS_COMMENT.sub(" ", text)):
        address = found["imported"] or found["url"]
        if address[:1] in ("'", '"'):
            address = address[1:-1]
        yield _CSS_ESCAPE.sub(_unescaped, address)


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "�"


def _lead_images(root: etree._Element) -> Iterator[str]:
    """What the page says of its lead image, in the order in which it is believed: metas, JSON-LD, its first figure."""
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        metas.setdefault(name, element.get("content") or "")
    for name in _LEAD_METAS:
        if address := metas.get(name):
            yield address
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            try:
                yield from _images_of(json.loads(script.text or ""))
            except (ValueError, RecursionError):
                continue  # what does not parse says nothing
    for figure in root.iter("figure", "article"):
        for image in figure.iter("img"):
            if address := image.get("src") or image.get("data-src"):
                yield address


def _images_of(node: Any) -> Iterator[str]:
    """Pictures of the articles in JSON-LD: a text, an ImageObject, or a list of them."""
    if isinstance(node, list):
        for each in node:
            yield from _images_of(each)
    elif isinstance(node, dict):
        kinds = node.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and "Article" in kind for kind in kinds):
            yield from _addresses_of(node.get("image"))
        yield from _images_of(node.get("@graph"))


def _addresses_of(image: Any) -> Iterator[str]:
    if isinstance(image, str):
        yield image
    elif isinstance(image, dict):
        yield from _addresses_of(image.get("url") or image.get("contentUrl"))
    elif isinstance(image, list):
        for each in image:
            yield from _addresses_of(each)
