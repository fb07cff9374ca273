"""`init` and `crawl`: an archive begun; pages fetched into it, shown while it works and a summary at the end."""

from __future__ import annotations

import contextlib
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line, new_or_known
from pipelines.cli.failing import INTERRUPTED_AND_TOLD, Mistaken

if TYPE_CHECKING:
    from crawler import CrawlOptions, CrawlReport, Progress

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_ENDED = {
    "nothing_due": "nothing more is due",
    "max_pages": "as many pages as asked for",
    "time": "the time is up",
    "interrupted": "interrupted",
    "low_disk": "the disk is nearly full",
    "quota": "the archive's quota is reached",
}

INIT_EXAMPLES = """[bold]Examples[/bold]

broadsheet init
broadsheet init --home ~/news --contact mailto:you@example.org
broadsheet init --allow-address 127.0.0.0/8       to crawl this machine"""

CRAWL_EXAMPLES = """[bold]Examples[/bold]

broadsheet crawl                                what is due, on all sites
broadsheet crawl --site thinline --for 30m      half an hour on one of them
broadsheet crawl --max-pages 100                no more than that
broadsheet crawl --refresh                      everything known, again
broadsheet crawl --since 2019-01-01             the news, then the archive
broadsheet crawl --since 2011-03-01 --until 2011-03-31 --site thinline
broadsheet crawl https://example.org/a-story/   just this, and its redirects
broadsheet crawl --urls stories.txt             one on a line, # comments
broadsheet crawl --json > report.json           for a program
broadsheet crawl --metrics 9187                 for Prometheus, on 127.0.0.1 while it runs

Ctrl-C ends a crawl cleanly (exit code 130); the next goes on where it stopped."""


def register_init(app: typer.Typer, *, panel: str) -> None:
    app.command("init", rich_help_panel=panel, epilog=INIT_EXAMPLES)(init)


def register_crawl(app: typer.Typer, *, panel: str) -> None:
    app.command("crawl", rich_help_panel=panel, epilog=CRAWL_EXAMPLES)(crawl)


def init(
    home: HomeOption = None,
    contact: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="mailto:… or https://…, by which the owner of a site can reach you."),
    ] = None,
    allow_address: Annotated[
        list[str] | None,
        typer.Option(metavar="NETWORK", help="A network to be reached besides public ones; may be given again."),
    ] = None,
) -> None:
    """Begin an archive: sites.toml and empty tables.

    The sites.toml explains itself, and the tables can be queried. An archive that is there already is left as it is.
    """
    from crawler import load_sites, new_sites_file
    from warehouse import catalog_path, init_tables, write_catalog

    folder = new_or_known(home)
    sites_file, out = folder / "sites.toml", screen.out()
    if sites_file.exists() and catalog_path(folder).exists():
        screen.say(out, f"{folder} is an archive already; nothing was changed. See: {line(folder, 'status')}")
        return
    if not sites_file.exists():
        new_sites_file(sites_file)
        set_values(sites_file, contact=contact, allow_addresses=allow_address)
    load_sites(sites_file)
    init_tables(folder)
    write_catalog(folder)
    screen.say(out, f"A new archive in {folder}: its sites stand in {sites_file}.")
    out.print("Next, name a site:")
    screen.say(out, "  " + line(folder, "sites add https://example.org/"))


def set_values(sites_file: Path, **values: object) -> None:
    """Write these keys into a sites.toml just made. Raises SitesError, and removes the file, where one is wrong."""
    import tomlkit

    from crawler import SitesError, load_sites

    given = {key: value for key, value in values.items() if value is not None}
    text = sites_file.read_text("utf-8")
    for key in given:
        text = text.replace(f"# {key} = ", f"{key} = ", 1)  # where the file explains it, not at its end
    document = tomlkit.parse(text)
    document.update(given)
    sites_file.write_text(tomlkit.dumps(document), encoding="utf-8")
    try:
        load_sites(sites_file)
    except SitesError:
        sites_file.unlink()
        raise


def seconds(text: str) -> float:
    """`90s`, `30m`, `2h`, `1d` as seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip().lower())
    if found is None or float(found[1]) == 0:
        raise typer.BadParameter(f"{text!r} is no length of time: a number and s, m, h or d, such as 30m")
    return float(found[1]) * _UNITS[found[2]]


def day(text: str) -> str:
    """`2019-01-31` as it is; other forms of a date are refused."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: year-month-day, such as 2019-01-31") from None


def check_days(since: str | None, until: str | None, *, urls: bool) -> None:
    """Raises Mistaken where the days of the back catalogue cannot be meant."""
    today = datetime.now(UTC).date().isoformat()
    if (since or until) and urls:
        raise Mistaken(
            "--since and --until ask for the back catalogue of sites, not of single URLs; name one or the other"
        )
    if since and since > (until or today):
        end = f"--until {until}" if until else f"today, {today} UTC"
        raise Mistaken(f"--since {since} is after {end}; give the earlier day first")


def crawl(
    urls: Annotated[
        list[str] | None,
        typer.Argument(metavar="URL", help="Just these. None: all that is due.", show_default=False),
    ] = None,
    urls_file: Annotated[
        str | None, typer.Option("--urls", metavar="FILE", help="Just the URLs in a file; - is stdin.")
    ] = None,
    site: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this site; may be given again.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Make everything known due now.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", parser=day, help="Then the back catalogue from this day on: 2019-01-31, UTC, included."
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", parser=day, help="The back catalogue's last day; today if not given.")
    ] = None,
    max_pages: Annotated[int | None, typer.Option(min=1, metavar="N", help="End after so many pages.")] = None,
    for_seconds: Annotated[
        float | None,
        typer.Option("--for", metavar="TIME", parser=seconds, help="End after this time: 90s, 30m, 2h, 1d."),
    ] = None,
    metrics: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Serve metrics for Prometheus on 127.0.0.1; 0: any free port."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """Fetch what is due, or the URLs named, into the archive."""
    from crawler import CrawlOptions, load_sites

    folder = known(home)
    sites_file = folder / "sites.toml"
    asked = list(urls or ()) + (listed(urls_file) if urls_file is not None else [])
    if urls_file is not None and not asked:
        raise Mistaken(f"{urls_file}: no URL in it")
    check_days(since, until, urls=bool(asked))
    options = CrawlOptions(
        urls=tuple(dict.fromkeys(asked)),
        sites=tuple(site or ()),
        max_pages=max_pages,
        for_seconds=for_seconds,
        refresh=refresh,
        since=since,
        until=until,
    )
    if not load_sites(sites_file).sites:
        raise Mistaken(f"{sites_file} has no sites yet; name one: {line(folder, 'sites add https://example.org/')}")
    report = crawl_watched(folder, options, metrics_port=metrics)
    if as_json:
        typer.echo(report.to_json())
    else:
        summarise(report, folder, again=days_again(options))
    if report.ended_because == "interrupted":
        raise typer.Exit(INTERRUPTED_AND_TOLD)


def listed(name: str) -> list[str]:
    """The URLs in a file, one on a line, without empty lines and # comments. Raises Mistaken: each wrong line."""
    from crawler import normalise

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistaken(f"{name}: {getattr(error, 'strerror', None) or 'not text in UTF-8'}") from None
    urls, wrong = [], []
    for number, raw in enumerate(text.splitlines(), start=1):
        url = raw.partition(" #")[0].strip()
        if not url or url.startswith("#"):
            continue
        if normalise(url) is None:
            wrong.append(f"{name}:{number}: {url!r} is not an absolute http:// or https:// address")
        urls.append(url)
    if wrong:
        more = [f"… and {len(wrong) - 20:,} more lines like these"] if len(wrong) > 20 else []
        raise Mistaken("\n".join(wrong[:20] + more))
    return urls


def crawl_watched(
    home: Path, options: CrawlOptions, title: str = "crawling", *, metrics_port: int | None = None
) -> CrawlReport:
    """Crawl, and show on stderr how it goes while it lasts; with a port, serve the same as metrics."""
    from crawler import crawl as crawl_archive
    from pipelines.cli.crawl_view import crawl_view

    with contextlib.ExitStack() as stack:
        tell = []
        if metrics_port is not None:
            from crawler.watch.metrics import CrawlMetrics
            from crawler.watch.metrics_http import serve_metrics

            numbers = CrawlMetrics()
            port = stack.enter_context(serve_metrics(numbers.text, port=metrics_port))
            screen.say(screen.err(), f"metrics: http://127.0.0.1:{port}/metrics")
            tell.append(numbers.take)
        tell.append(stack.enter_context(crawl_view(title, _why_ended)).show)

        def on_progress(progress: Progress) -> None:
            for each in tell:
                each(progress)

        return crawl_archive(home, options, on_progress)


def _why_ended(reason: str) -> str:
    return _ENDED.get(reason, reason)


def days_again(options: CrawlOptions) -> str:
    """The options that go on with the back catalogue: " --since 2019-01-01"; empty where none was asked for."""
    given = (("since", options.since), ("until", options.until))
    return "".join(f" --{name} {value}" for name, value in given if value)


def summarise(report: CrawlReport, home: Path, again: str = "") -> None:
    """What the crawl did, on stdout, and what to do next. `again`: options to go on with."""
    lasted = screen.lasting((report.ended_at - report.started_at).total_seconds())
    unchanged = f", {report.revisits:,} of them as they were before" if report.revisits else ""
    lines = [("pages", f"{report.captured:,} archived{unchanged}")]
    if report.statuses:
        lines.append(("answers", _listed(report.statuses)))
    if lost := not_archived(report):
        lines.append(("not archived", lost))
    if report.recovered:
        lines.append(("recovered", f"{screen.count(report.recovered, 'page')} of a crawl that had been cut off"))
    lines.append(("new", f"{screen.count(report.new_urls, 'URL')} not known before, {report.due:,} still due"))
    lines.append(
        ("bytes", f"{screen.size(report.received_bytes)} received, {screen.size(report.archived_bytes)} archived")
    )
    if report.warc_files:
        newest = f"{home / 'archive' / report.warc_files[-1]}"
        number = len(report.warc_files)
        lines.append(("WARC files", newest if number == 1 else f"{number}, the last {newest}"))
    if report.due:
        lines.append(("to go on", line(home, f"crawl{again}")))
    if report.captured:
        lines.append(("next", line(home, "build")))
    out = screen.out()
    screen.say(out, f"Crawled for {lasted}, until {_why_ended(report.ended_because)}.", "bold")
    out.print(screen.facts(lines))


def not_archived(report: CrawlReport) -> str:
    """`2 failed, 6 refused: robots × 6, timeout × 2`; empty where nothing was."""
    if not report.failed + report.refused:
        return ""
    kinds = [f"{n:,} {what}" for n, what in ((report.failed, "failed"), (report.refused, "refused")) if n]
    return f"{', '.join(kinds)}: {_listed(report.reasons)}"


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{what} × {number:,}" for what, number in sorted(numbers.items()))
