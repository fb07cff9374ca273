"""A query in, a refusal out where it would write into the archive or fetch an extension. Runs nothing.

The catalog is attached read-only, but COPY … TO, EXPORT and ATTACH write files wherever they are told to: over tables
and WARC files as well, and DuckDB (2.0) has no setting that leaves reading to a query and takes writing. This keeps
people from a slip; whoever may write in the folder can destroy what is in it without us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse.errors import BadSql

# PREPARE and EXPLAIN ANALYZE hold statements of their own.
_MAY_WRITE = frozenset({"COPY", "EXPORT", "ATTACH", "PREPARE", "EXPLAIN"})
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_FETCHES = re.compile(r"\s*(force\s+)?(install|update\s+extensions)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(copy|export|attach)\b", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|\$\$(.*?)\$\$", re.DOTALL)


def writes_files(session: duckdb.DuckDBPyConnection, sql: str) -> Path | None:
    """The archive's folder where the query may write files elsewhere, None where it only reads.

    Raises BadSql for a statement that names a file of the archive which it would write, and for INSTALL.
    """
    try:
        statements = session.extract_statements(sql)
    except duckdb.Error:
        return None  # it will not run either, and then DuckDB says where the mistake is
    writes = None
    for statement in statements:
        if _FETCHES.match(_COMMENT.sub(" ", statement.query)):
            raise BadSql("extensions are not fetched from here; install them with DuckDB's own tool, then LOAD them")
        if statement.type.name not in _MAY_WRITE:
            continue
        home = _home_of(session)
        # PREPARE and EXPLAIN of what only reads are reading.
        if statement.type.name not in ("PREPARE", "EXPLAIN") or _WRITES.search(_COMMENT.sub(" ", statement.query)):
            writes = home
        for named in _names(statement.query):
            if home is not None and Path(named.removeprefix("file://")).expanduser().resolve().is_relative_to(home):
                raise BadSql(f"{named} lies in the archive, where queries write nothing; name a file elsewhere")
    return writes


def _home_of(session: duckdb.DuckDBPyConnection) -> Path | None:
    rows = session.sql("select tables_folder from archive_info").fetchall()
    return Path(rows[0][0]).parent if rows else None


def _names(statement: str) -> Iterator[str]:
    for single, double, dollars in _QUOTED.findall(statement):
        yield single.replace("''", "'") or double.replace('""', '"') or dollars
