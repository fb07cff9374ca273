"""`demo`: the whole way on a newsroom of its own, and what came of it. The newsroom is a thread, and ends with us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.archive import DEMO_HOME, HomeOption, line, new_or_known
from pipelines.cli.failing import FAILED, INTERRUPTED_AND_TOLD, Failed, Mistaken

if TYPE_CHECKING:
    from crawler import CrawlReport
    from crawler.demo import Newsroom, Served
    from pipelines.defs.build import BuildOutcome

CLOCK = "newsroom-clock.json"
PORTS = (8716, 8717, 8718, 8719, 8720, 0)  # 0: any that is free

EXAMPLES = """[bold]Examples[/bold]

broadsheet demo
broadsheet demo            again: its clock has moved on, headlines have changed
broadsheet demo --home /tmp/demo"""

LATEST = """\
select site, title, published_at
from latest_articles
order by published_at desc limit 6"""

REPRINTS = """\
with shared as (
    select string_agg(distinct site, ' ' order by site) as sites,
           min(title) as title
    from (select site, title, unnest(blocks).text as paragraph
          from latest_articles)
    where length(paragraph) > 100
    group by paragraph having count(distinct site) > 1)
select sites, title, count(*) as paragraphs
from shared group by all order by paragraphs desc, title limit 3"""

PER_DAY = """\
select published_date, count(*) as outlets, sum(articles) as articles,
       sum(words) as words
from articles_per_day
group by all order by published_date desc limit 5"""

CHANGES = """\
select site, previous_title, title
from revisions where list_contains(changed, 'title')
order by first_seen_at desc, site limit 5"""

PROOF = """\
select title, url, captured_at, payload_digest, warc_file, warc_offset,
       warc_length
from provenance where title ilike '%drone strike%'
order by captured_at, url limit 1"""


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("demo", rich_help_panel=panel, epilog=EXAMPLES)(demo)


def demo(home: HomeOption = None) -> None:
    """The whole way, on a newsroom of its own.

    Serves eight small news sites on this machine, crawls them, archives, extracts and publishes, and asks four
    questions in SQL. Run again, the newsroom has moved on: the archive gains revisits and revisions. ./data/demo is
    its archive where neither --home nor $BROADSHEET_HOME says otherwise.
    """
    from crawler import CrawlOptions
    from pipelines.cli.building import build_with_bar
    from pipelines.cli.crawling import crawl_watched
    from warehouse import init_tables

    folder = new_or_known(home, default=DEMO_HOME)
    began, again = time.monotonic(), (folder / CLOCK).exists()
    init_tables(folder)
    with newsroom(folder, again=again) as served:
        clock = served.newsroom.clock
        screen.out().print(
            Text(
                f"The demo newsroom is open: eight news sites such as {served.home('thinline')}, "
                f"where it is {clock.at:%A, %d %B %Y, %H:%M} UTC."
            )
        )
        report = crawl_watched(folder, CrawlOptions(refresh=again))
        if served.failures:
            raise Failed(f"the demo newsroom itself failed: {served.failures[0]!r}")
    if report.ended_because == "interrupted":
        screen.say(screen.err(), f"interrupted; nothing is lost, and the next run goes on: {line(folder, 'demo')}")
        raise typer.Exit(INTERRUPTED_AND_TOLD)
    outcome = build_with_bar(folder)
    _print_what_was_done(report, outcome, folder, seconds=time.monotonic() - began)
    _print_answers(folder, again=again)
    _print_what_next(folder, again=again)
    if outcome.failures:
        raise typer.Exit(FAILED)


@contextmanager
def newsroom(home: Path, *, again: bool) -> Iterator[Served]:
    """This archive's newsroom at its next edition, on the port that its URLs have; sites.toml names it."""
    from crawler.demo import Clock, Newsroom

    wanted = port_of(home)
    now = datetime.now(UTC)
    clock = Clock.open(home / CLOCK, now=now)
    if again:
        clock.next_edition(now=now)
    with _served(Newsroom(clock=clock), wanted) as served:
        if served.port != wanted:
            _name_port(home, wanted, served.port)
        yield served


def port_of(home: Path) -> int | None:
    """The port in the demo's URLs, from its sites.toml. Raises Mistaken where that names other sites."""
    from crawler import load_sites

    sites_file = home / "sites.toml"
    if not sites_file.exists():
        return None
    ports = {
        urlsplit(site.home).port
        for site in load_sites(sites_file)
        if site.home.startswith("http://thinline.localhost:")
    }
    if not ports:
        raise Mistaken(
            f"{sites_file} names other sites; give the demo an archive of its own: broadsheet demo --home DIR"
        )
    return ports.pop()


def _served(newsroom: Newsroom, wanted: int | None) -> Served:
    for port in PORTS if wanted is None else (wanted, *PORTS):
        try:
            return newsroom.serve(port=port)
        except OSError:  # somebody else's port
            continue
    raise Failed("no port on 127.0.0.1 is free for the demo newsroom")


def _name_port(home: Path, before: int | None, port: int) -> None:
    """Write sites.toml for this port; one that is there keeps whatever else it says."""
    from crawler.demo import sites_toml

    sites_file = home / "sites.toml"
    if before is None:
        sites_file.write_text(sites_toml(port), encoding="utf-8")
        return
    text = sites_file.read_text("utf-8").replace(f".localhost:{before}/", f".localhost:{port}/")
    sites_file.write_text(text, encoding="utf-8")
    screen.say(
        screen.err(), f"port {before} is taken: the newsroom is on port {port} from now on, and its pages count as new"
    )


def _print_what_was_done(report: CrawlReport, outcome: BuildOutcome, home: Path, *, seconds: float) -> None:
    from pipelines.cli.building import counts
    from pipelines.cli.crawling import not_archived

    made = dict(counts(outcome))
    unchanged = f", {report.revisits:,} of them as they were before" if report.revisits else ""
    lost = not_archived(report)
    lines = [
        ("crawl", f"{report.captured:,} pages{unchanged}{f'; {lost}' if lost else ''}"),
        ("archive", f"{screen.size(report.archived_bytes)} of WARC from {screen.size(report.received_bytes)} received"),
        ("extract", f"{made.get('articles', 'no new articles')}, {made.get('rejects', 'no new rejects')}"),
        ("publish", f"the tables of {made.get('published', 'no day')}"),
        ("query", f"{home / 'broadsheet.duckdb'} answers, {screen.lasting(seconds)} after the start"),
    ]
    out = screen.out()
    out.print()
    out.print(screen.facts(lines))


def _print_answers(home: Path, *, again: bool) -> None:
    """Four questions, each answer under the SQL that gave it."""
    from pipelines.cli.grid import grid
    from warehouse import run_sql

    out = screen.out()
    for question, sql in (
        ("What is the latest news?", LATEST),
        ("Who runs the same text?", REPRINTS),
        ("Which headlines were changed after publication?", CHANGES)
        if again
        else ("How much is published, day by day?", PER_DAY),
        ("Can you prove it, from the archived bytes?", PROOF),
    ):
        out.print()
        screen.say(out, question, "bold")
        screen.say(out, sql, "cyan")
        with run_sql(home, sql) as result:
            rows = list(result.rows())
            out.print()
            for text in grid(result.columns, rows, width=out.width, blocks=sql is PROOF):
                out.print(text, soft_wrap=True)


def _print_what_next(home: Path, *, again: bool) -> None:
    from warehouse import run_sql

    out = screen.out()
    with run_sql(home, "select article_id from latest_articles order by published_at desc limit 1") as result:
        newest = next((row[0] for row in result.rows()), None)
    out.print()
    screen.say(out, "Go on with", "bold")
    for command, why in (
        (line(home, "sql"), "ask more"),
        (line(home, f"show {newest[:8]}") if newest else line(home, "status"), "read the newest article"),
        (line(home, "ui"), "see the run in Dagster"),
    ):
        screen.say(out, f"  {command:<48}  {why}")
