"""ReplayWeb.page, the replay tool that most people have, opens our package in a browser and shows its pages.

From npm, as it is published; where npm or chromium is not to be had, skipped.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import run

TOOL = "replaywebpage@2.4.6"
# The page is in a frame in a frame in shadow trees; all are of one origin, so that they can be looked into.
TEXT_SHOWN = """() => {
  const look = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) { const found = look(element.shadowRoot); if (found) return found; }
      if (element.tagName === 'IFRAME' && element.contentDocument) {
        if (element.contentWindow.location.href.includes('mp_/')) return element.contentDocument.body?.innerText;
        const found = look(element.contentDocument); if (found) return found;
      }
    }
  };
  return look(document) || '';
}"""


class Files(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, whole or by ranges of bytes."""

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if asked is None or not path.is_file():
            super().do_GET()
            return
        size = path.stat().st_size
        first = int(asked[1]) if asked[1] else size - int(asked[2])
        last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        data = path.read_bytes()[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:  # it has read enough
            self.close_connection = True


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A folder with ReplayWeb.page's two scripts, to be served."""
    npm, chromium = shutil.which("npm"), shutil.which("chromium")
    if npm is None or chromium is None:
        pytest.skip("needs npm and chromium")
    got = subprocess.run([npm, "pack", TOOL], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    if got.returncode != 0:
        pytest.skip(f"npm pack {TOOL}: {got.stderr.strip().splitlines()[-1:]}")
    served = tmp_path / "served"
    (served / "replay").mkdir(parents=True)
    with tarfile.open(tmp_path / got.stdout.strip().splitlines()[-1]) as package:
        for name, place in (("ui.js", served / "ui.js"), ("sw.js", served / "replay" / "sw.js")):
            script = package.extractfile(f"package/{name}")
            assert script is not None
            place.write_bytes(script.read())
    return served


@pytest.fixture
def address(tool: Path) -> Iterator[str]:
    handler = functools.partial(Files, directory=os.fspath(tool))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def text_shown(browser: Any, address: str, wanted: str) -> str:
    """What a new visitor comes to see. Its service worker now and then never begins, which is why we try again."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(address)
        deadline, text = time.monotonic() + 20, ""
        while wanted not in text and time.monotonic() < deadline:
            text = " ".join(str(page.evaluate(TEXT_SHOWN)).split())
            time.sleep(0.1)
        return text
    finally:
        context.close()


@pytest.mark.thorough
def test_replayweb_shows_the_pages_of_a_package(tool: Path, address: str, demo: Any) -> None:
    """One article of each site of the demo, by its headline."""
    from playwright.sync_api import sync_playwright

    from warehouse import run_sql

    assert run(["pack", "--wacz", str(tool / "demo.wacz"), "--home", str(demo.home)]) == 0
    sql = """
        select url, strftime(captured_at, '%Y%m%d%H%M%S'), title from articles
        semi join (select max_by(capture_id, captured_at) as capture_id from articles where title is not null
        group by site) using (capture_id)
    """
    with run_sql(demo.home, sql) as result:
        articles = [tuple(row) for row in result.rows()]
    assert len(articles) > 5
    not_shown = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            for url, moment, title in articles:
                named = " ".join(f"{k}={json.dumps(v)}" for k, v in (("url", url), ("ts", moment)))
                (tool / "index.html").write_text(
                    '<!doctype html><script src="/ui.js"></script><replay-web-page embed="replayonly" '
                    f'source="/demo.wacz" {named} replayBase="/replay/"></replay-web-page>'
                )
                headline = " ".join(title.split())
                if not any(
                    headline in (text := text_shown(browser, f"{address}/index.html", headline)) for _ in range(3)
                ):
                    not_shown.append((url, title, text[:200]))
        finally:
            browser.close()
    assert not_shown == []
