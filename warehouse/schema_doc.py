"""Declared columns, views and macros in, docs/SCHEMA.md out: ``python -m warehouse.schema_doc > docs/SCHEMA.md``.

Reads no archive: the columns of views come from views over empty tables.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.catalog import connect, init_tables
from warehouse.definitions import MACROS, VIEWS, Definition, column_description, definition
from warehouse.tables import ALL_TABLES

_INTRODUCTION = """# The tables

`broadsheet.duckdb` holds views and macros over the Parquet files below `tables/`, and never a row: open it with
`broadsheet sql`, or with DuckDB alone. Names are stable; CHANGELOG.md lists every change to them first. Times are UTC.

This page is written by `python -m warehouse.schema_doc`, from where the columns are declared (`warehouse/tables/`,
`warehouse/views/`, `warehouse/macros/`).
"""


def schema_doc() -> str:
    """The whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for table in ALL_TABLES:
        yield f"## {table.name}\n\n{table.description} Key: {_code(*table.key)}; sorted by {_code(*table.sort)}.\n"
        yield "| column | type | | description | example |\n| --- | --- | --- | --- | --- |"
        for column in table.columns:
            presence = "may be null" if column.nullable else ""
            yield (
                f"| `{column.name}` | {_cell(column.sql_type)} | {presence} | {_cell(column.description)} "
                f"| {_code(_cell(column.example))} |"
            )
        yield ""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        init_tables(home)
        with connect(home) as session:
            for name in VIEWS:
                view = definition(name)
                yield _heading(view)
                yield "| column | type | description |\n| --- | --- | --- |"
                for column_name, sql_type, *_ in session.execute(f"describe {name}").fetchall():
                    description = column_description(view, column_name)
                    yield f"| `{column_name}` | {_cell(sql_type)} | {_cell(description)} |"
                yield ""
    for name in MACROS:
        yield _heading(definition(name))


def _heading(what: Definition) -> str:
    return f"## {what.name}{what.parameters}\n\n{what.question}\n"


def _code(*texts: str) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(schema_doc())
