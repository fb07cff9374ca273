"""`pack`: some of the archive, or all of it, in one WACZ file for others. Changes nothing in the archive."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known
from pipelines.cli.failing import FAILED, Mistaken
from pipelines.cli.grid import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crawler.archive import IsHeld, Wish
    from pipelines.packing import PackReport

EXAMPLES = """[bold]Examples[/bold]

broadsheet pack --wacz all.wacz
broadsheet pack --wacz november.wacz --since 2026-11-01 --until 2026-11-30
broadsheet pack --wacz one.wacz --site thinlinenews --crawl-date 2026-11-22
broadsheet pack --wacz one.wacz --site thinlinenews --dry-run    only look

Open it at replayweb.page, which shows it without sending it anywhere."""


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("pack", rich_help_panel=panel, epilog=EXAMPLES)(pack)


def day(text: str) -> date:
    """`2026-11-22`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: give one such as 2026-11-22") from None


def pack(
    wacz: Annotated[Path, typer.Option("--wacz", metavar="OUT.wacz", help="The file to write.", show_default=False)],
    site: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this site; may be given again.")] = None,
    since: Annotated[
        date | None, typer.Option(parser=day, metavar="DAY", help="Captures of this UTC day and later.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(parser=day, metavar="DAY", help="Captures of this UTC day and earlier.")
    ] = None,
    crawl_date: Annotated[
        list[date] | None,
        typer.Option("--crawl-date", parser=day, metavar="DAY", help="Only this UTC day; may be given again."),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What replay tools call it.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="A few words more.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be in it, write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
    home: HomeOption = None,
) -> None:
    """Pack captures into one WACZ file, which replay tools open.

    Records are copied byte for byte. A revisit brings the capture that it stands for, be it older or of another site.
    """
    from crawler.archive import Wish
    from crawler.version import SOFTWARE
    from pipelines.packing import pack as pack_archive

    folder = known(home)
    if since is not None and until is not None and until < since:
        raise Mistaken(f"--since {since} --until {until}: no day is in between")
    _fit_to_be_written(wacz, force=force, dry_run=dry_run)
    wish = Wish(
        sites=frozenset(site) if site else None, since=since, until=until,
        days=frozenset(crawl_date) if crawl_date else None,
    )  # fmt: skip
    site_of, is_held = _site_of(folder, site or []), _is_held(folder)
    with screen.bar("packing") as bar:
        report = pack_archive(
            folder, None if dry_run else wacz, wish, title=title or _title(wish), description=description,
            software=SOFTWARE, at=datetime.now(UTC), titles={} if dry_run else _titles(folder), site_of=site_of,
            is_held=is_held, show=bar.show,
        )  # fmt: skip
    if not report.files:
        held = f" that may be given away ({report.held_back:,} are held back)" if report.held_back else ""
        raise Mistaken(f"no capture of {folder} is of {_wished(wish)}{held}; nothing was written")
    _print(report, wacz, dry_run=dry_run)
    if report.damaged:
        raise typer.Exit(FAILED)


def _fit_to_be_written(wacz: Path, *, force: bool, dry_run: bool) -> None:
    if wacz.suffix != ".wacz":
        raise Mistaken(f"{wacz}: the name has to end in .wacz, or replay tools will not take it")
    if wacz.is_dir():
        raise Mistaken(f"{wacz} is a folder; name a file")
    if not wacz.parent.is_dir():
        raise Mistaken(f"{wacz.parent}: no such folder")
    if wacz.exists() and not force and not dry_run:
        raise Mistaken(f"{wacz} is there already; --force replaces it")


def _site_of(home: Path, wanted: list[str]) -> Callable[[str], str | None]:
    """Whose a URL is by sites.toml. Raises UnknownSite for a site that is not in it."""
    from crawler import load_sites
    from crawler.intake.candidates import site_of

    path = home / "sites.toml"
    sites = load_sites(path) if path.exists() else None
    if sites is not None:
        for name in wanted:
            _ = sites[name]

    @lru_cache(maxsize=100_000)
    def named(url: str) -> str | None:
        found = site_of(url, sites.sites) if sites is not None else None
        return found.name if found is not None else None

    return named


def _is_held(home: Path) -> IsHeld:
    """Whether a capture is bound: by what was said when it was made, or by what the tables have of it since."""
    from crawler import Sites, load_sites

    path = home / "sites.toml"
    sites = load_sites(path) if path.exists() else Sites(path=path)
    in_tables = _held_in_tables(home)

    def is_held(capture_id: str, site: str | None, signals: tuple[str, ...]) -> bool:
        return capture_id in in_tables or bool(signals and sites.policy_for(site).binding(signals, "export"))

    return is_held


_HELD = """
select capture_id from captures where len(export_bound_by) > 0
union select capture_id from readings where article_id in (select article_id from held_back)
"""


def _held_in_tables(home: Path) -> frozenset[str]:
    from warehouse import run_sql, tables_folder

    if not tables_folder(home).is_dir():
        return frozenset()
    with run_sql(home, _HELD) as result:
        return frozenset(row[0] for row in result.rows())


def _titles(home: Path) -> Mapping[str, str]:
    """Capture → the title of the article that it is, where the archive was built."""
    from warehouse import run_sql, tables_folder

    if not tables_folder(home).is_dir():
        return {}
    with run_sql(home, "select capture_id, title from articles where title is not null") as result:
        return {str(capture_id): str(title) for capture_id, title in result.rows()}


def _wished(wish: Wish) -> str:
    parts = [" and ".join(sorted(wish.sites))] if wish.sites else []
    parts += [f"{' and '.join(f'{each}' for each in sorted(wish.days))}"] if wish.days else []
    parts += [f"{wish.since} and later"] if wish.since else []
    parts += [f"{wish.until} and earlier"] if wish.until else []
    return ", ".join(parts) or "the web"


def _title(wish: Wish) -> str:
    return "Broadsheet" if wish.is_everything else f"Broadsheet: {_wished(wish)}"


def _print(report: PackReport, wacz: Path, *, dry_run: bool) -> None:
    out = screen.out()
    rows = [(f.name, "whole" if f.is_whole else "part", f.captures, screen.size(f.bytes)) for f in report.files]
    print_table(out, ("file", "", "captures", "size"), rows)
    for problem in report.damaged:
        screen.say(out, f"{problem}; what stands before it is packed")
    if report.held_back:
        held = f"{screen.count(report.held_back, 'capture')} held back by the sites' opt-outs"
        screen.say(out, f"{held}; the policy in sites.toml decides")
    if report.originals:
        screen.say(out, f"{screen.count(report.originals, 'capture')} of them because revisits stand for them")
    if dry_run:
        screen.say(out, f"{screen.count(report.captures, 'capture')}, {screen.size(report.bytes)}, would be packed.")
    else:
        pages = screen.count(report.pages, "page")
        screen.say(out, f"{wacz}: {screen.count(report.captures, 'capture')}, {pages}, {screen.size(report.bytes)}")
