"""The same bytes at the same URL are read once per file; a poisonous page is a reject, and the others are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.build import run
from pipelines.extraction import Extraction, Reject
from pipelines.fragments import extract_warc, load_fragment, read_fragment
from pipelines.pages import PRELOAD, Page, read_page
from pipelines.worker_main import Limits
from pipelines.workers import Workers

READER = """
import os, time
from pipelines.pages import read_page

def read(page):
    if b"POISON-HANG" in page.html:
        time.sleep(60)
    if b"POISON-KILL" in page.html:
        os.abort()
    return read_page(page)
"""


def test_a_repeated_body_is_not_read_again(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    same, other = kit.answer(kit.article_page("Bridge")), kit.answer(kit.article_page("Tunnel"))
    url = "http://a.localhost/b"
    written = write_warc([(url, same), (url, other), (url, same), ("http://a.localhost/c", same), (url, same)])
    asked: list[str] = []

    def counting(page: Page) -> Extraction | Reject:
        asked.append(page.url)
        return read_page(page)

    path = home / "archive" / written[0].warc_file
    fragment = extract_warc(path, home / "f", warc_file=written[0].warc_file, workers=Workers(0), read=counting)
    assert asked == [url, url, "http://a.localhost/c"]
    assert (fragment.pages_read, fragment.pages_reused, fragment.classes) == (3, 2, {"article": 5})
    articles = {row["capture_id"]: row for row in read_fragment(fragment, "articles").to_pylist()}
    first, third = articles[written[0].capture_id], articles[written[2].capture_id]
    assert third["captured_at"] == written[2].captured_at
    assert {**third, "captured_at": 0, "capture_id": 0} == {**first, "captured_at": 0, "capture_id": 0}
    links = read_fragment(fragment, "links").to_pylist()
    assert sorted(link["capture_id"] for link in links) == sorted(each.capture_id for each in written)


def test_a_fragment_is_made_once(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    (written,) = write_warc([("http://a.localhost/b", kit.answer(kit.article_page("Bridge")))])
    path = home / "archive" / written.warc_file

    def never(page: Page) -> Extraction | Reject:
        raise AssertionError("read again")

    fragment = extract_warc(path, home / "f", warc_file=written.warc_file, workers=Workers(0))
    assert extract_warc(path, home / "f", warc_file=written.warc_file, workers=Workers(0), read=never) == fragment
    assert load_fragment(fragment.folder, fragment.warc_sha256) == fragment
    assert load_fragment(fragment.folder, "0" * 64) is None
    assert sorted(path.name for path in fragment.folder.iterdir()) == [
        *("articles.parquet", "captures.parquet", "fragment.json", "images.parquet", "links.parquet", "rejects.parquet")
    ]


def test_poison_in_a_batch(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    (tmp_path / "poison_reader.py").write_text(READER)
    monkeypatch.syspath_prepend(tmp_path)
    import poison_reader  # type: ignore[import-not-found]

    marks = ["", "POISON-HANG", "", "POISON-KILL", "", "POISON-HANG"]
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge {n} {m}"))) for n, m in enumerate(marks)]
    pages += [(f"http://a.localhost/{m}", kit.answer(f"<title>{m}</title><table><td>{m}")) for m in marks[1:4:2]]
    written = write_warc(pages)
    path = home / "archive" / written[0].warc_file
    with Workers(2, limits=Limits(wall_seconds=2), preload=PRELOAD) as workers:
        fragment = extract_warc(
            path, home / "fragments", warc_file=written[0].warc_file, workers=workers, read=poison_reader.read
        )
    assert fragment.classes == {"article": 6, "reject": 2}
    articles = read_fragment(fragment, "articles").to_pylist()
    assert [row["capture_id"] for row in articles] == [each.capture_id for each in written[:6]]
    plainly = [row["extractor"].endswith("-plain") for row in articles]
    assert plainly == [False, True, False, True, False, True]
    assert all(
        f"Bridge {n} {mark}".strip() == row["title"] for n, (mark, row) in enumerate(zip(marks, articles, strict=True))
    )
    assert all("paragraph 3: the council met" in row["text"] for row in articles)
    rejects = read_fragment(fragment, "rejects").to_pylist()
    nothing = "; read plainly: empty: no visible text, 0 scripts"
    assert [(row["capture_id"], row["reason"], row["detail"]) for row in rejects] == [
        (written[6].capture_id, "timed_out", f"more than 2 s{nothing}"),
        (written[7].capture_id, "crashed", f"killed by SIGABRT{nothing}"),
    ]
    (published,) = run(home, workers=Workers(0)).published
    assert published.rejects == {"crashed": 1, "timed_out": 1}


def test_half_a_surrogate_pair_does_not_stop_a_file(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    (written,) = write_warc(
        [("http://a.localhost/b", kit.answer(kit.article_page("Bridge")))], at=datetime(2026, 11, 22, tzinfo=UTC)
    )

    def odd(page: Page) -> Extraction | Reject:
        read = read_page(page)
        assert isinstance(read, Extraction)
        early = datetime.fromisoformat("0001-01-01T00:00:00+02:00")
        return dataclasses.replace(read, title="Bridge \ud83d reopens", tags=("\udc00",), published_at=early)

    path = home / "archive" / written.warc_file
    fragment = extract_warc(path, home / "fragments", warc_file=written.warc_file, workers=Workers(0), read=odd)
    (row,) = read_fragment(fragment, "articles").to_pylist()
    assert (row["title"], row["tags"], row["published_at"]) == ("Bridge \ufffd reopens", ["\ufffd"], None)
    assert list(fragment.days) == [date(2026, 11, 22)]
