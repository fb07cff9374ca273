"""Progress of a crawl in; on a terminal a table that stays in its place, else a line now and then. Counts nothing.

The table is drawn by a thread of its own four times a second, so that Ctrl-C never falls into the middle of a line. It
is as high as the terminal lets it, and leaves nothing behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
from rich.control import Control
from rich.live import Live
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.board import RESTING, TROUBLED, Board, Row

if TYPE_CHECKING:
    from crawler import Progress

DRAWN_PER_SECOND = 4
AROUND_ROWS = 7  # lines beside the rows: head, rule, rule, total, and three at the foot; one more is the cursor's
NOTE_CELLS = 14  # below that a note says nothing
NARROWEST_SITE, WIDEST_SITE = 10, 28
MARGIN = "  "  # the room of a mark
WIDE = 96  # from this width on, columns stand two cells apart


@dataclass(frozen=True)
class _Column:
    head: str
    cells: int
    value: Callable[[Row], str]
    style: str = ""


_COLUMNS = (
    _Column("due", 6, lambda row: _short(row.due)),
    _Column("flight", 6, lambda row: _short(row.in_flight), "cyan"),
    _Column("pages", 6, lambda row: _short(row.pages)),
    _Column("/s", 5, lambda row: _rate(row.pages_per_second)),
    _Column("MB", 6, lambda row: _megabytes(row.archived_bytes)),
    _Column("refused", 7, lambda row: _short(row.refused), "yellow"),
    _Column("errors", 6, lambda row: _short(row.failed), "red"),
    _Column("slowest", 7, lambda row: _seconds(row.slowest_seconds)),
)
_NUMBER_CELLS = sum(column.cells for column in _COLUMNS)
_MARKS = {TROUBLED: ("!", "red"), RESTING: ("‖", "yellow")}


class CrawlTable:
    """What stands on the terminal: sites, all together, and below them how the crawl goes."""

    def __init__(self, board: Board, title: str, ended: Callable[[str], str]) -> None:
        self._board, self._title, self._ended = board, title, ended
        self._noted = False
        self._lock = threading.Lock()
        self._taken_at = self._began_at = time.monotonic()

    def take(self, progress: Progress) -> None:
        with self._lock:
            self._board.take(progress)
            self._taken_at = time.monotonic()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            lines = self.lines(width=options.max_width, height=console.size.height, now=time.time())
        for line in lines:
            line.no_wrap, line.overflow = True, "crop"
            yield line

    def lines(self, *, width: int, height: int, now: float) -> list[Text]:
        """Everything, in at most `height - 1` lines of at most `width` cells; `now` is unix time."""
        p = self._board.progress
        if p is None:
            lasted = screen.lasting(time.monotonic() - self._began_at)
            return [Text.assemble((self._title, "bold"), f"  starting, {lasted}")]
        room = height - 1 - AROUND_ROWS
        rows, rest = self._board.rows(max(1, room), now=now)
        widths = _Widths.of([*rows, *([rest] if rest else [])], width)
        self._noted = room >= 1 and widths.note > 0
        foot = self._foot(p, width, now)
        if room < 1:
            return foot[: max(1, height - 1)]
        shown = [_line(row, widths) for row in rows]
        if rest is not None:
            shown.append(_line(rest, widths, style="dim"))
        head = widths.gap.join([f"  {'site':<{widths.name}}", *(f"{c.head:>{c.cells}}" for c in _COLUMNS)])
        rule = Text("─" * min(width, widths.all), style="bright_black")
        total = [rule, _line(self._board.total(), widths, style="bold")] if self._board.site_count > 1 else [rule]
        return [Text(head, style="dim"), rule, *shown, *total, *foot]

    def _foot(self, p: Progress, width: int, now: float) -> list[Text]:
        average = self._board.average_per_second
        elapsed = p.elapsed_seconds + (time.monotonic() - self._taken_at)
        first = [
            f"{self._title} {screen.lasting(elapsed)}",
            f"{_rate(self._board.pages_per_second) or '0'} pages/s ({_rate(average) or '0'} on average)",
            f"{screen.size(p.archived_bytes)} written",
        ]
        second = []
        if p.slowest_url is not None:
            second.append(f"slowest {_seconds(p.slowest_seconds)} {screen.visible(urlsplit(p.slowest_url).netloc)}")
        if p.quota_bytes is not None:
            used = sum(p.disk_bytes.values())
            second.append(f"{screen.size(used)} of {screen.size(p.quota_bytes)} ({100 * used / p.quota_bytes:.0f} %)")
        lines = [Text(" · ".join(first)), Text(" · ".join(second)), self._doing(p, now)]
        return [_cut(Text(MARGIN) + line, width) for line in lines]

    def _doing(self, p: Progress, now: float) -> Text:
        """Why it is ending; else who rests or fails, where the rows have no room to say so; else the newest page."""
        if p.stopping is not None:
            return Text(ending(p, self._ended), style="bold yellow")
        troubled = self._board.troubled(now=now)
        if troubled and not self._noted:
            return Text(" · ".join(f"{row.name}: {row.note}" for row in troubled), style="yellow")
        return Text(screen.visible(p.url or ""), style="dim")


class CrawlView:
    """Shows what a crawl tells of itself."""

    def __init__(self, console: Console, title: str, table: CrawlTable | None, ended: Callable[[str], str]) -> None:
        self._console, self._title, self._table, self._ended = console, title, table, ended
        self._board = Board()
        self._said_at = time.monotonic()
        self._stopping = False

    def show(self, progress: Progress) -> None:
        if progress.stopping is not None and not self._stopping:
            self._stopping = True  # a line that stays, above the table
            last = f"ending: {self._ended(progress.stopping)}; pages under way get a moment, Ctrl-C again ends at once"
            screen.say(self._console, ending(progress, self._ended) if self._table is None else last)
        if self._table is not None:
            self._table.take(progress)
            return
        self._board.take(progress)
        if (now := time.monotonic()) - self._said_at >= screen.LINE_EVERY_SECONDS:
            self._said_at = now
            screen.say(self._console, f"{self._title} {line_of(progress, self._board)}")


class _Screen(Live):
    """Live, on a clean screen after the terminal was made wider or narrower.

    Most terminals then break lines anew that were drawn before, and nobody can tell where those begin and end.
    """

    _width: int | None = None  # when it was last drawn

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        made = super().process_renderables(renderables)
        before, self._width = self._width, self.console.width
        return made if before in (None, self._width) else [Control.clear(), Control.home(), *made]


@contextmanager
def crawl_view(title: str, ended: Callable[[str], str]) -> Iterator[CrawlView]:
    """A view for as long as the block lasts; `ended` says in words why a crawl ends."""
    console = screen.err()
    if not console.is_terminal or console.is_dumb_terminal:
        yield CrawlView(console, title, None, ended)
        return
    table = CrawlTable(Board(), title, ended)
    with _Screen(table, console=console, refresh_per_second=DRAWN_PER_SECOND, transient=True, redirect_stdout=False):
        yield CrawlView(console, title, table, ended)


def ending(p: Progress, ended: Callable[[str], str]) -> str:
    """What a crawl that comes to its end is still doing, and what is safe already."""
    still = f"{p.in_flight:,} under way" if p.in_flight else "closing files"
    return f"ending: {ended(p.stopping or '')} · {screen.count(p.captured, 'page')} archived · {still}"


def line_of(p: Progress, board: Board) -> str:
    """Everything in a line, for logs."""
    parts = [
        screen.lasting(p.elapsed_seconds), f"{p.captured:,} pages, {_rate(board.pages_per_second) or '0'}/s",
        f"{p.due:,} due", f"{p.in_flight:,} in flight", screen.size(p.archived_bytes),
    ]  # fmt: skip
    for number, what in ((p.revisits, "unchanged"), (p.refused, "refused"), (p.failed, "failed")):
        if number:
            parts.append(f"{number:,} {what}")
    if p.slowest_url is not None:
        parts.append(f"slowest {_seconds(p.slowest_seconds)} {urlsplit(p.slowest_url).netloc}")
    return ", ".join(parts)


@dataclass(frozen=True)
class _Widths:
    """Cells of a name, of a note (0 where there is no room or need for any), and between two columns."""

    name: int
    note: int
    gap: str

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> _Widths:
        gap = "  " if width >= WIDE else " "
        room = width - 2 - _NUMBER_CELLS - len(_COLUMNS) * len(gap)
        longest = max((cell_len(row.name) for row in rows), default=0)
        name = max(NARROWEST_SITE, min(longest, WIDEST_SITE, room))
        note = max((cell_len(row.note) for row in rows), default=0)
        left = min(room - name - 2, max(note, NOTE_CELLS))
        return cls(name, left if note and left >= NOTE_CELLS else 0, gap)

    @property
    def all(self) -> int:
        return 2 + self.name + _NUMBER_CELLS + len(_COLUMNS) * len(self.gap) + (2 + self.note if self.note else 0)


def _line(row: Row, widths: _Widths, *, style: str = "") -> Text:
    line = Text(style=style)
    mark, colour = _MARKS.get(row.state, (" ", ""))
    line.append(f"{mark} ", style=colour)
    line.append(set_cell_size(_shortened(screen.visible(row.name), widths.name), widths.name), style=colour)
    for column in _COLUMNS:
        value = column.value(row)
        line.append(widths.gap)
        line.append(f"{value or '·':>{column.cells}}", style=(column.style if value else "bright_black"))
    if widths.note and row.note:
        line.append(f"  {_shortened(screen.visible(row.note), widths.note)}", style=colour)
    return line


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text


def _shortened(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1) + "…"


def _short(number: int) -> str:
    """`1,234`, `123k`, `12.3M`; nothing for nothing."""
    if number < 100_000:
        return f"{number:,}" if number else ""
    return f"{number / 1e3:.0f}k" if number < 999_500 else f"{number / 1e6:.{1 if number < 1e8 else 0}f}M"


def _rate(number: float) -> str:
    if number < 0.005:
        return ""
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def _megabytes(number: float) -> str:
    """`0.42`, `12.3`, `4,210`; nothing for next to nothing."""
    if number < 5_000:
        return ""
    digits = 2 if number < 1e7 else 1 if number < 1e8 else 0
    return f"{number / 1e6:.{digits}f}" if number < 1e9 else _short(round(number / 1e6))


def _seconds(number: float) -> str:
    return "" if number <= 0 else f"{number:.2f} s" if number < 10 else f"{number:.1f} s"
