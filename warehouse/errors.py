"""What can go wrong between rows and SQL, as types that say where and what to do next. Raises nothing by itself."""

from __future__ import annotations

from pathlib import Path


class WarehouseError(Exception):
    """Anything the warehouse raises on purpose; its message is one line, fit for a terminal."""


class BadRow(WarehouseError):
    """A value that its column cannot hold; nothing was written."""

    def __init__(self, table: str, row: int, column: str, problem: str) -> None:
        self.table, self.row, self.column, self.problem = table, row, column, problem
        super().__init__(f"{table}, row {row}: column {column}: {problem}")


class WrongData(WarehouseError):
    """Tables that may not be published as they are: a column, a date or a key is wrong; nothing was written."""

    def __init__(self, table: str, problem: str) -> None:
        self.table, self.problem = table, problem
        super().__init__(f"{table}: {problem}")


class DamagedTable(WarehouseError):
    """A Parquet file whose bytes are not those that were written."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(
            f'{path}: {problem}; the archive still has the pages: delete this file, then run "broadsheet build"'
        )


class DamagedPublication(WarehouseError):
    """A publication that was promised in the journal, of which a part is gone; the journal was left in place."""

    def __init__(self, journal: Path, problem: str) -> None:
        self.journal, self.problem = journal, problem
        super().__init__(
            f'{journal}: {problem}; delete this file, then run "broadsheet build" to publish that day again'
        )


class MissingArchive(WarehouseError):
    """There is no archive in that folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            f'no archive in {home}: run "broadsheet init" or "broadsheet crawl" first, or name one with --home'
        )


class BadSql(WarehouseError):
    """A query that DuckDB refused. ``line`` and ``column`` count from 1; None where DuckDB named no place."""

    def __init__(self, problem: str, *, line: int | None = None, column: int | None = None) -> None:
        self.problem, self.line, self.column = problem, line, column
        place = "" if line is None else f" (line {line}, column {column})"
        super().__init__(f"{problem}{place}")
