"""`sites try`: a URL in; out, how its newest capture is read, and what the site's selectors in sites.toml change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line
from pipelines.cli.failing import Mistaken
from pipelines.cli.grid import NOTHING, number, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.trial import Trial

EXAMPLES = """[bold]Examples[/bold]

broadsheet sites try https://example.org/a-story/
broadsheet sites try https://example.org/a-story/ --file saved.html
broadsheet sites try https://example.org/a-story/ --site example

Selectors stand below a site in sites.toml:

\\[site.extraction]
title = "h1.headline"
drop = \\[".newsletter", "aside.promo"]"""

_STYLES = {"-": "red", "+": "green", " ": ""}


def try_page(
    url: Annotated[str, typer.Argument(metavar="URL", help="The page's address, as captured.", show_default=False)],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read this file in place of the newest capture.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="By whose selectors; by the address if not given.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Show how a page is read, and what sites.toml changes about it.

    Reads the newest capture in the archive, fetches nothing and writes nothing.
    """
    from crawler import load_sites
    from pipelines.reading import host_of
    from pipelines.site_rules import rules_of
    from pipelines.trial import tried

    folder = known(home)
    if not url.startswith(("http://", "https://")):
        raise Mistaken(f"{url!r} is no address; it begins with http:// or https://")
    sites = load_sites(folder / "sites.toml")
    name = sites[site].name if site is not None else rules_of(sites).site_of((None, host_of(url)))
    rules = sites[name].extraction if name is not None else ()
    html, content_type, origin = _page(folder, url, file)
    trial = tried(html, url=url, content_type=content_type, rules=rules)
    out = screen.out()
    screen.say(out, url, "bold")
    of_site = f"site {name}, {screen.count(len(trial.selectors), 'selector')} in {sites.path}" if name else (
        f"of no site in {sites.path}"
    )  # fmt: skip
    screen.say(out, f"{origin}; {of_site}", "dim")
    _show(trial, out)


def _page(home: Path, url: str, file: Path | None) -> tuple[bytes, str | None, str]:
    """Its bytes, its Content-Type, and where they are from. Raises Mistaken."""
    from pipelines.newest_capture import body_of, newest_capture

    if file is not None:
        try:
            return file.read_bytes(), None, f"from {file}"
        except OSError as error:
            raise Mistaken(f"{file} cannot be read: {error.strerror}") from None
    held = newest_capture(home, url)
    if held is None:
        raise Mistaken(
            f"the archive {home} holds no page of {url}; spell it as captured, give --file, or: {line(home, 'crawl')}"
        )
    body = body_of(held)
    return body.html, body.content_type, f"captured {screen.moment(held.captured_at)}"


def _show(trial: Trial, out: Console) -> None:
    from pipelines.trial import block_lines, changed, fields_of

    out.print()
    rows = [(name, value, source) for name, (value, source) in fields_of(trial.after).items() if value]
    print_table(out, ("field", "value", "from"), rows)
    if trial.selectors:
        out.print()
        found = [(each.key, each.css, number(f"{each.elements:,}")) for each in trial.selectors]
        print_table(out, ("sites.toml", "selector", "finds"), found)
        out.print()
        if differences := changed(trial):
            shown = [(name, before or NOTHING, after or NOTHING) for name, before, after in differences]
            print_table(out, ("changed", "by itself", "with sites.toml"), shown)
        else:
            screen.say(out, "The selectors change nothing of what the reader finds by itself.")
    lines = list(block_lines(trial))
    if not lines:
        return
    out.print()
    for mark, block in lines:
        text = " ".join(block.text.split())
        room = max(20, out.width - 13)
        shown_text = text if len(text) <= room else text[: room - 1].rstrip() + "…"
        out.print(Text(screen.visible(f"{mark} {block.kind:<10} {shown_text}"), style=_STYLES[mark]), soft_wrap=True)
