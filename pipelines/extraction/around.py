"""The table of a page's blocks in, what stands around each of them out: neighbours, boxes, blocks alike. Pure.

What trafilatura takes changes a few of the columns; where it is asked, only these are figured again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidate

Table: TypeAlias = NDArray[np.float32]
Figures: TypeAlias = NDArray[np.floating[Any]]

_NEIGHBOURS = ("weight", "link_share", "taken", "in_body", "sentences", "furniture", "level", "tag_p")
_WIDTHS = (3, 8)
# Of the heading that a block stands under.
_ABOVE = (
    "weight", "link_share", "furniture", "rail_heading", "level", "is_title", "again", "names_site", "says_bio",
    "says_more", "says_heads_list", "says_act", "says_note", "says_question", "says_numbered", "says_comment",
    "says_letter",
)  # fmt: skip
NAMES = (
    *(f"{where}_{name}" for where in ("before", "before2", "after", "after2") for name in _NEIGHBOURS),
    "same_place_before", "same_place_after", "same_parent_before", "same_parent_after",
    *(f"{what}_{width}" for width in _WIDTHS for what in ("prose", "taken", "linked")),
    *(f"{where}_{what}" for where in ("box", "outer") for what in ("prose", "share", "links", "taken", "count")),
    "alike_count", "alike_taken", "alike_weight",
    "position", "prose_position", "since_title", "since_heading", "from_first_taken", "to_last_taken", "prose_before",
    "prose_after",
    *(f"above_{name}" for name in _ABOVE), "from_box_start", "from_box_end", "from_outer_start", "from_outer_end",
    "headings_after",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    places: list[int]
    """Which columns of the whole table these are."""
    columns: Table


@dataclass(frozen=True, slots=True)
class _Groups:
    """Blocks that belong together."""

    numbers: NDArray[np.intp]
    """Of each block, the number of its group."""
    weight: Figures
    """Of each group, 1 at the least."""

    @classmethod
    def of(cls, keys: Sequence[int], weight: Table) -> _Groups:
        known: dict[int, int] = {}
        numbers = np.array([known.setdefault(key, len(known)) for key in keys], np.intp)
        return cls(numbers, np.maximum(np.bincount(numbers, weight), 1))

    def sums(self, values: Figures) -> Figures:
        return np.asarray(np.bincount(self.numbers, values))


@dataclass(frozen=True, slots=True)
class Around:
    """What does not change with what trafilatura takes."""

    columns: Table
    """In the order of `NAMES`; noughts for what trafilatura takes."""
    first: int
    """The number of its first column in the whole table."""
    weight: Table
    prose: Table
    """Characters outside links, of blocks that are more than a line."""
    boxes: tuple[_Groups, ...]
    """By parent, by the parent's parent, by tag and class."""

    @classmethod
    def of(cls, base: Table, names: Sequence[str], found: Sequence[Candidate]) -> Around:
        """`base`: the columns that say what each block is by itself, the first of `names`."""
        count = len(found)
        column = {name: base[:, number] for number, name in enumerate(names[: base.shape[1]])}
        weight, own, linked = column["weight"], column["own"], column["link_share"]
        prose = np.where((own > 60) & (linked < 0.5), own, 0)
        # A proxy of lxml keeps its identity as long as somebody holds it.
        parents = [one.element.getparent() for one in found]
        outers = [parent.getparent() if parent is not None else None for parent in parents]
        signs = np.array([hash((one.tag, one.element.get("class"))) for one in found], np.int64)
        places = np.array(list(map(id, parents)), np.int64)
        same = np.zeros((count, 4), np.float32)
        own_places = np.array([id(one.element) for one in found], np.int64)
        same[1:, 0] = same[:-1, 1] = (own_places[1:] == own_places[:-1]) | (signs[1:] == signs[:-1])
        same[1:, 2] = same[:-1, 3] = places[1:] == places[:-1]
        groups = tuple(_Groups.of(keys, weight) for keys in (places.tolist(), list(map(id, outers)), signs.tolist()))
        none = np.zeros(count, np.float32)
        parts: list[Figures] = [*_beside(np.stack([column[name] for name in _NEIGHBOURS], axis=1)), same]
        links = linked * weight
        for width in _WIDTHS:
            near = np.maximum(_window(weight, width), 1)
            parts += _columns(np.log1p(_window(prose, width)), none, _window(links, width) / near)
        total = max(float(prose.sum()), 1.0)
        for group in groups[:2]:
            inside, size = group.sums(prose), group.sums(none + 1)
            by_group = (np.log1p(inside), inside / total, group.sums(links) / group.weight, none, np.log1p(size))
            parts += _columns(*(values[group.numbers] if values is not none else none for values in by_group))
        alike, size = groups[2], groups[2].sums(none + 1)
        heavy = np.log1p(alike.sums(weight) / size)
        parts += _columns(np.log1p(size)[alike.numbers], none, heavy[alike.numbers])
        parts.append(_positions(column["is_title"], column["level"], prose))
        parts.append(_above(column["level"], np.stack([column[name] for name in _ABOVE], axis=1)))
        parts += [part for group in groups[:2] for part in _columns(*_ranks(group.numbers))]
        heads = (column["level"] > 0) & (linked < 0.5)
        parts += _columns(np.log1p(heads.sum() - np.cumsum(heads)))
        return cls(np.hstack(parts).astype(np.float32), base.shape[1], weight, prose, groups)

    def taken(self, part: Table) -> Part:
        """The columns that change with it. `part`: of each block, how much of it trafilatura takes, 0 to 1."""
        weighed = part * self.weight
        count = len(part)
        columns: dict[str, Figures] = {
            f"{where}_taken": beside[:, 0] for where, beside in zip(_WHERE, _beside(part[:, None]), strict=True)
        }
        for width in _WIDTHS:
            columns[f"taken_{width}"] = _window(weighed, width) / np.maximum(_window(self.weight, width), 1)
        for name, group in zip(("box", "outer", "alike"), self.boxes, strict=True):
            columns[f"{name}_taken"] = (group.sums(weighed) / group.weight)[group.numbers]
        order = np.arange(count, dtype=np.float32)
        took = np.flatnonzero(part > 0.9)
        first, last = (float(took[0]), float(took[-1])) if len(took) else (-1.0, -1.0)
        columns |= {"from_first_taken": order - first, "to_last_taken": last - order}
        places = [self.first + NAMES.index(name) for name in columns]
        return Part(places, np.stack(list(columns.values()), axis=1).astype(np.float32))


_WHERE = ("before", "before2", "after", "after2")


def _beside(values: Table) -> tuple[Table, Table, Table, Table]:
    """The values of the block before, the one before that, the one after, and the one after that; -1 for none."""
    count = len(values)
    edge = np.full((2, values.shape[1]), -1, np.float32)
    padded = np.vstack([edge, values, edge])
    return padded[1 : 1 + count], padded[0:count], padded[3 : 3 + count], padded[4 : 4 + count]


def _columns(*values: Figures) -> list[Figures]:
    return [one[:, None] for one in values]


def _window(values: Figures, width: int) -> Figures:
    total = np.concatenate([[0.0], np.cumsum(values)])
    count = len(values)
    at = np.arange(count)
    return np.asarray(total[np.minimum(at + width + 1, count)] - total[np.maximum(at - width, 0)])


def _positions(is_title: Table, level: Table, prose: Table) -> Figures:
    count = len(prose)
    order = np.arange(count, dtype=np.float32)
    running = np.cumsum(prose)
    total = max(float(running[-1]), 1.0)
    title = np.flatnonzero(is_title > 0)
    last_heading = np.maximum.accumulate(np.where(level > 0, order, -1))
    since_title = order - float(title[0]) if len(title) else np.full(count, -1)
    none = np.zeros(count)
    return np.stack([
        order / max(count - 1, 1), running / total, since_title, order - last_heading, none, none,
        np.log1p(running - prose), np.log1p(total - running),
    ], axis=1)  # fmt: skip


def _above(level: Table, values: Table) -> Table:
    """Of each block, the values of the last heading before it; -1 for none."""
    count = len(level)
    last = np.maximum.accumulate(np.where(level > 0, np.arange(count), -1))
    before = np.concatenate([[-1], last[:-1]])
    return np.where(before[:, None] >= 0, values[before], -1)


def _ranks(numbers: NDArray[np.intp]) -> tuple[Figures, Figures]:
    """Of each block, how many of its group stand before it and how many after, as logarithms."""
    order = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(numbers))
    rank[order] = np.arange(len(numbers)) - starts[numbers[order]]
    return np.log1p(rank), np.log1p(sizes[numbers] - 1 - rank)


NOTHING = Around(np.zeros((0, len(NAMES)), np.float32), 0, np.zeros(0, np.float32), np.zeros(0, np.float32), ())
