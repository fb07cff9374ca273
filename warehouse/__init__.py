"""The face of the warehouse: rows in, Parquet and DuckDB out. Importing it loads neither Arrow nor DuckDB; names load
what they need when they are first used.

Rows become files with ``to_arrow`` and ``publish_partitions``; people ask with ``connect`` and ``run_sql``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.catalog import connect, init_tables, write_catalog
    from warehouse.columns import column, schema_of
    from warehouse.errors import (
        BadRow,
        BadSql,
        DamagedPublication,
        DamagedTable,
        MissingArchive,
        WarehouseError,
        WrongData,
    )
    from warehouse.export import text_of, write_csv, write_json_lines, write_parquet_result
    from warehouse.journal import Finished, finish_publication, publication_of, publish_partitions, published_dates
    from warehouse.layout import catalog_path, partition_path, table_glob, tables_folder
    from warehouse.parquet import damaged_tables, from_arrow, read_parquet, to_arrow, write_parquet
    from warehouse.query import Result, ask, run_sql
    from warehouse.tables import (
        ALL_TABLES,
        ARTICLES,
        BOILERPLATE,
        CAPTURES,
        IMAGES,
        LINKS,
        REJECTS,
        ArticleRow,
        BlockRow,
        BoilerplateRow,
        CaptureRow,
        ImageRow,
        LinkRow,
        OriginRow,
        RejectRow,
        Table,
    )

_HOMES = {
    "catalog": ("connect", "init_tables", "write_catalog"),
    "columns": ("column", "schema_of"),
    "errors": (
        "BadRow",
        "BadSql",
        "DamagedPublication",
        "DamagedTable",
        "MissingArchive",
        "WarehouseError",
        "WrongData",
    ),
    "export": ("text_of", "write_csv", "write_json_lines", "write_parquet_result"),
    "journal": ("Finished", "finish_publication", "publication_of", "publish_partitions", "published_dates"),
    "layout": ("catalog_path", "partition_path", "table_glob", "tables_folder"),
    "parquet": ("damaged_tables", "from_arrow", "read_parquet", "to_arrow", "write_parquet"),
    "query": ("Result", "ask", "run_sql"),
    "tables": (
        "ALL_TABLES",
        "ARTICLES",
        "BOILERPLATE",
        "CAPTURES",
        "IMAGES",
        "LINKS",
        "REJECTS",
        "ArticleRow",
        "BlockRow",
        "OriginRow",
        "BoilerplateRow",
        "CaptureRow",
        "ImageRow",
        "LinkRow",
        "RejectRow",
        "Table",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ALL_TABLES",
    "ARTICLES",
    "BOILERPLATE",
    "CAPTURES",
    "IMAGES",
    "LINKS",
    "REJECTS",
    "ArticleRow",
    "BadRow",
    "BadSql",
    "BlockRow",
    "BoilerplateRow",
    "CaptureRow",
    "DamagedPublication",
    "DamagedTable",
    "Finished",
    "ImageRow",
    "LinkRow",
    "MissingArchive",
    "OriginRow",
    "RejectRow",
    "Result",
    "Table",
    "WarehouseError",
    "WrongData",
    "ask",
    "catalog_path",
    "column",
    "connect",
    "damaged_tables",
    "finish_publication",
    "from_arrow",
    "init_tables",
    "partition_path",
    "publication_of",
    "publish_partitions",
    "published_dates",
    "read_parquet",
    "run_sql",
    "schema_of",
    "table_glob",
    "tables_folder",
    "text_of",
    "to_arrow",
    "write_catalog",
    "write_csv",
    "write_json_lines",
    "write_parquet",
    "write_parquet_result",
]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"warehouse.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'warehouse' has no attribute {name!r}")
