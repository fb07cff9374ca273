"""Rows in, Parquet files out, and back. A file is written whole or not at all; knows no SQL and no published layout.

The same rows make the same bytes, in whatever order they came: rows are sorted, pages cut at the same places.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse import durable
from warehouse.columns import column_name
from warehouse.errors import BadRow, DamagedTable
from warehouse.table import Table

# A query for one id reads the row groups whose bloom filter lets it through. Ten of DuckDB's vectors (2,048 rows) keep
# both the size of a group (tens of MB of article text) and the number of filters small.
ROWS_PER_GROUP = 20_480
# Parquet's own advice; a filter costs about 1.2 bytes per row at 1 % and spares 99 of 100 groups that have not the id.
FALSE_POSITIVES = 0.01
_REFUSED = (pa.ArrowException, UnicodeEncodeError, OverflowError, TypeError, ValueError)


def to_arrow(table: Table, rows: Iterable[Any]) -> pa.Table:
    """Rows of one table as Arrow, in the order given. Raises BadRow for the first value its column cannot hold."""
    rows = list(rows)
    attributes = [field.name for field in dataclasses.fields(table.row)]
    arrays = [_array(table, attribute, [getattr(row, attribute) for row in rows]) for attribute in attributes]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def from_arrow(table: Table, data: pa.Table) -> Iterator[Any]:
    """The rows of an Arrow table, in its order. Columns that it lacks take the row's default."""
    hints = typing.get_type_hints(table.row)
    attributes = {column_name(attribute): attribute for attribute in hints}
    for batch in data.to_batches(max_chunksize=4_096):
        for values in batch.to_pylist():
            named = {attributes[name]: value for name, value in values.items()}
            yield table.row(**{name: _to_python(value, hints[name]) for name, value in named.items()})


def write_parquet(data: pa.Table, path: Path) -> None:
    """Write the file, sorted as its schema says, in place of what was there: readers see the old file or the new."""
    durable.make_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    with durable.writing(unfinished) as file:
        encode(data, file)
    durable.replace(unfinished, path)


def encode(data: pa.Table, file: BinaryIO) -> None:
    """The bytes of a Parquet file: zstd, page checksums, bloom filters on the columns that are looked up."""
    schema = data.schema
    sort = [name for name in (schema.metadata or {}).get(b"sort", b"").decode().split(",") if name]
    looked_up = [field.name for field in schema if b"looked_up" in (field.metadata or {})]
    distinct = max(1, min(len(data), ROWS_PER_GROUP))
    writer = pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        write_page_checksum=True,
        bloom_filter_options={name: {"ndv": distinct, "fpp": FALSE_POSITIVES} for name in looked_up} or None,
        sorting_columns=[pq.SortingColumn(_leaf_index(schema, name)) for name in sort] or None,
    )
    order = pc.sort_indices(data, sort_keys=[(name, "ascending") for name in sort]) if sort else None
    with writer:
        for start in range(0, len(data), ROWS_PER_GROUP):
            group = (
                data.slice(start, ROWS_PER_GROUP) if order is None else data.take(order[start : start + ROWS_PER_GROUP])
            )
            # One chunk: the writer may end a page where a chunk ends, and chunks are no property of the rows.
            writer.write_table(group.combine_chunks(), row_group_size=ROWS_PER_GROUP)
        if not len(data):
            writer.write_table(data)


def read_parquet(path: Path, columns: Sequence[str] | None = None, verify: bool = True) -> pa.Table:
    """The file as Arrow. With ``verify`` each page read is compared with its checksum; raises DamagedTable."""
    with _opened(path, verify=verify) as file:
        return file.read(columns=list(columns) if columns is not None else None)


def read_schema(path: Path) -> pa.Schema:
    """Columns and metadata of a file, from its last few kilobytes; raises DamagedTable."""
    with _opened(path, verify=False) as file:
        return file.schema_arrow


def damaged_tables(tables: Path) -> Iterator[DamagedTable]:
    """Every published file whose pages are not those that were written, each as the error that says so.

    For people who ask: DuckDB (2.0) compares no page checksums, and read 93 of 150 flipped bits as data (2026-11).
    """
    for path in sorted(tables.glob("*/*/*.parquet")):
        try:
            with _opened(path, verify=True) as file:
                for _ in file.iter_batches(batch_size=ROWS_PER_GROUP):
                    pass
        except DamagedTable as damaged:
            yield damaged


@contextlib.contextmanager
def _opened(path: Path, *, verify: bool) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=verify) as file:
            yield file
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DamagedTable(path, " ".join(str(error).split())) from error


def _leaf_index(schema: pa.Schema, name: str) -> int:
    """Parquet counts leaves, depth first; SortingColumn.from_ordering (pyarrow 26) counts columns."""
    index = schema.get_field_index(name)
    return sum(_leaves(field.type) for field in list(schema)[:index])


def _leaves(arrow_type: pa.DataType) -> int:
    if pa.types.is_list(arrow_type):
        return _leaves(arrow_type.value_type)
    return sum(_leaves(field.type) for field in arrow_type) if pa.types.is_struct(arrow_type) else 1


def _array(table: Table, attribute: str, values: list[Any]) -> pa.Array:
    field = table.schema.field(column_name(attribute))
    try:
        return _checked_array(field, values)
    except _REFUSED:
        for row, value in enumerate(values):
            try:
                _checked_array(field, [value])
            except _REFUSED as error:
                raise BadRow(table.name, row, field.name, " ".join(str(error).split())) from error
        raise


def _checked_array(field: pa.Field, values: list[Any]) -> pa.Array:
    if pa.types.is_timestamp(field.type):
        # Arrow takes a time without zone for UTC; whoever made it may have meant another.
        naive = next((value for value in values if isinstance(value, datetime) and value.tzinfo is None), None)
        if naive is not None:
            raise ValueError(f"{naive.isoformat()} has no time zone")
    if pa.types.is_nested(field.type):
        values = [_to_arrow(value) for value in values]
    array = pa.array(values, type=field.type)
    _refuse_nulls(array, field)
    return array


def _refuse_nulls(array: pa.Array, field: pa.Field) -> None:
    """Arrow's constructors accept a null anywhere; a reader of the file would trust the schema."""
    if array.null_count and not field.nullable:
        raise ValueError("is missing" if field.name != "element" else "has an empty item")
    if pa.types.is_list(field.type):
        _refuse_nulls(array.flatten(), field.type.value_field)
    elif pa.types.is_struct(field.type):
        for part, inner in zip(array.flatten(), field.type, strict=True):
            _refuse_nulls(part, inner)


def _to_arrow(value: Any) -> Any:
    if isinstance(value, tuple):
        if not any(dataclasses.is_dataclass(item) for item in value):
            return value  # as Arrow takes it; a list for each link's empty tuple was two thirds of all its work
        return [_to_arrow(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {column_name(f.name): _to_arrow(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def _to_python(value: Any, hint: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        return tuple(_to_python(item, typing.get_args(hint)[0]) for item in value)
    if isinstance(value, dict):
        return hint(**value)
    return value
