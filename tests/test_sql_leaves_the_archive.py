"""Nothing that is asked changes the archive, not by its files either; rows may be written anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import ALL_TABLES, BadSql, connect, init_tables, run_sql, write_catalog
from warehouse.query import ask


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For all tests: none of them changes it."""
    home = tmp_path_factory.mktemp("archive") / "o'clock news"
    init_tables(home)
    write_catalog(home)
    return home


def files(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{home}/broadsheet.duckdb'",
        "copy (select 1) to '{home}/../{name}/tables/captures/x.parquet'",
        "copy captures to $${raw}/tables/captures/x.parquet$$",
        "select 1; /* why not */ copy captures to 'file://{home}/x.csv'",
        "explain analyze copy captures to '{home}/x.csv'",
        "prepare later as copy captures to '{home}/x.csv'; execute later",
        "export database '{home}/tables'",
        "attach '{home}/mine.duckdb'",
    ],
)
def test_no_file_is_written_into_it(home: Path, sql: str) -> None:
    before = files(home)
    quoted = sql.format(home=str(home).replace("'", "''"), name=home.name.replace("'", "''"), raw=home)
    with pytest.raises(BadSql, match="lies in the archive"), run_sql(home, quoted) as result:
        list(result.rows())
    assert files(home) == before


def test_a_relative_path_is_no_way_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "tables")
    with pytest.raises(BadSql, match="lies in the archive"):
        run_sql(home, "copy captures to 'captures.parquet'")


def test_rows_are_written_elsewhere(home: Path, tmp_path: Path) -> None:
    with connect(home) as session:
        ask(session, f"copy (select 1 as a) to '{tmp_path}/a.csv'")
        ask(
            session,
            f"attach '{tmp_path}/mine.duckdb' as mine; create table mine.b as select count(*) as c from captures",
        )
        with ask(session, f"select a, c from '{tmp_path}/a.csv', mine.b") as result:
            assert list(result.rows()) == [(1, 0)]


@pytest.mark.parametrize("sql", ["install httpfs", "-- a\nFORCE INSTALL spatial from community", "update extensions"])
def test_no_extension_is_fetched(home: Path, sql: str) -> None:
    with pytest.raises(BadSql, match="extensions are not fetched"):
        run_sql(home, sql)


def test_no_statement_changes_a_table(home: Path) -> None:
    before = files(home)
    with connect(home) as session:
        for table in ALL_TABLES:
            for sql in ("drop view {}", "delete from {}", "insert into {} select * from {}", "truncate {}"):
                with pytest.raises(BadSql):
                    ask(session, sql.format(table.name, table.name))
    assert files(home) == before
