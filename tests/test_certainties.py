"""What is certain beyond the scores: lists and tables as wholes, headings, repetitions, tables of contents, boxes."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.extraction.arbiter import BESIDE, COMMENT, NAMED, View, is_wanted, needed, settled
from pipelines.extraction.blocks import blocks_of
from pipelines.extraction.candidates import Candidate, candidates
from pipelines.extraction.certainties import (
    THRESHOLD,
    is_fact_box,
    of_wholes,
    retold,
    said_once,
    with_headings,
    without_contents,
    without_labels,
    without_last_links,
)
from pipelines.extraction.edges import Known, fold
from pipelines.extraction.features import names
from pipelines.extraction.model import assembled
from pipelines.extraction.page import parse, squeezed
from pipelines.extraction.records import Block

LONG = "The bridge over the river was reopened on Tuesday morning"


def found_in(html: str) -> list[Candidate]:
    return candidates(parse(html.encode(), url="https://news.example.org/a").tree)


def kept_of(html: str, *titles: str) -> list[str]:
    found = found_in(html)
    once = said_once(found, [squeezed(one.text) for one in found], list(range(len(found))), titles)
    return [one.text for one in (found[position] for position in once)]


def test_a_passage_is_said_once() -> None:
    passage = f"{LONG}, said the mayor of the town."
    assert kept_of(f"<p>{passage}<p>Other<p>{passage}") == [passage, "Other"]
    assert kept_of(f"<p>{LONG}<p>Other<p>{LONG}") == [LONG, "Other", LONG], "a refrain"


def test_the_title_is_not_of_the_text() -> None:
    assert kept_of(f"<p>{LONG}!<p>Other", LONG) == ["Other"]


def test_of_a_table_of_contents_and_its_headings_the_headings_stay() -> None:
    html = (
        f"<ul><li><a href=#a>{LONG}</a><li><a href=#b>Costs</a></ul><p>Text<h2>{LONG}</h2><p>More<h2>Costs</h2><p>End"
    )
    assert kept_of(html) == ["Text", LONG, "More", "Costs", "End"]


def test_a_heading_is_no_repetition() -> None:
    assert kept_of(f"<p>{LONG}<p>Text<h2>{LONG}</h2><p>End") == [LONG, "Text", LONG, "End"]


def test_the_title_as_a_heading_of_a_part_stays() -> None:
    found = found_in(f"<h1>{LONG}</h1><p>One<h2>{LONG}!</h2><p>Two<h2>Costs</h2><p>Three<h2>Costs</h2>")
    assert retold(found) == {(fold(LONG), 2)}, "no heading of the same level, nor the first"
    page = parse(f"<h1>{LONG}</h1>".encode(), url="https://news.example.org/a")
    known = Known.of(page, titles=[LONG], authors=[])
    blocks = [
        Block(kind="heading", text=LONG, level=1),
        Block(kind="heading", text=LONG, level=2),
        Block(kind="paragraph", text="One"),
    ]
    assert settled(blocks, page, known, retold(found)) == blocks[1:]
    assert settled(blocks, page, known) == blocks[2:]


def test_words_of_furniture_do_not_count_where_the_model_is_sure() -> None:
    assert is_wanted(Block(kind="heading", text="Share", level=3, score=0.95))
    assert not is_wanted(Block(kind="heading", text="Share", level=3, score=0.8))
    assert not is_wanted(Block(kind="heading", text="Table of contents", level=2, score=0.8))
    assert is_wanted(Block(kind="paragraph", text="Contents of the lorry were lost.", score=0.5))


def test_a_heading_between_kept_pieces_comes_back() -> None:
    html = "<p>One<h2>Under</h2><p>Two<h2>Linked <a href=x>off</a></h2><p>Three<h2>Hopeless</h2><p>Four<h2>Last</h2>"
    found = found_in(html)
    scores = np.array([0.9, 0.3, 0.9, 0.3, 0.9, 0.1, 0.9, 0.3], np.float32)
    kept = with_headings(found, scores, [0, 2, 4, 6])
    assert [found[position].text for position in kept] == ["One", "Under", "Two", "Three", "Four"]
    assert with_headings(found, scores, [2]) == [2], "nothing before it is kept"


def test_a_list_is_in_or_out_as_a_whole() -> None:
    found = found_in("<ul><li>one<li>two<li>three</ul><ol><li>four</ol><p>five")
    scores = of_wholes(found, np.array([0.9, 0.8, 0.1, 0.3, 0.7], np.float32))
    assert scores == pytest.approx([0.6, 0.6, 0.6, 0.3, 0.7])


def test_a_table_is_in_or_out_as_a_whole_by_the_length_of_its_cells() -> None:
    found = found_in("<table><tr><th>1<td>22<tr><td>3<td>4444</table><p>after")
    scores = of_wholes(found, np.array([0.1, 0.9, 0.1, 0.9, 0.2], np.float32))
    assert scores == pytest.approx([0.7, 0.7, 0.7, 0.7, 0.2])


def test_a_table_that_lays_out_the_page_is_none() -> None:
    found = found_in("<table><tr><td>menu<tr><td><p>text</table>")
    assert of_wholes(found, np.array([0.1, 0.9], np.float32)) == pytest.approx([0.1, 0.9])


def test_paragraphs_in_items_and_in_cells_share_one_score() -> None:
    found = found_in(
        "<ul><li><p>Steel<li><p>Rivets</ul><p>Between<table><tr><td><p>a<td><p>b<tr><td><p>c<td><p>d</table>"
    )
    scores = of_wholes(found, np.array([0.9, 0.1, 0.2, 0.9, 0.1, 0.9, 0.5], np.float32))
    assert scores == pytest.approx([0.5, 0.5, 0.2, 0.6, 0.6, 0.6, 0.6])


def test_a_button_in_an_item_is_no_item() -> None:
    found = found_in("<ul><li><p>Steel<li><div>Share this article</div></ul><p>Share this article")
    assert without_labels(found, [0, 1, 2]) == [0, 2]


def test_a_table_of_contents_is_not_of_the_text() -> None:
    lines = "".join(f"<li><a href='#part-{n}'>Part {n}</a>" for n in range(3))
    found = found_in(f"<p>First<ul>{lines}</ul><p>See <a href='#note'>the note</a><p>Last")
    kept = without_contents(found, list(range(len(found))))
    assert [found[position].text for position in kept] == ["First", "See the note", "Last"]
    headings = "".join(f"<h2 id=p{n}><a href='#p{n}'>Part {n}</a></h2><p>Text {n}" for n in range(4))
    assert without_contents(found_in(headings), list(range(8))) == list(range(8)), "headings that lead to themselves"
    fewer = [position for position in range(len(found)) if found[position].text != "Part 1"]
    assert without_contents(found, fewer) == fewer, "two lines are none"


@pytest.mark.parametrize(
    ("name", "fact"), [("fact-box", True), ("Infobox", True), ("info_box wide", True), ("box", False)]
)
def test_a_box_of_facts_is_told_by_its_name(name: str, fact: bool) -> None:
    (one,) = found_in(f'<article><div class="{name}"><div><p>Facts</p></div></div></article>')
    assert is_fact_box(one) is fact


def test_links_at_the_end_lead_away() -> None:
    found = found_in("<p>Text<p><a href=/a>One more story</a><p>End<p><a href=/b>The next</a><p><a href=/c>Another</a>")
    kept = without_last_links(found, list(range(len(found))))
    assert [found[position].text for position in kept] == ["Text", "One more story", "End"]
    found = found_in("<p>These are the letters:<ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>")
    assert len(without_last_links(found, [0, 1, 2])) == 3, "a list may be what it is about"


@pytest.mark.parametrize(
    ("html", "least"),
    [
        ("<article><p>Text</article>", THRESHOLD),
        ("<aside><p>Text</aside>", BESIDE),
        ("<div class=sidebar><p>Text</div>", BESIDE),
        ("<div class=related-posts><ul><li>Text</ul></div>", NAMED),
        ("<div class=related-posts><div><div><ul><li>Text</ul></div></div></div>", THRESHOLD),
        ("<section id=comments><ul><li><p>Text</ul></section>", COMMENT),
        ("<main class=comments-open><div class=article-body><p>Text</div></main>", THRESHOLD),
    ],
)
def test_what_stands_beside_has_to_be_surer(html: str, least: float) -> None:
    (one,) = found_in(html)
    assert needed(one) == least


def test_a_table_of_a_thousand_rows_is_one_block() -> None:
    rows = "".join(f"<tr><td>{n}<td>{n * n}" for n in range(1000))
    found = found_in(f"<table>{rows}</table><p>After")
    table, after = blocks_of([(one, 0.9) for one in found])
    assert (table.kind, after.text) == ("table", "After")
    assert table.text.startswith("0 | 0\n1 | 1\n2 | 4\n")


def test_what_follows_a_stray_end_is_of_the_page() -> None:
    found = found_in(f"<html><body><p>Begun</p></body></HTML><p>Gone on {'<i></i>' * 300} here</p></body></html>")
    assert [one.text for one in found] == ["Begun", "Gone on here"]
    assert [one.text for one in found_in("<html><body><p>A</p></body></html><p>B</p></html>")] == ["A", "B"]


def test_code_keeps_its_lines() -> None:
    html = "<pre>import csv\nwith open('a') as f:\n    print(f)\n</pre><pre><div>one</div><div>two</div></pre>"
    code, *others = blocks_of([(one, 0.9) for one in found_in(html)])
    assert (code.kind, code.text) == ("code", "import csv\nwith open('a') as f:\n    print(f)")
    assert [one.text for one in others] == ["one", "two"]


def test_no_heading_of_a_form_or_a_box_of_facts_comes_back() -> None:
    prose = [
        f"<p>Paragraph {n} tells of the bridge, of welder number {n}, and of what it did for all.</p>" for n in range(9)
    ]
    for box in ("<div class=factbox><h3>The facts</h3></div>", "<form><h3>The facts</h3><input></form>"):
        html = f"<article class=article-body>{''.join(prose[:5])}{box}{''.join(prose[5:])}</article>"
        view = View.of_html(html.encode(), url="https://news.example.org/a")
        given = assembled([(names().index("level"), 0.5, 4.0, -0.5)], names())
        assert "The facts" not in [block.text for block in view.decided(given)]
