"""`status`: how each site of an archive stands, on a page, as JSON or as metrics. Reads only, and mends nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line
from pipelines.cli.failing import FAILED, Mistaken
from pipelines.cli.grid import NOTHING, number, print_table

if TYPE_CHECKING:
    from crawler import SiteStanding, Standing

WIDE = 110  # from this width on, the table has columns for URLs and for what is due
_BARS = "▁▂▃▄▅▆▇█"
_SHOWN = 5  # names in one line
MOST_TROUBLES = 20
_CAUSES = {
    "quiet": "nothing new",
    "failing": "no answer that can be read",
    "not_crawled": "not crawled since",
}

EXAMPLES = """[bold]Examples[/bold]

broadsheet status
broadsheet status --json | jq '.sites[] | select(.silence.alarm)'
broadsheet status --check          for cron: exit code 1 where a site is silent for too long
broadsheet status --metrics > /var/lib/node_exporter/broadsheet.prom"""


def utc_now() -> datetime:
    return datetime.now(UTC)


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("status", rich_help_panel=panel, epilog=EXAMPLES)(status)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    as_metrics: Annotated[
        bool, typer.Option("--metrics", help="In Prometheus' text form, of the archive at rest.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 where a site is silent for too long.")] = False,
    home: HomeOption = None,
) -> None:
    """Per site: last success, what is new, silences, back-off, bytes; for the archive: its disk, what is to build.

    A site is silent for too long (!) after three times the gap that is to be expected between two of its articles.
    """
    from crawler import load_sites, standing_of

    folder = known(home)
    if as_json and as_metrics:
        raise Mistaken("--json or --metrics: one of the two")
    sites_file, now = folder / "sites.toml", utc_now()
    standing = standing_of(folder, load_sites(sites_file) if sites_file.exists() else None, now=now)
    if as_metrics:
        from crawler.watch.metrics import metrics_of_standing

        typer.echo(metrics_of_standing(standing), nl=False)
    elif as_json:
        typer.echo(json.dumps(_as_values(standing, folder), indent=1, default=_text))
    else:
        _print(standing, folder)
    if check and standing.alarms:
        raise typer.Exit(FAILED)


def _as_values(standing: Standing, home: Path) -> dict[str, Any]:
    """The standing for a program: lengths of time in seconds, what is not known as null."""
    from crawler.urls import suffix_list_date

    return {
        "archive": home, **vars(standing), "sites": [_site_values(site) for site in standing.sites],
        "alarms": [site.site for site in standing.alarms], "published": _published(home),
        "warc_files_to_build": _unread(home)[0], "public_suffix_list": suffix_list_date(),
    }  # fmt: skip


def _site_values(site: SiteStanding) -> dict[str, Any]:
    values = vars(site) | {
        "new_articles_by_day": {f"{day}": new for day, new in site.new_articles_by_day},
        "expected_gap_seconds": site.expected_gap.total_seconds() if site.expected_gap is not None else None,
        "silence": vars(site.silence) if site.silence is not None else None,
    }
    del values["expected_gap"]
    return values


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _print(standing: Standing, home: Path) -> None:
    from crawler.urls import suffix_list_date

    out = screen.out()
    if standing.sites:
        print_table(out, *_table(standing, wide=out.width >= WIDE))
    say = [*_alarms(standing), *_troubles(standing), ("archive", _disk(standing, home))]
    if standing.problem is not None:
        say.append(("frontier", standing.problem))
    elif standing.sites:
        urls, due = sum(s.urls for s in standing.sites), [s.due for s in standing.sites if s.due is not None]
        say.append(("frontier", f"{screen.count(urls, 'URL')} known" + (f", {sum(due):,} due" if due else "")))
    say.append(("published", _publication(home)))
    files, size = _unread(home)
    if files:
        what = f"{screen.count(files, 'WARC file')} not read yet, {screen.size(size)}"
        say.append(("to build", f"{what}: {line(home, 'build')}"))
    say.append(("suffixes", f"registrable domains by the public suffix list of {suffix_list_date()}, bundled"))
    for name, value in say:
        screen.say(out, f"{name:<10} {screen.visible(value)}", "bold red" if name == "alarm" else "")


def _table(standing: Standing, *, wide: bool) -> tuple[list[str], list[list[Any]]]:
    head = ["site", "last success", "7 days", "new", "gap", "silent", "on disk"]
    if wide:
        head[1:1] = ["URLs", "due"]
    rows = []
    for s in standing.sites:
        alarm = s.silence is not None and s.silence.alarm is not None
        silent = screen.about(s.silence.seconds) if s.silence is not None else NOTHING
        row: list[Any] = [
            s.site if s.named else f"{s.site} (not in sites.toml)",
            screen.ago(s.last_success_at, now=standing.at),
            sparkline([new for _, new in s.new_articles_by_day]),
            number(f"{sum(new for _, new in s.new_articles_by_day):,}"),
            number(screen.about(s.expected_gap.total_seconds()) if s.expected_gap is not None else NOTHING),
            number(f"! {silent}", style="bold red") if alarm else number(silent),
            number(screen.size(s.stored_bytes)),
        ]
        if wide:
            row[1:1] = [number(f"{s.urls:,}"), number(f"{s.due:,}" if s.due is not None else NOTHING)]
        rows.append(row)
    return head, rows


def sparkline(numbers: list[int]) -> Text:
    """A bar for each number, the highest for the largest; a dot for none."""
    top = max(numbers, default=0)
    return Text("".join(_BARS[(n * len(_BARS) - 1) // top] if n else "·" for n in numbers))


def _alarms(standing: Standing) -> list[tuple[str, str]]:
    """How many are silent for too long, and who, by whose fault it seems."""
    by_cause: dict[str, list[str]] = defaultdict(list)
    for site in standing.alarms:
        cause = site.silence.alarm if site.silence is not None and site.silence.alarm is not None else "quiet"
        why = site.trouble or site.rests_why
        by_cause[cause].append(f"{site.site} ({why})" if cause == "failing" and why else site.site)
    if not by_cause:
        return []
    number, sites = len(standing.alarms), sum(site.named for site in standing.sites)
    said = f"{number:,} of {screen.count(sites, 'site')} silent for over three times the expected gap"
    return [("alarm", said), *(("", f"{_CAUSES[cause]}: {_named(names)}") for cause, names in by_cause.items())]


def _troubles(standing: Standing) -> list[tuple[str, str]]:
    """Who does not answer, and who is left alone and why."""
    said = []
    for site in standing.sites:
        why = [*([site.trouble] if site.trouble else []), *([site.rests_why] if site.rests_why else [])]
        if site.rests_until is not None:
            why.append(f"asked again {screen.ago(site.rests_until, now=standing.at)}")
        elif not site.trouble and (site.rests_why or "").startswith("robots.txt: Crawl-delay"):
            continue  # its plain pace, and it may be asked
        if why:
            said.append(("trouble" if site.trouble else "rests", f"{site.site}: {', '.join(why)}"))
    more = [("", f"and {len(said) - MOST_TROUBLES:,} more")] if len(said) > MOST_TROUBLES else []
    return said[:MOST_TROUBLES] + more


def _named(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")


def _disk(standing: Standing, home: Path) -> str:
    parts = ", ".join(f"{name} {screen.size(n)}" for name, n in standing.disk_bytes.items() if n)
    used = sum(standing.disk_bytes.values())
    of = f" of {screen.size(quota)} ({100 * used / quota:.0f} %)" if (quota := standing.quota_bytes) else ""
    return f"{home}  {screen.size(used)}{of}: {parts}"


def _unread(home: Path) -> tuple[int, int]:
    from pipelines.archive_files import unread

    sizes = unread(home)
    return len(sizes), sum(sizes)


def _published(home: Path) -> dict[str, Any] | None:
    """When tables were last published, which days they cover, and how many captures and articles are in them."""
    from warehouse import catalog_path, partition_path, published_dates, run_sql, tables_folder

    tables = tables_folder(home)
    days = published_dates(tables)
    if not days:
        return None
    newest = max(partition_path(tables, "captures", day).stat().st_mtime for day in days)
    found = {"at": datetime.fromtimestamp(newest, UTC), "days": len(days), "first": days[0], "last": days[-1]}
    if catalog_path(home).exists():  # counts alone stand in the files' footers: no row is read
        with run_sql(home, "select (select count(*) from captures), (select count(*) from articles)") as result:
            found["captures"], found["articles"] = next(iter(result.rows()))
    return found


def _publication(home: Path) -> str:
    found = _published(home)
    if found is None:
        return "nothing yet"
    first, last, days = found["first"], found["last"], found["days"]
    span = f"{first}" if days == 1 else f"{screen.count(days, 'day')} from {first} to {last}"
    counts = [screen.count(found[what], what[:-1]) for what in ("captures", "articles") if what in found]
    return ", ".join([f"{screen.moment(found['at'])}: {span}", *counts])
