"""A batch with pages that mean harm: every good page is read, none of the others stalls it, and memory is flat."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from poison import DEEP_ARTICLE, POISON, bomb

from pipelines import Extraction, Reject, extract
from pipelines.extraction import EXTRACTOR_VERSION
from pipelines.extraction.confidence import TITLE, confidence
from pipelines.extraction.reading import extract_plain
from pipelines.fragments import Fragment, extract_warc, read_fragment
from pipelines.pages import PRELOAD
from pipelines.worker_main import Limits
from pipelines.workers import Workers

URL = "https://news.example.org/2026/11/story"
REASONS = {"timed_out", "crashed", "too_large", "no_text", "empty", "not_html"}
# The 20 MB of text, the million links and the like are more than any article: they are rejects whichever way is taken.
NO_ARTICLES = {
    "much text", "much text without a space", "a million links", "many paragraphs", "many dates", "combining marks",
}  # fmt: skip


@pytest.mark.parametrize("kind", POISON)
def test_a_little_of_it_is_read_or_rejected(kind: str) -> None:
    for read in (extract, extract_plain):
        got = read(POISON[kind](0.002), url=URL, content_type="text/html")
        assert isinstance(got, Extraction), f"{read.__name__}: {got}"
        assert "Sentence 5 of the article inside" in got.text
        got.text.encode()
        assert "\x00" not in got.text


@pytest.mark.parametrize("kind", [kind for kind in POISON if kind not in NO_ARTICLES])
def test_the_cheaper_way_finds_the_article_in_all_of_it(kind: str) -> None:
    got = extract_plain(POISON[kind](0.2), url=URL, content_type="text/html")
    assert isinstance(got, Extraction), got
    assert got.title == "A story that is poisoned"
    assert "Sentence 0 of the article inside" in got.text
    assert "Sentence 5 of the article inside" in got.text
    assert got.extractor.endswith("-plain")


def test_divs_around_an_article_cut_nothing() -> None:
    got = extract(DEEP_ARTICLE, url=URL)
    assert isinstance(got, Extraction)
    assert "Sentence 5 of the article inside" in got.text
    assert not got.extractor.endswith("-plain")


def test_deeper_than_any_parser_goes_it_is_read_plainly() -> None:
    got = extract(POISON["nested divs around"](0.03), url=URL)
    assert isinstance(got, Extraction)
    assert "Sentence 5 of the article inside" in got.text
    assert got.extractor.endswith("-plain")
    got = extract(b"<html><body>" + b"<div>" * 3000 + b"<b>Nothing here.</b>", url=URL)
    assert isinstance(got, Reject)
    assert got.reason == "too_large"
    assert got.detail.startswith("elements nested deeper than 2,048; read plainly: ")


@pytest.mark.parametrize(
    ("kind", "size"),
    [("many paragraphs", 0.3), ("many dates", 0.6), ("a table of many cells", 0.2), ("a list of many items", 0.2)],
)
def test_of_more_elements_than_any_article_has_it_is_read_plainly(kind: str, size: float) -> None:
    got = extract(POISON[kind](size), url=URL)
    assert isinstance(got, Extraction)
    assert "Sentence 5 of the article inside" in got.text
    assert got.extractor.endswith("-plain")


def test_a_long_page_is_read_as_any_other() -> None:
    got = extract(POISON["many paragraphs"](0.1), url=URL)
    assert isinstance(got, Extraction)
    assert "Line 19999 of many." in got.text
    assert not got.extractor.endswith("-plain")


def test_what_the_cheaper_way_reads_of_a_page() -> None:
    page = """<!doctype html><html lang="pl"><head><title>Most otwarty | Gazeta</title><!-- <p>A comment that is long
    enough to be taken for a paragraph of text.</p> --><meta property="og:title" content="Most &amp; rzeka">
    <meta property=article:published_time content=2026-11-22T09:20:30+01:00><meta name='author' content='Jan Kowalski'>
    <link rel="canonical" href="https://news.example.org/most"></head><body>
    <nav><p>Polityka Sport Kultura Gospodarka Opinie Pogoda i wszystko inne</p></nav>
    <aside><p>Another story that has nothing to do with this one, in a rail.</p></aside>
    <article><h1>Most &amp; rzeka</h1>
    <p>Pierwszy akapit, dość długi, żeby był akapitem, z <b>tłustym</b> słowem<br>i dalej.</p>
    <h2>Co dalej</h2><p>Drugi akapit, także dość długi, żeby był akapitem: 1 &lt; 2, jak wiadomo od dawna.</p>
    <script>document.write("<p>Written by a script, and long enough to be taken for text.</p>")</script>
    <p><a href="/x">A link to something else that is long enough to look like text</a></p>
    <p>We use cookies to give you the best experience on this website.</p></article>
    <footer><p>The footer, which is long enough to be taken for a paragraph as well.</p></footer></body></html>"""
    got = extract_plain(page.encode(), url=URL)
    assert isinstance(got, Extraction)
    assert [(block.kind, block.level, block.text) for block in got.blocks] == [
        ("paragraph", None, "Pierwszy akapit, dość długi, żeby był akapitem, z tłustym słowem i dalej."),
        ("heading", 2, "Co dalej"),
        ("paragraph", None, "Drugi akapit, także dość długi, żeby był akapitem: 1 < 2, jak wiadomo od dawna."),
    ]
    assert (got.title, got.authors, got.language) == ("Most & rzeka", ("Jan Kowalski",), "pl")
    assert (got.title_source, got.title_confidence) == ("heading", confidence(TITLE, "heading", "agrees"))
    assert got.published_at is not None
    assert got.published_at.isoformat() == "2026-11-22T09:20:30+01:00"
    assert got.canonical_url == "https://news.example.org/most"


class Batch:
    """Good pages with poison between them, read as any WARC file is; and what that took of memory meanwhile."""

    def __init__(
        self, home: Path, write_warc: Callable[..., list[Any]], kit: Any, *, pages: int, poison: list[tuple[str, bytes]]
    ) -> None:
        every = max(1, pages // len(poison))
        answers, self.good, self.bad = [], {}, {}
        for n in range(pages):
            title = f"Bridge {n} reopens"
            answers.append((f"http://a.localhost/{n}", kit.answer(kit.article_page(title))))
            if n % every == every // 2 and (number := n // every) < len(poison):
                kind, body = poison[number]
                coded = {"Content_Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
                answers.append(
                    (f"http://a.localhost/bad/{number}", kit.answer(body, content_type="text/html", **coded))
                )
                self.bad[answers[-1][0]] = kind
            self.good[f"http://a.localhost/{n}"] = title
        (self.written, *_) = write_warc(answers, step_seconds=0.01)
        self.path = home / "archive" / self.written.warc_file
        self.out = home / "fragments"
        self.memory: list[int] = []

    def read(self, workers: Workers) -> Fragment:
        me = psutil.Process(os.getpid())

        def on_page(captures: int) -> None:
            if captures % 100 == 0:
                self.memory.append(me.memory_info().rss)

        return extract_warc(
            self.path, self.out, warc_file=self.written.warc_file, workers=workers, on_page=on_page
        )  # fmt: skip

    def check(self, fragment: Fragment) -> dict[str, str]:
        """Raises where a good page is not read, or a bad one has no outcome. Gives the outcomes of the bad ones."""
        articles = {row["url"]: row for row in read_fragment(fragment, "articles").to_pylist()}
        for url, title in self.good.items():
            row = articles[url]
            assert (row["title"], len(row["blocks"])) == (title, 4)
            assert row["extractor"] == EXTRACTOR_VERSION
            assert f"{title}, paragraph 3" in row["text"]
        rejects = {row["url"]: row for row in read_fragment(fragment, "rejects").to_pylist()}
        assert {*self.bad} == {*rejects} | ({*articles} - {*self.good})
        assert {row["reason"] for row in rejects.values()} <= REASONS
        for url, row in articles.items():
            if url in self.bad and self.bad[url] != "a bomb":
                assert "Sentence 5 of the article inside" in row["text"], self.bad[url]
        return {
            f"{self.bad[url]} {url}": f"{rejects[url]['reason']}: {rejects[url]['detail']}"
            if url in rejects
            else f"article, {articles[url]['extractor']}"
            for url in self.bad
        }


def test_a_small_batch(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    poison = [(kind, make(0.1)) for kind, make in POISON.items()] + [("a bomb", bomb(60))]
    batch = Batch(home, write_warc, kit, pages=2 * len(poison), poison=poison)
    with Workers(2, limits=Limits(wall_seconds=6, cpu_seconds=1, memory_bytes=1 << 29), preload=PRELOAD) as workers:
        fragment = batch.read(workers)
    batch.check(fragment)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_ten_thousand_pages_one_in_a_hundred_of_them_poison(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    kinds = [*POISON.items()]
    poison = [(kind, make(1.0)) for kind, make in (kinds * 2)[:98]] + [("a bomb", bomb(60)), ("a bomb", bomb(900))]
    batch = Batch(home, write_warc, kit, pages=9_900, poison=poison)
    del poison
    with Workers(2, preload=PRELOAD) as workers:
        fragment = batch.read(workers)
    for what, came in batch.check(fragment).items():
        print(f"{what:60s} {came}")
    third = len(batch.memory) // 3
    print("memory, MB:", [max(batch.memory[at : at + third]) >> 20 for at in (0, third, 2 * third)])
    assert max(batch.memory[-third:]) < 1.25 * max(batch.memory[:third])
