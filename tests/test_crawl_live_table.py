"""`broadsheet crawl` shows a table while it runs: on a terminal of any size, as lines where there is none."""

from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from fcntl import ioctl
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from crawler import CrawlOptions, Progress, crawl
from crawler.options import SiteProgress
from crawler.watch.tally import ROWS
from pipelines.cli.board import TROUBLED, Board
from pipelines.cli.crawl_view import CrawlTable

PROGRAM = Path(sys.executable).with_name("broadsheet")
NOW = 1_764_000_000.0


def site(number: int, **more: Any) -> SiteProgress:
    values: dict[str, Any] = {"due": 40 + number, "captured": number % 7, "archived_bytes": 1_000_000 * (number % 7)}
    return SiteProgress(site=f"site-{number:03}", **values | more)


def told(sites: int, *, at: float = 60.0, **more: Any) -> Progress:
    """The Progress of a crawl of so many sites, one of which rests and one of which fails."""
    rows = [site(number) for number in range(sites)]
    if sites > 2:
        rows[-1] = site(sites - 1, trouble="503", rests_until=NOW + 40, rests_why="Retry-After", failed=3)
        rows[-2] = site(sites - 2, trouble="timeout", failed=1, slowest_seconds=30.0)
    values: dict[str, Any] = {
        "captured": sum(r.captured for r in rows), "due": sum(r.due for r in rows), "in_flight": 2,
        "failed": sum(r.failed for r in rows), "archived_bytes": sum(r.archived_bytes for r in rows),
        "elapsed_seconds": at, "slowest_seconds": 30.0, "slowest_url": "http://slow.example.org/a",
        "sites": tuple(rows), "site_count": sites, "url": "http://example.org/" + "a-long-story-" * 20,
    }  # fmt: skip
    return Progress(**values | more)


@pytest.mark.parametrize("sites", [1, 10, 300])
@pytest.mark.parametrize("stopping", [None, "interrupted"])
def test_fits_the_terminal(sites: int, stopping: str | None) -> None:
    for width, height in product((40, 80, 100, 120, 200), (3, 8, 24, 50)):
        table = CrawlTable(Board(), "crawling", lambda reason: reason)
        progress = told(sites, stopping=stopping)
        table.take(progress)
        lines = [line.plain for line in table.lines(width=width, height=height, now=NOW)]
        assert len(lines) <= max(1, height - 1)
        if width >= 80:  # a narrower terminal cuts lines off at its edge
            assert max(map(cell_len, lines)) <= width
        if height < 24:
            continue
        if stopping:
            assert lines[-1].startswith("  ending: interrupted · ")
        room = height - 8
        shown = sum(re.match(r"[ !‖] site-\d{3} ", line) is not None for line in lines)
        assert shown == (sites if sites <= room else room - 1)
        if sites > 1 and width >= 80:
            total = next(line for line in lines if f"{sites} sites" in line)
            assert f"{progress.captured:,}" in total
            assert f"{progress.due:,}" in total
        assert any("pages/s" in line for line in lines)


def test_numbers_of_sites_without_a_row_are_in_the_last_row() -> None:
    board = Board()
    board.take(told(300))
    rows, rest = board.rows(12, now=NOW)
    assert rest is not None
    assert rest.name == "… 289 more"
    for what in ("due", "pages", "failed", "archived_bytes"):
        assert sum(getattr(r, what) for r in (*rows, rest)) == getattr(board.total(), what)


def test_the_troubled_come_first_then_the_busy() -> None:
    board = Board()
    board.take(told(10, at=30))
    board.take(Progress(elapsed_seconds=60.0, site_count=10, sites=(site(3, captured=3), site(1, captured=200))))
    rows, _ = board.rows(20, now=NOW)
    assert [r.name for r in rows[:3]] == ["site-008", "site-009", "site-001"]
    assert rows[0].state == TROUBLED
    assert rows[1].note == "rests 40 s: Retry-After"
    assert rows[2].pages_per_second == pytest.approx((200 - 1) / 30)
    assert board.rows(20, now=NOW + 60)[0][1].note == "503"


def test_rows_keep_their_places_for_a_while() -> None:
    board = Board()
    board.take(told(10, at=30))
    before = [r.name for r in board.rows(20, now=NOW)[0]]
    board.take(Progress(elapsed_seconds=31.0, site_count=10, sites=(site(2, captured=900),)))
    assert [r.name for r in board.rows(20, now=NOW)[0]] == before
    board.take(Progress(elapsed_seconds=34.0, site_count=10))
    assert [r.name for r in board.rows(20, now=NOW)[0]][2] == "site-002"


def test_progress_survives_its_line_of_json() -> None:
    progress = told(3, answers={"response 200": 5}, answers_within=(1, 2, 3), disk_bytes={"archive": 7})
    line = progress.to_json()
    assert "\n" not in line
    assert Progress.from_json(line) == progress
    assert Progress.from_json('{"captured": 3}') == Progress(captured=3)


def test_progress_of_many_sites_is_bounded_and_complete(kit: Any, home: Path, web: Any) -> None:
    names = [f"s{number}" for number in range(3 * ROWS)]
    kit.write_sites(
        home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.3\n',
        *(f'name = "{name}"\nhome = "http://{name}.localhost:1/"\ndelay_seconds = 0\n' for name in names),
    )  # fmt: skip
    web.pages["/"] = kit.answer(
        "".join(f'<a href="/2026/11/2{n}/a-story-of-some-length-{n}">{n}</a>' for n in range(9))
    )
    for n in range(9):
        web.pages[f"/2026/11/2{n}/a-story-of-some-length-{n}"] = kit.answer(kit.article_page(f"Story {n}"))
    lines: list[Progress] = []
    report = crawl(home, CrawlOptions(for_seconds=4), lines.append)
    assert max(len(progress.sites) for progress in lines) <= ROWS
    latest = {site.site: site for progress in lines for site in progress.sites}
    assert latest.keys() >= {"local", *names}
    last = lines[-1]
    for what in ("captured", "revisits", "failed", "refused", "received_bytes", "archived_bytes"):
        assert getattr(last, what) == getattr(report, what), what
    assert sum(last.answers.values()) == sum(last.answers_within) == report.captured
    assert sum(last.refusals.values()) == report.refused
    assert sum(last.failures.values()) == report.failed
    assert latest["local"].captured > 0
    assert latest["local"].received_bytes > 0
    assert latest["s1"].trouble == "connect"


def test_only_the_sites_that_are_asked_for_have_rows(kit: Any, home: Path, web: Any) -> None:
    kit.write_sites(
        home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n',
        'name = "other"\nhome = "http://other.localhost:1/"\ndelay_seconds = 0\n',
    )  # fmt: skip
    web.pages["/a"] = kit.answer(kit.article_page("A"))
    for options in (CrawlOptions(urls=(f"{web.base}/a",)), CrawlOptions(sites=("local",))):
        lines: list[Progress] = []
        crawl(home, options, lines.append)
        assert {site.site for progress in lines for site in progress.sites} == {"local"}
        assert {progress.site_count for progress in lines} == {1}


def in_a_terminal(command: list[str | Path], *, columns: int, lines: int, interrupt_at: bytes = b"", **env: str) -> str:
    """What the program writes to a terminal of that size; Ctrl-C once, when `interrupt_at` has been seen."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
    child = subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, start_new_session=True, env=environment | {"TERM": "xterm", **env},
        preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(its)
    said, deadline = b"", time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    data = os.read(ours, 65536)
                except OSError:  # EIO: nobody has the other end any more
                    break
                if not data:
                    break
                said += data
                if interrupt_at and interrupt_at in said:
                    interrupt_at = b""
                    os.write(ours, b"\x03")
        return said.decode("utf-8", "replace")
    finally:
        os.close(ours)
        child.wait(timeout=30)


def plain(said: str) -> str:
    """Without what steers the terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)


@pytest.fixture
def slow_site(kit: Any, web: Any, home: Path) -> Path:
    """An archive of one site that would take ten seconds."""
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.3\n')
    paths = [f"/2026/11/25/a-story-of-some-length-{n}" for n in range(30)]
    web.pages["/"] = kit.answer("".join(f'<a href="{path}">{path}</a>' for path in paths))
    web.pages |= {path: kit.answer(kit.article_page(path)) for path in paths}
    return home


@pytest.mark.parametrize("no_color", [False, True])
def test_on_a_terminal(slow_site: Path, no_color: bool) -> None:
    env = {"NO_COLOR": "1"} if no_color else {}
    said = in_a_terminal(
        [PROGRAM, "crawl", "--home", slow_site, "--max-pages", "6"], columns=80, lines=24, **env,
    )  # fmt: skip
    assert "refused errors slowest" in said
    assert re.search(r"local +\d+ +\S+ +[3-6] ", plain(said))
    assert re.search(r"crawling \d\.\d s · ", said)
    assert "until as many pages as asked for" in said
    colours = re.findall(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7])m", said)
    assert bool(colours) is not no_color


def test_ctrl_c_says_that_it_ends_and_what_is_finished(slow_site: Path) -> None:
    said = in_a_terminal(
        [PROGRAM, "crawl", "--home", slow_site], columns=100, lines=30, interrupt_at=b"refused",
    )  # fmt: skip
    assert re.search(r"ending: interrupted · \d+ pages? archived · (\d+ under way|closing files)", said)
    assert "until interrupted" in said
    assert re.search(r"pages +\d+ archived", plain(said))
    assert "Traceback" not in said


def test_without_a_terminal_it_is_a_line_now_and_then(
    slow_site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli import run, screen

    monkeypatch.setattr(screen, "LINE_EVERY_SECONDS", 0.5)
    assert run(["crawl", "--home", str(slow_site), "--max-pages", "6"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert any(
        re.fullmatch(r"crawling \d\.\d s, \d pages, [\d.]+/s, \d+ due, \d in flight, [\d.]+ k?B.*, slowest .*", line)
        for line in told
    )
    assert any(line.startswith("ending: as many pages as asked for · 7 pages archived") for line in told)
    assert not any("\x1b" in line for line in told)


def test_counting_what_is_due_takes_a_twentieth_of_the_time(one_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawler.custody import Custody
    from crawler.sites import load_sites
    from crawler.watch import lookout

    counted = threading.Semaphore(0)
    calls: list[float] = []

    def slow(*_: object, **__: object) -> dict[str, int]:
        calls.append(time.monotonic())
        time.sleep(0.05)
        counted.release()
        return {"local": len(calls)}

    monkeypatch.setattr(lookout, "due_by_site", slow)
    custody = Custody(one_site, load_sites(one_site / "sites.toml"))
    watch = lookout.Lookout(custody)
    for _ in range(3):
        assert counted.acquire(timeout=20)
    watch.end()
    assert all(later - earlier >= 20 * 0.05 for earlier, later in pairwise(calls))
    assert watch.progress().due in (2, 3)
    custody.close()
