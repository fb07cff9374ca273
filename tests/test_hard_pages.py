"""A batch with pages that mean harm: every good page is read, none of the others stalls it, and memory is flat."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

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

# What a worker grew by from the second to the last quarter of 400 pages: 0 to 0.3 MiB (2026-11).
WORKER_GROWTH = 2 << 20
# Of 10,000 pages with poison. The largest worker had 303 to 363 MB in each quarter.
AMID_POISON, MORE_AT_ONCE = 8 << 20, 64 << 20
# Rows are held until the file's fragment is written: of the first pages as they are, 22 kB each, then as Arrow, 11 kB.
ROWS_OF_A_PAGE, IN_ARROW = 40_000, 20_000
Look = TypeVar("Look")
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


MORE_THAN_ANY = {"many paragraphs": 0.3, "many dates": 0.6, "a table of many cells": 0.2, "a list of many items": 0.2}


@pytest.mark.parametrize(
    ("kind", "size"), [*MORE_THAN_ANY.items(), ("attributes on one tag", 1.0), ("the same attribute again", 1.0)]
)
def test_of_more_elements_or_attributes_than_any_article_has_it_is_read_plainly(kind: str, size: float) -> None:
    got = extract(POISON[kind](size), url=URL)
    assert isinstance(got, Extraction)
    assert "Sentence 5 of the article inside" in got.text
    assert got.extractor.endswith("-plain")


def test_a_long_page_is_read_as_any_other() -> None:
    got = extract(POISON["many paragraphs"](0.1), url=URL)
    assert isinstance(got, Extraction)
    assert "Line 19999 of many." in got.text
    assert not got.extractor.endswith("-plain")


def test_a_page_of_many_pieces_is_not_cut() -> None:
    entries = "".join(f"<p><b>Entry</b> {n}: the council met and agreed on it.</p>" for n in range(22_000))
    got = extract(f"<article><h1>A long day</h1>{entries}<p>The last line stands here.</p></article>".encode(), url=URL)
    assert isinstance(got, Extraction)
    assert got.text.endswith("The last line stands here.")


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


class Memory:
    """What this process and the workers that it starts from now on have of memory, looked at every so many pages."""

    def __init__(self, *, every: int) -> None:
        self._me = psutil.Process(os.getpid())
        self._others = {child.pid for child in self._me.children()}
        self._every = every
        self.own: list[int] = []
        self.of_workers: list[dict[int, int]] = []
        """Bytes by process, at each look."""

    def look(self, captures: int) -> None:
        if captures % self._every:
            return
        self.own.append(self._me.memory_info().rss)
        seen = {}
        for child in self._me.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.pid not in self._others and child.status() != psutil.STATUS_ZOMBIE:
                    seen[child.pid] = child.memory_info().rss
        self.of_workers.append(seen)

    @property
    def replaced(self) -> int:
        """How many workers came after the first ones: each begins small, and so hides what those before it grew."""
        pids = {pid for seen in self.of_workers for pid in seen}
        return len(pids) - max(map(len, self.of_workers))

    def grown(self) -> tuple[int, int]:
        """Bytes by which this process, and a worker, grows from the middle of the second quarter to that of the last.

        A worker's is reckoned from what one gains in LAG looks as a rule: a page that needs much leaves its process
        larger, once, and not by more the next time.
        """
        looks = self.of_workers[len(self.of_workers) // 4 :]
        gains = [
            later[pid] - size
            for seen, later in zip(looks[:-LAG], looks[LAG:], strict=True)
            for pid, size in seen.items()
            if pid in later
        ]
        own = [int(median(each)) for each in quarters(self.own)]
        return own[3] - own[1], int(median(gains) * len(self.of_workers) / 2 / LAG)

    def most(self) -> list[int]:
        """The largest worker of each quarter."""
        return [max(max(seen.values(), default=0) for seen in each) for each in quarters(self.of_workers)]


LAG = 20


def quarters(looks: list[Look]) -> list[list[Look]]:
    size = len(looks) // 4
    return [looks[at : at + size] for at in range(0, 4 * size, size)]


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
        self.memory = Memory(every=max(1, pages // 500))

    def read(self, workers: Workers) -> Fragment:
        on_page = self.memory.look

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


def test_memory_of_a_worker_is_flat(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    harmless = [(kind, POISON[kind](0.01)) for kind in POISON if kind not in NO_ARTICLES]
    batch = Batch(home, write_warc, kit, pages=400, poison=harmless)
    with Workers(1, preload=PRELOAD) as workers:
        batch.check(batch.read(workers))
    own, of_worker = batch.memory.grown()
    print("grown, kB:", own >> 10, of_worker >> 10, "largest:", [size >> 10 for size in batch.memory.most()])
    assert batch.memory.replaced == 0
    assert own < ROWS_OF_A_PAGE * 200
    assert of_worker < WORKER_GROWTH
    assert batch.memory.most()[3] < batch.memory.most()[1] + WORKER_GROWTH


def test_a_leak_would_be_seen() -> None:
    """Of 40 kB a page, in 300 pages: half of them lie between the middles of the quarters."""
    memory = Memory(every=2)
    with Workers(1) as workers:
        for done, _ in enumerate(workers.map(leaks, [40_000] * 300)):
            memory.look(done)
    assert memory.grown()[1] > WORKER_GROWTH
    with Workers(1, limits=Limits(memory_bytes=1 << 24)) as workers:
        for done, _ in enumerate(workers.map(leaks, [100_000] * 300)):
            memory.look(done)
    assert memory.replaced > 1  # this leak is hidden by the workers that took over


LEAKED: list[bytes] = []


def leaks(size: int) -> None:
    LEAKED.append(b"x" * size)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_ten_thousand_pages_one_in_a_hundred_of_them_poison(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    kinds = [*POISON.items()]
    poison = [(kind, make(1.0)) for kind, make in (kinds * 2)[:98]] + [("a bomb", bomb(60)), ("a bomb", bomb(900))]
    batch = Batch(home, write_warc, kit, pages=9_900, poison=poison)
    del poison
    began = time.monotonic()
    with Workers(2, preload=PRELOAD) as workers:
        fragment = batch.read(workers)
    print(f"{len(batch.good) + len(batch.bad)} pages in {time.monotonic() - began:.0f} s")
    for what, came in batch.check(fragment).items():
        print(f"{what:60s} {came}")
    memory = batch.memory
    print("grown, MB:", [each / (1 << 20) for each in memory.grown()], "workers replaced:", memory.replaced)
    print("own by quarter, MB:", [int(median(each)) >> 20 for each in quarters(memory.own)])
    print("largest worker by quarter, MB:", [size >> 20 for size in memory.most()])
    own, of_worker = memory.grown()
    assert own < IN_ARROW * 5_000
    assert of_worker < AMID_POISON
    assert memory.replaced <= len(batch.bad) // 5  # after a page in five that means harm, and after no other
    assert memory.most()[3] < max(memory.most()[:2]) + MORE_AT_ONCE
