"""`crawl --since DATE --until DATE`: old sitemaps are walked and their pages archived, after everything of today."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.archive import Written
from crawler.discovery import Found
from crawler.discovery.spans import span_of_date
from crawler.frontier.leases import Lease
from crawler.schedule.back_catalogue import Days, is_as_before
from pipelines.cli import run

PROGRAM = Path(sys.executable).with_name("broadsheet")
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
MARCH = CrawlOptions(since="2011-03-01", until="2011-03-31")
XML = "application/xml"


def xml(kit: Any, name: str, items: list[tuple[str, str | None]]) -> bytes:
    tag = "sitemap" if name == "sitemapindex" else "url"
    parts = "".join(
        f"<{tag}><loc>{loc}</loc>{f'<lastmod>{said}</lastmod>' if said else ''}</{tag}>" for loc, said in items
    )
    return kit.answer(f"<{name} {NS}>{parts}</{name}>", content_type=XML)


def serve(web: Any, kit: Any, *, a_day: int = 2) -> set[str]:
    """Sixteen years by month below an index, four undated lists, and today's news; the paths of March 2011."""
    base, now = web.base, datetime.now(UTC)
    today = [f"/{now:%Y/%m/%d}/story-of-today-number-{n}/" for n in range(5)]
    months = [f"{year}-{month:02}" for year in range(2008, 2024) for month in range(1, 13)]
    index: list[tuple[str, str | None]] = [(f"{base}/maps/{month}.xml", None) for month in months]
    march = set()
    for month in months:
        stories = [f"/archive/{month}-{day:02}-story-{n}" for day in (1, 15, 31) for n in range(a_day)]
        web.pages[f"/maps/{month}.xml"] = xml(kit, "urlset", [(base + path, None) for path in stories])
        web.pages |= {path: kit.answer("<p>Old</p>") for path in stories}
        march |= set(stories) if month == "2011-03" else set()
    lists = {  # without a date in the address: what is in it tells
        "/maps/a.xml": [("/a/one", "2011-03-09"), ("/a/two", "2015-01-01"), ("/a/three", None)],
        "/maps/b.xml": [("/b/one", "2011-03-09"), ("/b/two", "2011-03-20"), ("/b/three", None)],
        "/maps/c.xml": [("/c/one", "2019-01-01")],
        "/maps/d.xml": [("/d/one", None)],
    }
    for path, entries in lists.items():
        web.pages[path] = xml(kit, "urlset", [(base + story, said) for story, said in entries])
        web.pages |= {story: kit.answer("<p>Old</p>") for story, _ in entries}
        index.append((base + path, "2020-01-01"))
    live = (f"{base}/maps/{now:%Y-%m}.xml", None)
    web.pages |= {path: kit.answer("<p>News</p>") for path in today} | {
        "/": kit.answer(""), "/map.xml": xml(kit, "sitemapindex", [*index, live]),
        f"/maps/{now:%Y-%m}.xml": xml(kit, "urlset", [(base + path, None) for path in today]),
    }  # fmt: skip
    return march | {"/a/one", "/b/one", "/b/two", "/b/three"}


@pytest.fixture
def archive(web: Any, home: Path, kit: Any) -> Path:
    stanza = f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nsitemaps = ["{web.base}/map.xml"]'
    kit.write_sites(home, stanza)
    return home


def old_ones(paths: list[str]) -> list[str]:
    return [p for p in paths if p.startswith(("/archive/", "/a/", "/b/", "/c/", "/d/"))]


def test_the_days_asked_for_are_archived_after_the_news_and_nothing_else(web: Any, archive: Path, kit: Any) -> None:
    wanted = serve(web, kit)
    report = crawl(archive, MARCH)
    asked = web.paths()
    assert set(old_ones(asked)) == wanted
    assert len(asked) == len(set(asked))
    last_of_today = max(n for n, path in enumerate(asked) if "story-of-today" in path)
    assert last_of_today < min(n for n, path in enumerate(asked) if path in wanted), "today's news comes first"
    maps = {p for p in asked if p.startswith("/maps/")}
    now = f"/maps/{datetime.now(UTC):%Y-%m}.xml"
    assert maps == {now, "/maps/2011-03.xml", "/maps/a.xml", "/maps/b.xml", "/maps/c.xml", "/maps/d.xml"}, (
        "sitemaps whose time cannot be of these days are not read"
    )
    assert report.due == 0

    web.asked.clear()
    again = crawl(archive, MARCH)  # all of it is known, and it is old: nothing is asked for twice
    assert not old_ones(web.paths())
    assert not [p for p in web.paths() if p in maps - {now}]
    assert again.new_urls == 0


def test_a_site_that_moved_is_walked_where_it_is_now(web: Any, home: Path, kit: Any) -> None:
    """Every old address redirects; what it leads to keeps its place behind the news, and is asked for once."""
    base, now = web.base, datetime.now(UTC)
    today = [f"/{now:%Y/%m/%d}/story-of-today-number-{n}/" for n in range(3)]
    index = [("/old/map-2011-03.xml", None), ("/live.xml", f"{now:%Y-%m-%d}")]
    moved = {
        "/old/map-2011-03.xml": "/new/map-2011-03.xml",
        "/old/2011/03/04/x": "/new/x",
        "/old/2011/03/05/y": "/new/y",
    }
    web.pages |= {old: kit.answer("", status="301 Moved Permanently", Location=new) for old, new in moved.items()}
    web.pages |= {path: kit.answer("<p>x</p>") for path in (*today, "/", "/new/x", "/new/y")} | {
        "/map.xml": xml(kit, "sitemapindex", [(f"{base}{path}", said) for path, said in index]),
        "/live.xml": xml(kit, "urlset", [(base + path, None) for path in today]),
        "/new/map-2011-03.xml": xml(kit, "urlset", [(base + old, None) for old in moved if "map" not in old]),
    }  # fmt: skip
    kit.write_sites(home, f'name = "local"\nhome = "{base}/"\ndelay_seconds = 0\nsitemaps = ["{base}/map.xml"]')
    crawl(home, MARCH)
    asked = web.paths()
    assert set(moved) | set(moved.values()) <= set(asked)
    assert asked.index("/new/x") > max(asked.index(path) for path in today)
    web.asked.clear()
    crawl(home, MARCH)
    assert not [path for path in web.paths() if path.startswith(("/old", "/new"))]


@pytest.mark.parametrize(
    ("memory", "record", "days", "as_before"),
    [
        ('{"map":{}}', "revisit", None, True),
        ('{"map":{}}', "response", None, False),
        ("{}", "revisit", None, False),
        (None, "revisit", None, False),
        ('{"map":{}}', "revisit", MARCH, False),
        ('{"map":{"walked":[15000,15020]}}', "revisit", MARCH, False),
        ('{"map":{"walked":[14000,16000]}}', "revisit", MARCH, True),
        ('{"map":{"index":true}}', "revisit", MARCH, True),
    ],
)
def test_a_sitemap_that_came_with_the_same_bytes_is_not_read_again(
    memory: str | None, record: str, days: CrawlOptions | None, as_before: bool
) -> None:
    lease = Lease(url_id=1, url="u", site="a", domain="a", kind="sitemap", memory=memory)
    written = Written(
        capture_id="x", warc_file="x", offset=0, length=1, record_type=record, payload_digest=None,
        captured_at=datetime.now(UTC), status=200, body_bytes=1,
    )  # fmt: skip
    wanted = Days.asked_for(days.since, days.until, today=date(2026, 11, 25)) if days else None
    assert is_as_before(lease, written, wanted) is as_before


def test_a_crawl_without_it_leaves_the_back_catalogue_alone(web: Any, archive: Path, kit: Any) -> None:
    wanted = serve(web, kit)
    crawl(archive)
    assert not old_ones(web.paths())
    known = len(web.paths())
    crawl(archive, CrawlOptions(since="2011-03-01", until="2011-03-31", max_pages=8))  # the index is known by now
    begun = old_ones(web.paths())
    assert 0 < len(begun) < len(wanted)
    crawl(archive)
    assert old_ones(web.paths()) == begun, "nor does a later crawl go on with it unasked"
    crawl(archive, MARCH)
    assert sorted(old_ones(web.paths())) == sorted(wanted), "but one that is asked to does, and fetches nothing twice"
    assert known < len(web.paths())


def test_what_a_sites_budget_has_no_room_for_is_taken_in_by_the_next_such_crawl(web: Any, home: Path, kit: Any) -> None:
    base, now = web.base, datetime.now(UTC)
    stories = [f"/2011/03/04/story-{n}" for n in range(40)]
    index = [("/a-2011-03.xml", None), ("/live.xml", f"{now:%Y-%m-%d}")]
    web.pages |= {path: kit.answer("<p>x</p>") for path in (*stories, "/")} | {
        "/map.xml": xml(kit, "sitemapindex", [(base + path, said) for path, said in index]),
        "/a-2011-03.xml": xml(kit, "urlset", [(base + path, None) for path in stories]),
        "/live.xml": xml(kit, "urlset", []),
    }  # fmt: skip
    stanza = f'name = "local"\nhome = "{base}/"\ndelay_seconds = 0\nsitemaps = ["{base}/map.xml"]\nmax_waiting = 30'
    kit.write_sites(home, stanza)
    crawl(home, MARCH)
    assert 20 <= len({p for p in web.paths() if "/story-" in p}) < 40
    crawl(home, MARCH)
    asked = [p for p in web.paths() if "/story-" in p]
    assert sorted(asked) == sorted(stories)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_or_killed_walk_goes_on_where_it_stopped(
    web: Any, archive: Path, kit: Any, how: signal.Signals
) -> None:
    wanted = serve(web, kit, a_day=20)
    command = [PROGRAM, "crawl", "--since", "2011-03-01", "--until", "2011-03-31", "--home", str(archive)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TERM": "dumb"}, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 90
    while len(old_ones(web.paths())) < 10 and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.005)
    if how is signal.SIGKILL:
        os.killpg(child.pid, how)
    else:
        child.send_signal(how)
    out, err = child.communicate(timeout=60)
    begun = old_ones(web.paths())
    assert 10 <= len(begun) < len(wanted), err
    if how is signal.SIGINT:
        assert "crawl --since 2011-03-01 --until 2011-03-31" in out, "it says how to go on"
    deadline = time.monotonic() + 60
    while True:  # the crawl is a child of the one that was killed, and ends when it sees that
        try:
            crawl(archive, MARCH)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
    asked = old_ones(web.paths())
    assert set(asked) == wanted
    assert len(asked) - len(wanted) <= 1, "what was under way may be asked for twice"
    assert web.paths().count("/maps/2011-03.xml") == 1


def found(path: str, *, published: str | None = None, modified: str | None = None) -> Found:
    return Found(
        url=f"https://times.example{path}", kind="article", channel="sitemap", published_raw=published,
        modified_raw=modified,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "sitemap", "whole", "of_march"),
    [
        (found("/x", published="2011-03-09"), "/m.xml", None, True),
        (found("/x", published="2011-03-31T23:59:59Z"), "/m.xml", None, True),
        (found("/x", published="2011-04-01T00:00:00Z"), "/m.xml", None, False),
        (found("/x", published="2011-04-02", modified="2011-03-09"), "/m.xml", None, False),
        (found("/2011/03/09/x", modified="2015-01-01"), "/m.xml", None, True),
        (found("/2011/02/09/x", modified="2011-03-09"), "/m.xml", None, False),
        (found("/x", modified="2015-01-01"), "/sitemap-2011-03.xml", None, True),
        (found("/x", modified="2011-03-09"), "/m.xml", None, True),
        (found("/x", modified="2011-03"), "/m.xml", None, True),
        (found("/x", modified="2015-01-01"), "/m.xml", None, False),
        (found("/x"), "/m.xml", None, False),
        (found("/x"), "/m.xml", "2011-03", True),
        (found("/x"), "/m.xml", "2011", False),
        (found("/x"), "/sitemap-2011.xml", None, False),
    ],
)
def test_the_rule_for_an_entry(entry: Found, sitemap: str, whole: str | None, of_march: bool) -> None:
    days = Days(first=date(2011, 3, 1), last=date(2011, 3, 31))
    assert days.hold(entry, sitemap=f"https://times.example{sitemap}", whole=span_of_date(whole)) is of_march


def test_days_are_utc_both_included_and_either_may_be_left_out() -> None:
    today = date(2026, 11, 25)
    assert Days.asked_for(None, None, today=today) is None
    since = Days.asked_for("2026-11-20", None, today=today)
    until = Days.asked_for(None, "1999-12-31", today=today)
    assert since
    assert until
    assert (since.span.start, since.span.end) == (
        datetime(2026, 11, 20, tzinfo=UTC),
        datetime(2026, 11, 26, tzinfo=UTC),
    )
    assert (until.first, until.last) == (date(1970, 1, 1), date(1999, 12, 31))
    assert since.numbers[1] - since.numbers[0] == 5


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--since", "yesterday"], "'yesterday' is no day: year-month-day, such as 2019-01-31"),
        (["--since", "2020-02-30"], "'2020-02-30' is no day"),
        (["--until", "31.12.2019"], "'31.12.2019' is no day"),
        (["--since", "2020-02-01", "--until", "2019-02-01"], "--since 2020-02-01 is after --until 2019-02-01"),
        (["--since", "2999-01-01"], "--since 2999-01-01 is after today"),
        (["https://times.example/", "--since", "2020-02-01"], "not of single URLs"),
    ],
)
def test_mistakes_are_one_line(
    one_site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    assert run(["crawl", "--home", str(one_site), *arguments]) != 0
    told = capsys.readouterr().err
    assert what in told
    assert len(told.strip().splitlines()) == 1


def test_on_the_command_line_with_other_bounds(
    web: Any, archive: Path, kit: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(web, kit)
    options = ["--since", "2011-03-01", "--until", "2011-03-31", "--site", "local", "--max-pages", "20", "--for", "1m"]
    assert run(["crawl", "--home", str(archive), *options, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ended_because"] in ("nothing_due", "max_pages")
    assert old_ones(web.paths())
