"""The same body at the same URL in another WARC file is not read again: its rows are those of the first reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import build
from pipelines.build import run
from pipelines.fragments import extract_warc
from pipelines.workers import Workers
from warehouse import read_parquet

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
URL = "http://a.localhost/b"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs of the pages that were read, in order."""
    urls: list[str] = []

    def counting(*arguments: Any, **options: Any) -> Any:
        from pipelines.pages import read_page

        def read(page: Any) -> Any:
            urls.append(page.url)
            return read_page(page)

        return extract_warc(*arguments, **options, read=read)

    monkeypatch.setattr(build, "extract_warc", counting)
    return urls


def rows(home: Path, table: str) -> list[dict[str, Any]]:
    found = [row for path in sorted(home.glob(f"tables/{table}/*/*.parquet")) for row in read_parquet(path).to_pylist()]
    return sorted(found, key=lambda row: (row["captured_at"], row.get("position", 0)))


def of_the_page(row: dict[str, Any]) -> dict[str, Any]:
    own = {"capture_id", "captured_at", "crawl_date", "publication_id"}
    return {name: value for name, value in row.items() if name not in own}


def test_it_is_read_once_for_all_files(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, asked: list[str]
) -> None:
    same = kit.answer(kit.article_page("Bridge"))
    gone = kit.answer("<html><title>Nothing</title><body><p>Soon.</p></body></html>")
    for days in range(3):
        write_warc([(URL, same), ("http://a.localhost/empty", gone)], at=AT + timedelta(days=days))
        run(home, workers=Workers(0))
    assert asked == [URL, "http://a.localhost/empty"]
    for table, count in (("articles", 3), ("rejects", 3), ("links", 3)):
        found = rows(home, table)
        assert len(found) == count
        assert all(of_the_page(row) == of_the_page(found[0]) for row in found)
    assert len({row["capture_id"] for row in rows(home, "articles")}) == 3


def test_what_is_copied_is_what_reading_gives(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, tmp_path: Path
) -> None:
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge {n}"))) for n in range(4)]
    write_warc(pages)
    run(home, workers=Workers(0))
    (second, *_) = write_warc([*pages[::-1], (URL, pages[0][1])], at=AT + timedelta(days=1), site="local")
    (copied,) = run(home, workers=Workers(0)).extracted
    read = extract_warc(
        home / "archive" / second.warc_file, tmp_path / "alone", warc_file=second.warc_file, workers=Workers(0)
    )
    assert (copied.key, copied.days) == (read.key, read.days)
    assert (copied.pages_read, copied.pages_reused, read.pages_read) == (1, 4, 5)
    for table in ("captures", "articles", "links", "rejects", "images"):
        one, other = (
            sorted(read_parquet(each.folder / f"{table}.parquet").to_pylist(), key=lambda row: row["capture_id"])
            for each in (copied, read)
        )
        assert one == other


@pytest.mark.parametrize(
    "change",
    [{"url": "http://a.localhost/c"}, {"content_type": "text/html; charset=iso-8859-1"}, {"site": "other"}],
    ids=lambda change: next(iter(change)),
)
def test_another_url_header_or_site_is_another_page(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, asked: list[str], change: dict[str, str]
) -> None:
    page = kit.article_page("Bridge")
    write_warc([(URL, kit.answer(page))])
    run(home, workers=Workers(0))
    answer = kit.answer(page, content_type=change.get("content_type", "text/html; charset=utf-8"))
    write_warc([(change.get("url", URL), answer)], at=AT + timedelta(days=1), site=change.get("site", "local"))
    run(home, workers=Workers(0))
    assert asked == [URL, change.get("url", URL)]


def test_a_body_that_came_with_an_error_was_not_read(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, asked: list[str]
) -> None:
    page = kit.article_page("Bridge")
    write_warc([(URL, kit.answer(page, status="503 Service Unavailable"))])
    run(home, workers=Workers(0))
    write_warc([(URL, kit.answer(page))], at=AT + timedelta(days=1))
    run(home, workers=Workers(0))
    assert asked == [URL]
    assert [row["reason"] for row in rows(home, "rejects")] == ["error_page"]
    assert len(rows(home, "articles")) == 1


@pytest.mark.parametrize("damage", ["gone", "torn", "foreign"])
def test_the_index_is_a_cache(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, asked: list[str], damage: str
) -> None:
    same = kit.answer(kit.article_page("Bridge"))
    write_warc([(URL, same)])
    run(home, workers=Workers(0))
    index = home / "fragments" / "bodies.sqlite"
    if damage == "gone":
        index.unlink()
    elif damage == "torn":
        index.write_bytes(index.read_bytes()[:5000])
    else:
        index.write_bytes(b"no database" * 1000)
    write_warc([(URL, same)], at=AT + timedelta(days=1))
    run(home, workers=Workers(0))
    assert asked == [URL]
    assert len(rows(home, "articles")) == 2


def test_a_fragment_that_went_or_broke_is_not_copied_from(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, asked: list[str]
) -> None:
    same = kit.answer(kit.article_page("Bridge"))
    write_warc([(URL, same)])
    (first,) = run(home, workers=Workers(0)).extracted
    articles = first.folder / "articles.parquet"
    raw = bytearray(articles.read_bytes())
    raw[8:200] = bytes(192)  # the size stays, so that only reading it tells
    articles.write_bytes(bytes(raw))
    write_warc([(URL, same)], at=AT + timedelta(days=1))
    run(home, workers=Workers(0))
    assert len(rows(home, "articles")) == 2
    assert asked.count(URL) >= 2
