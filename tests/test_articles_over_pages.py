"""An article over several pages is one article, with the text of all; a further page alone is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler import part_after
from pipelines import Extraction, extract
from pipelines.build import run
from pipelines.sums import check_sums
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY = date(2026, 11, 22)
BASE = "http://a.localhost/2026/11/the-long-story"


def rows(home: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_parquet(partition_path(home / "tables", table, DAY)).to_pylist()
    return found


def page(number: int, last: int = 3, *, canonical: str = "") -> str:
    """A page of the long story that links all its pages."""
    told = "".join(
        f"<p>Sentence {n} of page {number}, long enough to be read as a piece of an article by anybody.</p>"
        for n in range(6)
    )
    links = "".join(f'<a href="{BASE}/{n}">{n}</a>' if n > 1 else f'<a href="{BASE}">1</a>' for n in range(1, last + 1))
    head = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return (
        f"<html><head><title>The long story</title>{head}<meta property='og:type' content='article'></head><body>"
        f"<article><h1>The long story</h1><p>Every page of it begins with this summary of what the story is about.</p>"
        f"<figure><img src='/{number}.jpg'></figure>{told}</article><p>{links}</p></body></html>"
    )


@pytest.mark.parametrize(
    ("before", "target", "number"),
    [
        ("/a/the-long-story", "/a/the-long-story/2", 2),
        ("/a/the-long-story/", "/a/the-long-story/page/2/", 2),
        ("/a/the-long-story/2", "/a/the-long-story/3", 3),
        ("/a/the-long-story", "/a/the-long-story/seite-2", 2),
        ("/a/the-long-story.html", "/a/the-long-story-2.html", 2),
        ("/a/the-long-story-2.html", "/a/the-long-story-3.html", 3),
        ("/a/the-long-story?id=5", "/a/the-long-story?id=5&seite=2", 2),
        ("/a/the-long-story", "/a/the-long-story?page=1", 2),
        ("/a/the-long-story", "/a/the-long-story/3", None),
        ("/a/the-long-story/2", "/a/the-long-story", None),
        ("/a/the-long-story", "/a/another-long-story/2", None),
        ("/a/the-long-story", "/a/the-long-story/comment-page-2", None),
        ("/a/the-long-story", "https://b.example/a/the-long-story/2", None),
        ("/sport", "/sport/2", None),
        ("/a/the-long-story", "/a/the-next-story", None),
    ],
)
def test_which_address_is_the_next_page(before: str, target: str, number: int | None) -> None:
    absolute = target if "://" in target else f"https://a.example{target}"
    assert part_after(f"https://a.example{before}", absolute) == number


def test_what_a_page_says_of_the_others() -> None:
    first, second, last = (extract(page(n).encode(), url=f"{BASE}/{n}" if n > 1 else BASE) for n in (1, 2, 3))
    assert isinstance(first, Extraction)
    assert isinstance(second, Extraction)
    assert isinstance(last, Extraction)
    assert (first.part, first.part_before_url, first.next_part_url) == (1, None, f"{BASE}/2")
    assert (second.part, second.part_before_url, second.next_part_url) == (2, BASE, f"{BASE}/3")
    assert (last.part, last.part_before_url, last.next_part_url) == (3, f"{BASE}/2", None)


def test_rel_next_to_another_article_joins_nothing() -> None:
    html = page(1, last=1).replace("</head>", '<link rel="next" href="/2026/11/the-next-story"></head>')
    got = extract(html.encode(), url=BASE)
    assert isinstance(got, Extraction)
    assert (got.part, got.next_part_url) == (1, None)


def test_pages_captured_on_one_day_are_one_article(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    third, first = write_warc([(f"{BASE}/3", kit.answer(page(3))), (BASE, kit.answer(page(1)))])
    other, second = write_warc(
        [
            ("http://a.localhost/other", kit.answer(kit.article_page("Bridge"))),
            (f"{BASE}/2", kit.answer(page(2, canonical=BASE))),
        ]
    )
    run(home, workers=Workers(0))
    articles = {row["capture_id"]: row for row in rows(home, "articles")}
    assert set(articles) == {first.capture_id, other.capture_id}
    whole = articles[first.capture_id]
    assert whole["part_capture_ids"] == [second.capture_id, third.capture_id]
    text = whole["text"].split("\n")
    assert [line.split(" of ")[1].split(",")[0] for line in text if line.startswith("Sentence 0")] == [
        "page 1", "page 2", "page 3",
    ]  # fmt: skip
    assert sum(line.startswith("Every page of it") for line in text) == 1
    assert articles[other.capture_id]["part_capture_ids"] == []
    told = {row["capture_id"]: (row["reason"], row["detail"]) for row in rows(home, "rejects")}
    assert told == {
        second.capture_id: ("further_page", f"page 2, after {BASE}; joined to capture {first.capture_id}"),
        third.capture_id: ("further_page", f"page 3, after {BASE}/2; joined to capture {first.capture_id}"),
    }
    images = {(row["article_id"], row["image_url"]) for row in rows(home, "images")}
    assert images == {(whole["article_id"], f"http://a.localhost/{n}.jpg") for n in (1, 2, 3)}
    assert {row["article_id"] for row in rows(home, "links") if "the-long-story" in row["url"]} == {whole["article_id"]}
    assert [each for each in check_sums(home, DAY) if each.kind != "attempt_missing"] == []


def test_a_further_page_alone_is_no_article(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    write_warc([(f"{BASE}/2", kit.answer(page(2)))])
    run(home, workers=Workers(0))
    assert rows(home, "articles") == []
    (reject,) = rows(home, "rejects")
    assert reject["detail"] == f"page 2, after {BASE}; whose first page was not read on this day"
    assert rows(home, "images") == []
    assert {row["article_id"] for row in rows(home, "links")} == {None}
    assert [each for each in check_sums(home, DAY) if each.kind != "attempt_missing"] == []
