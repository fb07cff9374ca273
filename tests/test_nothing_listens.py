"""A crawl talks to the sites alone: no proxy that the environment names, no port of its own, no console."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler import CrawlOptions, crawl


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_proxies_of_the_environment_are_not_used(
    web_at: Any, home: Path, kit: Any, monkeypatch: pytest.MonkeyPatch, case: Any
) -> None:
    web, proxy = web_at("127.0.0.1"), web_at("127.0.0.1")
    web.pages["/"] = kit.answer("<p>hello</p>")
    for name in ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy"):
        monkeypatch.setenv(case(name), f"http://user:secret@127.0.0.1:{proxy.port}/")
    monkeypatch.setenv(case("no_proxy"), "")
    unreachable = 'name = "tls"\nhome = "https://127.0.0.1:9/"\ndelay_seconds = 0'
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0', unreachable)
    crawl(home, CrawlOptions(for_seconds=30))
    assert "/" in web.paths()
    assert proxy.asked == []


def test_a_spider_of_ones_own_gets_no_proxy_either(web_at: Any, home: Path, kit: Any) -> None:
    """The guard would see the proxy's address and not the site's."""
    web, proxy = web_at("127.0.0.1"), web_at("127.0.0.1")
    web.pages["/"] = kit.answer("<p>hello</p>")
    (home / "by_proxy.py").write_text(
        "import scrapy\n\n\nclass ByProxy(scrapy.Spider):\n    name = 'by-proxy'\n\n    async def start(self):\n"
        f"        yield scrapy.Request('{web.base}/', meta={{'proxy': '{proxy.base}'}})\n",
        "utf-8",
    )
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nspider = "by_proxy.py:ByProxy"')
    report = crawl(home)
    assert proxy.asked == []
    assert "/" not in web.paths()
    assert report.reasons == {"proxy": 1}


def test_no_process_of_a_crawl_listens_while_it_runs(web: Any, home: Path, kit: Any) -> None:
    """Seen from outside, by the system's own account, while a page is on its way."""
    looked: list[list[Any]] = []
    seen = threading.Event()

    def look(_: dict[str, str]) -> bytes:
        crawlers = [p for p in psutil.Process(os.getpid()).children(recursive=True) if "crawler.run" in p.cmdline()]
        family = [q for p in crawlers for q in (p, *p.children(recursive=True))]
        looked.append([(q.pid, c.laddr, c.status) for q in family for c in q.net_connections(kind="all")])
        seen.set()
        return bytes(kit.answer("<p>hello</p>"))

    web.pages["/"] = look
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0')
    crawl(home)
    assert seen.is_set()
    states = [status for _, _, status in looked[0]]
    assert psutil.CONN_ESTABLISHED in states, "it was the crawl that was looked at"
    assert psutil.CONN_LISTEN not in states
    assert {status for _, address, status in looked[0] if address} == {psutil.CONN_ESTABLISHED}, "no open datagram port"
