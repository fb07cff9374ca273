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
_BESIDE = re.compile(r"byline|\bauthor\b|posted-on|\bdate\b|m-date|comment-bubble|sourcelnk", re.I)
_BESIDE_TAGS = frozenset({"small", "time", "h3", "h4", "h5", "h6", "button"})
_UNSEEN = re.compile(r"visually-?hidden|element-invisible|sr-only|screen-reader|off-?screen|\baural\b", re.I)
_HERE = "\0"  # in no page: charset.py takes it out
_APART = frozenset({"br", "div", "p", "h2", "h3", "h4", "h5", "h6", "li", "ul"})
_MARKS = " \t\n-–—|:•·,/"
_MOST_PARTS = 40  # elements in an h1; one with more was never closed, or is a list
_LETTERS = re.compile(r"\w\W*\w\W*\w")


def headline_in(h1: HtmlElement) -> str:
    """Its text on one line, line breaks being spaces; all of it where little else is left.

    What nobody sees goes wherever it stands; kickers, dates and names only where the headline ends or begins, for
    “How <small>small</small> towns live” is a sentence.
    """
    parts = list(islice(h1.iterdescendants(), _MOST_PARTS + 1))
    if not parts or len(parts) > _MOST_PARTS:
        return text_of(h1)
    whole = _joined(h1, frozenset())
    silent = frozenset(part for part in parts if part.get("aria-hidden") == "true")
    unseen = silent.union(part for part in parts if _UNSEEN.search(part.get("class") or ""))
    beside = [part for part in parts if _is_beside(part, whole)]
    outer = unseen.union(part for part in beside if _is_at_an_end(part, h1, unseen.union(beside)))
    for without in (outer, silent):
        left = _joined(h1, without).strip(_MARKS) if without else ""
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


def _is_at_an_end(part: HtmlElement, h1: HtmlElement, without: frozenset[HtmlElement]) -> bool:
    """Whether nothing of the headline stands before the part, or nothing behind it."""
    marked = _joined(h1, without, mark=part)
    before, _, behind = marked.partition(_HERE)
    return not (before.strip(_MARKS) and behind.strip(_MARKS))


def _joined(h1: HtmlElement, without: frozenset[HtmlElement], *, mark: HtmlElement | None = None) -> str:
    pieces: list[str] = []
    _add(h1, without, mark, pieces)
    return " ".join("".join(pieces).split())


def _add(element: HtmlElement, without: frozenset[HtmlElement], mark: HtmlElement | None, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        if child is mark:
            pieces.append(_HERE)
        if child in without:
            pieces.append(" ")
        else:
            apart = " " if child.tag in _APART else ""
            pieces.append(apart)
            _add(child, without, mark, pieces)
            pieces.append(apart)
        pieces.append(child.tail or "")
