"""What a query gives can be taken along as CSV, JSON lines or Parquet, to a file or a pipe, and nothing is lost."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import BadSql, connect, init_tables, run_sql, write_csv, write_json_lines, write_parquet_result
from warehouse.export import text_of
from warehouse.query import ask

KINDS = """select 1 as whole, 1.5 as dec, 2.25::double as real, true as yes, null as nothing,
    'a,"b"' || chr(10) || 'c' as txt, '' as blank,
    timestamptz '2026-11-22 09:20:30.5+00' as at_utc, timestamp '2026-11-22 09:20:30' as at_local,
    date '2026-11-22' as day, time '09:20' as clock, ['x', null] as items, {'k': 1, 't': date '2026-11-22'} as parts,
    sum(9007199254740993) as huge, 'inf'::double as inf, '\\xAA'::blob as bytes, 'infinity'::timestamptz as never,
    interval 1 month as month, map {'k': 1} as pairs, '5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b'::uuid as id"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    init_tables(folder)
    return folder


def written(writer, home, sql, params=()):
    out = io.BytesIO()
    with run_sql(home, sql, params) as result:
        count = writer(result, out)
    return count, out.getvalue()


def test_csv_holds_every_kind_of_value(home):
    count, content = written(write_csv, home, KINDS)
    header, row = csv.reader(io.StringIO(content.decode(), newline=""))
    values = dict(zip(header, row, strict=True))
    assert count == 1
    assert values["txt"] == 'a,"b"\nc'
    assert values["at_utc"] == "2026-11-22T09:20:30.500000Z"
    assert values["at_local"] == "2026-11-22T09:20:30"
    assert (values["day"], values["clock"], values["yes"]) == ("2026-11-22", "09:20:00", "true")
    assert json.loads(values["items"]) == ["x", None]
    assert values["huge"] == "9007199254740993"
    assert values["never"] == "infinity"
    assert b',"",' in content, "an empty string is told from null"


def test_json_lines_hold_every_kind_of_value(home):
    count, content = written(write_json_lines, home, KINDS)
    row = json.loads(content)
    assert count == 1
    assert row["at_utc"] == "2026-11-22T09:20:30.500000Z"
    assert row["parts"] == {"k": 1, "t": "2026-11-22"}
    assert (row["whole"], row["dec"], row["real"], row["yes"], row["nothing"]) == (1, 1.5, 2.25, True, None)
    assert row["huge"] == 9007199254740993
    assert row["inf"] is None
    assert row["id"] == "5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b"


def test_parquet_keeps_the_types(home, tmp_path):
    with run_sql(home, "select 1::bigint as a, timestamptz '2026-11-22 09:20:30+00' as b, ['x'] as c") as result:
        assert write_parquet_result(result, tmp_path / "out.parquet") == 1
    row = {"a": 1, "b": datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "c": ["x"]}
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [row]
    _, content = written(write_parquet_result, home, "select 1 as a where false")
    assert pq.read_table(io.BytesIO(content)).num_rows == 0


def test_any_text_survives_csv_and_json(home):
    sql = "select unnest($1::varchar[]) as v, 'end' as e"
    with connect(home) as session:

        @settings(max_examples=60, deadline=None)
        @given(values=st.lists(st.text(st.characters(codec="utf-8")) | st.none(), min_size=1, max_size=4))
        def survives(values):
            as_json, as_csv = io.BytesIO(), io.BytesIO()
            write_json_lines(ask(session, sql, [values]), as_json)
            write_csv(ask(session, sql, [values]), as_csv)
            assert [json.loads(line)["v"] for line in as_json.getvalue().decode().split("\n")[:-1]] == values
            rows = list(csv.reader(io.StringIO(as_csv.getvalue().decode(), newline="")))[1:]
            assert [row[0] for row in rows] == [value or "" for value in values]

        survives()


def test_many_rows_come_in_batches(home):
    with run_sql(home, "select i, 'row ' || i as name from range(50000) t(i)") as result:
        sizes = [len(batch) for batch in result.batches()]
    assert sum(sizes) == 50_000
    assert max(sizes) <= 10_240
    count, content = written(write_csv, home, "select i from range(25000) t(i)")
    assert (count, content.count(b"\r\n")) == (25_000, 25_001)


def test_columns_of_one_name_are_told_apart(home):
    _, content = written(write_json_lines, home, "select 1 as a, 2 as a, 3 as a")
    assert list(json.loads(content).values()) == [1, 2, 3]


def test_a_statement_that_gives_no_rows_writes_none(home):
    assert written(write_json_lines, home, "set threads = 1") == (0, b"")
    assert written(write_csv, home, "-- only a comment") == (0, b"")


def test_a_query_that_fails_half_way_leaves_the_old_file(home, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    sql = "select case when i = 40000 then error('half-way') else i end as i from range(50000) t(i)"
    with pytest.raises(BadSql, match="half-way"), run_sql(home, sql) as result:
        write_csv(result, out)
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (["a", "é"], '["a", "é"]'), (date(2026, 1, 2), "2026-01-02"), ("x\ny", "x\ny")],
)
def test_a_value_as_one_piece_of_text(value, text):
    assert text_of(value) == text
