"""Candidates of a page and their scores in; what is certain of them beyond the scores, out. Pure.

A list and a table are of the article as a whole or not; a heading between kept pieces is of it; what says the title or
a passage once more is not, nor is a table of contents.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from lxml.etree import _Element

from .candidates import FACT, Candidate
from .edges import fold
from .features import flat
from .furniture import is_furniture
from .lists import Items
from .model import Floats
from .tables import Tables, table_of

# Over five folds, against 0.5: exact .202 → .213 on articles, kept .951 → .955 and leak .067 → .069 on segments, F1 the
# same; at 0.4 exact is .204, and news lose .001 F1 (2026-11).
THRESHOLD = 0.45
# A heading of so much, right above what is kept and with something kept before it, is kept too: it has few words to go
# by, and its neighbours tell more. Over five folds: exact .204 → .213 on articles (2026-11).
MAYBE = 0.2
# Letters; what is shorter may be said twice. Over five folds, against 30: exact .228 → .233 on articles, F1 .0003 more,
# on news .0001 less; at 100 both are less (2026-11).
_PASSAGE = 60
_LONG_TITLE = 600  # characters; no title is longer
_LINES = frozenset({"p", "div", "span", "section", "article"})
_BOXES = frozenset({"div", "figure"})
_CONTENTS = 3  # lines that lead to places of the page itself, and are a table of contents


def of_wholes(found: Sequence[Candidate], scores: Floats) -> Floats:
    """The scores, with the mean of a list's items and of a table's cells, by length, for each of them."""
    wholes: dict[_Element, list[int]] = {}
    items, tables = Items(), Tables()
    for position, one in enumerate(found):
        if (item := items.item_of(one.element)) is not None:
            whole = item.getparent()
        elif (cell := tables.cell_of(one.element, size=len(one.text))) is not None:
            whole = table_of(cell)
        else:
            continue
        if whole is not None:
            wholes.setdefault(whole, []).append(position)
    scores = scores.copy()
    for whole, positions in wholes.items():
        if (parts := scores[positions]).max() >= THRESHOLD:
            weights = None if whole.tag != "table" else [len(found[position].text) for position in positions]
            scores[positions] = np.average(parts, weights=weights)
    return scores


def with_headings(found: Sequence[Candidate], scores: Floats, kept: list[int]) -> list[int]:
    """The positions kept, with those of headings that may be of the article and stand between pieces of it."""
    here = set(kept)
    missed = [
        before
        for position in kept
        if (before := position - 1) >= 0
        and before not in here
        and scores[before] >= MAYBE
        and found[before].level is not None
        and found[position].level is None
        and not found[before].links
        and not here.isdisjoint(range(before - 3, before))
    ]
    return sorted([*kept, *missed]) if missed else kept


def with_wholes(found: Sequence[Candidate], scores: Floats, kept: list[int]) -> list[int]:
    """The positions kept, with those of a list or a table that may be of the article, has no links, and stands between
    two pieces of it and beside both."""
    here = set(kept)
    missed: list[int] = []
    tables = Tables()
    for before in kept:
        last = first = before + 1
        if first in here or first >= len(found) or (whole := _whole_of(found[first], tables)) is None:
            continue
        while last < len(found) and _whole_of(found[last], tables) is whole:
            last += 1
        if last not in here or scores[first:last].mean() < MAYBE:
            continue
        around = _alone(whole).getparent()
        beside = (found[position].element.getparent() is around for position in (before, last))
        if all(beside) and not any(found[position].links for position in range(first, last)):
            missed += range(first, last)
    return sorted([*kept, *missed]) if missed else kept


def _whole_of(one: Candidate, tables: Tables) -> _Element | None:
    if one.tag == "li":
        items: _Element | None = one.element.getparent()
        return items
    cell = tables.cell_of(one.element, size=len(one.text))
    return table_of(cell) if cell is not None else None


def _alone(whole: _Element) -> _Element:
    """The outermost box around a table or list that holds nothing else."""
    # Not len(box): it counts all.
    while whole.getprevious() is None and whole.getnext() is None and (box := whole.getparent()) is not None:
        if box.tag not in _BOXES:
            break
        whole = box
    return whole


def said_once(found: Sequence[Candidate], keys: Sequence[str], kept: list[int], titles: Sequence[str]) -> list[int]:
    """The positions without what says the title, or a passage before it, once more.

    A heading is never one of them: it is the line of the table of contents that says it before, and goes.
    """
    short = {folded for title in titles if len(folded := flat(title)) > 15}
    headings = {keys[position]: position for position in reversed(kept) if found[position].level is not None}
    seen: set[str] = set()
    once = []
    for position in kept:
        one, key = found[position], keys[position]
        if one.level is None:
            if len(key) > _PASSAGE and key in seen:
                continue
            if len(key) < _LONG_TITLE and flat(one.text) in short:
                continue
            if one.linked >= 0.8 * len(one.text) and headings.get(key, -1) > position:
                continue
        seen.add(key)
        once.append(position)
    return once


def retold(found: Sequence[Candidate]) -> frozenset[tuple[str, int]]:
    """The headings, folded and with their level, that say what a higher one before them says: where that is the title,
    they are of the article. Over five folds: exact .221 → .227 on articles, .387 → .382 on news (2026-11)."""
    highest: dict[str, int] = {}
    below: set[tuple[str, int]] = set()
    for one in found:
        if one.level is not None and highest.setdefault(key := fold(one.text), one.level) < one.level:
            below.add((key, one.level))
    return frozenset(below)


def without_contents(found: Sequence[Candidate], kept: Sequence[int]) -> list[int]:
    """The positions without a table of contents: lines that are links to places of the page itself.

    Headings are none of them: many lead to themselves.
    """
    links = (position for position in kept if found[position].anchored and found[position].level is None)
    lines = {position for position in links if found[position].linked >= 0.8 * len(found[position].text)}
    return [position for position in kept if position not in lines] if len(lines) >= _CONTENTS else list(kept)


def without_labels(found: Sequence[Candidate], kept: list[int]) -> list[int]:
    """The positions without list items of one paragraph that is furniture: buttons and the like."""
    return [
        position
        for position in kept
        if not (
            (one := found[position]).tag in _LINES
            and (around := one.element.getparent()) is not None
            and around.tag == "li"
            and is_furniture(one.text)
        )
    ]


def without_last_links(found: Sequence[Candidate], kept: list[int]) -> list[int]:
    """The positions without lines at the end that are links and nothing more: they lead away from the article.

    A list or a table of links may be what it is about.
    """
    while kept and (last := found[kept[-1]]).tag in _LINES and last.linked >= 0.9 * len(last.text):
        kept = kept[:-1]
    return kept


def is_fact_box(one: Candidate) -> bool:
    """Whether it stands in a box of facts beside the article's own text, six steps up at the most."""
    place = one.place
    return place.named[FACT] >= max(0, place.depth - 6)
