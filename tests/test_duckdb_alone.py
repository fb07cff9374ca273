"""DuckDB alone opens broadsheet.duckdb and answers: none of our code, another folder, another time zone."""

import json
import os
import subprocess
import sys

import pytest

from warehouse import (
    ALL_TABLES,
    ARTICLES,
    CAPTURES,
    REJECTS,
    ArticleRow,
    CaptureRow,
    RejectRow,
    catalog_path,
    publish_partitions,
    tables_folder,
    to_arrow,
    write_catalog,
)
from warehouse.definitions import VIEWS
from warehouse.examples import example_row

ALONE = """
import json, sys
import duckdb
path, views, how = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
if how == "opened":
    session, at = duckdb.connect(path, read_only=True), ""
else:
    session, at = duckdb.connect(), "news."
    session.execute(f"attach '{path}' as news (read_only)")
counts = {view: len(session.execute(f"select * from {at}{view}").fetchall()) for view in views}
counts["history"] = len(session.execute(f"select * from {at}article_history(?)", [sys.argv[4]]).fetchall())
assert not {"warehouse", "pyarrow", "crawler", "pipelines"} & set(sys.modules)
print(json.dumps(counts))
"""


@pytest.fixture
def home(tmp_path):
    article, capture, reject = example_row(ArticleRow), example_row(CaptureRow), example_row(RejectRow, capture_id="r")
    data = {table.name: table.schema.empty_table() for table in ALL_TABLES}
    for table, row in ((ARTICLES, article), (CAPTURES, capture), (REJECTS, reject)):
        data[table.name] = to_arrow(table, [row])
    publish_partitions(tables_folder(tmp_path), article.crawl_date, data, publication_id="p")
    write_catalog(tmp_path)
    return tmp_path


@pytest.mark.parametrize("how", ["opened", "attached under another name"])
def test_all_views_answer(home, tmp_path_factory, how):
    views = [*VIEWS, *(table.name for table in ALL_TABLES)]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    arguments = [str(catalog_path(home)), json.dumps(views), how, example_row(ArticleRow).url]
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *arguments],
        cwd=elsewhere,
        env={**os.environ, "TZ": "America/St_Johns", "HOME": str(elsewhere)},
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(done.stdout)
    assert counts == {
        "captures": 1,
        "articles": 1,
        "exportable_articles": 1,
        "held_back": 0,
        "rejects": 1,
        "links": 0,
        "images": 0,
        "boilerplate": 0,
        "site_boilerplate": 0,
        "site_languages": 1,
        "readings": 1,
        "latest_articles": 1,
        "revisions": 1,
        "articles_per_day": 1,
        "coverage_gaps": 0,
        "rejects_by_reason": 1,
        "provenance": 1,
        "history": 1,
    }
    assert list(elsewhere.iterdir()) == []


def test_a_plain_glob_and_a_hive_reader_see_the_same_rows(home):
    code = """
import sys, duckdb
glob = sys.argv[1] + "/articles/*/*.parquet"
for options in ("", ", hive_partitioning = true", ", hive_partitioning = false", ", union_by_name = true"):
    rows = duckdb.execute(f"select crawl_date::varchar from read_parquet('{glob}'{options})").fetchall()
    assert rows == [("2026-11-22",)], (options, rows)
"""
    subprocess.run([sys.executable, "-I", "-c", code, str(tables_folder(home))], check=True)


def test_the_catalog_file_is_of_a_format_that_older_clients_open(home):
    # Bytes 12 to 19 of a DuckDB file are its format; 1.0 to 1.5 all read 64 (duckdb.org/docs/internals/storage).
    assert int.from_bytes(catalog_path(home).read_bytes()[12:20], "little") == 64
