"""`import`, `verify`: WARC files taken in, the archive checked byte by byte. Mends nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line
from pipelines.cli.failing import FAILED, Mistaken
from pipelines.cli.grid import print_table

if TYPE_CHECKING:
    from crawler import ImportReport

IMPORT_EXAMPLES = """[bold]Examples[/bold]

broadsheet import CC-MAIN-20261108.warc.gz
broadsheet import ~/wget-runs ~/heritrix/warcs     folders, with all WARC files below them
broadsheet import --dry-run ~/old                  only look

The files stay where they are; what is in the archive already is not imported again."""

VERIFY_EXAMPLES = """[bold]Examples[/bold]

broadsheet verify
broadsheet verify > problems.txt       exit code 1 where there are any"""


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("import", rich_help_panel=panel, epilog=IMPORT_EXAMPLES)(import_files)
    app.command("verify", rich_help_panel=panel, epilog=VERIFY_EXAMPLES)(verify)


def import_files(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="WARC files, or folders of them.", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at everything, write nothing.")] = False,
    home: HomeOption = None,
) -> None:
    """Take in WARC files of other tools: 1.0 and 1.1, gzip or not."""
    from crawler import import_warcs

    folder = known(home)
    if missing := [path for path in paths if not path.exists()]:
        raise Mistaken("\n".join(f"{path}: no such file or folder" for path in missing))
    with screen.bar("importing") as bar:
        report = import_warcs(
            paths, folder, dry_run=dry_run,
            on_progress=lambda p: bar.show(p.bytes_done, p.bytes_total, f"{p.file:,} of {p.files:,}: {p.source.name}"),
        )  # fmt: skip
    _print_import(report, folder, dry_run=dry_run)
    if report.count("failed") + report.count("cut"):
        raise typer.Exit(FAILED)


def _print_import(report: ImportReport, home: Path, *, dry_run: bool) -> None:
    out = screen.out()
    if not report.files:
        raise Mistaken("no WARC file there: names end in .warc or .warc.gz")
    words = {"imported": "new", "cut": "damaged", "already": "there already", "failed": "not readable"}
    rows = [
        (
            file.source.name, words[file.outcome], file.records, file.captures, screen.size(file.bytes),
            " to ".join(dict.fromkeys(f"{day}" for day in (*file.crawl_dates[:1], *file.crawl_dates[-1:]))),
        )
        for file in report.files
    ]  # fmt: skip
    print_table(out, ("file", "", "records", "captures", "size", "days"), rows)
    for file in report.files:
        if file.problem is not None:
            screen.say(out, screen.visible(file.problem))
        if file.recompressed:
            screen.say(out, f"{file.source}: recompressed record by record, so that offsets lead to records")
    new = report.count("imported") + report.count("cut")
    if dry_run:
        out.print(f"{screen.count(new, 'file')} would be imported, {screen.count(report.captures, 'capture')}.")
    else:
        out.print(f"{screen.count(new, 'file')} imported, {screen.count(report.captures, 'capture')}.")
        if new:
            screen.say(out, f"Next: {line(home, 'build')}")


def verify(home: HomeOption = None) -> None:
    """Check every record of the archive, and the tables.

    Each gzip member whole, one record in each, lengths and digests right; as many captures as the ledger has; tables
    whose bytes are those written, and whose sums hold. Each problem is a line.
    """
    from crawler import verify as problems_of
    from pipelines.sums import check_sums
    from warehouse import DamagedTable, damaged_tables, published_dates, tables_folder

    folder, out = known(home), screen.out()
    files = checked = problems = 0

    with screen.bar("verifying") as bar:

        def show(name: str, number: int, total: int) -> None:
            nonlocal files, checked
            files = number
            checked += (folder / "archive" / name).stat().st_size
            bar.show(number - 1, total, f"{screen.size(checked)}  {name}")

        for problem in problems_of(folder, show):
            problems += 1
            at = "" if problem.offset is None else f" at {problem.offset:,}"
            screen.say(out, screen.visible(f"{problem.warc_file}{at}: {problem.kind}: {problem.detail}"))
        if tables_folder(folder).is_dir():
            for damage in damaged_tables(tables_folder(folder)):
                problems += 1
                screen.say(out, str(damage))
            for day in published_dates(tables_folder(folder)):
                with suppress(DamagedTable):  # told above; a day with one has no sums
                    for sum_problem in check_sums(folder, day):
                        problems += sum_problem.severity == "error"
                        screen.say(out, f"{day}: {screen.visible(str(sum_problem))}")
    found = screen.count(problems, "problem") if problems else "no problem"
    screen.say(out, f"{screen.count(files, 'WARC file')}, {screen.size(checked)}, and the tables: {found}")
    if problems:
        raise typer.Exit(FAILED)
