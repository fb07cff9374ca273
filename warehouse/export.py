"""A query's result in; CSV, JSON lines or Parquet out, batch by batch, to a file or a stream. Runs no SQL.

Times are ISO 8601, those with a zone in UTC with a Z; lists and structs inside CSV are JSON.
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import durable
from warehouse.query import Result


def write_csv(result: Result, out: Path | BinaryIO) -> int:
    """RFC 4180 in UTF-8: a header, commas, CRLF, quotes doubled; null is an empty field, an empty string is ``""``.

    Returns the number of rows.
    """
    with _opened(out) as file:
        count = 0
        if result.columns:
            file.write(_csv_line(result.columns))
        for row in result.rows():
            file.write(_csv_line(row))
            count += 1
    return count


def write_json_lines(result: Result, out: Path | BinaryIO) -> int:
    """One JSON object per row and line, in UTF-8; null is null. Returns the number of rows."""
    names = _distinct(result.columns)
    with _opened(out) as file:
        count = 0
        for row in result.rows():
            line = dict(zip(names, (plain(value) for value in row), strict=True))
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            count += 1
    return count


def write_parquet_result(result: Result, out: Path | BinaryIO) -> int:
    """A Parquet file with the result's own types. Returns the number of rows."""
    schema = pa.schema(
        [field.with_name(name) for field, name in zip(result.schema, _distinct(result.columns), strict=True)]
    )
    with _opened(out) as file, pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
        count = 0
        for batch in result.batches():
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            count += len(batch)
    return count


def text_of(value: Any) -> str:
    """A value as one piece of text, for a table cell; null is empty."""
    simple = plain(value)
    if simple is None:
        return ""
    if isinstance(simple, str):
        return simple
    return json.dumps(simple, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value in what JSON has: text, whole and decimal numbers, true and false, null, lists, objects."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            # A time with zone is one moment: written in UTC, whatever zone the session shows.
            return (
                value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
            )
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode()
        case uuid.UUID():
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case pa.MonthDayNano():
            return {"months": value.months, "days": value.days, "nanoseconds": value.nanoseconds}
        case list() | tuple():
            return [plain(item) for item in value]
    return str(value)


def _csv_line(values: Sequence[Any]) -> bytes:
    return (",".join(_csv_field(value) for value in values) + "\r\n").encode()


def _csv_field(value: Any) -> str:
    text = text_of(value)
    special = value is not None and (not text or any(c in text for c in '",\r\n') or text != text.strip())
    return '"' + text.replace('"', '""') + '"' if special else text


def _distinct(names: tuple[str, ...]) -> list[str]:
    """``select 1 as a, 2 as a`` is good SQL; an object has room for one ``a``."""
    taken: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate)
        distinct.append(candidate)
    return distinct


@contextlib.contextmanager
def _opened(out: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A path is replaced once the whole result is written; a stream is flushed and left open."""
    if not isinstance(out, Path):
        yield out
        out.flush()
        return
    unfinished = out.with_name(f".{out.name}.new")
    with durable.writing(unfinished) as file:
        yield file
    durable.replace(unfinished, out)
