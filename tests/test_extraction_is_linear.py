"""What reading a page costs grows with the page: counted as looks, never as seconds."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import Extraction, extract
from pipelines.extraction import arbiter, bylines, container, features, furniture, names, sought
from pipelines.extraction.edges import Known
from pipelines.extraction.page import Page, parse

URL = "https://news.example.org/2026/11/story"
PARAGRAPHS = "".join(
    f"<p>Sentence {n} of the article: the council met and agreed that the crossing should be finished soon.</p>"
    for n in range(10)
)


def page_of(body: str, head: str = "") -> Page:
    return parse(f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode(), url=URL)


def read(body: str) -> Extraction:
    got = extract(f"<html><body><article><h1>A story</h1>{PARAGRAPHS}{body}</article></body></html>".encode(), url=URL)
    assert isinstance(got, Extraction), got
    assert "Sentence 9 of the article" in got.text
    return got


def test_of_thousands_of_authors_each_is_not_compared_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    own = names.Named.__eq__

    def counted(one: names.Named, other: object) -> bool:
        nonlocal compared
        compared += 1
        return own(one, other)

    monkeypatch.setattr(names.Named, "__eq__", counted)
    written = [f"Ada M{chr(97 + n // 26)}{chr(97 + n % 26)}son" for n in range(400)]
    head = "".join(f"<meta name=author content='{name}'>" for name in written)
    assert list(arbiter.authors.authors(page_of(PARAGRAPHS, head)).names) == written
    assert compared < len(written)


def test_a_byline_is_read_as_far_as_names_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    read_of: list[int] = []

    def counted(written: Iterable[str], **how: Any) -> list[names.Named]:
        texts = list(written)
        read_of.extend(map(len, texts))
        return names.names_of(texts, **how)

    monkeypatch.setattr(arbiter.authors, "names_of", counted)
    stated = f'{{"@type": "NewsArticle", "headline": "A story", "author": "Li Wei, {"editor, " * 20_000}"}}'
    said = f'<script type="application/ld+json">{stated}</script>'
    assert list(arbiter.authors.authors(page_of(PARAGRAPHS, said)).names) == ["Li Wei"]
    assert 1000 < max(read_of) < 10_000


def test_no_block_is_asked_for_thousands_of_authors_or_sites() -> None:
    written = [f"Ada M{n}son" for n in range(3000)]
    known = Known.of(page_of(PARAGRAPHS), titles=[], authors=written, site_names=written)
    own = features._Own("", known, "", 10)
    assert 0 < len(own._writers) <= 100
    assert 0 < len(own._sites) <= 100


class Counting(str):
    """A text that says how much of it was looked through."""

    looked_at = 0

    def find(self, *args: Any) -> int:
        _, start, end = (*args, 0, len(self))[:3] if len(args) == 1 else args
        self.looked_at += min(end, len(self)) - start
        return super().find(*args)


def test_a_long_body_is_not_searched_from_end_to_end_for_each_block(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [f"paragraph{n}ofaverylongarticle" for n in range(5000)]
    text = Counting("".join(pieces))
    monkeypatch.setattr(sought, "_CHEAP", 10 * len(text))
    held = sought.sought(text, len(pieces))
    assert all(piece in held for piece in pieces)
    assert not any(f"another{n}" in held for n in range(5000))
    assert text.looked_at < len(pieces) * 2 * sought._NEAR + 20 * len(text)


def test_a_long_body_tells_the_same_of_its_blocks_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    html = f"<html><body><article><p>Elsewhere it rained all day.</p>{PARAGRAPHS}</article></body></html>"
    page = parse(html.encode(), url=URL)
    found = arbiter.candidates(page.tree)
    body = "\n".join(one.text for one in found[1:])
    known = Known.of(page, titles=[], authors=[])
    whole = features.rows(found, body=body, known=known).whole
    monkeypatch.setattr(sought, "_CHEAP", 100)
    assert isinstance(sought.sought(body, len(found)), sought.Sought)
    assert (features.rows(found, body=body, known=known).whole == whole).all()


@pytest.mark.parametrize("tag", ["span class=author", "div itemprop=author", "span class=post-meta"])
def test_places_of_authors_within_each_other_are_not_all_read(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = tag.split()[0]
    looked_at = 0
    own = bylines.lines_of

    def counted(element: Any, most: int) -> str:
        nonlocal looked_at
        looked_at += sum(1 for _ in element.iter())
        return own(element, most)

    monkeypatch.setattr(bylines, "lines_of", counted)
    page = page_of(f"<{tag}>" * 1000 + f"</{name}>" * 1000 + PARAGRAPHS)
    bylines.shown(page)
    assert looked_at < 50 * len(page.elements.all)


def test_no_pattern_sees_a_class_name_as_long_as_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    own = bylines._is_named_far
    monkeypatch.setattr(bylines, "_is_named_far", lambda named: seen.append(named) or own(named))
    page = page_of(
        f"<div class='{'x' * 50_000} related'><b>Ada Mbeki</b></div><p class='{'y' * 900}'><i>Li Wei</i></p>"
    )
    assert bylines.is_far(page.elements.first("b"))  # the other names of such a class count as ever
    assert not bylines.is_far(page.elements.first("i"))
    assert max(map(len, seen)) == 900


def test_passages_of_a_plain_page_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(one: object, other: object) -> bool:
        raise AssertionError("two runs are compared")

    monkeypatch.setattr(container.Run, "__eq__", refused)
    page = parse(f"<html><body>{(PARAGRAPHS + '<input>') * 20}</body></html>".encode(), url=URL)
    assert len(container.plain_blocks(page.tree, title=None)) >= 40


def test_only_what_is_nested_deeper_than_any_page_has_it_is_left_out() -> None:
    elements = page_of("<b>" * 20 + "<p></p>" * 300 + "</b>" * 20).elements
    told = elements.positions("b", "p")
    assert elements.unnested(reversed(told)) == told
    elements = page_of("<div>" * 300).elements
    told = elements.positions("div")
    assert elements.unnested(told) == told[:31]
    assert elements.unnested(told[:200]) == told[:200]  # so few are read whatever they are


@pytest.mark.parametrize("depth", [50, 600])
def test_trafilatura_is_not_asked_of_what_is_nested_too_deep(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Page] = []
    own = arbiter.taken_by_engine

    def counted(page: Page, *, without: Iterable[Any] = ()) -> Any:
        asked.append(page)
        return own(page, without=set(without))

    monkeypatch.setattr(arbiter, "taken_by_engine", counted)
    monkeypatch.setattr(arbiter, "is_clear", lambda *_: False)
    got = read("<div>" * depth + "<a href='/x'>A link</a> " * 5 + "</div>" * depth)
    assert len(asked) == (depth < 100)
    assert not got.extractor.endswith("-plain")


def test_lists_within_lists_do_not_end_the_stack() -> None:
    assert not read("<ul><li>An item " * 900).extractor.endswith("-plain")


def test_forms_in_the_same_boxes_do_not_measure_these_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(PARAGRAPHS * 9 + "<div>" * 200 + "<form><input name=a></form>" * 200 + "</div>" * 200)
    taken: list[Any] = []
    monkeypatch.setattr(furniture, "_take", lambda box, boxes: (taken.append(box), boxes.update(box.iter())))
    own = page.elements.of
    measured = SimpleNamespace(count=0)

    class Measured(furniture._Measured):
        def is_form_box(self, box: Any, form: Any) -> bool:
            measured.count += 1
            return super().is_form_box(box, form)

    monkeypatch.setattr(furniture, "_Measured", Measured)
    assert set(own("form")) <= furniture.form_boxes(page)
    assert len(taken) == 1
    assert measured.count <= 60 * 200
