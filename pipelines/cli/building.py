"""`build` and `ui`: what is missing made, as a run that Dagster knows of; and Dagster itself, on loopback."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line
from pipelines.cli.failing import FAILED

if TYPE_CHECKING:
    from pipelines.defs.build import BuildOutcome

_STAGES = {"hash": "looking", "extract": "reading", "publish": "publishing"}

BUILD_EXAMPLES = """[bold]Example[/bold]

broadsheet build

A second build does nothing. Exit code 1 where a WARC file is damaged (what was
before the damage is in the tables) or cannot be read."""

UI_EXAMPLES = """[bold]Examples[/bold]

broadsheet ui
broadsheet ui --port 3001 --open

Ctrl-C ends it."""


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("build", rich_help_panel=panel, epilog=BUILD_EXAMPLES)(build)
    app.command("ui", rich_help_panel=panel, epilog=UI_EXAMPLES)(ui)


def build(home: HomeOption = None) -> None:
    """Read into tables what is not in them yet.

    WARC files that were not read are read, crawl dates whose tables are missing or out of date are published, and
    nothing else is touched. It is a run that "broadsheet ui" shows.
    """
    folder = known(home)
    outcome = build_with_bar(folder)
    summarise(outcome, folder)
    if outcome.failures:
        raise typer.Exit(FAILED)


def build_with_bar(home: Path) -> BuildOutcome:
    """Build through Dagster, with a bar on stderr while it lasts."""
    with screen.bar("building") as bar:
        bar.show(0, None, "starting Dagster")

        def show(stage: str, done: int, total: int, detail: str) -> None:
            bar.show(done, total or None, f"{_STAGES.get(stage, stage)} {detail}")

        from pipelines.defs.build import build as build_in_dagster

        return build_in_dagster(home, show)


def summarise(outcome: BuildOutcome, home: Path) -> None:
    """What the build did, on stdout; what it could not read, as lines of their own."""
    out = screen.out()
    if outcome.did_nothing:
        out.print("Nothing to build: the tables are up to date.")
    else:
        out.print(Text(f"Built in {screen.lasting(outcome.elapsed_seconds)}.", style="bold"))
        out.print(screen.facts([*counts(outcome), ("next", line(home, "sql"))]))
    for failure in outcome.failures:
        screen.say(screen.err(), str(failure))


def counts(outcome: BuildOutcome) -> list[tuple[str, str]]:
    """The sums of a build, by name: what was read, and what the days that were published hold now."""
    classes: Counter[str] = Counter()
    rejects: Counter[str] = Counter()
    for published in outcome.published:
        classes.update(published.classes)
        rejects.update(published.rejects)
    read = sum(fragment.captures for fragment in outcome.extracted)
    days = ", ".join(f"{published.crawl_date}" for published in outcome.published[:4])
    more = f" and {len(outcome.published) - 4} more" if len(outcome.published) > 4 else ""
    found = [
        ("read", f"{screen.count(len(outcome.extracted), 'WARC file')}, {screen.count(read, 'capture')}"),
        ("published", f"{days}{more}" if days else "nothing"),
        ("articles", screen.count(classes["article"], "article")),
        ("rejects", screen.count(classes["reject"], "reject") + (f": {_listed(rejects)}" if rejects else "")),
        ("revisits", screen.count(classes["revisit"], "revisit")),
        ("support", f"{classes['support']:,} redirects, feeds, sitemaps and other files"),
    ]
    return found if outcome.published else found[:2]


def _listed(numbers: Counter[str]) -> str:
    return ", ".join(f"{reason} × {number:,}" for reason, number in numbers.most_common())


def ui(
    port: Annotated[int, typer.Option(min=1, max=65_535, metavar="PORT", help="Where, on 127.0.0.1.")] = 3000,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser on it.")] = False,
    home: HomeOption = None,
) -> None:
    """Show the archive in Dagster: assets, runs, schedule, sensors."""
    from filelock import FileLock, Timeout

    from pipelines.defs.home import dagster_home_for
    from pipelines.defs.orphans import end_orphans_of
    from pipelines.defs.ui import ui as show_ui

    folder = known(home)
    out = screen.out()
    screen.say(out, f"Starting Dagster for {folder} …")

    def ready(address: str) -> None:
        screen.say(out, f"{address}  Ctrl-C ends it.")

    # The runs of another UI are its own, as long as it holds this.
    lock = FileLock(dagster_home_for(folder) / "ui.lock")
    try:
        with suppress(Timeout):
            lock.acquire(timeout=0)
            end_orphans_of(folder, launched_before=datetime.now(UTC))
        show_ui(folder, port, open_browser=open_browser, on_ready=ready)
    finally:
        lock.release()
