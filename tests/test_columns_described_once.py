"""Every column is declared in one place; types, nulls, comments and the documentation follow from there."""

# ruff: noqa: RUF009, DTZ001 (column() is a dataclasses.field(); Hypothesis wants its bounds without a zone)

import dataclasses
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import (
    ALL_TABLES,
    ARTICLES,
    ArticleRow,
    BadRow,
    BlockRow,
    OriginRow,
    from_arrow,
    read_parquet,
    to_arrow,
    write_parquet,
)
from warehouse.columns import column, schema_of
from warehouse.examples import example_row
from warehouse.schema_doc import schema_doc

ROOT = Path(__file__).parents[1]
ROWS = {table: table.row for table in ALL_TABLES}

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
WHOLE = st.integers(-(2**63), 2**63 - 1)
MOMENT = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-9))]),
)
STRATEGIES = {
    pa.string(): TEXT,
    pa.bool_(): st.booleans(),
    pa.float64(): st.floats(allow_nan=False),
    pa.int64(): WHOLE,
    pa.date32(): st.dates(),
    pa.timestamp("us", tz="UTC"): MOMENT,
}
PARTS = {
    "blocks": st.builds(BlockRow, kind=TEXT, level=st.none() | WHOLE, text=TEXT, score=st.floats(0, 1)),
    "origins": st.builds(
        OriginRow, field=TEXT, source=TEXT, raw=st.none() | TEXT, confidence=st.none() | st.floats(0, 1)
    ),
}


def rows_of(table):
    """Any row of a table that its declaration allows."""
    fields = {}
    for attribute, field in zip(dataclasses.fields(table.row), table.schema, strict=True):
        if pa.types.is_list(field.type):
            item = PARTS[field.name] if pa.types.is_struct(field.type.value_type) else STRATEGIES[field.type.value_type]
            values = st.lists(item, max_size=3).map(tuple)
        else:
            values = STRATEGIES[field.type]
        fields[attribute.name] = st.none() | values if field.nullable else values
    return st.builds(table.row, **fields)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_a_row_written_is_the_row_read(table, tmp_path):
    @settings(max_examples=40, deadline=None)
    @given(rows=st.lists(rows_of(table), max_size=3))
    def written_and_read(rows):
        path = tmp_path / "part.parquet"
        unsorted = to_arrow(table, rows).replace_schema_metadata({})
        write_parquet(unsorted, path)
        assert list(from_arrow(table, read_parquet(path))) == rows

    written_and_read()


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_each_column_has_a_description_and_an_example_that_fits_it(table):
    for declared in table.columns:
        assert declared.description
        assert declared.example
    row = example_row(ROWS[table])
    assert list(from_arrow(table, to_arrow(table, [row]))) == [row]


def test_descriptions_travel_in_the_parquet_file(tmp_path):
    write_parquet(to_arrow(ARTICLES, [example_row(ArticleRow)]), tmp_path / "a.parquet")
    read = read_parquet(tmp_path / "a.parquet").schema
    assert read.equals(ARTICLES.schema, check_metadata=True)
    assert read.field("title").metadata[b"description"] == b"Headline"


def test_types_follow_the_annotation():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Row:
        name: str = column("a name", example="x")
        count: int | None = column("a count", example=1)
        seen_at: datetime = column("a time", example="2026-11-22T00:00:00Z")
        day: date = column("a day", example="2026-11-22")
        share: float | None = column("a share", example=0.5, arrow=pa.float64())
        class_: bool = column("a word Python keeps for itself", example=True)

    assert schema_of(Row).equals(
        pa.schema(
            [
                pa.field("name", pa.string(), nullable=False),
                pa.field("count", pa.int64()),
                pa.field("seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
                pa.field("day", pa.date32(), nullable=False),
                pa.field("share", pa.float64()),
                pa.field("class", pa.bool_(), nullable=False),
            ]
        )
    )


@pytest.mark.parametrize(
    ("change", "column_name", "problem"),
    [
        ({"title": "\ud800"}, "title", "surrogates not allowed"),
        ({"captured_at": datetime(2026, 11, 22)}, "captured_at", "has no time zone"),
        ({"text": None}, "text", "is missing"),
        ({"words": 2**63}, "words", "too"),
        ({"authors": ("Ada", None)}, "authors", "has an empty item"),
        ({"blocks": (BlockRow(kind="paragraph", level=None, text=None),)}, "blocks", "is missing"),
        ({"words": "many"}, "words", "many"),
    ],
)
def test_a_value_that_does_not_fit_is_named(change, column_name, problem):
    good = example_row(ArticleRow)
    with pytest.raises(BadRow) as caught:
        to_arrow(ARTICLES, [good, dataclasses.replace(good, **change)])
    assert (caught.value.table, caught.value.row, caught.value.column) == ("articles", 1, column_name)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_schema_page_says_what_the_code_says():
    written = (ROOT / "docs" / "SCHEMA.md").read_text(encoding="utf-8")
    assert written == schema_doc(), 'run "python -m warehouse.schema_doc > docs/SCHEMA.md"'


def test_the_face_is_true_and_loads_no_engine():
    code = (
        "import sys, warehouse\n"
        "assert not {'duckdb', 'pyarrow', 'filelock'} & set(sys.modules), 'the face loads an engine'\n"
        "assert all(getattr(warehouse, name) is not None for name in warehouse.__all__)\n"
        "assert not hasattr(warehouse, 'nothing')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
