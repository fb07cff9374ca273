"""Table and crawl date in, path out. Pure: touches no disk, opens nothing.

``tables/<table>/crawl_date=2026-11-22/part-0.parquet``: every ``*.parquet`` below ``tables/`` is live, so the plain
glob ``tables/<table>/*/*.parquet`` is right at any time. ``crawl_date`` is a column of the files as well, so that files
can be merged later; DuckDB reads either, ``pyarrow`` wants ``partitioning=None`` (it refuses a date that is a string in
the path and a date in the file).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

CATALOG_NAME = "broadsheet.duckdb"
# What Hive readers take for "no date". It holds a typed part without rows: a table that nothing has been published to
# can be queried, and there is no made-up day that somebody might take for a crawl.
EMPTY_PARTITION = "crawl_date=__HIVE_DEFAULT_PARTITION__"
PART_NAME = "part-0.parquet"


def tables_folder(home: Path) -> Path:
    """Where an archive keeps its tables."""
    return home / "tables"


def catalog_path(home: Path) -> Path:
    """The DuckDB file with the views of an archive."""
    return home / CATALOG_NAME


def partition_path(tables: Path, table: str, crawl_date: date) -> Path:
    """The file that holds the rows of a table captured on one UTC day."""
    return tables / table / f"crawl_date={crawl_date.isoformat()}" / PART_NAME


def empty_part_path(tables: Path, table: str) -> Path:
    """The file without rows that gives a table its types from the first day."""
    return tables / table / EMPTY_PARTITION / PART_NAME


def crawl_date_of(path: Path) -> date | None:
    """The crawl date in the path of a file or partition folder; None for the empty part and for anything else."""
    for part in reversed(path.parts):
        name, _, value = part.partition("=")
        if name == "crawl_date":
            try:
                return date.fromisoformat(value)
            except ValueError:
                return None
    return None


def table_glob(tables: Path, table: str) -> str:
    """A glob over all files of a table, absolute, with what a glob would take as special in the folder's own name
    escaped: ``[x]`` stands for the character x in DuckDB, which knows no backslash here (2.0)."""
    folder = "".join(f"[{c}]" if c in "*?[" else c for c in str((tables / table).resolve()))
    return f"{folder}/*/*.parquet"
