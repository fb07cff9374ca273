"""A text file in, a model out; a table of figures in, probabilities out. Executes nothing that it reads.

The model is an ensemble of decision trees (gradient boosting). All trees take a step down for all rows at a time, so
that a page costs a handful of array operations and no library that trains is needed to read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Tree: TypeAlias = "float | tuple[int, float, Tree, Tree]"
"""A leaf's addition to the log odds; or column, threshold, the way for values up to it, the way for greater ones."""

# After so many trees, a block of less than .05 is none: of 376,348 blocks in five folds, 56 % end there; 46 of them
# would have come to .2, none to .5 (2026-11).
_FIRST = 30
_HOPELESS = -2.944  # log odds of .05


@dataclass(frozen=True, kw_only=True)
class Model:
    """T trees of depth D at the most over named columns, each filled up to a whole one."""

    columns: tuple[str, ...]
    questions: NDArray[np.intp]
    """(T, 2**D - 1): the column that a node asks about; the nodes below node n are 2n + 1 and 2n + 2."""
    thresholds: Floats
    leaves: Floats
    """(T, 2**D)"""

    def probabilities(self, table: Floats) -> Floats:
        """One for each row of a table in the order of `columns`.

        A row that the first trees find hopeless is left at what these say: two thirds of the blocks of a page.
        """
        table = np.ascontiguousarray(table, np.float32)
        odds = self._odds(table, slice(0, _FIRST))
        if len(self.questions) > _FIRST:
            left = np.flatnonzero(odds > _HOPELESS)
            odds[left] += self._odds(table[left], slice(_FIRST, None))
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)

    def _odds(self, table: Floats, some: slice) -> Floats:
        """The sum of what some of the trees add for each row."""
        questions, thresholds, leaves = self.questions[some], self.thresholds[some], self.leaves[some]
        rows, (trees, nodes) = len(table), questions.shape
        flat, width = table.ravel(), table.shape[1]
        starts = np.arange(trees) * nodes
        offsets = (np.arange(rows) * width)[:, None]
        at = np.zeros((rows, trees), np.intp)
        questions, thresholds = questions.ravel(), thresholds.ravel()
        for _ in range((nodes + 1).bit_length() - 1):
            node = at + starts
            greater = flat.take(offsets + questions.take(node)) > thresholds.take(node)
            at *= 2
            at += 1
            at += greater
        return np.asarray(leaves.ravel().take(at - nodes + np.arange(trees) * (nodes + 1)).sum(axis=1), np.float32)


def load(text: str, *, columns: Sequence[str]) -> Model:
    """The model that `dump` wrote. Raises ValueError for one that was trained on other columns than these."""
    value = json.loads(text)
    known = tuple(value["columns"])
    if known != tuple(columns):
        others = sorted(set(known) ^ set(columns))
        raise ValueError(f"the model was trained on other columns; train it again ({', '.join(others[:5]) or 'order'})")
    return assembled(value["trees"], known)


def assembled(trees: Sequence[Tree], columns: Sequence[str]) -> Model:
    """The arrays of some trees."""
    depth = max(map(_depth, trees))
    questions = np.zeros((len(trees), 2**depth - 1), np.intp)
    thresholds = np.full((len(trees), 2**depth - 1), np.inf, np.float32)
    leaves = np.zeros((len(trees), 2**depth), np.float32)
    for number, tree in enumerate(trees):
        waiting: list[tuple[Tree, int]] = [(tree, 0)]
        while waiting:
            part, node = waiting.pop()
            if node >= 2**depth - 1:
                leaves[number, node - 2**depth + 1] = part
            elif isinstance(part, int | float):  # a leaf higher up: what is below says the same
                waiting += [(part, 2 * node + 1), (part, 2 * node + 2)]
            else:
                questions[number, node], thresholds[number, node] = part[0], part[1]
                waiting += [(part[2], 2 * node + 1), (part[3], 2 * node + 2)]
    return Model(columns=tuple(columns), questions=questions, thresholds=thresholds, leaves=leaves)


def dump(trees: Sequence[Tree], columns: Sequence[str]) -> str:
    """As JSON, a line for each tree."""
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    return f'{{"columns":{json.dumps(list(columns))},\n"trees":[\n{lines}\n]}}\n'


def _depth(tree: Tree) -> int:
    return 0 if isinstance(tree, int | float) else 1 + max(_depth(tree[2]), _depth(tree[3]))
