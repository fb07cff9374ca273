"""`sites add|list|check|try`: what stands in sites.toml, shown, read through, and added to after a look at the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from pipelines.cli import screen, trying
from pipelines.cli.archive import HomeOption, known, line, new_or_known
from pipelines.cli.failing import Mistaken
from pipelines.cli.grid import NOTHING, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from crawler import Newcomer, Progress

EXAMPLES = """[bold]Examples[/bold]

broadsheet sites add https://example.org/
broadsheet sites list
broadsheet sites check
broadsheet sites try https://example.org/a-story/"""

ADD_EXAMPLES = """[bold]Examples[/bold]

broadsheet sites add https://example.org/
broadsheet sites add example.org --name example --delay 10
broadsheet sites add https://example.org/ --dry-run      only look

A site on this machine or in its network is refused until sites.toml names the
network: allow_addresses = \\["127.0.0.0/8"]"""

LIST_EXAMPLES = """[bold]Example[/bold]

broadsheet sites list"""

CHECK_EXAMPLES = """[bold]Examples[/bold]

broadsheet sites check
broadsheet sites check drafts/sites.toml"""


def register(app: typer.Typer, *, panel: str) -> None:
    group = typer.Typer(
        rich_markup_mode="rich", help="The sites to crawl: add, list, check sites.toml, try its selectors."
    )
    group.callback(invoke_without_command=True)(_help_by_default)
    group.command("add", epilog=ADD_EXAMPLES)(add)
    group.command("list", epilog=LIST_EXAMPLES)(list_sites)
    group.command("check", epilog=CHECK_EXAMPLES)(check)
    group.command("try", epilog=trying.EXAMPLES)(trying.try_page)
    app.add_typer(group, name="sites", rich_help_panel=panel, epilog=EXAMPLES)


def _help_by_default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        if text := context.get_help():  # empty where rich has printed it already
            typer.echo(text)
        raise typer.Exit


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The site's home page.", show_default=False)],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="a-z, 0-9 and -; made of the address if not given.")
    ] = None,
    delay: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Least time between two requests to it.")
    ] = 5.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is found; write nothing.")] = False,
    home: HomeOption = None,
) -> None:
    """Visit a site, find its feeds and sitemaps, add it to sites.toml."""
    from crawler import CrawlError, append_site, load_sites, look_at_site, new_sites_file
    from crawler.wire.guard import is_public_address

    folder = new_or_known(home)
    sites_file = folder / "sites.toml"
    if not sites_file.exists():
        new_sites_file(sites_file)
    if name is not None and name in load_sites(sites_file):
        raise Mistaken(f'{sites_file} has a site "{name}" already; choose another --name')
    with screen.bar(f"looking at {urlsplit(url).netloc or url}") as bar:

        def show(progress: Progress) -> None:
            bar.show(progress.captured, None, progress.url or "")

        try:
            found = look_at_site(folder, url, name=name, delay_seconds=delay, on_progress=show)
        except CrawlError as error:
            if is_public_address(url) or load_sites(sites_file).allow_addresses:
                raise
            hint = f'{sites_file} must allow it: allow_addresses = ["127.0.0.0/8"], or what network it is in'
            raise Mistaken(f"{error}; to crawl this machine or its network, {hint}") from None
    out = screen.out()
    _show(found, out)
    if dry_run:
        screen.say(out, f"Nothing was written. To add it: {line(folder, f'sites add {url}')}")
        return
    append_site(sites_file, found.site)
    screen.say(out, f'Added to {sites_file} as "{found.site.name}". Next: {line(folder, "crawl")}')


def _show(found: Newcomer, out: Console) -> None:
    site = found.site
    rows = [("home", "", site.home)]
    rows += [("feed", found.titles.get(url, ""), url) for url in site.feeds]
    rows += [("sitemap", found.titles.get(url, ""), url) for url in site.sitemaps]
    print_table(out, ("", "what it is", "address"), rows, cut=False)
    if len(rows) == 1:
        out.print("No feed and no sitemap: articles are found from the links on its home and section pages.")


def list_sites(home: HomeOption = None) -> None:
    """The sites in sites.toml."""
    from crawler import load_sites

    folder = known(home)
    sites = load_sites(folder / "sites.toml")
    out = screen.out()
    if not sites.sites:
        screen.say(out, f"{sites.path} has no sites yet; name one: {line(folder, 'sites add https://example.org/')}")
        return
    rows = [
        (
            site.name,
            f"{site.delay_seconds:g} s",
            len(site.feeds) or NOTHING,
            len(site.sitemaps) or NOTHING,
            site.home,
            site.spider or "",
        )
        for site in sites
    ]
    print_table(out, ("name", "delay", "feeds", "sitemaps", "home", "spider"), rows, cut=False)


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Another file than the archive's.", show_default=False)
    ] = None,
    home: HomeOption = None,
) -> None:
    """Read sites.toml through and name every mistake in it.

    Each is a line with the file's line, the key, and what was expected; exit code 2.
    """
    from crawler import load_sites

    sites = load_sites(file or known(home) / "sites.toml")
    contact = "" if sites.contact else "; no contact yet, without which public sites are not crawled"
    screen.say(screen.out(), f"{sites.path}: {screen.count(len(sites), 'site')}, no mistakes{contact}")
