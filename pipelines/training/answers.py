"""A page's blocks and what is known of its text in; which blocks are of the article, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from lxml.etree import _Element
from numpy.typing import NDArray

from pipelines.extraction.candidates import Candidate
from pipelines.extraction.features import flat
from pipelines.extraction.lists import Items
from pipelines.extraction.tables import Tables, table_of
from pipelines.training.corpus import TruePage

_RUN = 4  # words
_NUMBER = re.compile(r"^\W*(?:\d{1,3}[.):]\s*)?")  # or another mark before what a list says


def answers_of(found: Sequence[Candidate], page: TruePage) -> NDArray[np.float32]:
    """For each block 1, 0, or -1 for unknown.

    Where the body is known, a block is of it if half of its runs of four words are; a shorter one if it is a line of
    it, or stands in it between the same words as on the page. The cells of a table are asked for together: bodies
    write a row on a line. Of blocks that say the same, those between the same words are of it. Elsewhere only the
    blocks that hold a snippet are known.
    """
    return _by_body(found, page.body) if page.body is not None else _by_snippets(found, page)


def _by_body(found: Sequence[Candidate], body: str) -> NDArray[np.float32]:
    runs = set(shingles_of(body))
    lines = {flat(each) for line in body.split("\n") for each in (line, _NUMBER.sub("", line))}
    words = [words_of(one.text) for one in found]
    answers = np.zeros(len(found), np.float32)
    for position, own in enumerate(words):
        if len(own) >= _RUN:
            answers[position] = _half_of(own, runs)
        elif own:
            answers[position] = flat(found[position].text) in lines or _stands_in(words, position, runs)
    for cells in _tables(found):
        together = [word for position in cells for word in words[position]]
        if len(together) >= _RUN:
            answers[cells] = _half_of(together, runs)
    for same in _repeated(found):
        here = [position for position in same if answers[position] and _stands_in(words, position, runs)]
        if here:
            answers[[position for position in same if position not in here]] = 0
    return answers


def _by_snippets(found: Sequence[Candidate], page: TruePage) -> NDArray[np.float32]:
    flats = [flat(one.text) for one in found]
    answers = np.full(len(found), -1, np.float32)
    for snippets, answer in ((page.absent, 0), (page.present, 1)):
        for snippet in filter(None, map(flat, snippets)):
            answers[[snippet in text for text in flats]] = answer
    return answers


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def runs_of(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))


def shingles_of(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words, as the public article-extraction benchmark counts them."""
    words = words_of(text)
    return Counter(runs_of(words)) if words else Counter()


def _half_of(words: Sequence[str], runs: set[tuple[str, ...]]) -> bool:
    own = list(runs_of(words))
    return sum(one in runs for one in own) >= 0.5 * len(own)


def _stands_in(words: Sequence[Sequence[str]], position: int, runs: set[tuple[str, ...]]) -> bool:
    """Whether a run of the body goes over an edge of the block, as on the page; over all of it if it is short."""
    own = words[position]
    before = [word for each in words[max(0, position - _RUN) : position] for word in each][1 - _RUN :]
    after = [word for each in words[position + 1 : position + _RUN] for word in each][: _RUN - 1]
    if len(own) < _RUN:
        around = [*before, *own, *after]
        first = max(0, len(before) + len(own) - _RUN)
        return any(tuple(around[at : at + _RUN]) in runs for at in range(first, len(before) + 1))
    edges = ([*before, *own[: _RUN - 1]], [*own[1 - _RUN :], *after])
    return any(one in runs for edge in edges if len(edge) >= _RUN for one in runs_of(edge))


def _repeated(found: Sequence[Candidate]) -> list[list[int]]:
    """The positions of each text that stands on the page more than once, as a heading and in a table of contents."""
    same: dict[str, list[int]] = {}
    for position, one in enumerate(found):
        same.setdefault(flat(one.text), []).append(position)
    return [positions for positions in same.values() if len(positions) > 1]


def _tables(found: Sequence[Candidate]) -> list[list[int]]:
    """The positions of the cells of each table."""
    items, tables = Items(), Tables()
    cells: dict[_Element | None, list[int]] = {}
    for position, one in enumerate(found):
        if one.level is None and items.item_of(one.element) is None:
            cell = tables.cell_of(one.element, size=len(one.text))
            if cell is not None:
                cells.setdefault(table_of(cell), []).append(position)
    return list(cells.values())
