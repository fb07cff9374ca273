"""broadsheet.duckdb: views and macros, commented, replaced under the eyes of its readers, rebuilt when it is stale."""

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import (
    ALL_TABLES,
    ARTICLES,
    ArticleRow,
    BadSql,
    DamagedTable,
    MissingArchive,
    catalog_path,
    connect,
    init_tables,
    partition_path,
    publish_partitions,
    read_parquet,
    run_sql,
    tables_folder,
    to_arrow,
    write_catalog,
    write_parquet,
)
from warehouse.definitions import MACROS, VIEWS, definition
from warehouse.examples import example_row
from warehouse.query import ask

DAY = date(2026, 11, 22)
SQL_FOLDER = Path(sys.modules["warehouse"].__file__).parent


def publish(home, *rows, day=DAY, publication_id="p"):
    data = {table.name: table.schema.empty_table() for table in ALL_TABLES}
    data["articles"] = to_arrow(ARTICLES, rows)
    publish_partitions(tables_folder(home), day, data, publication_id=publication_id)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An archive with one article, to be read only."""
    folder = tmp_path_factory.mktemp("home")
    publish(folder, example_row(ArticleRow))
    return folder


def titles(session):
    return [title for (title,) in session.execute("select title from latest_articles order by title").fetchall()]


def test_every_view_can_be_asked_before_anything_is_published(tmp_path):
    init_tables(tmp_path)
    with connect(tmp_path) as session:
        for name in [*(table.name for table in ALL_TABLES), *VIEWS]:
            assert session.execute(f"select * from {name}").fetchall() == []


def test_views_macros_and_all_their_columns_are_commented(tmp_path):
    init_tables(tmp_path)
    write_catalog(tmp_path)
    with duckdb.connect(str(catalog_path(tmp_path)), read_only=True) as session:
        views = dict(session.execute("select view_name, comment from duckdb_views() where not internal").fetchall())
        assert set(views) == {*VIEWS, *(table.name for table in ALL_TABLES), "archive_info"}
        assert all(views.values())
        columns = "select table_name || '.' || column_name from duckdb_columns() where comment is null and not internal"
        assert session.execute(columns).fetchall() == []
        ours = "select function_name, comment from duckdb_functions() where database_name = 'broadsheet'"
        macros = dict(session.execute(ours).fetchall())
        assert set(macros) == set(MACROS)
        assert all(macros.values())
        assert session.execute("select * from duckdb_tables()").fetchall() == []


def test_each_sql_file_is_one_definition_with_its_question_and_its_catch():
    for kind, names in (("views", VIEWS), ("macros", MACROS)):
        assert {path.stem for path in (SQL_FOLDER / kind).glob("*.sql")} == set(names)
        for name in names:
            what = definition(name)
            assert what.question.partition("?")[1]
            assert "Catch: " in what.question


def test_readers_go_on_while_the_catalog_is_replaced(tmp_path):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    with connect(tmp_path) as early, duckdb.connect(str(catalog_path(tmp_path)), read_only=True) as alone:
        assert titles(early) == titles(alone) == ["One"]
        publish(tmp_path, example_row(ArticleRow, title="Two"), publication_id="q")
        catalog_path(tmp_path).unlink()
        write_catalog(tmp_path)
        assert titles(early) == titles(alone) == ["Two"]
        with connect(tmp_path) as late:
            assert titles(late) == ["Two"]


def test_a_reader_that_holds_it_for_writing_keeps_nobody_out(tmp_path):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    write_catalog(tmp_path)
    hold = f"import duckdb; c = duckdb.connect({str(catalog_path(tmp_path))!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-I", "-c", hold], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with connect(tmp_path) as session:
            assert titles(session) == ["One"]
        other.communicate("\n")


def test_a_catalog_that_is_right_is_left_alone(tmp_path):
    init_tables(tmp_path)
    path = write_catalog(tmp_path)
    inode = path.stat().st_ino
    publish(tmp_path, example_row(ArticleRow))
    write_catalog(tmp_path)
    with connect(tmp_path):
        assert path.stat().st_ino == inode


@pytest.mark.parametrize("name", ["moved", "it's [odd]*", "Zeitungen äöü"])
def test_an_archive_that_was_moved_finds_its_tables(tmp_path, name):
    publish(tmp_path / "home", example_row(ArticleRow, title="One"))
    write_catalog(tmp_path / "home")
    (tmp_path / "home").rename(tmp_path / name)
    with connect(tmp_path / name) as session:
        assert titles(session) == ["One"]
        assert session.execute("select tables_folder from archive_info").fetchone() == (
            str(tmp_path / name / "tables"),
        )


@pytest.mark.parametrize("content", [b"", b"no database", b"\0" * 5_000])
def test_a_broken_catalog_is_replaced(tmp_path, content):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    catalog_path(tmp_path).write_bytes(content)
    catalog_path(tmp_path).with_name("broadsheet.duckdb.wal").write_bytes(b"left behind")
    with connect(tmp_path) as session:
        assert titles(session) == ["One"]


def test_a_publication_cut_short_is_finished_before_the_catalog_is_written(tmp_path):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    leftover = tables_folder(tmp_path) / "articles" / f"crawl_date={DAY}" / ".part-0.parquet.new"
    leftover.write_bytes(b"half")
    write_catalog(tmp_path)
    assert not leftover.exists()


def test_an_archive_copied_without_its_empty_parts_is_completed(tmp_path):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    write_catalog(tmp_path)
    shutil.rmtree(tables_folder(tmp_path) / "rejects")
    catalog_path(tmp_path).unlink()
    with connect(tmp_path) as session:
        assert session.execute("select count(*) from rejects").fetchone() == (0,)


def test_a_day_published_before_a_column_came_to_be_has_null_there(tmp_path):
    publish(tmp_path, example_row(ArticleRow))
    part = tables_folder(tmp_path) / "articles" / f"crawl_date={DAY}" / "part-0.parquet"
    write_parquet(read_parquet(part).drop_columns(["page_type"]), part)
    with connect(tmp_path) as session:
        assert session.execute("select page_type, access from articles").fetchall() == [(None, "free")]


def test_a_table_that_is_no_parquet_is_named(tmp_path):
    write_catalog(tmp_path)
    publish(tmp_path)
    damaged = partition_path(tables_folder(tmp_path), "articles", DAY)
    damaged.write_bytes(b"")
    catalog_path(tmp_path).unlink()
    with pytest.raises(DamagedTable, match=str(damaged)):
        connect(tmp_path)


def test_without_an_archive_it_says_what_to_run(tmp_path):
    with pytest.raises(MissingArchive, match=r'run "broadsheet init"'):
        connect(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_session_has_room_for_tables_of_ones_own_and_cannot_change_the_catalog(tmp_path):
    publish(tmp_path, example_row(ArticleRow, title="One"))
    with connect(tmp_path) as session:
        ask(session, "create table mine as select title from latest_articles")
        ask(session, "create view shout as select upper(title) as title from latest_articles")
        with ask(session, "select * from mine union all select * from shout order by all") as result:
            assert list(result.rows()) == [("ONE",), ("One",)]
        with pytest.raises(BadSql, match="read-only"):
            ask(session, "drop view broadsheet.latest_articles")
    assert not list(tmp_path.glob("*.tmp"))


def test_times_are_utc_wherever_the_reader_sits(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    publish(tmp_path, example_row(ArticleRow, published_at=late, published_precision="second"))
    with connect(tmp_path) as session:
        assert session.execute("select published_at::varchar from articles").fetchone() == ("2026-11-22 23:30:00+00",)
    with duckdb.connect(str(catalog_path(tmp_path)), read_only=True) as alone:
        alone.execute("set TimeZone = 'Pacific/Auckland'")
        assert alone.execute("select published_date from articles_per_day").fetchone() == (DAY,)
        assert alone.execute("select count(*) from seen_between('2026-11-22', '2026-11-22')").fetchone() == (1,)


HOSTILE = ["'; drop view articles; --", '"', "'' or 1=1", "x') union select 1 --", "\\'; --", "%s {} $1 ?", "\0", "🗞️'"]


def test_untrusted_text_is_only_ever_a_value(tmp_path):
    rows = [
        example_row(ArticleRow, capture_id=str(n), article_id=str(n), title=value, url=value, site=value)
        for n, value in enumerate(HOSTILE)
    ]
    publish(tmp_path, *rows)
    with connect(tmp_path) as session:
        for value in HOSTILE:
            found = ask(session, "select title from articles where title = $1 and site = $1", [value])
            assert list(found.rows()) == [(value,)]
            found = ask(session, "select title from article_history($address)", {"address": value})
            assert list(found.rows()) == [(value,)]


@pytest.mark.parametrize(
    ("sql", "said", "place"),
    [
        ("selec 1", 'syntax error at or near "selec"', (1, 1)),
        ("select titel\nfrom articles", 'Referenced column "titel" not found in FROM clause!; Candidate', None),
        ("select *\nfrom articles\nwhre site = 'x'", 'syntax error at or near "site"', (3, 6)),
        ("select * from latest_article", 'Did you mean "latest_articles"?', None),
        ("select cast('x' as int)", "Could not convert string 'x' to INT32", (1, 8)),
        ("select 1 as a, " * 20 + "from", "syntax error", None),
        ("select * from articles where site = $1", "Values were not provided for the following parameters: 1", None),
        ("select * from st_read('x')", "extensions are not fetched from here", None),
        ("from articles, '/nowhere/x.parquet'", "No files found that match", None),
        ("select error('that\nwas it')", "that; was it", None),
        ("select title::int from articles", "Could not convert string", None),
    ],
)
def test_bad_sql_is_told_in_one_line(home, sql, said, place):
    with pytest.raises(BadSql) as caught, run_sql(home, sql) as result:
        list(result.rows())
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    if place:
        assert (caught.value.line, caught.value.column) == place


def test_python_variables_are_no_tables(tmp_path):
    init_tables(tmp_path)
    secrets = to_arrow(ARTICLES, [])
    assert secrets is not None
    with pytest.raises(BadSql, match="secrets does not exist"):
        run_sql(tmp_path, "select * from secrets")


def test_no_extension_is_fetched_for_a_query(tmp_path):
    init_tables(tmp_path)
    with connect(tmp_path) as session:
        settings = (
            "select current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
        )
        assert session.execute(settings).fetchone() == (False, False)
        loaded = "select extension_name from duckdb_extensions() where loaded and install_mode <> 'STATICALLY_LINKED'"
        for name in VIEWS:
            session.execute(f"select * from {name}").fetchall()
        assert session.execute(loaded).fetchall() == []
