"""SQL in, columns and rows out, in batches. Values are bound, never formatted in; an error is one line."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.catalog import connect, export_only
from warehouse.errors import BadSql
from warehouse.held_back import HeldBack
from warehouse.read_only import writes_files

BATCH_ROWS = 10_000
_PLACE = re.compile(r"\n\nLINE (?P<line>\d+): (?P<text>.*)\n(?P<gap> *)\^", re.S)
_KIND = re.compile(r"^(?:[A-Z][A-Za-z-]*(?: [A-Z][A-Za-z-]*)* Error|Error): ")


class Result:
    """What a query gave. Rows come as they are computed, once; a statement that gives none has no columns.

    Close it, or use it as a context manager: an open result holds its session.
    """

    def __init__(
        self,
        sql: str,
        reader: pa.RecordBatchReader | None,
        session: duckdb.DuckDBPyConnection | None,
        held_back: HeldBack | None = None,
    ) -> None:
        self._sql, self._reader, self._session = sql, reader, session
        self.held_back = held_back
        self.schema: pa.Schema = pa.schema([]) if reader is None else reader.schema
        self.columns: tuple[str, ...] = tuple(self.schema.names)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Arrow batches of at most BATCH_ROWS rows. Raises BadSql for what only shows while rows are computed."""
        if self._reader is None:
            return
        with _telling(self._sql):
            yield from self._reader

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Python values: aware datetimes in UTC, lists, dictionaries. See export.text_of for their text."""
        for batch in self.batches():
            yield from zip(*(values_of(column) for column in batch.columns), strict=True)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> Result:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def run_sql(home: Path, sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, export: bool = False) -> Result:
    """Ask an archive. ``params`` stand for ``?`` and ``$1`` (a sequence) or ``$name`` (a mapping).

    ``export``: the rows are to leave the house, so that what sites opted out of is left out; `held_back` of the result
    says how much that is. Of several statements the last one's rows are given. Raises MissingArchive and BadSql.
    """
    session = connect(home)
    try:
        held = export_only(session, home) if export else None
        return ask(session, sql, params, owns_session=True, held_back=held)
    except BaseException:
        session.close()
        raise


def ask(
    session: duckdb.DuckDBPyConnection,
    sql: str,
    params: Sequence[Any] | Mapping[str, Any] = (),
    *,
    owns_session: bool = False,
    held_back: HeldBack | None = None,
) -> Result:
    """The same on a session of ``connect`` that goes on, as in an interactive shell. Raises BadSql, also for what
    would write into the archive. A query that writes files of its own (COPY … TO) is an export, and from then on the
    session knows only what may be exported."""
    with _telling(sql):
        home = writes_files(session, sql)
        if home is not None:
            held_back = export_only(session, home) or held_back
        bound = dict(params) if isinstance(params, Mapping) else list(params)
        relation = session.sql(sql, params=bound) if bound else session.sql(sql)
        reader = None if relation is None else relation.to_arrow_reader(BATCH_ROWS)
    return Result(sql, reader, session if owns_session else None, held_back)


def values_of(column: pa.Array) -> list[Any]:
    """Python values of an Arrow column. DuckDB's infinite times, which Python has not, are their names."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_value_of(scalar) for scalar in column]


def _value_of(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return "infinity" if getattr(scalar, "value", 1) > 0 else "-infinity"


@contextlib.contextmanager
def _telling(sql: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise _bad_sql(sql, str(error)) from error


def _bad_sql(sql: str, message: str) -> BadSql:
    """One line of what DuckDB says in several: the problem, its hint, and the place, which it shows as a picture."""
    place = _PLACE.search(message)
    text = message[: place.start()] if place else message
    problem = "; ".join(line.strip() for line in _KIND.sub("", text).splitlines() if line.strip())
    if "extension" in problem and "INSTALL" in problem:
        problem = problem.partition("; ")[0] + "; extensions are not fetched from here"
    if place is None:
        return BadSql(problem)
    line, shown, caret = int(place["line"]), place["text"], len(place["gap"]) - len(f"LINE {place['line']}: ")
    # A long line is shown in part, between dots.
    excerpt = shown.removeprefix("...") if shown.startswith("...") else shown
    lines = sql.splitlines()
    begins = lines[line - 1].find(excerpt.removesuffix("...")) if line <= len(lines) else -1
    column = max(0, begins) + caret - (len(shown) - len(excerpt)) + 1
    return BadSql(problem, line=line, column=column)
