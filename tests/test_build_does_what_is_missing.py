"""`build` reads what is unread and publishes what changed; a second run does nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.build import plan, run
from pipelines.errors import ArchiveGone
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
HERE = Workers(0)


@pytest.fixture
def two_days(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Path:
    for day, title in ((22, "Bridge reopens"), (23, "Bridge closes")):
        write_warc(
            [(f"http://a.localhost/{day}", kit.answer(kit.article_page(title)))],
            at=datetime(2026, 11, day, 9, tzinfo=UTC),
            site=None,
        )
    return home


def sites_of(home: Path, day: date) -> set[str]:
    return set(read_parquet(partition_path(home / "tables", "captures", day))["site"].to_pylist())


def test_a_second_run_does_nothing(two_days: Path) -> None:
    before = plan(two_days)
    assert len(before.files) == 2
    first = run(two_days, workers=HERE)
    assert [each.crawl_date for each in first.published] == [DAY, NEXT]
    stamps = {path: path.stat().st_mtime_ns for path in two_days.rglob("*.parquet")}
    assert plan(two_days).is_empty
    assert run(two_days, workers=HERE).did_nothing
    assert {path: path.stat().st_mtime_ns for path in two_days.rglob("*.parquet")} == stamps


def test_a_new_file_makes_only_its_dates_stale(two_days: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    run(two_days, workers=HERE)
    write_warc([("http://a.localhost/c", kit.answer("x"))], at=datetime(2026, 11, 23, 11, tzinfo=UTC))
    report = run(two_days, workers=HERE)
    assert [each.crawl_date for each in report.published] == [NEXT]
    assert len(report.extracted) == 1


def test_a_file_still_being_written_waits(two_days: Path) -> None:
    run(two_days, workers=HERE)
    (closed,) = (two_days / "archive" / "crawl_date=2026-11-23").glob("*.warc.gz")
    shutil.copyfile(closed, closed.with_name("broadsheet-20261123090000001-00001-desk.warc.gz.open"))
    assert plan(two_days).is_empty


def test_only_the_dates_asked_for_are_published(two_days: Path) -> None:
    assert [each.crawl_date for each in run(two_days, {NEXT}, workers=HERE).published] == [NEXT]
    assert plan(two_days).dates == (DAY,)


def test_a_plan_can_be_run(two_days: Path) -> None:
    assert len(run(two_days, plan(two_days), workers=HERE).published) == 2


def test_naming_a_site_publishes_its_captures_again(two_days: Path, kit: Any) -> None:
    run(two_days, workers=HERE)
    assert sites_of(two_days, DAY) == {"a.localhost"}
    kit.write_sites(two_days, 'name = "anzeiger"\nhome = "http://a.localhost/"\n')
    report = run(two_days, workers=HERE)
    assert len(report.published) == 2
    assert report.extracted == ()
    assert sites_of(two_days, DAY) == {"anzeiger"}


def test_a_lost_table_is_published_again(two_days: Path) -> None:
    run(two_days, workers=HERE)
    partition_path(two_days / "tables", "rejects", DAY).unlink()
    assert [each.crawl_date for each in run(two_days, workers=HERE).published] == [DAY]


def test_what_vanished_from_the_archive_vanishes_from_the_tables(two_days: Path) -> None:
    run(two_days, workers=HERE)
    shutil.rmtree(two_days / "archive" / "crawl_date=2026-11-23")
    (published,) = run(two_days, workers=HERE).published
    assert (published.crawl_date, published.captures) == (NEXT, 0)
    assert plan(two_days).is_empty


def test_an_archive_that_is_not_mounted_empties_nothing(two_days: Path) -> None:
    run(two_days, workers=HERE)
    (two_days / "archive").rename(two_days / "unplugged")
    with pytest.raises(ArchiveGone, match="2 crawl dates"):
        run(two_days, workers=HERE)
    assert sites_of(two_days, DAY) == {"a.localhost"}


def test_a_fragment_with_flipped_bits_is_made_again(two_days: Path) -> None:
    run(two_days, workers=HERE)
    before = {path: path.read_bytes() for path in (two_days / "tables").rglob("*.parquet")}
    for captures in (two_days / "fragments").rglob("captures.parquet"):
        data = bytearray(captures.read_bytes())
        data[len(data) // 3] ^= 0x40
        captures.write_bytes(data)
    shutil.rmtree(two_days / "tables")
    run(two_days, workers=HERE)
    assert {path: path.read_bytes() for path in (two_days / "tables").rglob("*.parquet")} == before


def test_a_moved_file_is_not_read_again(two_days: Path) -> None:
    run(two_days, workers=HERE)
    (file,) = (two_days / "archive" / "crawl_date=2026-11-23").glob("*.warc.gz")
    file.rename(file.with_name("renamed.warc.gz"))
    report = run(two_days, workers=HERE)
    assert report.extracted == ()
    assert len(report.published) == 1
    names = read_parquet(partition_path(two_days / "tables", "captures", NEXT))["warc_file"].to_pylist()
    assert names == ["crawl_date=2026-11-23/renamed.warc.gz"]


def test_progress_is_told(two_days: Path) -> None:
    told: list[tuple[str, int, int]] = []
    run(two_days, workers=HERE, on_progress=lambda stage, done, total, detail: told.append((stage, done, total)))
    assert told[-1] == ("publish", 2, 2)
    assert ("extract", 2, 2) in told


def test_a_table_cut_short_is_published_again(two_days: Path) -> None:
    run(two_days, workers=HERE)
    path = partition_path(two_days / "tables", "articles", DAY)
    before = path.read_bytes()
    path.write_bytes(before[:100])
    assert plan(two_days).dates == (DAY,)
    run(two_days, workers=HERE)
    assert path.read_bytes() == before
