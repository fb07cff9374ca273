"""When trafilatura is asked what it takes of a page, and what comes of it: clear pages are decided without it."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.extraction import Block, Extraction, arbiter, extract, features
from pipelines.extraction.arbiter import View, hopeless, is_clear

URL = "https://news.example.org/2026/11/22/bridge"
PROSE = [
    f"The bridge over the river reopened on day {n}, said engineer number {n}, and {n + 3} of the first drivers to "
    f"cross it stopped at the other side to take photographs of the new lamps." for n in range(30)
]  # fmt: skip


def page_of(texts: list[str], more: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in texts)
    head = "<title>Bridge reopens</title>"
    return (
        f'<html lang="en"><head>{head}</head><body><article class="article-body"><h1>Bridge reopens</h1>{body}'
        f"</article>{more}</body></html>"
    ).encode()


def test_a_long_clear_page_is_decided_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arbiter, "taken_by_engine", lambda page, without: pytest.fail("asked"))
    got = extract(page_of(PROSE), url=URL)
    assert isinstance(got, Extraction)
    assert [block.text for block in got.blocks] == PROSE


def test_a_short_page_is_not_decided_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    own = arbiter.taken_by_engine
    monkeypatch.setattr(arbiter, "taken_by_engine", lambda page, without: asked.append(page.url) or own(page))
    got = extract(page_of(PROSE[:4]), url=URL)
    assert isinstance(got, Extraction)
    assert [block.text for block in got.blocks] == PROSE[:4]
    assert asked == [URL]


def test_where_little_is_left_what_it_takes_is_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    view = View.of_html(page_of(PROSE), url=URL)
    nothing = arbiter.model.assembled([-9.0], features.names())
    assert [block.text for block in view.decided(nothing)] == PROSE


def test_what_was_not_asked_is_no_answer() -> None:
    view = View.of_html(page_of(PROSE[:3]), url=URL)
    names = features.names()
    depending = [number for number, name in enumerate(names) if "taken" in name]
    others = [number for number, name in enumerate(names) if "taken" not in name]
    assert len(depending) == 15
    assert (view.table[:, depending] == -1).all()
    assert (view.asked[:, names.index("taken")] >= 0).all()
    assert np.array_equal(view.table[:, others], view.asked[:, others])


def test_what_makes_a_page_clear() -> None:
    own = features.names().index("own")
    table = np.zeros((3, len(features.names())), np.float32)
    table[:, own] = [3000, 400, 100]
    assert is_clear(table, np.array([0.9, 0.1, 0.5], np.float32))
    assert not is_clear(table, np.array([0.9, 0.4, 0.1], np.float32)), "an eighth of it is open"
    assert not is_clear(table, np.array([0.1, 0.9, 0.9], np.float32)), "too little is kept"


def test_it_is_not_shown_what_has_no_hope() -> None:
    html = page_of(PROSE[:3], "<div><ul><li>Sports<li>Weather</ul><p>All rights</div><p>Late <b>news</b></p>")
    view = View.of_html(html, url=URL)
    texts = [one.text for one in view.found]
    scores = np.array([0.01 if text in {"Sports", "Weather", "All rights"} else 0.9 for text in texts], np.float32)
    dropped = hopeless(view.found, view.table, scores)
    assert [element.tag for element in dropped] == ["div"]
    text, _ = arbiter.taken_by_engine(view.page, without=dropped)
    assert PROSE[2] in text
    assert "Sports" not in text
    assert view.page.tree.find(".//div") is not None, "the page itself is as it was"


def test_it_is_shown_all_of_a_page_of_which_little_is_kept() -> None:
    view = View.of_html(page_of(PROSE[:9]), url=URL)
    scores = np.full(len(view.found), 0.01, np.float32)
    scores[:2] = 0.9
    assert hopeless(view.found, view.table, scores) == set()


@pytest.mark.parametrize("tag", ["iframe", "select", "noscript", "object"])
def test_what_swallows_an_article_is_left_to_it(tag: str) -> None:
    blocks: tuple[Block, ...] = ()
    html = page_of(PROSE[:6]).replace(b"<h1>", f"<{tag}><h1>".encode())
    if isinstance(got := extract(html, url=URL), Extraction):
        blocks = got.blocks
    assert PROSE[5] in "\n".join(block.text for block in blocks)
