"""What the arbiter learns from: which blocks of a page its known text holds."""

from __future__ import annotations

from pipelines.extraction.candidates import candidates
from pipelines.extraction.page import parse
from pipelines.training.answers import answers_of
from pipelines.training.corpus import TruePage

ONE = "The old bridge was closed to all traffic on Monday after cracks were found."
TWO = "Engineers will look at every arch of it before the winter comes."


def answered(html: str, **known: object) -> list[tuple[str, int]]:
    given = {"body": None, "present": (), "absent": ()} | known
    page = TruePage(folder="some", html=html.encode(), url="https://news.example.org/a", **given)  # type: ignore[arg-type]
    found = candidates(parse(page.html, url=page.url).tree)
    return [(one.text, int(answer)) for one, answer in zip(found, answers_of(found, page), strict=True)]


def of_article(html: str, body: str) -> list[str]:
    return [text for text, answer in answered(html, body=body) if answer]


def test_blocks_of_which_half_is_in_the_body() -> None:
    half = f"{ONE} But nobody was told."
    assert of_article(f"<p>{half}<p>{TWO}<p>Three other stories of the same day", f"{ONE}\n{TWO}") == [half, TWO]


def test_cells_are_asked_for_together() -> None:
    table = "<table><tr><th>Arch<th>Cracks<tr><td>1<td>Two<tr><td>2<td>None</table>"
    menu = "<table><tr><td>Home<td>News<tr><td>Sports<td>Contact</table>"
    cells = ["Arch", "Cracks", "1", "Two", "2", "None"]
    assert of_article(f"{menu}<p>{ONE}{table}<p>{TWO}", f"{ONE}\nArch | Cracks\n1 | Two\n2 | None\n{TWO}") == [
        ONE, *cells, TWO,
    ]  # fmt: skip


def test_a_short_block_is_a_line_or_stands_between_the_same_words() -> None:
    html = f"<p>{ONE}<p>Why so?<p>{TWO}<ol><li>Masonry<li>Railings</ol><p>Why not?"
    assert of_article(html, f"{ONE} Why so? {TWO}\n1. Masonry\n- Railings") == [
        ONE, "Why so?", TWO, "Masonry", "Railings",
    ]  # fmt: skip


def test_of_what_is_said_twice_the_one_among_the_same_words_counts() -> None:
    heading = "What the engineers are going to do"
    contents = f"<ul><li><a href=#a>{heading}</a><li><a href=#b>Costs</a></ul>"
    html = f"{contents}<p>{ONE}<h2>{heading}</h2><p>{TWO}<h2>Costs</h2>"
    answers = answered(html, body=f"{ONE}\n{heading}\n{TWO}\nCosts")
    assert [answer for _, answer in answers] == [0, 0, 1, 1, 1, 1]


def test_of_what_is_said_twice_both_count_where_neither_stands_among_the_same_words() -> None:
    html = f"<p>Home<p>{ONE}<p>Sports<p>{ONE}<p>Contact"
    assert of_article(html, ONE) == [ONE, ONE]


def test_without_a_body_only_the_blocks_with_a_snippet_are_known() -> None:
    html = f"<p>{ONE}<p>{TWO}<p>Read more about the bridge"
    assert answered(html, present=("closed to all traffic",), absent=("Read more",)) == [
        (ONE, 1), (TWO, -1), ("Read more about the bridge", 0),
    ]  # fmt: skip
