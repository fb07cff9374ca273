"""Row class in, Table out: how rows of a kind are keyed, sorted and described. Touches no disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from warehouse.columns import ColumnDoc, describe, schema_of


@dataclass(frozen=True, kw_only=True)
class Table:
    """A published table.

    ``key``: no two rows share these columns. ``sort``: the order of rows in a file; it ends in the key, so that
    the same rows always make the same file.
    """

    name: str
    row: type
    key: tuple[str, ...]
    sort: tuple[str, ...]
    description: str

    @cached_property
    def schema(self) -> pa.Schema:
        metadata = {"table": self.name, "description": self.description, "sort": ",".join(self.sort)}
        return schema_of(self.row, metadata=metadata)

    @cached_property
    def columns(self) -> tuple[ColumnDoc, ...]:
        return tuple(describe(self.row))
