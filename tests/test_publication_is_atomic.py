"""A day's tables are published together or not at all, also when the machine stops at any step of it."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from warehouse import (
    ALL_TABLES,
    BOILERPLATE,
    CAPTURES,
    LINKS,
    CaptureRow,
    DamagedPublication,
    WrongData,
    finish_publication,
    partition_path,
    publication_of,
    publish_partitions,
    published_dates,
    read_parquet,
    to_arrow,
)
from warehouse.examples import example_row
from warehouse.layout import crawl_date_of

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


OPEN = Path.open


class Crash(BaseException):
    """The machine stops here."""


def rows_for(count, day=DAY):
    """``count`` rows for each table."""
    about = {"crawl_date": day, "captured_at": NOON + (day - DAY)}
    rows = {
        table: [example_row(table.row, capture_id=f"{day}-{n}", **about) for n in range(count)]
        for table in ALL_TABLES
        if table is not BOILERPLATE
    }
    blocks = [example_row(BOILERPLATE.row, block_digest=f"{day}-{n}", crawl_date=day) for n in range(count)]
    return {table.name: to_arrow(table, made) for table, made in {**rows, BOILERPLATE: blocks}.items()}


def everything_in(tables):
    """What a plain glob finds: for each table, each row's key and publication."""
    found = {}
    for table in ALL_TABLES:
        rows = []
        for path in sorted(tables.glob(f"{table.name}/*/*.parquet")):
            data = read_parquet(path, [*table.key, "publication_id"]).to_pylist()
            rows += [tuple(row.values()) for row in data]
        found[table.name] = rows
    return found


class Machine:
    """Counts each step that changes the disk and stops before or after one; nothing works once it has stopped."""

    def __init__(self, monkeypatch, *, stop_at, after):
        self.steps, self.stop_at, self.after, self.stopped = 0, stop_at, after, False
        for owner, name in [
            (os, "fsync"),
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "open"),
        ]:
            monkeypatch.setattr(owner, name, self.watched(getattr(owner, name)))

    def watched(self, step):
        def run(*args, **options):
            if self.stopped:
                raise Crash
            self.steps += 1
            self.stopped = self.steps == self.stop_at
            if self.stopped and not self.after:
                raise Crash
            result = step(*args, **options)
            if self.stopped:
                if step is OPEN:
                    result.close()  # as the kernel does for a process that is gone
                raise Crash
            return result

        return run


def test_a_crash_at_any_step_leaves_the_old_day_or_the_new_one(tmp_path, monkeypatch):
    old, new = rows_for(2), rows_for(3)
    with monkeypatch.context() as patch:
        counting = Machine(patch, stop_at=None, after=False)
        publish_partitions(tmp_path / "dry", DAY, old, publication_id="old")
        first_steps = counting.steps
        publish_partitions(tmp_path / "dry", DAY, new, publication_id="new")
        steps = counting.steps - first_steps
    assert steps > 30
    outcomes = set()
    for step in range(1, steps + 1):
        for after in (False, True):
            tables = tmp_path / f"{step}-{after}"
            publish_partitions(tables, DAY, old, publication_id="old")
            before = everything_in(tables)
            with monkeypatch.context() as patch:
                Machine(patch, stop_at=step, after=after)
                with pytest.raises(Crash):
                    publish_partitions(tables, DAY, new, publication_id="new")
            outcomes.add(finish_publication(tables).outcome)
            found = everything_in(tables)
            ids = {row[-1] for rows in found.values() for row in rows}
            assert len(ids) == 1, f"step {step} of {steps}: tables of two publications"
            assert found == before if ids == {"old"} else all(len(rows) == 3 for rows in found.values())
            assert all(len(rows) == len(set(rows)) for rows in found.values())
            assert {publication_of(tables, table, DAY) for table in ALL_TABLES} == ids
            assert not list(tables.rglob("*.new"))
            assert finish_publication(tables).outcome == "nothing"
    assert outcomes == {"nothing", "rolled back", "completed"}


def test_a_crash_while_finishing_is_finished_too(tmp_path, monkeypatch):
    tables = tmp_path / "tables"
    publish_partitions(tables, DAY, rows_for(2), publication_id="old")
    with monkeypatch.context() as patch:
        # The journal's rename is the moment of publication: stop right after it.
        machine = Machine(patch, stop_at=None, after=True)
        renamed = Path.replace

        def stop_after_the_promise(self, target):
            result = renamed(self, target)
            machine.stopped = Path(target).name == "publication.json"
            return result

        patch.setattr(Path, "replace", stop_after_the_promise)
        with pytest.raises(Crash):
            publish_partitions(tables, DAY, rows_for(3), publication_id="new")
    for step in range(1, 60):
        with monkeypatch.context() as patch:
            Machine(patch, stop_at=step, after=True)
            try:
                finish_publication(tables)
            except Crash:
                continue
            break
    finish_publication(tables)
    assert {row[-1] for rows in everything_in(tables).values() for row in rows} == {"new"}


def test_publishing_a_day_again_replaces_it_and_leaves_other_days(tmp_path):
    other = DAY - timedelta(days=1)
    publish_partitions(tmp_path, other, rows_for(2, other), publication_id="one")
    publish_partitions(tmp_path, DAY, rows_for(2), publication_id="two")
    publish_partitions(tmp_path, DAY, rows_for(1), publication_id="three")
    found = everything_in(tmp_path)["captures"]
    assert found == [(f"{other}-0", "one"), (f"{other}-1", "one"), (f"{DAY}-0", "three")]
    assert published_dates(tmp_path) == [other, DAY]
    assert publication_of(tmp_path, LINKS, DAY) == "three"
    assert publication_of(tmp_path, LINKS, date(2026, 1, 1)) is None


def test_the_same_rows_and_id_make_the_same_files(tmp_path):
    for home in ("a", "b"):
        publish_partitions(tmp_path / home, DAY, rows_for(2), publication_id="same")
    for table in ALL_TABLES:
        a, b = (partition_path(tmp_path / home, table.name, DAY).read_bytes() for home in ("a", "b"))
        assert a == b


def test_a_day_without_rows_still_says_which_publication_it_is(tmp_path):
    publish_partitions(tmp_path, DAY, rows_for(0), publication_id="empty")
    assert {publication_of(tmp_path, table, DAY) for table in ALL_TABLES} == {"empty"}
    assert published_dates(tmp_path) == [DAY]


def test_a_file_that_another_tool_left_in_the_day_does_not_double_its_rows(tmp_path):
    publish_partitions(tmp_path, DAY, rows_for(2), publication_id="one")
    part = partition_path(tmp_path, "articles", DAY)
    part.rename(part.with_name("part-0-merged.parquet"))
    publish_partitions(tmp_path, DAY, rows_for(2), publication_id="two")
    assert everything_in(tmp_path)["articles"] == [(f"{DAY}-0", "two"), (f"{DAY}-1", "two")]


def with_words(articles, words):
    return articles.set_column(articles.column_names.index("words"), "words", [words])


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda data: data.pop("links"), "links: is missing"),
        (lambda data: data.update(comments=data["links"]), "comments: is no table"),
        (lambda data: data.update(articles=data["articles"].drop_columns(["title"])), r"lacks the columns \['title'\]"),
        (lambda data: data.update(rejects=rows_for(1, date(2026, 11, 21))["rejects"]), "holds rows of 2026-11-21"),
        (lambda data: data.update(captures=rows_for_one_capture_twice()), "2 rows have the key"),
        (
            lambda data: data.update(articles=with_words(data["articles"], ["many"] * 2)),
            "articles: .*many",
        ),
    ],
)
def test_wrong_tables_are_refused_before_anything_is_written(tmp_path, spoil, problem):
    publish_partitions(tmp_path, DAY, rows_for(1), publication_id="one")
    before = everything_in(tmp_path)
    data = rows_for(2)
    spoil(data)
    with pytest.raises(WrongData, match=problem):
        publish_partitions(tmp_path, DAY, data, publication_id="two")
    assert everything_in(tmp_path) == before


def rows_for_one_capture_twice():
    row = example_row(CaptureRow, crawl_date=DAY)
    return to_arrow(CAPTURES, [row, row])


def test_a_promise_that_cannot_be_kept_is_said_and_kept_for_inspection(tmp_path):
    (tmp_path / "publication.json").write_text(
        '{"publication_id": "x", "crawl_date": "2026-11-22", "files": [{"table": "links", "sha256": "0",'
        ' "file": "links/crawl_date=2026-11-22/part-0.parquet"}]}'
    )
    with pytest.raises(DamagedPublication, match="links/crawl_date=2026-11-22"):
        finish_publication(tmp_path)
    (tmp_path / "publication.json").write_text("{")
    with pytest.raises(DamagedPublication, match="is no journal"):
        finish_publication(tmp_path)
    assert (tmp_path / "publication.json").exists()


def test_the_crawl_date_is_in_the_path():
    path = partition_path(Path("tables"), "articles", DAY)
    assert path == Path("tables/articles/crawl_date=2026-11-22/part-0.parquet")
    assert crawl_date_of(path) == DAY
    assert crawl_date_of(Path("tables/articles/crawl_date=__HIVE_DEFAULT_PARTITION__/part-0.parquet")) is None
    assert crawl_date_of(Path("tables/articles")) is None
