"""Rows in, lines of a table that fits the terminal out; with too many columns each row is a block. Runs no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Console
from rich.text import Text

from pipelines.cli.screen import visible

NULL = "∅"  # one cell wide, and hardly anybody's text
NOTHING = "–"  # where there can be no value
BETWEEN = 2  # cells between two columns
_NARROWEST = 12  # a column cut below this tells nothing; then each row gets a block of its own
_BLOCK_LINES = 3  # of one value, where each row is a block


class _Number(Text):
    """A cell that stands to the right."""


def number(text: str, *, style: str = "") -> Text:
    """A number as it is to be read, e.g. with its unit: it stands to the right."""
    return _Number(text, style=style)


def grid(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, width: int | None, blocks: bool = False
) -> Iterator[Text]:
    """The rows as lines at most `width` cells wide (`None`: nothing is cut); with `blocks`, each row as a block."""
    cells = [[cell(value) for value in row] for row in rows]
    natural = [max([cell_len(name), *(cell_len(row[i].plain) for row in cells)]) for i, name in enumerate(columns)]
    widths = natural if width is None else fitted(natural, width - BETWEEN * (len(columns) - 1))
    if widths is None or blocks:
        return _blocks(columns, cells, width)
    return _table(columns, cells, widths)


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, cut: bool = True) -> None:
    """A table of our own making; with `cut=False` the terminal may break its lines, and addresses stay whole."""
    for line in grid(columns, rows, width=console.width if cut else None):
        console.print(line, soft_wrap=True)


def fitted(natural: Sequence[int], room: int) -> list[int] | None:
    """Widths that fit: the widest column gives way first. `None` where even narrow columns do not fit."""
    widths = list(natural)
    while (excess := sum(widths) - room) > 0:
        widest = max(widths)
        at_widest = [i for i, wide in enumerate(widths) if wide == widest]
        next_widest = max([wide for wide in widths if wide < widest], default=0)
        target = max(next_widest, _NARROWEST, widest - -(-excess // len(at_widest)))
        if target >= widest:
            return None
        for i in at_widest:
            widths[i] = target
    return widths


def cell(value: Any) -> Text:
    """One value on one line: null as ∅, times to the second, those with a zone in UTC, lists and structs as JSON."""
    if isinstance(value, Text):
        return value
    if value is None:
        return Text(NULL, style="dim")
    if isinstance(value, datetime):
        at = value if value.tzinfo is None else value.astimezone(UTC)
        return Text(f"{at:%Y-%m-%d %H:%M:%S}{'' if value.tzinfo is None else 'Z'}")
    if isinstance(value, float):
        return _Number(f"{value:.6g}")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _Number(str(value))
    from warehouse.export import text_of

    return Text(visible(" ".join(text_of(value).splitlines())))


def _table(columns: Sequence[str], cells: list[list[Text]], widths: Sequence[int]) -> Iterator[Text]:
    right = [_are_numbers([row[i] for row in cells]) for i in range(len(columns))]
    header = [Text(visible(name), style="bold") for name in columns]
    yield _line(header, widths, right)
    yield Text("─" * (sum(widths) + BETWEEN * (len(widths) - 1)), style="dim")
    for row in cells:
        yield _line(row, widths, right)


def _line(row: Sequence[Text], widths: Sequence[int], right: Sequence[bool]) -> Text:
    parts = []
    for text, width, to_the_right in zip(row, widths, right, strict=True):
        shown = _cut(text, width)
        gap = " " * (width - cell_len(shown.plain))
        parts.append(Text(gap) + shown if to_the_right else shown + Text(gap))
    line = Text(" " * BETWEEN).join(parts)
    line.rstrip()
    return line


def _are_numbers(column: list[Text]) -> bool:
    told = [text for text in column if text.plain not in (NULL, NOTHING)]
    return bool(told) and all(isinstance(text, _Number) for text in told)


def _cut(text: Text, width: int) -> Text:
    if cell_len(text.plain) <= width:
        return Text(text.plain, style=text.style)
    return Text(set_cell_size(text.plain, width - 1).rstrip() + "…", style=text.style)


def _blocks(columns: Sequence[str], cells: list[list[Text]], width: int | None) -> Iterator[Text]:
    """Each row as `name  value` lines; a long value is cut after some lines."""
    label = max(cell_len(name) for name in columns)
    room = None if width is None else max(_NARROWEST, width - label - 2)
    for number, row in enumerate(cells, start=1):
        if len(cells) > 1:
            yield Text(f"─ {number} ".ljust(min(width or 60, 60), "─"), style="dim")
        for name, text in zip(columns, row, strict=True):
            lines = [text.plain] if room is None else chop_cells(text.plain, room) or [""]
            if room is not None and len(lines) > _BLOCK_LINES:
                lines = [*lines[: _BLOCK_LINES - 1], _cut(Text(lines[_BLOCK_LINES - 1] + " …"), room).plain]
            for i, line in enumerate(lines):
                yield Text.assemble(((name if i == 0 else "").ljust(label + 2), "bold"), (line.rstrip(), text.style))
