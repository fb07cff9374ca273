"""The whole way on real pages of real publishers: crawled, archived, extracted, published, traced to their bytes."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import warehouse
from crawler import CrawlOptions, crawl, normalise, verify
from pipelines.build import run
from pipelines.captures import read_exchange

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
NEWS = SHARED / "corpus" / "news"
SERVER = SHARED / "tools" / "real_sites.py"

pytestmark = pytest.mark.skipif(not SERVER.exists(), reason=f"no set of real pages at {SHARED}")


@pytest.fixture
def served(home: Path) -> Iterator[Path]:
    """An archive whose sites.toml names every site of the set, each at an address of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(SERVER), "--port", str(port), "--write-sites", str(home / "sites.toml")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert "119 pages on 87 sites" in server.stdout.readline()
        for site in addresses_of(home):
            wait_for(site, port)
        yield home
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()  # type: ignore[union-attr]


def addresses_of(home: Path) -> list[str]:
    lines = (home / "sites.toml").read_text().splitlines()
    return [urlsplit(line.split('"')[1]).hostname or "" for line in lines if line.startswith("home")]


def wait_for(host: str, port: int) -> None:
    """Returns once something listens there; the sites come up one after the other."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens at {host}:{port}")


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    with warehouse.run_sql(home, sql) as result:
        return list(result.rows())


def test_real_pages_from_the_web_to_sql_and_back_to_their_bytes(served: Path) -> None:
    rows = json.loads((NEWS / "truth.json").read_text("utf-8"))
    truth = {page_path(row["url"]): row["page"] for row in rows}
    assert len(truth) == 119

    first = crawl(served)
    assert (first.failed, first.refused) == (0, 0)
    warehouse.init_tables(served)
    assert run(served).failures == ()
    warehouse.write_catalog(served)

    captured = {page_path(str(url)): cls for url, cls in ask(served, "select url, class from captures")}
    pages = {path: captured.get(path) for path in truth}
    assert set(pages.values()) <= {"article", "reject"}, [p for p, c in pages.items() if c is None]
    assert sum(cls == "article" for cls in pages.values()) >= 112
    homes = ask(served, "select class, count(*) from captures where kind = 'home' group by 1")
    assert homes == [("reject", 87)], "a page of links is no article"
    assert {reason for (reason,) in ask(served, "select distinct reason from rejects")} <= {
        "listing", "no_text", "paywall_stub",
    }  # fmt: skip

    traced = ask(served, "select url, warc_file, warc_offset, warc_length from provenance")
    assert len(traced) == sum(cls == "article" for cls in pages.values())
    for url, warc_file, offset, length in traced:
        exchange = read_exchange(served / "archive" / str(warc_file), offset=int(str(offset)), length=int(str(length)))
        page = gzip.decompress((NEWS / f"{truth[page_path(str(url))]}.html.gz").read_bytes())
        assert exchange.body == page, url

    second = crawl(served, CrawlOptions(refresh=True))
    assert set(first.statuses) == {"200", "404"}
    further = 1  # an article of two pages, of which the set has the first
    assert first.statuses["404"] == 2 * 87 + further, "no site of the set has a tdmrep.json or an ai.txt"
    assert second.statuses == {"304": first.statuses["200"], "404": further}, "all answered 200 with a validator"
    assert second.revisits == second.captured - further
    run(served)
    warehouse.write_catalog(served)
    assert ask(served, "select count(*) from articles") == [(len(traced),)]
    assert ask(served, "select count(*) from captures where class = 'revisit'") == [(second.revisits,)]
    assert list(verify(served)) == []


def page_path(url: str) -> str:
    """Path and query: what the page keeps of its address when it is served elsewhere."""
    parts = urlsplit(normalise(url) or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")
