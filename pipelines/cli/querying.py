"""`sql`: a query from the command line, a file, a pipe or a shell in; its rows out, in one of four forms."""

from __future__ import annotations

import itertools
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.console import Console

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known
from pipelines.cli.failing import Mistaken

if TYPE_CHECKING:
    from warehouse import Result

ROWS_SHOWN = 50

EXAMPLES = """[bold]Examples[/bold]

broadsheet sql "from articles_per_day"
broadsheet sql "select title from latest_articles where text ilike '%port%'"
broadsheet sql "from rejects_by_reason" --format csv
broadsheet sql "from latest_articles" --output articles.parquet
broadsheet sql --file question.sql --format jsonl | head -3
echo "select count(*) from captures" | broadsheet sql
broadsheet sql                                    a shell: .tables .schema NAME .help .quit

∅ in a table is null. Times are UTC. The views: latest_articles, revisions, articles_per_day, coverage_gaps,
rejects_by_reason, provenance, readings, held_back, exportable_articles; the tables: articles, captures, rejects,
links. Articles whose sites opted out of it are left out of what is written; the view held_back names them."""


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_SUFFIXES = {".csv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".parquet": Format.PARQUET}


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("sql", rich_help_panel=panel, epilog=EXAMPLES)(sql)


def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="SQL, as DuckDB has it.", show_default=False)
    ] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Read the query from a file; - is stdin.")] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", case_sensitive=False, help="table, or what --output ends in.", show_default=False),
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows to a file.")] = None,
    rows: Annotated[int, typer.Option(min=0, metavar="N", help="Rows that a table shows; 0: all.")] = ROWS_SHOWN,
    home: HomeOption = None,
) -> None:
    """Ask the archive in SQL; without a query, in a shell.

    The query may also come from a file or a pipe. Read-only: nothing that is asked changes the archive.
    """
    folder = known(home)
    if query is not None and file is not None:
        raise Mistaken("a query and --file were given; one of them is enough")
    form = form or (_SUFFIXES.get(output.suffix.lower(), Format.TABLE) if output else Format.TABLE)
    if output is not None and not output.parent.is_dir():
        raise Mistaken(f"{output}: there is no folder {output.parent}")
    if form is Format.PARQUET and output is None and sys.stdout.isatty():
        raise Mistaken("Parquet is nothing for a terminal: name a file with --output, or redirect")
    if query is None and file is None and sys.stdin.isatty():
        from pipelines.cli.shell import Shell

        Shell(folder).run()
        return
    asked = query if query is not None else _read(file)
    if not asked.strip():
        raise Mistaken("the query is empty")
    from warehouse import run_sql

    with run_sql(folder, asked, export=form is not Format.TABLE or output is not None) as result:
        if result.held_back is not None:
            screen.say(screen.err(), str(result.held_back), style="yellow")
        give(result, form, output=output, rows=rows)


def _read(file: Path | None) -> str:
    if file is None or str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistaken(f"{file}: {getattr(error, 'strerror', None) or 'not text in UTF-8'}") from None


def give(result: Result, form: Format, *, output: Path | None, rows: int) -> None:
    """The rows where they are wanted; how many there are goes to stderr."""
    from warehouse import write_csv, write_json_lines, write_parquet_result

    if form is Format.TABLE:
        if output is None:
            show(result, screen.out(), rows=rows)
        else:
            with output.open("w", encoding="utf-8") as stream:
                show(result, Console(file=stream, highlight=False), rows=rows)
        return
    write = {Format.CSV: write_csv, Format.JSONL: write_json_lines, Format.PARQUET: write_parquet_result}[form]
    target: Path | BinaryIO = output if output is not None else sys.stdout.buffer
    number = write(result, target)
    if output is not None:
        screen.say(screen.err(), f"{screen.count(number, 'row')} in {output}")


def show(result: Result, console: Console, *, rows: int) -> None:
    """At most `rows` rows as a table (0: all), and on stderr how many there are."""
    from pipelines.cli.grid import NULL, grid

    remarks = screen.err()
    if not result.columns:
        remarks.print("done")
        return
    taken = list(itertools.islice(result.rows(), rows + 1 if rows else None))
    shown = taken[:rows] if rows else taken
    # Where nobody looks, nothing is cut: a file has no right margin.
    width = console.width if console.is_terminal else None
    if shown:
        for line in grid(result.columns, shown, width=width):
            console.print(line, soft_wrap=True)
    console.file.flush()
    if len(taken) > len(shown):
        note = f"the first {screen.count(len(shown), 'row')}; --rows 0 shows all, --format csv writes all"
    else:
        note = screen.count(len(shown), "row")
    if any(value is None for row in shown for value in row):
        note += f"; {NULL} is null"
    screen.say(remarks, note, style="dim")
