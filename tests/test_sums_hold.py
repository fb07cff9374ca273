"""Attempts = captured + recovered + failed + refused; captures = article + reject + revisit + support."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pipelines.build import run
from pipelines.sums import check_sums
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet, write_parquet

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC)


def log(home: Path, written: list[Any], *, at: datetime = AT, **changes: object) -> None:
    folder = home / "archive" / f"crawl_date={at:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "broadsheet-1-desk-1.crawl.jsonl").open("a") as file:
        for each in written:
            line = {"attempt_id": str(uuid4()), "at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", "outcome": "captured", "url": "u"}
            line |= {"capture_id": each.capture_id, "warc_file": each.warc_file} if each else {"capture_id": None}
            file.write(json.dumps({**line, **changes}) + "\n")


@pytest.fixture
def crawled(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> list[Any]:
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge number {n}"))) for n in range(3)]
    return write_warc([*pages, ("http://a.localhost/x", kit.answer("no", status="404 Not Found"))], at=AT)


def kinds(home: Path) -> list[str]:
    return [problem.kind for problem in check_sums(home, DAY)]


def test_a_whole_crawl_adds_up(home: Path, crawled: list[Any]) -> None:
    log(home, crawled[:3])
    log(home, crawled[3:], outcome="recovered")
    log(home, [None], outcome="failed", reason="timeout")
    log(home, [None], outcome="refused", reason="robots")
    run(home, workers=Workers(0))
    assert check_sums(home, DAY) == []


def test_a_capture_without_an_attempt(home: Path, crawled: list[Any]) -> None:
    log(home, crawled[1:])
    run(home, workers=Workers(0))
    (problem,) = check_sums(home, DAY)
    assert str(problem) == f"attempt_missing: captures of ours without an attempt: {crawled[0].capture_id}"


def test_an_attempt_without_its_capture(home: Path, crawled: list[Any], write_warc: Callable[..., list[Any]]) -> None:
    lost = write_warc([("http://a.localhost/lost", b"HTTP/1.1 200 OK\r\n\r\n")], at=AT + timedelta(hours=2))
    log(home, crawled + lost)
    (home / "archive" / lost[0].warc_file).unlink()
    run(home, workers=Workers(0))
    assert kinds(home) == ["capture_missing"]
    (home / "archive" / f"{lost[0].warc_file}.open").touch()  # still being written: not lost
    assert kinds(home) == []


def test_one_attempt_one_line(home: Path, crawled: list[Any]) -> None:
    log(home, [*crawled, crawled[0]])
    log(home, [None, None], outcome="failed", attempt_id="1")
    log(home, [None], outcome="forgotten")
    run(home, workers=Workers(0))
    assert kinds(home) == ["unknown_outcome", "attempt_twice", "attempt_twice"]


def test_attempts_around_midnight_belong_together(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    late = datetime(2026, 11, 22, 23, 59, 59, 900_000, UTC)
    written = write_warc([("http://a.localhost/x", kit.answer(kit.article_page("Bridge")))], at=late)
    log(home, written, at=late + timedelta(seconds=1))
    run(home, workers=Workers(0))
    assert kinds(home) == []
    assert check_sums(home, date(2026, 11, 23)) == []


def test_a_torn_last_line_is_no_attempt(home: Path, crawled: list[Any]) -> None:
    log(home, crawled)
    with next(home.rglob("*.crawl.jsonl")).open("a") as file:
        file.write('{"attempt_id": "tor')
    run(home, workers=Workers(0))
    assert kinds(home) == []


def test_imports_need_no_attempts(home: Path, crawled: list[Any]) -> None:
    (home / "archive" / "imported").mkdir()
    (home / "archive" / crawled[0].warc_file).rename(home / "archive" / "imported" / "x.warc.gz")
    run(home, workers=Workers(0))
    assert kinds(home) == []


def test_tables_that_do_not_fit_each_other(home: Path, crawled: list[Any]) -> None:
    log(home, crawled)
    run(home, workers=Workers(0))
    path = partition_path(home / "tables", "articles", DAY)
    articles = read_parquet(path)
    write_parquet(articles.slice(1), path)
    assert kinds(home) == ["row_missing"]


def test_a_date_in_the_future_is_a_warning(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    page = kit.article_page("Bridge", published="2026-11-24T08:00:00+00:00")
    log(home, write_warc([("http://a.localhost/x", kit.answer(page))], at=AT))
    run(home, workers=Workers(0))
    (problem,) = check_sums(home, DAY)
    assert (problem.kind, problem.severity) == ("future_date", "warning")


def test_a_clock_that_was_as_wrong_as_can_be(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    at = datetime.max.replace(tzinfo=UTC)
    log(home, write_warc([("http://a.localhost/", kit.answer(kit.article_page("End of time")))], at=at), at=at)
    run(home, workers=Workers(0))
    assert check_sums(home, date.max) == []


def test_a_damaged_line_of_the_crawl_log(home: Path, crawled: list[Any]) -> None:
    log(home, crawled)
    (path,) = (home / "archive").glob("*/*.crawl.jsonl")
    path.write_bytes(b"\0\0{\n[]\n" + path.read_bytes())
    run(home, workers=Workers(0))
    (problem,) = check_sums(home, DAY)
    assert problem.kind == "damaged_line"
    assert "desk-1.crawl.jsonl line 1, " in problem.detail
    assert problem.detail.endswith(" line 2")
