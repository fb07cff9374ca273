"""What a person sees in the Dagster UI, in a real browser: the asset graph, a finished run, and what it says it did."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from crawler.archive import import_warcs
from pipelines.defs.build import build
from pipelines.defs.errors import PortTaken
from pipelines.defs.ui import interruptible, ui

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARTEFACTS = Path(__file__).parent / "artefacts"
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOW = """import sys; from pathlib import Path; from pipelines.defs.ui import interruptible, ui
ui(Path(sys.argv[1]), port=int(sys.argv[2]), on_ready=lambda address: print(address, flush=True))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def run_id(home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]], kit: Any) -> str:
    """An archive with a finished run: two articles and an error page of one day."""
    answers = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge {n} opens"))) for n in (1, 2)]
    answers.append(("http://a.localhost/gone", kit.answer("<h1>gone</h1>", status="404 Not Found")))
    write_warc(answers, at=datetime(2026, 11, 20, 9, tzinfo=UTC), site=None)
    shutil.move(home / "archive", tmp_path / "theirs")
    import_warcs([tmp_path / "theirs"], home)
    (run_id,) = build(home).run_ids
    return run_id


@pytest.fixture
def address(home: Path, run_id: str) -> Iterator[str]:
    """The UI over that archive, ended by SIGINT as Ctrl-C does; nothing of it may stay behind."""
    shown = subprocess.Popen([sys.executable, "-c", SHOW, str(home), str(free_port())], stdout=PIPE, text=True)
    try:
        assert shown.stdout is not None
        yield shown.stdout.readline().strip()
    finally:
        started = psutil.Process(shown.pid).children(recursive=True)
        shown.send_signal(signal.SIGINT)
        assert shown.wait(timeout=60) == 0
        shown.stdout.close()
    assert len(started) >= 4  # dagster dev, webserver, daemon, code server
    assert [p.pid for p in started if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """A browser that may go nowhere but to the UI; where it wanted to go is a failure."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    strangers: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.set_default_timeout(30_000)
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else strangers.append(r.url))
        yield page
        browser.close()
    assert strangers == []


def sees(page: Page, *texts: str) -> None:
    for text in texts:
        page.get_by_text(text, exact=True).first.wait_for()


def keep(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"dagster-{name}.png")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")
def test_a_person_sees_graph_run_and_metadata(page: Page, address: str, run_id: str) -> None:
    page.goto(f"{address}/asset-groups")
    sees(page, "crawl", "warc_files", "captures", "articles", "rejects", "links", "catalog")
    keep(page, "asset-graph")
    page.goto(f"{address}/runs/{run_id}")
    sees(page, "Success", "warc_files", "publish", "catalog", "check_the_day", 'Finished execution of run for "build".')
    page.wait_for_timeout(1000)  # the chart of the steps is drawn with a delay; no more than the picture waits for it
    keep(page, "run")
    page.goto(f"{address}/assets/rejects?view=partitions&partition=2026-11-20")
    sees(page, "by_reason", "publication_id", "rows")
    keep(page, "partition")
    page.goto(f"{address}/assets/articles?view=overview")
    sees(page, "Columns", "canonical_url", "non-nullable")
    keep(page, "asset")


def test_a_taken_port_is_one_clear_line(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken; .*--port {port + 1}"):
            ui(home, port=port)


def test_a_service_manager_ends_it_as_a_person_does() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
