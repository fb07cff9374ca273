"""Row class in, a row made of its columns' examples out: what the documentation shows is a row that can be written."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

RowT = TypeVar("RowT")


def example_row(row_class: type[RowT], **changes: Any) -> RowT:
    """The row that the examples describe, with some attributes changed."""
    hints = typing.get_type_hints(row_class)
    values = {
        field.name: _value(field.metadata["example"], hints[field.name])
        for field in dataclasses.fields(row_class)  # type: ignore[arg-type]
    }
    return row_class(**{**values, **changes})


def _value(example: Any, hint: Any) -> Any:
    """The example as the annotation wants it; examples are written as SQL shows them."""
    options = [option for option in typing.get_args(hint) if option is not type(None)] or [hint]
    wanted = options[0]
    if isinstance(example, list):
        return tuple(_value(item, wanted) for item in example)
    if isinstance(example, Mapping):
        return hint(**example)
    if isinstance(example, str) and wanted in (datetime, date):
        return wanted.fromisoformat(example)
    return example
