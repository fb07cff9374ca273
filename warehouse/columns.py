"""A column is described once, where its row declares it; the Arrow schema, Parquet metadata, DuckDB comments and
docs/SCHEMA.md all derive from that. Touches no disk.

Annotations give the types: ``str``, ``int``, ``float``, ``bool``, ``date``, ``datetime`` (aware; kept as UTC
microseconds), ``tuple[X, ...]`` (a list) and a frozen dataclass (a struct); ``X | None`` is a column that may be null.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

_PLAIN: Mapping[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, kw_only=True)
class ColumnDoc:
    """One column as people read of it. ``sql_type`` is the type DuckDB shows."""

    name: str
    sql_type: str
    nullable: bool
    description: str
    example: str


def column(
    description: str,
    *,
    example: Any,
    default: Any = dataclasses.MISSING,
    arrow: pa.DataType | None = None,
    looked_up: bool = False,
) -> Any:
    """Declare a column of a row class.

    ``example`` is a value as SQL would show it. ``arrow`` overrides the type that the annotation gives. ``looked_up``
    says that people fetch single rows by this column: it gets a bloom filter.
    """
    metadata = {"description": description, "example": example, "arrow": arrow, "looked_up": looked_up}
    return dataclasses.field(default=default, metadata=metadata)


def column_name(attribute: str) -> str:
    """The column of a row's attribute: ``class_`` is the column ``class``, which Python will not have as a name."""
    return attribute.removesuffix("_")


def schema_of(row_class: type, *, metadata: Mapping[str, str] | None = None) -> pa.Schema:
    """The Arrow schema of a row class; each field carries ``description`` and ``example``."""
    hints = typing.get_type_hints(row_class)
    fields = []
    for field in dataclasses.fields(row_class):
        inner, nullable = _without_none(hints[field.name])
        about = {"description": field.metadata["description"], "example": shown(field.metadata["example"])}
        if field.metadata["looked_up"]:
            about["looked_up"] = "yes"
        arrow_type = field.metadata["arrow"] or _arrow_type(inner)
        fields.append(pa.field(column_name(field.name), arrow_type, nullable=nullable, metadata=about))
    return pa.schema(fields, metadata=dict(metadata) if metadata else None)


def describe(row_class: type) -> list[ColumnDoc]:
    """The columns of a row class in order."""
    return [
        ColumnDoc(
            name=field.name,
            sql_type=sql_type(field.type),
            nullable=field.nullable,
            description=field.metadata[b"description"].decode(),
            example=field.metadata[b"example"].decode(),
        )
        for field in schema_of(row_class)
    ]


def sql_type(arrow_type: pa.DataType) -> str:
    """How DuckDB names the type."""
    if pa.types.is_list(arrow_type):
        return f"{sql_type(arrow_type.value_type)}[]"
    if pa.types.is_struct(arrow_type):
        return "STRUCT(" + ", ".join(f'"{f.name}" {sql_type(f.type)}' for f in arrow_type) + ")"
    names = {
        pa.string(): "VARCHAR",
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.float64(): "DOUBLE",
        pa.bool_(): "BOOLEAN",
        pa.date32(): "DATE",
        pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
    }
    return names[arrow_type]


def shown(example: Any) -> str:
    """An example as text: strings as they are, lists as ``[a, b]``, mappings as ``{k: v}``."""
    if isinstance(example, Mapping):
        return "{" + ", ".join(f"{key}: {shown(value)}" for key, value in example.items()) + "}"
    if isinstance(example, Sequence) and not isinstance(example, str):
        return "[" + ", ".join(shown(item) for item in example) + "]"
    return "null" if example is None else str(example)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        inner = [item for item in typing.get_args(hint) if item is not type(None)]
        if len(inner) != 1:
            raise TypeError(f"a column has one type, not {hint}")
        return inner[0], True
    return hint, False


def _arrow_type(hint: Any) -> pa.DataType:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if typing.get_origin(hint) is tuple:
        item, more = typing.get_args(hint)
        inner, nullable = _without_none(item)
        if more is Ellipsis:
            # "element" is Parquet's own name for list items: with it a schema survives the round trip unchanged.
            return pa.list_(pa.field("element", _arrow_type(inner), nullable=nullable))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        parts = [(column_name(field.name), *_without_none(hints[field.name])) for field in dataclasses.fields(hint)]
        return pa.struct([pa.field(name, _arrow_type(inner), nullable=nullable) for name, inner, nullable in parts])
    raise TypeError(f"no column type for {hint}")
