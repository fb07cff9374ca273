"""A WARC file that spans midnight gives each day its own captures, whatever folder it is in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.build import run
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
