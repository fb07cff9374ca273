"""A capture that stands in two WARC files has one row: that of our own file, else of the first by name."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.build import run
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY = date(2026, 11, 22)


@pytest.fixture
def imported(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Path:
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge number {n}"))) for n in range(3)]
    write_warc(pages, at=datetime(2026, 11, 22, 12, tzinfo=UTC))
    folder = home / "archive" / "imported"
    folder.mkdir()
    return folder


def files(home: Path) -> list[str]:
    return sorted(set(read_parquet(partition_path(home / "tables", "captures", DAY))["warc_file"].to_pylist()))


def test_the_same_bytes_under_two_names(home: Path, imported: Path) -> None:
    (own,) = (home / "archive").glob("crawl_date=*/*.warc.gz")
    shutil.copyfile(own, imported / "a-copy.warc.gz")
    report = run(home, workers=Workers(0))
    (published,) = report.published
    assert (published.captures, published.classes, published.in_two_files) == (3, {"article": 3}, 3)
    assert len({fragment.key for fragment in report.extracted}) == 1
    assert files(home) == [own.relative_to(home / "archive").as_posix()]


def test_the_same_records_packed_otherwise(home: Path, imported: Path) -> None:
    """Compressed anew, so that the file has another digest and other offsets."""
    (own,) = (home / "archive").glob("crawl_date=*/*.warc.gz")
    plain = gzip.decompress(own.read_bytes())
    own.unlink()
    for name in ("b.warc", "a.warc"):
        (imported / name).write_bytes(plain)
    (imported / "c.warc").write_bytes(plain + b"")
    (published,) = run(home, workers=Workers(0)).published
    assert (published.captures, published.in_two_files) == (3, 6)
    assert files(home) == ["imported/a.warc"]
    assert len(read_parquet(partition_path(home / "tables", "articles", DAY))) == 3
    assert len(read_parquet(partition_path(home / "tables", "links", DAY))) == 3


def test_the_same_record_twice_in_one_file(home: Path, imported: Path) -> None:
    (own,) = (home / "archive").glob("crawl_date=*/*.warc.gz")
    own.write_bytes(own.read_bytes() * 2)
    report = run(home, workers=Workers(0))
    assert report.extracted[0].duplicates == 3
    assert report.published[0].captures == 3
