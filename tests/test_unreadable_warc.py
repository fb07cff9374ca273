"""A WARC file that cannot be read is one failure of the build; the others come into the tables, and its rows stay."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import reading
from pipelines.build import plan, run
from pipelines.errors import UnreadWarc
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY = date(2026, 11, 22)
HERE = Workers(0)


@pytest.fixture
def two_files(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> list[Path]:
    for hour in (9, 10):
        write_warc(
            [(f"http://a.localhost/{hour}", kit.answer(kit.article_page(f"Bridge at {hour}")))],
            at=datetime(2026, 11, 22, hour, tzinfo=UTC),
        )
    return sorted((home / "archive").glob("*/*.warc.gz"))


def make_unreadable(path: Path) -> None:
    """Also for root, whom no permission stops: Linux has a file that gives an error when it is read."""
    path.unlink()
    if sys.platform == "linux":
        path.symlink_to("/proc/self/mem")
    else:
        path.touch(mode=0)


def urls(home: Path) -> list[str]:
    return sorted(read_parquet(partition_path(home / "tables", "captures", DAY))["url"].to_pylist())


def test_the_others_are_read(home: Path, two_files: list[Path]) -> None:
    make_unreadable(two_files[0])
    report = run(home, workers=HERE)
    (failure,) = report.failures
    assert isinstance(failure, UnreadWarc)
    assert two_files[0].name in str(failure)
    assert urls(home) == ["http://a.localhost/10"]
    assert plan(home).is_empty
    assert [str(each) for each in plan(home).broken] == [str(failure)]
    assert len(run(home, workers=HERE).failures) == 1


def test_its_rows_stay_until_it_can_be_read_again(home: Path, two_files: list[Path]) -> None:
    run(home, workers=HERE)
    before = urls(home)
    make_unreadable(two_files[0])
    assert len(run(home, workers=HERE).failures) == 1
    assert urls(home) == before


def test_a_fault_of_ours_in_one_file(home: Path, two_files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    row_of = reading.capture_row

    def fails(capture: Any, class_: str) -> Any:
        if capture.url.endswith("/9"):
            raise ZeroDivisionError("nobody thought of this")
        return row_of(capture, class_)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "capture_row", fails)
        report = run(home, workers=HERE)
    assert [str(failure) for failure in report.failures] == [
        f"crawl_date=2026-11-22/{two_files[0].name}: not read: ZeroDivisionError: nobody thought of this; "
        "the next build tries again"
    ]
    assert urls(home) == ["http://a.localhost/10"]
    assert run(home, workers=HERE).failures == ()
    assert len(urls(home)) == 2
