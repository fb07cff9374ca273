"""Block by block, a model decides what is of the article; what is certain is settled before and after it."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from pipelines.extraction import Extraction, extract, features, model
from pipelines.extraction.candidates import candidates
from pipelines.extraction.model import Tree, assembled, dump, load
from pipelines.extraction.page import parse

URL = "https://news.example.org/2026/11/22/bridge"
PROSE = [
    f"The bridge over the river reopened on day {n}, said engineer number {n}, and {n + 3} of the first drivers to "
    f"cross it stopped at the other side to take photographs of the new lamps." for n in range(6)
]  # fmt: skip


def read(body: str, head: str = "<title>Bridge reopens</title>") -> Extraction:
    page = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    got = extract(page.encode(), url=URL)
    assert isinstance(got, Extraction), got
    return got


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_related_links_and_prompts_between_paragraphs_stay_out() -> None:
    got = read(
        f'<nav class="menu"><a href="/a">Home</a> <a href="/b">Politics</a></nav><article class="article-body">'
        f"<h1>Bridge reopens</h1>{paragraphs(PROSE[:3])}"
        '<div class="related-articles"><h3>Related articles</h3><ul><li><a href="/x">Council votes on the new '
        f'school</a></li></ul></div>{paragraphs(PROSE[3:])}<div class="newsletter-signup">Sign up for our newsletter'
        "<input></div></article><footer>Copyright 2026, Example News</footer>"
    )
    assert [block.text for block in got.blocks] == PROSE
    assert all(0.5 <= block.score <= 1 for block in got.blocks)


def test_blocks_keep_their_kind() -> None:
    got = read(
        f'<article class="entry-content"><h1>Bridge reopens</h1>{paragraphs(PROSE[:2])}<h2>What it cost the city</h2>'
        "<ol><li>Twelve million for the steel of the arches and their transport</li><li>Three million for the lamps "
        f"along both of its sides</li></ol>{paragraphs(PROSE[2:4])}<blockquote><p>“We waited two years for the day on "
        "which we would cross the river again,” said a woman who had come on foot.</p></blockquote>"
        f"{paragraphs(PROSE[4:])}</article>"
    )
    kinds = [(block.kind, block.level) for block in got.blocks if block.kind != "paragraph"]
    assert kinds == [("heading", 2), ("list", None), ("quote", None)]
    listed = next(block.text for block in got.blocks if block.kind == "list")
    assert listed.split("\n")[1] == "2. Three million for the lamps along both of its sides"


def test_a_list_begins_where_it_says_and_nonsense_begins_at_one() -> None:
    items = "<li>Twelve million for the steel of its arches and their long way by rail and by river to the city</li>"
    for start, first in (("3", "3. "), ("9" * 5000, "1. "), ("-2", "-2. "), ("two", "1. ")):
        body = f"{paragraphs(PROSE[:3])}<ol start='{start}'>{items}</ol>{paragraphs(PROSE[3:])}"
        got = read(f'<article class="entry-content"><h1>Bridge reopens</h1>{body}</article>')
        assert next(block.text for block in got.blocks if block.kind == "list").startswith(first)


def test_headings_of_the_first_level_within_the_body_stay() -> None:
    head = "<h1>What the engineers of the bridge said</h1>"
    got = read(
        f'<article class="entry-content"><h1>Bridge reopens</h1>{paragraphs(PROSE[:5])}{head}'
        f"{paragraphs(PROSE[5:])}</article>"
    )
    assert "What the engineers of the bridge said" in [block.text for block in got.blocks if block.kind == "heading"]


def test_a_passage_said_twice_is_said_once() -> None:
    got = read(
        f'<article class="post-content"><h1>Bridge reopens</h1>{paragraphs(PROSE)}{paragraphs(PROSE[:1])}</article>'
    )
    assert got.text.count(PROSE[0]) == 1


def test_the_text_of_a_page_that_a_script_draws_is_read_from_the_script() -> None:
    state = {"story": {"id": 7, "contentHtml": f"<div><figure>Photo: A. Person</figure>{paragraphs(PROSE)}</div>"}}
    script = json.dumps(state).replace("<", "\\u003c")
    got = read(f'<div id="root"></div><script>window.__STATE__={script};</script>')
    assert [block.text for block in got.blocks] == PROSE


def test_candidates_are_all_text_of_the_body_in_page_order() -> None:
    page = parse(b"<html><body>one<p>two <a href='/x'>three</a></p>four<ul><li>five<li>six</ul><td>seven", url=URL)
    found = candidates(page.tree)
    assert [one.text for one in found] == ["one", "two three", "four", "five", "six", "seven"]
    assert found[1].linked == 5
    assert found[1].links == 1


def test_a_page_without_html_and_body_has_candidates() -> None:
    page = parse(b"<meta charset=utf-8><title>Bridge</title><article><h1>Bridge</h1><p>one</article>", url=URL)
    assert [one.text for one in candidates(page.tree)] == ["Bridge", "one"]


def test_deep_nesting_is_walked_without_recursion() -> None:
    page = parse(b"<html><body>" + b"<div>" * 1500 + b"<p>deep", url=URL)
    assert [one.text for one in candidates(page.tree)] == ["deep"]


def grown(dice: random.Random, depth: int, columns: int) -> Tree:
    if depth == 0 or dice.random() < 0.2:
        return round(dice.uniform(-1, 1), 3)
    return (dice.randrange(columns), round(dice.uniform(-1, 1), 3), *(grown(dice, depth - 1, columns) for _ in "ab"))


def walked(tree: Tree, row: list[float]) -> float:
    while not isinstance(tree, float):
        tree = tree[3] if row[tree[0]] > tree[1] else tree[2]
    return tree


def test_the_arrays_say_what_the_trees_say() -> None:
    dice = random.Random(7)
    columns = [f"column {n}" for n in range(9)]
    trees = [grown(dice, dice.randrange(1, 7), 9) for _ in range(40)]
    read_back = load(dump(trees, columns), columns=columns)
    table = np.array([[dice.uniform(-1, 1) for _ in columns] for _ in range(60)], np.float32)
    expected = [1 / (1 + np.exp(-sum(walked(tree, row) for tree in trees))) for row in table.tolist()]
    assert read_back.probabilities(table) == pytest.approx(expected, abs=1e-5)
    assert assembled(trees, columns).probabilities(table[:0]).shape == (0,)


def test_a_model_of_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="train it again"):
        load(dump([0.5], ["a", "b"]), columns=["a", "c"])


def test_the_model_is_small_and_of_these_columns() -> None:
    text = files("pipelines.extraction").joinpath("models/blocks.json").read_text(encoding="utf-8")
    assert len(text) < 2_000_000
    assert model.load(text, columns=features.names()).columns == tuple(features.names())


def test_training_twice_gives_the_same_file(tmp_path: Path) -> None:
    pytest.importorskip("lightgbm", reason="uv sync --group training brings it")
    import gzip

    from pipelines.training.blocks import main

    rows = []
    for number in range(12):
        body = [f"{text} It was told {number} times." for text in PROSE]
        html = f'<article class="article-body"><h1>Bridge {number}</h1>{paragraphs(body)}</article><footer>©</footer>'
        (tmp_path / f"{number}.html.gz").write_bytes(gzip.compress(f"<html><body>{html}</body></html>".encode()))
        rows.append({"page": str(number), "url": f"https://n{number}.example/a", "body": "\n".join(body)})
    (tmp_path / "truth.json").write_text(json.dumps(rows), encoding="utf-8")
    for name in ("one", "two"):
        assert main([str(tmp_path), "--out", str(tmp_path / name)], out=lambda _: None) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert main([str(tmp_path / "nowhere")], out=lambda _: None) == 2
