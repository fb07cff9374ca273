"""One crawl date's tables in, published files out: all of them or none, also when the machine stops half-way.

Each new file is written beside the one it will replace, under a name no glob takes; the journal then promises them all
(its rename is the moment of publication); each is renamed into place; the journal goes. After a crash,
``finish_publication`` keeps the promise if there is one and sweeps up if there is none. While the renames run, a few
milliseconds, a reader may meet old and new tables side by side: equal ``publication_id`` tells. Never deletes a row
that was not published again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock

from warehouse import durable
from warehouse.errors import DamagedPublication, DamagedTable, WrongData
from warehouse.layout import crawl_date_of, partition_path
from warehouse.parquet import encode, read_schema
from warehouse.table import Table
from warehouse.tables import ALL_TABLES

JOURNAL_NAME = "publication.json"
_UNFINISHED = ".new"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What finish_publication had to do: ``outcome`` is "nothing", "completed" or "rolled back"."""

    outcome: str
    publication_id: str | None = None
    crawl_date: date | None = None


def publish_partitions(tables: Path, crawl_date: date, data: Mapping[str, pa.Table], *, publication_id: str) -> None:
    """Publish the rows of one crawl date, in place of all that was published for it.

    ``data`` holds every table of ALL_TABLES, an empty one where there are no rows; the publication id is written into
    each row and each file here. Raises WrongData before anything is written when a table is missing, has other columns,
    rows of another day, or one key twice.
    """
    ready = {table: _checked(table, crawl_date, data, publication_id) for table in ALL_TABLES}
    unknown = data.keys() - {table.name for table in ALL_TABLES}
    if unknown:
        raise WrongData(sorted(unknown)[0], "is no table of the warehouse")
    durable.make_folder(tables)
    with FileLock(tables / "publication.lock"):
        _finish(tables)
        promised = []
        for table, rows in ready.items():
            target = partition_path(tables, table.name, crawl_date)
            durable.make_folder(target.parent)
            with durable.writing(_unfinished(target)) as file:
                encode(rows, file)
            digest = _sha256(_unfinished(target))
            promised.append({"table": table.name, "file": target.relative_to(tables).as_posix(), "sha256": digest})
        journal = tables / JOURNAL_NAME
        promise = {"publication_id": publication_id, "crawl_date": crawl_date.isoformat(), "files": promised}
        with durable.writing(_unfinished(journal)) as file:
            file.write(json.dumps(promise, indent=1).encode())
        durable.replace(_unfinished(journal), journal)
        _finish(tables)


def finish_publication(tables: Path) -> Finished:
    """Finish what a crash left: complete a publication that was promised, remove what belongs to none.

    Raises DamagedPublication when a promised file is neither waiting nor in place; everything else is then in place.
    """
    if not tables.is_dir():
        return Finished(outcome="nothing")
    with FileLock(tables / "publication.lock"):
        return _finish(tables)


def publication_of(tables: Path, table: Table, crawl_date: date) -> str | None:
    """Which publication wrote a table's file for that date; None when there is none, or one that is no Parquet file
    any more. Also right for a file without rows: the id is in the file's own metadata too."""
    path = partition_path(tables, table.name, crawl_date)
    if not path.exists():
        return None
    try:
        metadata = read_schema(path).metadata or {}
    except DamagedTable:
        return None
    return metadata[b"publication_id"].decode() if b"publication_id" in metadata else None


def published_dates(tables: Path) -> list[date]:
    """The crawl dates that have been published, oldest first."""
    folders = (tables / ALL_TABLES[0].name).glob("crawl_date=*/*.parquet")
    return sorted({day for path in folders if (day := crawl_date_of(path)) is not None})


def _finish(tables: Path) -> Finished:
    journal = tables / JOURNAL_NAME
    if not journal.exists():
        leftovers = [*tables.glob(f"*/*/.*{_UNFINISHED}"), *tables.glob(f".*{_UNFINISHED}")]
        for path in leftovers:
            durable.remove(path)
        return Finished(outcome="rolled back" if leftovers else "nothing")
    promise = _read_promise(journal)
    missing = []
    for entry in promise["files"]:
        target = tables / entry["file"]
        waiting = _unfinished(target)
        if waiting.exists() and _sha256(waiting) == entry["sha256"]:
            durable.replace(waiting, target)
        elif not target.exists() or _sha256(target) != entry["sha256"]:
            missing.append(entry["file"])
    if missing:
        raise DamagedPublication(journal, f"promised {', '.join(missing)}, which is not there")
    for entry in promise["files"]:
        # A day is one file per table: whatever else lies there (files that another tool merged) holds the same rows.
        for other in _others(tables / entry["file"]):
            durable.remove(other)
    durable.remove(journal)
    return Finished(
        outcome="completed",
        publication_id=promise["publication_id"],
        crawl_date=date.fromisoformat(promise["crawl_date"]),
    )


def _read_promise(journal: Path) -> dict[str, Any]:
    try:
        promise: dict[str, Any] = json.loads(journal.read_bytes())
    except ValueError as error:
        raise DamagedPublication(journal, f"is no journal ({error})") from error
    return promise


def _others(target: Path) -> Iterable[Path]:
    return [path for path in sorted(target.parent.glob("*.parquet")) if path != target]


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name}{_UNFINISHED}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(table: Table, crawl_date: date, data: Mapping[str, pa.Table], publication_id: str) -> pa.Table:
    """The rows as they will be written. Raises WrongData."""
    if table.name not in data:
        raise WrongData(table.name, "is missing: a publication holds every table, an empty one where there are no rows")
    rows = data[table.name]
    schema = table.schema
    if set(rows.schema.names) - {"publication_id"} != set(schema.names) - {"publication_id"}:
        lacks = sorted(set(schema.names) - set(rows.schema.names) - {"publication_id"})
        extra = sorted(set(rows.schema.names) - set(schema.names))
        raise WrongData(table.name, f"lacks the columns {lacks}, has {extra} besides")
    ids = pa.repeat(pa.scalar(publication_id), len(rows)) if len(rows) else pa.array([], pa.string())
    columns = [ids if field.name == "publication_id" else rows[field.name] for field in schema]
    try:
        metadata = {**schema.metadata, b"publication_id": publication_id.encode()}
        ready = pa.Table.from_arrays(columns, names=schema.names).cast(schema).replace_schema_metadata(metadata)
    except (pa.ArrowException, ValueError) as error:
        raise WrongData(table.name, " ".join(str(error).split())) from error
    days = set(pc.unique(ready["crawl_date"]).to_pylist()) - {crawl_date}
    if days:
        raise WrongData(table.name, f"holds rows of {min(days)}, not only of {crawl_date}")
    keys = ready.select(list(table.key)).group_by(list(table.key)).aggregate([([], "count_all")])
    if len(keys) != len(ready):
        twice = next(row for row in keys.to_pylist() if row["count_all"] > 1)
        raise WrongData(table.name, f"{twice['count_all']} rows have the key {[twice[name] for name in table.key]}")
    return ready
