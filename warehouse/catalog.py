"""Tables of an archive in, ``broadsheet.duckdb`` out: views and macros over absolute paths, and never a row.

Disposable: rebuilt whenever it is not what this version of the code would write, for instance after the archive was
moved. It is written beside and swapped by a rename, so that readers keep what they opened; nobody else opens
it for writing.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
from filelock import FileLock

from warehouse import durable
from warehouse.definitions import MACROS, VIEWS, Definition, column_description, definition
from warehouse.errors import DamagedTable, MissingArchive
from warehouse.held_back import HeldBack, held_back
from warehouse.journal import finish_publication
from warehouse.layout import catalog_path, empty_part_path, table_glob, tables_folder
from warehouse.parquet import damaged_tables, read_schema, write_parquet
from warehouse.tables import ALL_TABLES, CAPTURES, TABLES

# The oldest format DuckDB 2.0 still writes. The views and comments of a catalog written so were read by duckdb 1.1.3,
# 1.4.5 and 1.5.6 (2026-11); with v1.2.0 1.1 refuses the file, with v1.5.0 1.4 does.
STORAGE_VERSION = "v1.0.0"
# Nothing is fetched from the network because a query names a function; what the views need is in DuckDB's own wheel.
_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def init_tables(home: Path) -> None:
    """Give every table a typed part without rows, so that an archive can be queried before anything is published.

    Creates the folders; leaves what is there as it is.
    """
    for table in ALL_TABLES:
        path = empty_part_path(tables_folder(home), table.name)
        try:
            current = path.exists() and read_schema(path).equals(table.schema, check_metadata=True)
        except DamagedTable:
            current = False
        if not current:
            write_parquet(table.schema.empty_table(), path)


def write_catalog(home: Path) -> Path:
    """Write the catalog of an archive, in place of the one before. Returns its path.

    A publication that a crash cut short is finished first. A catalog that is already right is left alone: new rows need
    no new catalog.
    """
    tables = tables_folder(home)
    finish_publication(tables)
    init_tables(home)
    path = catalog_path(home)
    with FileLock(tables / "catalog.lock"):
        with _session(home) as reader:
            current = _attached(reader, home)
        if not current:
            new = path.with_name(f".{path.name}.new")
            for leftover in (new, _log_of(new)):
                durable.remove(leftover)
            _create(home, new)
            durable.replace(new, path)
            # A log left by somebody who opened the old file for writing does not belong to the new one.
            durable.remove(_log_of(path))
    return path


def connect(home: Path) -> duckdb.DuckDBPyConnection:
    """A session on an archive: its views and macros, times in UTC, and room for tables of one's own, in memory.

    The catalog is attached read-only, as ``broadsheet``; one that is stale or missing is written first. Raises
    MissingArchive. The caller closes it.
    """
    if not tables_folder(home).is_dir():
        raise MissingArchive(home)
    session = _session(home)
    try:
        if _attached(session, home) or (_written(home) and _attached(session, home)):
            session.execute("set search_path = 'memory.main,broadsheet.main'")
        else:
            _define(session, home)
    except BaseException:
        session.close()
        raise
    return session


def _written(home: Path) -> bool:
    """False where nothing can be written: an archive on a read-only disk can be asked all the same."""
    try:
        write_catalog(home)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        return False
    return True


def _session(home: Path) -> duckdb.DuckDBPyConnection:
    session = duckdb.connect(config=dict(_OFFLINE))
    session.execute("set TimeZone = 'UTC'")
    # Without this a query may read a Python variable of whoever called us, by its name.
    session.execute("set python_enable_replacements = false")
    session.execute(f"set temp_directory = {_quoted(str(home / '.duckdb_tmp'))}")
    return session


def _attached(session: duckdb.DuckDBPyConnection, home: Path) -> bool:
    """Whether the session now has the catalog, as ``broadsheet``: not when it is missing, broken or stale."""
    path = catalog_path(home)
    if not path.exists():
        return False
    try:
        session.execute(f"attach {_quoted(str(path.resolve()))} as broadsheet (read_only)")
    except duckdb.Error:
        return False
    try:
        row = session.execute("select catalog_id from broadsheet.archive_info").fetchone()
    except duckdb.Error:
        row = None
    if row != (_catalog_id(home),):
        session.execute("detach broadsheet")
        return False
    return True


def _create(home: Path, path: Path) -> None:
    with duckdb.connect(config=dict(_OFFLINE)) as writer:
        writer.execute(f"attach {_quoted(str(path))} as new (storage_version {_quoted(STORAGE_VERSION)})")
        writer.execute("use new")
        _define(writer, home)
        for name in VIEWS:
            for column, *_ in writer.execute(f"describe {name}").fetchall():
                description = column_description(definition(name), column)
                writer.execute(f'comment on column {name}."{column}" is {_quoted(description)}')
        writer.execute("use memory")
        writer.execute("detach new")


def export_only(session: duckdb.DuckDBPyConnection, home: Path) -> HeldBack | None:
    """Leave in a session of `connect` only what may be exported, from now on; what that leaves out, None: nothing."""
    if (held := held_back(session)) is None:
        return None
    session.execute("set search_path = 'memory.main'")
    for name in reversed((*(table.name for table in ALL_TABLES), *VIEWS, "archive_info")):
        session.execute(f"drop view if exists memory.main.{name}")  # of an archive whose catalog cannot be written
    for name in MACROS:
        session.execute(f"drop macro table if exists memory.main.{name}")
    session.execute("detach database if exists broadsheet")
    session.execute("attach ':memory:' as broadsheet")
    session.execute("use broadsheet")
    _define(session, home, export=True)
    session.execute("set search_path = 'memory.main,broadsheet.main'")
    return held


def _define(session: duckdb.DuckDBPyConnection, home: Path, *, export: bool = False) -> None:
    """Make views and macros. Raises DamagedTable for a file that is no Parquet, over which no view can be made."""
    try:
        for statement in _statements(home, export=export):
            session.execute(statement)
    except duckdb.Error:
        for damaged in damaged_tables(tables_folder(home)):
            raise damaged from None
        raise


def _statements(home: Path, *, export: bool) -> Iterator[str]:
    source = _exportable if export else _select
    for table in ALL_TABLES:
        yield f"create view {table.name} as {source(home, table.name)}"
        yield f"comment on view {table.name} is {_quoted(table.description)}"
        for column in table.columns:
            yield f'comment on column {table.name}."{column.name}" is {_quoted(column.description)}'
    for name in VIEWS:
        view = definition(name)
        yield f"create view {name} as {_standing_alone(home, view, source)}"
        yield f"comment on view {name} is {_quoted(view.question)}"
    for name in MACROS:
        macro = definition(name)
        yield f"create macro {name}{macro.parameters} as table {_standing_alone(home, macro, source)}"
        yield f"comment on macro table {name} is {_quoted(macro.question)}"
    yield from _archive_info(home)


def _archive_info(home: Path) -> Iterator[str]:
    columns = {
        "tables_folder": "Folder of the Parquet files that the views read",
        "catalog_id": "Digest of all definitions; another one means that the catalog is to be written again",
    }
    folder, catalog_id = str(tables_folder(home).resolve()), _catalog_id(home)
    yield f"create view archive_info as select {_quoted(folder)} as tables_folder, {_quoted(catalog_id)} as catalog_id"
    yield f"comment on view archive_info is {_quoted('Where does this catalog find the tables of its archive?')}"
    for name, description in columns.items():
        yield f"comment on column archive_info.{name} is {_quoted(description)}"


def _catalog_id(home: Path) -> str:
    parts = [STORAGE_VERSION, str(tables_folder(home).resolve())]
    parts += [repr((table.name, table.description, table.columns)) for table in ALL_TABLES]
    parts += [repr(definition(name)) for name in (*VIEWS, *MACROS)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _select(home: Path, table: str) -> str:
    # union_by_name: a day that was published before a column came to be has null there. It reads every footer before a
    # query starts, 0.1 s for 1,000 files (2026-11), and is always right.
    columns = ", ".join(f'"{column.name}"' for column in TABLES[table].columns)
    source = _quoted(table_glob(tables_folder(home), table))
    return f"select {columns} from read_parquet({source}, union_by_name = true, hive_partitioning = false)"


def _exportable(home: Path, table: str) -> str:
    """The rows of a table that may leave the house; rows of captures, which say what is held and why, all do."""
    if table == CAPTURES.name:
        return _select(home, table)
    select = f"select * from ({_select(home, table)}) where len(coalesce(export_bound_by, [])) = 0"
    if "article_id" in (column.name for column in TABLES[table].columns):
        held = f"select article_id from ({_standing_alone(home, definition('held_back'), _select)})"
        select += f" and (article_id is null or article_id not in ({held}))"
    return select


def _standing_alone(home: Path, what: Definition, source: Callable[[Path, str], str]) -> str:
    """The select with all it reads beside it. A view that names another finds it only where the catalog is the database
    in use (DuckDB 2.0): ``attach 'broadsheet.duckdb' as news; from news.latest_articles`` would fail."""
    sources = []
    for name in what.reads:
        select = source(home, name) if name in TABLES else _standing_alone(home, definition(name), source)
        sources.append(f"{name} as not materialized ({select})")
    return f"with {', '.join(sources)} select * from ({what.body})"


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _quoted(text: str) -> str:
    """A string literal: in SQL a quote is the one character that ends it. For our own texts and paths; values of people
    are bound."""
    return "'" + text.replace("'", "''") + "'"
