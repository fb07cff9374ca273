"""The commands of `broadsheet`, in the order of the story. Does nothing itself."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pipelines.cli import building, crawling, demo, keeping, packing, querying, showing, sites, standing
from pipelines.cli.archive import HOME_VARIABLE, HomeOption
from pipelines.cli.failing import TRACEBACK_VARIABLE

EXAMPLES = """[bold]Examples[/bold]

broadsheet demo                             the whole way, by itself
broadsheet init                             an archive of your own, in ./data
broadsheet sites add https://example.org/   its first site
broadsheet crawl                            fetch what is due
broadsheet build                            read it into tables
broadsheet sql                              ask

"broadsheet COMMAND --help" has examples of each."""

app = typer.Typer(
    name="broadsheet",
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Broadsheet keeps the news: crawl → archive → extract → publish → query.",
    epilog=EXAMPLES,
)

START, CRAWL, ARCHIVE, TABLES, QUERY = "Start", "Crawl", "Archive", "Extract and publish", "Query"

demo.register(app, panel=START)
crawling.register_init(app, panel=START)
sites.register(app, panel=CRAWL)
crawling.register_crawl(app, panel=CRAWL)
keeping.register(app, panel=ARCHIVE)
standing.register(app, panel=ARCHIVE)
packing.register(app, panel=ARCHIVE)
building.register(app, panel=TABLES)
querying.register(app, panel=QUERY)
showing.register(app, panel=QUERY)


def _print_version(asked: bool) -> None:
    if asked:
        from crawler.version import VERSION

        typer.echo(f"broadsheet {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _everywhere(
    context: typer.Context,
    home: HomeOption = None,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in the program an unexpected error came from.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if home is not None:  # for the command that follows, whose own --home still goes first
        os.environ[HOME_VARIABLE] = str(home)
    if traceback:
        os.environ[TRACEBACK_VARIABLE] = "1"
    if context.invoked_subcommand is None:
        if text := context.get_help():  # empty where rich has printed it already
            typer.echo(text)
        raise typer.Exit
