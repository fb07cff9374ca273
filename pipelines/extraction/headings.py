"""An h1 element in, the headline that it shows out: without the kicker above it, dates, names and what nobody sees."""

import re
from itertools import islice

from lxml.html import HtmlElement

from .page import text_of

# Of 1,611 pages with known titles some ten more have the right one by these words and tags, none fewer (2026-11).
_KICKER = re.compile(
    r"kicker|over-?line|top-?line|roof-?line|dachzeile|(?:top|super|pre|over)-?title|spitzmarke|eyebrow|topic-label|"
    r"\blabel\b|sub-?headline|h1small|entry-section",
    re.I,
)
_BESIDE = re.compile(
    r"visually-?hidden|element-invisible|sr-only|screen-reader|off-?screen|\baural\b|byline|\bauthor\b|posted-on|"
    r"\bdate\b|m-date|comment-bubble|sourcelnk",
    re.I,
)
_BESIDE_TAGS = frozenset({"small", "time", "h3", "h4", "h5", "h6", "button"})
_APART = frozenset({"br", "div", "p", "h2", "h3", "h4", "h5", "h6", "li", "ul"})
_MARKS = " \t\n-–—|:•·,/"
_MOST_PARTS = 40
_LETTERS = re.compile(r"\w\W*\w\W*\w")


def headline_in(h1: HtmlElement) -> str:
    """Its text on one line, line breaks being spaces; all of it where little else is left."""
    parts = list(islice(h1.iterdescendants(), _MOST_PARTS + 1))
    if not parts or len(parts) > _MOST_PARTS:
        return text_of(h1)
    whole = _joined(h1, frozenset())
    hidden = frozenset(part for part in parts if part.get("aria-hidden") == "true")
    for beside in (hidden.union(part for part in parts if _is_beside(part, whole)), hidden):
        left = _joined(h1, beside).strip(_MARKS) if beside else ""
        if _LETTERS.search(left):
            return left
    return whole


def _is_beside(part: HtmlElement, whole: str) -> bool:
    classes = part.get("class") or ""
    if part.tag in _BESIDE_TAGS or _BESIDE.search(classes):
        return True
    if not _KICKER.search(classes):
        return False
    # “Kicker: headline” is written as one line, and is printed so.
    text = text_of(part)
    return not (text.endswith(":") or f"{text}: " in whole)


def _joined(h1: HtmlElement, without: frozenset[HtmlElement]) -> str:
    pieces: list[str] = []
    _add(h1, without, pieces)
    return " ".join("".join(pieces).split())


def _add(element: HtmlElement, without: frozenset[HtmlElement], pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        if child in without:
            pieces.append(" ")
        else:
            apart = " " if child.tag in _APART else ""
            pieces.append(apart)
            _add(child, without, pieces)
            pieces.append(apart)
        pieces.append(child.tail or "")
