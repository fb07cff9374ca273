"""A person's lines in, tables out, until .quit: `broadsheet sql` with nothing to ask. Leaves the archive as it is."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.failing import is_interrupt
from pipelines.cli.querying import ROWS_SHOWN, show

PROMPT, CONTINUED = "broadsheet> ", "       ...> "
_HISTORY_LINES = 5_000

_HELP = """\
  SELECT …;        ask; a query ends with a semicolon and may take several lines
  .tables          the views, tables and macros, and the question each answers
  .schema NAME     the columns of one
  .help            this
  .quit            leave; so does Ctrl-D
Ctrl-C drops the line, or stops the query that runs. Tables of your own (create table …) last until you leave."""

_TABLES = r"""
with named as (
    select view_name as name, comment from duckdb_views() where database_name = 'broadsheet' and not internal
    union all
    select function_name || '(' || array_to_string(parameters, ', ') || ')', comment
    from duckdb_functions() where database_name = 'broadsheet' and function_type = 'table_macro' and not internal
)
select name, regexp_extract(comment, '^[^?]*\?') as question from named order by name
"""
_SCHEMA = """
select column_name as "column", data_type as type, comment as meaning
from duckdb_columns() where table_name = lower(?) order by database_name <> 'broadsheet', column_index
"""
_WORDS = """
select distinct view_name from duckdb_views() where database_name = 'broadsheet' and not internal
union select distinct column_name from duckdb_columns() where database_name = 'broadsheet'
"""
# Quoted text, quoted names and comments: a semicolon within them ends nothing.
_OPAQUE = re.compile(r"'(?:[^']|'')*('|$)|\"(?:[^\"]|\"\")*(\"|$)|--[^\n]*|/\*.*?(\*/|$)|\$\$.*?(\$\$|$)", re.DOTALL)


def is_whole(text: str) -> bool:
    """Whether the query ends here: with a semicolon that stands in no quotes and no comment."""

    def blank(found: re.Match[str]) -> str:
        unended = not found[0].startswith("--") and not any(found.groups())
        return "'" if unended else " "

    return _OPAQUE.sub(blank, text).rstrip().endswith(";")


class Shell:
    """One session on an archive, at a terminal."""

    def __init__(self, home: Path, *, read: Callable[[str], str] = input) -> None:
        from warehouse import connect

        self._home, self._read = home, read
        self._session = connect(home)
        self._out, self._err = screen.out(), screen.err()

    def run(self) -> None:
        screen.say(
            self._out, f'{self._home}: SQL as DuckDB has it, ended by ";". .tables and .help help, .quit leaves.'
        )
        try:
            with _line_editor(self._words()):
                for text in self._queries():
                    self._answer(text)
        finally:
            self._session.close()

    def _queries(self) -> Iterator[str]:
        """What a person enters: dot commands, and queries once they are whole."""
        lines: list[str] = []
        while True:
            try:
                line = self._read(CONTINUED if lines else PROMPT)
            except KeyboardInterrupt:
                self._out.print()
                lines = []
                continue
            except EOFError:
                self._out.print()
                return
            if not lines and line.strip().lower() in (".quit", ".exit", ".q", "quit", "exit"):
                return
            if not lines and (not line.strip() or line.lstrip().startswith(".")):
                if line.strip():
                    yield line.strip()
                continue
            lines.append(line)
            if is_whole("\n".join(lines)):
                yield "\n".join(lines)
                lines = []

    def _answer(self, text: str) -> None:
        from warehouse import WarehouseError

        try:
            if text.startswith("."):
                self._obey(text)
            else:
                self._ask(text)
        except WarehouseError as error:
            screen.say(self._err, str(error), style="red")
        except KeyboardInterrupt:
            self._err.print("stopped")
        except RuntimeError as error:
            if not is_interrupt(error):
                raise
            self._err.print("stopped")

    def _obey(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        name = rest.strip().rstrip(";").strip('"')
        if command in (".tables", ".t"):
            self._ask(_TABLES)
        elif command in (".schema", ".s") and name:
            self._ask(_SCHEMA, (name,), nothing=f"there is no {name}; .tables names what there is")
        elif command == ".schema":
            self._err.print("of which? .tables names them, .schema articles shows one")
        elif command == ".help":
            self._out.print(_HELP, markup=False)
        else:
            self._err.print(Text(f"{command} is none of .tables, .schema NAME, .help, .quit"))

    def _ask(self, sql: str, params: tuple[Any, ...] = (), *, nothing: str | None = None) -> None:
        from warehouse.query import ask

        with ask(self._session, sql, params) as result:
            if result.held_back is not None:
                screen.say(self._err, f"{result.held_back}; this shell knows no more of them", style="yellow")
            if nothing is None:
                show(result, self._out, rows=ROWS_SHOWN)
                return
            rows = list(result.rows())
            if not rows:
                self._err.print(Text(nothing))
                return
            for name, kind, meaning in rows:
                self._out.print(Text.assemble((name, "bold"), f"  {kind}"), soft_wrap=True)
                if meaning:
                    self._out.print(Text(f"    {meaning}", style="dim"))

    def _words(self) -> list[str]:
        from warehouse.query import ask

        with ask(self._session, _WORDS) as result:
            return sorted(row[0] for row in result.rows())


def history_file() -> Path:
    """Where the lines of earlier shells are kept (XDG base directories: state)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "broadsheet" / "sql_history"


@contextlib.contextmanager
def _line_editor(words: list[str]) -> Iterator[None]:
    """Arrow keys, history and completion of names by Tab, where this Python was built with them."""
    try:
        import readline
    except ImportError:
        yield
        return
    history = history_file()
    with contextlib.suppress(OSError):  # no history yet, or none to be had: the shell works without
        readline.read_history_file(history)

    def complete(start: str, number: int) -> str | None:
        matches = [word for word in words if word.startswith(start.lower())]
        return matches[number] if number < len(matches) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n\"'`,;()=<>+-*/.")
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
        readline.set_history_length(_HISTORY_LINES)
        with contextlib.suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(history)
