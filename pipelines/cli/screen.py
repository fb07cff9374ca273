"""Counts in, lines, bars and tables on the terminal out. Knows what things look like, and nothing of what they are.

Results go to stdout, progress and remarks to stderr. Where stderr is no terminal, a bar becomes a line now and then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

LINE_EVERY_SECONDS = 10.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def out() -> Console:
    """For results."""
    return Console(highlight=False)


def err() -> Console:
    """For progress and remarks."""
    return Console(stderr=True, highlight=False)


def say(console: Console, text: str, style: str = "") -> None:
    """A line as it is: not wrapped, no markup read from it, safe to print."""
    console.print(Text(visible(text), style=style), soft_wrap=True)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 page`, `1,234 pages`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: float) -> str:
    """`812 B`, `1.2 MB`: decimal units, as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 999.5 or unit == "TB":
            return f"{number:.0f} {unit}" if unit == "B" or number >= 99.5 else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def lasting(seconds: float) -> str:
    """`3 s`, `2 min 5 s`, `1 h 40 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def about(seconds: float) -> str:
    """`45 s`, `12 min`, `30 h`, `4 d`: how long it is, in two digits or three."""
    for unit, length, enough in (("s", 1, 100), ("min", 60, 100), ("h", 3600, 48)):
        if seconds < enough * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def moment(at: datetime | None) -> str:
    """`2026-11-22 09:20:30Z`; a dash where there is none."""
    return "–" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def ago(at: datetime | None, *, now: datetime) -> str:
    """`4 min ago`, `in 2 h`; a dash where there is no time."""
    if at is None:
        return "–"
    distance = abs(now - at)
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if distance >= length:
            text = f"{distance // length} {unit}"
            return f"{text} ago" if at <= now else f"in {text}"
    return "just now" if at <= now else "in a moment"


def visible(text: str) -> str:
    """Text of strangers, safe to print: control characters, which could steer the terminal, as their pictures."""
    return _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 0x20 else "�", text)


def facts(lines: Iterable[tuple[str, str]]) -> Table:
    """`name  value` lines, values wrapped beside their name."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in lines:
        grid.add_row(name, Text(visible(value)))
    return grid


class Bar:
    """One bar that knows how much is done of how much, and says something beside it."""

    def __init__(self, console: Console, title: str, progress: Progress | None, task: TaskID | None) -> None:
        self._console, self._title, self._progress, self._task = console, title, progress, task
        self._started = self._said = time.monotonic()

    def show(self, done: float, total: float | None, saying: str = "") -> None:
        if self._progress is not None and self._task is not None:
            room = self._console.width - len(self._title) - 38
            self._progress.update(self._task, completed=done, total=total, saying=_shortened(saying, max(10, room)))
        elif (now := time.monotonic()) - self._said >= LINE_EVERY_SECONDS:
            self._said = now
            of = "" if total is None else f" of {total:,.0f}"
            self._console.print(
                Text(f"{self._title}: {done:,.0f}{of}, {lasting(now - self._started)}  {saying}"), soft_wrap=True
            )

    def remark(self, text: str) -> None:
        """A line that stays, above the bar."""
        (self._progress.console if self._progress is not None else self._console).print(Text(text))


@contextmanager
def bar(title: str) -> Iterator[Bar]:
    """A bar for as long as the block lasts; it leaves nothing behind."""
    console = err()
    if not console.is_terminal:
        yield Bar(console, title, None, None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.fields[saying]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None, saying="")
        yield Bar(console, title, progress, task)


def _shortened(text: str, length: int) -> str:
    plain = visible(text.replace("\n", " "))
    return plain if len(plain) <= length else plain[: length - 1] + "…"
