"""Rows of a query in, a table that fits the terminal out; too many columns become one block per row. Runs no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.screen import visible

NULL = "∅"  # no text is this, and it is one cell wide
_NARROWEST = 12  # a column narrower than this tells nothing; then each row gets a block of its own
_BETWEEN = 2  # cells of padding that a column costs
_BLOCK_LINES = 3  # of one value, where each row is a block


def grid(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, width: int | None, blocks: bool = False
) -> RenderableType:
    """The rows as a table at most `width` cells wide (`None`: nothing is cut), or, with `blocks`, a block for each."""
    cells = [[cell(value) for value in row] for row in rows]
    natural = [max([cell_len(name), *(cell_len(row[i].plain) for row in cells)]) for i, name in enumerate(columns)]
    widths = natural if width is None else fitted(natural, width - _BETWEEN * len(columns))
    if widths is None or blocks:
        return _blocks(columns, cells, width or sum(natural))
    to_the_right = [_are_numbers([row[i] for row in cells]) for i in range(len(columns))]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, header_style="bold", show_edge=False)
    for name, wide, right in zip(columns, widths, to_the_right, strict=True):
        table.add_column(
            Text(name), width=wide, no_wrap=True, overflow="ellipsis", justify="right" if right else "left"
        )
    for row in cells:
        table.add_row(*(_cut(text, wide) for text, wide in zip(row, widths, strict=True)))
    return table


def fitted(natural: Sequence[int], room: int) -> list[int] | None:
    """Widths that fit: the widest column gives way first. `None` where even narrow columns do not fit."""
    widths = list(natural)
    excess = sum(widths) - room
    while excess > 0:
        widest = max(widths)
        at_widest = [i for i, wide in enumerate(widths) if wide == widest]
        next_widest = max([wide for wide in widths if wide < widest], default=0)
        target = max(next_widest, _NARROWEST, widest - -(-excess // len(at_widest)))
        if target >= widest:
            return None
        for i in at_widest:
            widths[i] = target
        excess = sum(widths) - room
    return widths


def cell(value: Any) -> Text:
    """One value on one line: null as ∅, times in UTC to the second, lists and structs as JSON has them."""
    if value is None:
        return Text(NULL, style="dim")
    if isinstance(value, datetime):
        at = value.replace(tzinfo=None) if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        return Text(f"{at:%Y-%m-%d %H:%M:%S}{'' if value.tzinfo is None else 'Z'}")
    if isinstance(value, float):
        return _Number(f"{value:.6g}")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _Number(str(value))
    from warehouse.export import text_of

    return Text(visible(" ".join(text_of(value).split("\n"))))


class _Number(Text):
    """A cell that stands to the right."""


def _are_numbers(column: list[Text]) -> bool:
    told = [text for text in column if text.plain != NULL]
    return bool(told) and all(isinstance(text, _Number) for text in told)


def _cut(text: Text, width: int) -> Text:
    if cell_len(text.plain) <= width:
        return text
    return Text(set_cell_size(text.plain, width - 1).rstrip() + "…", style=text.style)


def _blocks(columns: Sequence[str], cells: list[list[Text]], width: int) -> RenderableType:
    """Each row as a block of `name  value` lines; a long value is cut after some lines."""
    label = min(max(cell_len(name) for name in columns), width // 3)
    room = max(_NARROWEST, width - label - 2)
    measuring = Console(width=room)
    parts: list[RenderableType] = []
    for number, row in enumerate(cells, start=1):
        parts.append(Text(f"─ {number} ".ljust(min(width, 60), "─"), style="dim"))
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(width=label, no_wrap=True, style="bold", overflow="ellipsis")
        block.add_column(width=room)
        for name, text in zip(columns, row, strict=True):
            lines = text.wrap(measuring, room) if cell_len(text.plain) > room else [text]
            kept = [Text(line.plain.rstrip(), style=text.style) for line in lines[:_BLOCK_LINES]]
            if len(lines) > _BLOCK_LINES:
                kept[-1] = _cut(Text(kept[-1].plain.ljust(room) + " "), room)
            block.add_row(Text(name), Text("\n").join(kept))
        parts.append(block)
    return Group(*parts)
