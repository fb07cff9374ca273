"""WARC files and published tables of a crawl date in, metadata for the Dagster UI out. Counts; changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import dagster as dg

from pipelines.archive_files import WarcFile, files_of
from warehouse import ALL_TABLES, partition_path, publication_of, read_parquet, tables_folder

Metadata: TypeAlias = dict[str, dg.MetadataValue]
TABLES = {table.name: table for table in ALL_TABLES}
_COUNTED = {
    "captures": "class",
    "rejects": "reason",
    "articles": "site",
    "boilerplate": "decision",
}  # the column by which a table is counted
_SHOWN = 50  # files or values named in one piece of metadata


def of_warc_files(files: Sequence[WarcFile], crawl_date: date) -> Metadata:
    """Files that hold captures of the date: how many, how large, and what was found in them."""
    own = files_of(files, crawl_date)
    rows = [
        [f"`{file.name}`", f"{file.bytes:,}", f"{fragment.days[crawl_date].captures:,}", str(fragment.problem or "")]
        for file, fragment in own
    ]
    return {
        "warc_files": dg.IntMetadataValue(len(own)),
        "bytes": dg.IntMetadataValue(sum(file.bytes for file, _ in own)),
        "captures": dg.IntMetadataValue(sum(fragment.days[crawl_date].captures for _, fragment in own)),
        "broken_files": dg.IntMetadataValue(sum(fragment.problem is not None for _, fragment in own)),
        "files": _table(["file", "bytes", "captures that day", "problem"], rows),
    }


def of_table(home: Path, name: str, crawl_date: date) -> Metadata:
    """One table's file for the date: rows, bytes, by what they are counted, and which publication wrote it."""
    tables = tables_folder(home)
    path = partition_path(tables, name, crawl_date)
    if not path.exists():  # a day of the calendar on which nothing was captured
        return {"rows": dg.IntMetadataValue(0)}
    counted = _COUNTED.get(name)
    rows = read_parquet(path, columns=[counted or "capture_id"])
    metadata: Metadata = {
        "rows": dg.IntMetadataValue(len(rows)),
        "bytes": dg.IntMetadataValue(path.stat().st_size),
        "publication_id": dg.TextMetadataValue(publication_of(tables, TABLES[name], crawl_date) or "none"),
        "file": dg.PathMetadataValue(str(path)),
    }
    if counted:
        counts = Counter(rows[counted].to_pylist())
        metadata[f"by_{counted}"] = _table([counted, "rows"], [[str(k), f"{n:,}"] for k, n in counts.most_common()])
    return metadata


def columns_of(name: str) -> Mapping[str, dg.MetadataValue]:
    """A table's columns, with their descriptions, for the asset's own page."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.sql_type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in TABLES[name].columns
    ]
    return {"dagster/column_schema": dg.TableSchemaMetadataValue(dg.TableSchema(columns=columns))}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dg.MarkdownMetadataValue:
    if not rows:
        return dg.MarkdownMetadataValue("none")
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows[:_SHOWN]]
    more = [f"\nand {len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    return dg.MarkdownMetadataValue(
        "\n".join([f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *(f"| {line} |" for line in lines), *more])
    )
