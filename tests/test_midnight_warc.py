"""A WARC file that spans midnight gives each day its own captures, whatever folder it is in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.build import run
from pipelines.captures import read_captures
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet


def test_each_capture_is_published_on_the_day_it_was_made(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge number {n}"))) for n in range(5)]
    written = write_warc(pages, at=datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC))
    assert {each.warc_file.split("/")[0] for each in written} == {"crawl_date=2026-11-22"}
    report = run(home, workers=Workers(0))
    assert {each.crawl_date: each.captures for each in report.published} == {
        date(2026, 11, 22): 2,
        date(2026, 11, 23): 3,
    }
    for table in ("captures", "articles", "links"):
        days = [
            (row["capture_id"], row["crawl_date"], row["captured_at"].date())
            for day in (22, 23)
            for row in read_parquet(partition_path(home / "tables", table, date(2026, 11, day))).to_pylist()
        ]
        assert {capture_id for capture_id, *_ in days} == {each.capture_id for each in written}
        assert all(crawl_date == captured for _, crawl_date, captured in days)


def test_a_leap_second_belongs_to_the_day_that_it_ends(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n\r\n"
    warc = tmp_path / "leap.warc"
    warc.write_bytes(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:7d2a4f1e-0000-4000-8000-000000000001>\r\n"
        b"WARC-Date: 2016-12-31T23:59:60Z\r\nWARC-Target-URI: http://a.localhost/\r\n"
        b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)
    )
    ((capture, _),) = read_captures(warc, warc_file="imported/leap.warc")
    assert capture.captured_at.isoformat() == "2016-12-31T23:59:59+00:00"
