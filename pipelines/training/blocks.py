"""Trains the arbiter: which blocks of a page are of its article. The same folders give the same model.

    uv run --group training python -m pipelines.training.blocks FOLDER... [--out FILE] [--report]

Each FOLDER is one of `pages_of`. Which blocks are of the article: answers.py. With --report nothing is written: five
folds by domain, then each folder alone against the others, are trained and judged.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction import arbiter, features
from pipelines.extraction.features import flat
from pipelines.extraction.model import Tree, assembled, dump
from pipelines.training.answers import answers_of, shingles_of, words_of
from pipelines.training.corpus import FOLDS, TruePage, pages_of

OUT = Path(__file__).parent.parent / "extraction" / "models" / "blocks.json"
# 140 trees of 31 leaves: as good over five folds as 250 that learn at 0.07; of depth 6, leak .028 for .025 on articles
# (2026-11).
ROUNDS = 140
PARAMETERS = {
    "objective": "binary", "num_leaves": 31, "max_depth": 7, "learning_rate": 0.12, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "min_data_in_leaf": 40, "lambda_l2": 5.0, "verbose": -1,
    "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
_SNIPPET_WEIGHT = 6.0  # of a block with a snippet; all blocks of a page with known body weigh 240 at the most


@dataclass(frozen=True, kw_only=True)
class Known:
    """A page as the arbiter sees it, and which of its blocks are of the article: 1, 0, or -1 for unknown."""

    true: TruePage
    view: arbiter.View
    answers: NDArray[np.float32]
    weights: NDArray[np.float32]


def known(page: TruePage) -> Known:
    view = arbiter.View.of_html(page.html, url=page.url)
    answers = answers_of(view.found, page)
    if page.body is not None:
        words = np.array([len(words_of(one.text)) for one in view.found], np.float32)
        weights = np.sqrt(words) + 1
        weights *= 240 / max(float(weights.sum()), 80.0)
    else:
        weights = np.full(len(view.found), _SNIPPET_WEIGHT, np.float32)
    return Known(true=page, view=view, answers=answers, weights=weights)


def trained(pages: Iterable[Known]) -> list[Tree]:
    """The trees that LightGBM grows on the blocks whose answer is known, each with and without trafilatura's word."""
    import lightgbm  # of the dependency group `training`

    tables, answers, weights = [], [], []
    for page in pages:
        told = page.answers >= 0
        for table in (page.view.table, page.view.asked):
            tables.append(table[told])
            answers.append(page.answers[told])
            weights.append(page.weights[told])
    data = lightgbm.Dataset(
        np.vstack(tables), np.concatenate(answers), weight=np.concatenate(weights), feature_name=features.names()
    )
    grown = lightgbm.train(PARAMETERS, data, ROUNDS).dump_model()
    return [_tree(tree["tree_structure"]) for tree in grown["tree_info"]]


def _tree(node: dict[str, Any]) -> Tree:
    if "leaf_value" in node:
        return float(f"{node['leaf_value']:.4g}")
    threshold = float(np.float32(node["threshold"]))
    return (node["split_feature"], float(f"{threshold:.8g}"), _tree(node["left_child"]), _tree(node["right_child"]))


class Judge:
    """By folder: F1 of mean precision and recall, exact, leak and kept; clear: of pages decided without trafilatura."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, list[float]]] = {}

    def hear(self, trees: Sequence[Tree], pages: Iterable[Known]) -> None:
        """What the arbiter makes of these pages with these trees."""
        model = assembled(trees, features.names())
        for page in pages:
            text = "\n".join(block.text for block in page.view.decided(model))
            sums = self._sums.setdefault(
                page.true.folder, {"p": [], "r": [], "exact": [], "leak": [], "kept": [], "clear": []}
            )
            sums["clear"].append(arbiter.is_clear(page.view.table, model.probabilities(page.view.table)))
            if page.true.body:
                mine, true = shingles_of(text), shingles_of(page.true.body)
                hit = sum((mine & true).values())
                sums["p"].append(hit / max(1, sum(mine.values())))
                sums["r"].append(hit / max(1, sum(true.values())))
                sums["exact"].append(mine == true)
            held = flat(text)
            for name, snippets in (("leak", page.true.absent), ("kept", page.true.present)):
                if snippets:
                    sums[name].append(mean(bool(flat(one)) and flat(one) in held for one in snippets))

    def say(self, name: str) -> None:
        for folder, sums in self._sums.items():
            figures = {key: mean(values) for key, values in sums.items() if values}
            if "p" in figures:
                figures["f1"] = 2 * figures["p"] * figures["r"] / (figures["p"] + figures["r"])
            print(
                f"{name:24} {folder:10}", "  ".join(f"{key} {value:.4f}" for key, value in figures.items()), flush=True
            )


def report(pages: Sequence[Known]) -> None:
    """Five folds by domain, together, then each folder's model on the others."""
    judge = Judge()
    for fold in range(FOLDS):
        judge.hear(trained(page for page in pages if page.true.fold != fold), [p for p in pages if p.true.fold == fold])
    judge.say("five folds")
    folders = list(dict.fromkeys(page.true.folder for page in pages))
    for folder in folders if len(folders) > 1 else []:
        judge = Judge()
        trees = trained(page for page in pages if page.true.folder == folder)
        judge.hear(trees, [page for page in pages if page.true.folder != folder])
        judge.say(f"trained on {folder}")


def main(arguments: Sequence[str] | None = None, *, out: Callable[[str], None] = print) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=OUT, help="where the model is written (default: where it is read)")
    parser.add_argument("--report", action="store_true", help="judge instead of writing")
    given = parser.parse_args(arguments)
    missing = [folder for folder in given.folders if not (folder / "truth.json").is_file()]
    if missing:
        print(f"{missing[0]}: no truth.json there; give folders of pages with known truth", file=sys.stderr)
        return 2
    pages = [known(page) for folder in given.folders for page in pages_of(folder)]
    out(f"{len(pages)} pages, {sum(len(page.answers) for page in pages)} blocks")
    if given.report:
        report(pages)
        return 0
    given.out.write_text(dump(trained(pages), features.names()), encoding="utf-8")
    out(f"written: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
