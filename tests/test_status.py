"""`broadsheet status`: per site last success, what is new by day, silences, back-off and why, bytes; reads only."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import crawl, load_sites
from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, Completion, KeptFile, Turn
from crawler.frontier.store import Frontier
from crawler.schedule.habits import Habits, expected_gap
from crawler.schedule.rate import first_look
from crawler.watch.standing import SiteStanding, Standing, standing_of
from pipelines.cli import run
from pipelines.cli.standing import sparkline

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROGRAM = Path(sys.executable).with_name("broadsheet")


class Past:
    """An archive's frontier, filled with what crawls would have left there."""

    def __init__(self, home: Path) -> None:
        self.frontier = Frontier(home / "frontier.sqlite", owner="past")
        self._articles = int(self.frontier._db.execute("select count(*) from url").fetchone()[0])

    def visit(
        self, site: str, at: datetime, *, new: int = 0, status: int | None = 200, back_catalogue: int = 0
    ) -> None:
        """The site's feed was asked then, and named so many new articles."""
        found = []
        for number in range(new + back_catalogue):
            self._articles += 1
            said = Announcement(channel="feed", source_url=f"https://{site}.example/feed", seen_at=at)
            found.append(
                Candidate(
                    url=f"https://{site}.example/a/{self._articles}", site=site, domain=f"{site}.example",
                    kind="article", priority=4 if number < new else 6, due_at=at + 30 * DAY, announcement=said,
                )
            )  # fmt: skip
        feed = Candidate(
            url=f"https://{site}.example/feed", site=site, domain=f"{site}.example", kind="feed", priority=2, due_at=at
        )
        failed = status is None or status >= 400
        completion = Completion(
            lease=self.frontier.take(feed, now=at), answered=status is not None, status=status, failed=failed, at=at,
            next_visit_at=at + HOUR, found=tuple(found), outcome="captured" if status is not None else "failed",
        )  # fmt: skip
        self.frontier.complete([completion])


SITES = ("daily", "mute", "broken", "asleep")


@pytest.fixture(scope="module")
def ten_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of four sites, of which one fell silent, one broke down and one is not crawled any more."""
    home = tmp_path_factory.mktemp("past")
    made = Past(home)
    for hours in range(240, 0, -4):
        at = NOW - timedelta(hours=hours)
        made.visit("daily", at, new=2, back_catalogue=5 if hours == 240 else 0)
        made.visit("mute", at, new=2 if hours > 72 else 0)
        made.visit("broken", at, new=2 if hours > 72 else 0, status=200 if hours > 72 else 503)
        if hours > 72:
            made.visit("asleep", at, new=2)
    made.frontier.close()
    return home


@pytest.fixture
def past(ten_days: Path, home: Path, kit: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pipelines.cli.standing.utc_now", lambda: NOW)
    stanzas = (f'name = "{name}"\nhome = "https://{name}.example/"\n' for name in SITES)
    kit.write_sites(home, *stanzas, top="quota_gb = 2")
    (home / "frontier.sqlite").write_bytes((ten_days / "frontier.sqlite").read_bytes())
    return home


def standing(home: Path) -> Standing:
    return standing_of(home, load_sites(home / "sites.toml"), now=NOW)


def by_name(found: Standing) -> dict[str, SiteStanding]:
    return {site.site: site for site in found.sites}


def test_each_site_as_its_visits_left_it(past: Path) -> None:
    found = by_name(standing(past))
    assert set(found) == set(SITES)
    daily = found["daily"]
    assert daily.last_success_at == daily.last_new_at == NOW - 4 * HOUR
    assert daily.new_articles_by_day == tuple(
        ((NOW - ago * DAY).date(), 12 if ago else 6) for ago in range(6, -1, -1)
    )  # fmt: skip
    assert daily.expected_gap == 2 * HOUR
    assert daily.silence is not None
    assert (daily.silence.seconds, daily.silence.alarm) == (4 * 3600, None)
    assert daily.new_articles == 120
    assert daily.urls == 126
    assert daily.trouble is None


def test_a_silence_three_times_the_expected_gap_is_an_alarm_with_its_cause(past: Path) -> None:
    found = by_name(standing(past))
    told = {name: site.silence.alarm if site.silence else "?" for name, site in found.items()}
    assert told == {"daily": None, "mute": "quiet", "broken": "failing", "asleep": "not_crawled"}
    assert found["mute"].last_success_at == NOW - 4 * HOUR
    assert found["mute"].last_new_at == NOW - 76 * HOUR
    assert found["broken"].trouble == "503"
    assert found["broken"].last_success_at == NOW - 76 * HOUR


def test_the_expected_gap_is_what_the_schedule_learned_of_the_hours(past: Path) -> None:
    """A site that publishes by day only is not silent at night."""
    midnight = NOW.replace(hour=0)
    dates = [midnight - day * DAY + hour * HOUR for day in range(1, 22) for hour in range(8, 20)]
    rate = first_look(midnight.timestamp(), sorted(at.timestamp() for at in dates))
    habits = Habits(None)
    habits.rate = rate
    before = by_name(standing(past))["daily"].expected_gap
    frontier = Frontier(past / "frontier.sqlite", owner="past")
    frontier.complete([], site_memories=lambda: {"daily": habits.to_text()})
    frontier.close()
    learned = expected_gap(habits.to_text(), NOW)
    assert learned is not None
    assert learned > 1.5 * HOUR  # by day it is one hour, and the last one came in the evening
    assert by_name(standing(past))["daily"].expected_gap == learned != before == 2 * HOUR


def test_back_off_and_why(past: Path) -> None:
    until = NOW + timedelta(minutes=12)
    frontier = Frontier(past / "frontier.sqlite", owner="past")
    why = "answered 503 with Retry-After: 1800 s"
    frontier.complete([], turns={"daily.example": Turn(next_at=until.timestamp(), factor=2, reason=why)})
    frontier.complete([], turns={"mute.example": Turn(next_at=NOW.timestamp() - 60, factor=4)})
    for site, ago in (
        ("broken", 31 * DAY),
        ("asleep", 29 * DAY),
    ):  # a copy speaks for a server that is down for 30 days
        kept = KeptFile(asked_at=NOW, status=None, body=b"", body_at=NOW - ago)
        frontier.remember_robots(f"https://{site}.example", kept)
    frontier.close()
    found = by_name(standing(past))
    assert (found["daily"].rests_until, found["daily"].rests_why) == (until, why)
    assert (found["mute"].rests_until, found["mute"].rests_why) == (None, "delay × 4")
    assert found["broken"].rests_why == "robots.txt: no answer"
    assert found["asleep"].rests_why is None


def test_on_a_page(past: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["status", "--home", str(past)]) == 0
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert max(map(len, lines[:6])) <= 80
    rows = {line.split()[0]: line for line in lines if line.split()[0] in SITES}
    assert "! " in rows["mute"]
    assert "! " in rows["broken"]
    assert "! " not in rows["daily"]
    assert lines[6] == "alarm      3 of 4 sites silent for over three times the expected gap"
    assert {line.strip() for line in lines[7:10]} == {
        "nothing new: mute",
        "no answer that can be read: broken (503)",
        "not crawled since: asleep",
    }
    assert max(map(len, lines[6:10])) <= 80
    assert "trouble    broken: 503" in told
    assert " of 2.0 GB (0 %): frontier " in told


def test_for_a_program_and_for_cron(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--home", str(past), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["alarms"]) == {"mute", "broken", "asleep"}
    sites = {site["site"]: site for site in told["sites"]}
    assert sites["mute"]["silence"]["alarm"]
    assert sites["mute"]["expected_gap_seconds"] > 0
    assert sites["broken"]["trouble"] == "503"
    assert datetime.fromisoformat(sites["daily"]["last_success_at"]) == NOW - 4 * HOUR
    assert told["quota_bytes"] == 2_000_000_000
    assert told["disk_bytes"]["frontier"] > 0
    assert len(sites["daily"]["new_articles_by_day"]) == 7
    assert run(["status", "--home", str(past), "--check"]) == 1
    assert run(["status", "--home", str(past), "--check", "--json"]) == 1


def test_check_of_sites_that_are_well(past: Path, kit: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = Past(past)
    for name in SITES:
        made.visit(name, NOW - HOUR, new=1)
    made.frontier.close()
    assert run(["status", "--home", str(past), "--check"]) == 0
    assert "alarm" not in capsys.readouterr().out


def test_a_site_that_is_in_sites_toml_no_more_rings_no_alarm(past: Path, kit: Any) -> None:
    kit.write_sites(past, 'name = "daily"\nhome = "https://daily.example/"\n')
    found = standing(past)
    assert [site.site for site in found.alarms] == []
    assert {site.site: site.named for site in found.sites} == {name: name == "daily" for name in SITES}


def test_a_new_name_takes_the_days_along(past: Path) -> None:
    frontier = Frontier(past / "frontier.sqlite", owner="past")
    before = by_name(standing(past))["mute"]
    frontier.hand_over("mute", "mute.example", to="voiced")
    frontier.close()
    (past / "sites.toml").write_text((past / "sites.toml").read_text().replace('name = "mute"', 'name = "voiced"'))
    after = by_name(standing(past))["voiced"]
    assert after.new_articles_by_day == before.new_articles_by_day
    assert (after.last_new_at, after.expected_gap) == (before.last_new_at, before.expected_gap)


def snapshot(home: Path) -> dict[str, tuple[int, int]]:
    """All files but those that SQLite makes for its readers to find each other, which hold nothing."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def test_nothing_is_written(past: Path) -> None:
    before = snapshot(past)
    assert run(["status", "--home", str(past)]) == 0
    assert snapshot(past) == before


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_archive_that_may_only_be_read(past: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "archive"
        home.mkdir()
        for name in ("frontier.sqlite", "sites.toml"):
            (home / name).write_bytes((past / name).read_bytes())
            (home / name).chmod(0o444)
        Path(folder).chmod(0o755)
        home.chmod(0o555)
        before = snapshot(home)
        standing(past)  # what is imported on the way is imported now: nobody may not read the interpreter's files
        with as_nobody():
            with pytest.raises(OSError, match="denied"):
                (home / "x").touch()
            found = standing(home)
        assert found.problem is None
        assert by_name(found)["daily"].expected_gap == 2 * HOUR
        assert snapshot(home) == before
        home.chmod(0o755)


def test_a_frontier_of_an_earlier_layout_is_told(past: Path) -> None:
    db = sqlite3.connect(past / "frontier.sqlite")
    db.execute("pragma user_version = 2")
    db.close()
    assert standing(past).problem == (
        "frontier.sqlite cannot be read: its layout is 2, which the next crawl brings up to 3"
    )
    db = sqlite3.connect(past / "frontier.sqlite")
    db.execute("pragma user_version = 99")
    db.close()
    assert "newer Broadsheet" in (standing(past).problem or "")


def test_while_a_crawl_runs(kit: Any, web: Any, home: Path) -> None:
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.3\n')
    paths = [f"/2026/11/25/a-story-of-some-length-{n}" for n in range(30)]
    web.pages["/"] = kit.answer("".join(f'<a href="{path}">{path}</a>' for path in paths))
    web.pages |= {path: kit.answer(kit.article_page(path)) for path in paths}
    child = subprocess.Popen([PROGRAM, "crawl", "--home", home], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        captured = 0
        while captured < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
            found = standing_of(home, load_sites(home / "sites.toml"), now=datetime.now(UTC))
            assert found.problem is None or captured == 0
            captured = found.sites[0].captured
        assert 3 <= captured < 30
        assert (found.sites[0].due or 0) > 0
        assert found.sites[0].new_articles == 30
    finally:
        child.terminate()
        child.wait(timeout=30)


def test_bytes_of_sites_are_those_of_the_files(kit: Any, web: Any, one_site: Path) -> None:
    web.pages["/"] = kit.answer("".join(f'<a href="/2026/11/2{n}/a-story-of-some-length">{n}</a>' for n in range(9)))
    for n in range(9):
        web.pages[f"/2026/11/2{n}/a-story-of-some-length"] = kit.answer(kit.article_page(f"Story {n}"))
    report = crawl(one_site)
    found = standing_of(one_site, load_sites(one_site / "sites.toml"), now=datetime.now(UTC))
    [local] = found.sites
    warcinfo = 700  # bytes, compressed: the one record of a file that is no site's
    assert 0 < report.archived_bytes - local.stored_bytes < warcinfo
    assert (local.captured, local.failed, local.refused) == (report.captured, report.failed, report.refused)
    assert found.disk_bytes["archive"] == sum(p.stat().st_size for p in one_site.glob("archive/**/*") if p.is_file())


def test_what_is_due_is_not_waited_for_long(past: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frontier = Frontier(past / "frontier.sqlite", owner="past")
    seen = Announcement(channel="sitemap", source_url="https://daily.example/sitemap.xml", seen_at=NOW)
    frontier.add(
        Candidate(
            url=f"https://daily.example/old/{n}", site="daily", domain="daily.example", kind="article", priority=6,
            due_at=NOW - HOUR, announcement=seen,
        )
        for n in range(50_000)
    )  # fmt: skip
    frontier.close()
    assert (by_name(standing(past))["daily"].due or 0) >= 50_000
    monkeypatch.setattr("crawler.watch.standing.DUE_PATIENCE_SECONDS", 0.0)
    found = by_name(standing(past))["daily"]
    assert found.due is None
    assert found.urls >= 50_000
    assert run(["status", "--home", str(past)]) == 0
    assert run(["status", "--home", str(past), "--metrics"]) == 0


def test_sparkline() -> None:
    assert sparkline([0, 1, 2, 4, 8, 0, 8]).plain == "·▁▂▄█·█"
    assert sparkline([0] * 7).plain == "·······"
    assert sparkline([]).plain == ""
    assert sparkline([1000, 1]).plain == "█▁"
