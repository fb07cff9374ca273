"""Headers, bodies and time have limits, to the byte; what came until then is archived and says that it is not whole."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl, verify
from crawler.archive import open_records
from crawler.wire.tap import MAX_HEADER_BYTES, MAX_PAGE_BYTES, Tap, max_body_bytes

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def archived(home: Path) -> dict[str, tuple[str | None, int, int]]:
    """URL → WARC-Truncated, bytes of the head and bytes of the body as they came."""
    found = {}
    for path in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with path.open("rb") as stream:
            reader = open_records(stream, name=path.name)
            while (record := reader.next_record()) is not None:
                if record.record_type == "response":
                    head, _, body = record.read().partition(b"\r\n\r\n")
                    found[record.url or ""] = (record.get("WARC-Truncated"), len(head) + 4, len(body))
                record.finish()
    return found


def with_body(size: int, *, length: bool = True) -> bytes:
    said = b"Content-Length: %d\r\n" % size if length else b""
    return HEAD + said + b"\r\n" + b"a" * size


def with_head(size: int) -> bytes:
    """A head of exactly so many bytes, in lines of some kilobytes."""
    head = HEAD + b"Content-Length: 2\r\n"
    while size - len(head) - 2 > 4000:
        head += b"X-Long: " + b"x" * 3000 + b"\r\n"
    return head + b"X-Rest: " + b"y" * (size - len(head) - len(b"X-Rest: \r\n\r\n")) + b"\r\n\r\nok"


def test_a_page_of_ten_megabytes_is_whole_and_one_byte_more_is_not(web: Any, one_site: Path, kit: Any) -> None:
    sizes = {"/less": MAX_PAGE_BYTES - 1, "/all": MAX_PAGE_BYTES, "/more": MAX_PAGE_BYTES + 1}
    web.pages |= {path: with_body(size) for path, size in sizes.items()}
    web.pages["/no-length"] = with_body(MAX_PAGE_BYTES + 1, length=False)
    report = crawl(one_site, CrawlOptions(urls=tuple(web.base + path for path in web.pages)))
    seen = {url.removeprefix(web.base): (cut, body) for url, (cut, _, body) in archived(one_site).items()}
    assert seen["/less"] == (None, MAX_PAGE_BYTES - 1)
    assert seen["/all"] == (None, MAX_PAGE_BYTES)
    assert seen["/more"] == seen["/no-length"] == ("length", MAX_PAGE_BYTES)
    assert report.failed == 0
    assert list(verify(one_site)) == []


@pytest.mark.parametrize(("kind", "limit"), [("feed", 50_000_000), ("sitemap", 50_000_000), ("article", 10_000_000)])
def test_feeds_and_sitemaps_may_have_fifty(kind: str, limit: int) -> None:
    assert max_body_bytes(kind) == limit
    for size, whole in ((limit - 1, True), (limit, True), (limit + 1, False)):
        tap, left = Tap(limit_bytes=limit), size
        tap.received(HEAD + b"\r\n")
        while left and tap.received(b"a" * min(left, 262_144)):
            left -= min(left, 262_144)
        assert (tap.truncated is None) is whole
        assert len(tap.response) - len(HEAD) - 2 == min(size, limit)


@pytest.mark.thorough
def test_a_feed_of_fifty_megabytes_in_a_crawl(web: Any, home: Path, kit: Any) -> None:
    web.pages |= {"/feed": with_body(50_000_000), "/map": with_body(50_000_001), "/": kit.answer("<p>x</p>")}
    stanza = f'feeds = ["{web.base}/feed"]\nsitemaps = ["{web.base}/map"]'
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n{stanza}')
    crawl(home)
    of = archived(home)
    assert (of[f"{web.base}/feed"][0], of[f"{web.base}/feed"][2]) == (None, 50_000_000)
    assert (of[f"{web.base}/map"][0], of[f"{web.base}/map"][2]) == ("length", 50_000_000)


def test_headers_of_sixty_four_kibibytes_are_read_and_one_byte_more_is_not(web: Any, one_site: Path, kit: Any) -> None:
    web.pages |= {
        f"/{size}": with_head(size) for size in (MAX_HEADER_BYTES - 1, MAX_HEADER_BYTES, MAX_HEADER_BYTES + 1)
    }
    crawl(one_site, CrawlOptions(urls=tuple(web.base + path for path in web.pages), max_pages=3))
    log = {line["url"].removeprefix(web.base): line for line in kit.log_lines(one_site)}
    of = {url.removeprefix(web.base): seen for url, seen in archived(one_site).items()}
    assert of[f"/{MAX_HEADER_BYTES}"] == (None, MAX_HEADER_BYTES, 2)
    assert log[f"/{MAX_HEADER_BYTES}"]["reason"] is None
    cut, head, _ = of[f"/{MAX_HEADER_BYTES + 1}"]
    assert (cut, head - 4) == ("length", MAX_HEADER_BYTES)
    assert log[f"/{MAX_HEADER_BYTES + 1}"]["reason"] == "too_large"


@pytest.mark.parametrize("patience", [2.0, pytest.param(30.0, marks=pytest.mark.thorough)])
def test_what_takes_longer_than_its_time_is_cut_there(home: Path, kit: Any, patience: float) -> None:
    """Thirty seconds; shorter ones here, by Scrapy's own setting. One answer is done a second before, one never."""
    import socketserver

    class Slow(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            path = self.request.recv(65536).split(b" ")[1]
            if path == b"/robots.txt":
                self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            self.request.sendall(HEAD + b"\r\n")
            ends = time.monotonic() + (patience - 1.0 if path == b"/in-time" else 2 * patience)
            try:
                while time.monotonic() < ends:
                    self.request.sendall(b"drip")
                    time.sleep(0.1)
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        kit.write_sites(home, f'name = "slow"\nhome = "{base}/"\ndelay_seconds = 0')
        script = (
            "import sys; from pathlib import Path; import crawler.settings as set_\n"
            "set_.DOWNLOAD_TIMEOUT = float(sys.argv[2])\n"
            "from crawler.run import run_here; from crawler.options import CrawlOptions\n"
            "run_here(Path(sys.argv[1]), CrawlOptions(urls=tuple(sys.argv[3:]), max_pages=2))"
        )
        urls = (f"{base}/in-time", f"{base}/too-late")
        subprocess.run([sys.executable, "-c", script, str(home), str(patience), *urls], check=True, timeout=150)
        server.shutdown()
    of = archived(home)
    assert of[f"{base}/in-time"][0] is None
    cut, _, body = of[f"{base}/too-late"]
    assert (cut, body > 0) == ("time", True)
    log = {line["url"].removeprefix(base): line for line in kit.log_lines(home)}
    assert log["/too-late"]["reason"] == "timeout"
    assert patience - 0.2 < log["/too-late"]["elapsed_seconds"] < patience + 3


def test_a_bomb_is_archived_as_it_came_and_not_read(web: Any, one_site: Path, kit: Any) -> None:
    bomb = gzip.compress(bytes(11_000_000))
    fits = gzip.compress(b"<a href='/2026/11/22/a-story-behind-a-large-page-in-gzip/'>x</a>" + b" " * 9_900_000)
    web.pages |= {
        "/": kit.answer("<nav><a href='/bomb/'>Bomb</a><a href='/large/'>Large</a></nav>"),
        "/bomb/": kit.answer(bomb, Content_Encoding="gzip"), "/large/": kit.answer(fits, Content_Encoding="gzip"),
    }  # fmt: skip
    crawl(one_site)
    log = {line["url"].removeprefix(web.base): line for line in kit.log_lines(one_site)}
    assert (log["/bomb/"]["reason"], log["/bomb/"]["body_bytes"]) == ("too_large", len(bomb))
    assert "/2026/11/22/a-story-behind-a-large-page-in-gzip/" in web.paths(), "ten megabytes are read in any coding"
