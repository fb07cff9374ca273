"""A spider of one's own, in a file of one's own, named for a site; and Scrapy's own commands, as safe as ours."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlError, CrawlOptions, crawl, verify

ROOT = Path(__file__).resolve().parent.parent

# The spider of docs/guide.md: a list of stories that only a data attribute names.
OWN = '''
from collections.abc import Iterator

from crawler.discovery import Found
from crawler.spiders import NewsSpider


class TickerSpider(NewsSpider):
    """Reads the ticker that holds its links in data attributes."""

    def read_listing(self, response) -> Iterator[Found]:
        yield from super().read_listing(response)
        for story in response.css("li[data-story]"):
            yield Found(url=story.attrib["data-story"], kind="article", channel="home", title=story.css("::text").get())
'''

# A spider that knows nothing of us: plain requests, plain callbacks.
PLAIN = """
import scrapy


class PlainSpider(scrapy.Spider):
    name = "plain"

    async def start(self):
        yield scrapy.Request("{base}/start", callback=self.begun)

    def begun(self, response):
        yield scrapy.Request("{base}/next", callback=self.done)
        yield scrapy.Request("{base}/private/x", callback=self.done)
        yield scrapy.Request("http://elsewhere.example/", callback=self.done)

    def done(self, response):
        return None
"""


def site_with_spider(web: Any, home: Path, kit: Any, *, code: str, name: str) -> None:
    (home / "spiders").mkdir()
    (home / "spiders" / "own.py").write_text(code, "utf-8")
    stanza = f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nspider = "spiders/own.py:{name}"'
    kit.write_sites(home, stanza)


def test_a_spider_of_ones_own_reads_what_ours_cannot(web: Any, home: Path, kit: Any) -> None:
    web.pages |= {"/": kit.answer('<ul><li data-story="/t/1">One</li></ul>'), "/t/1": kit.answer("<p>1</p>")}
    site_with_spider(web, home, kit, code=OWN, name="TickerSpider")
    crawl(home)
    assert "/t/1" in web.paths()
    line = next(li for li in kit.log_lines(home) if li["url"].endswith("/t/1"))
    assert (line["kind"], line["via"], line["outcome"]) == ("article", ["home"], "captured")


def test_the_guide_shows_this_very_spider() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    assert OWN.strip() in guide


def test_a_spider_that_knows_nothing_of_us_is_archived_polite_and_obedient(web: Any, home: Path, kit: Any) -> None:
    web.pages |= {
        "/robots.txt": kit.answer("User-agent: *\nDisallow: /private/", content_type="text/plain"),
        "/start": kit.answer("<p>start</p>"), "/next": kit.answer("<p>next</p>"),
    }  # fmt: skip
    site_with_spider(web, home, kit, code=PLAIN.format(base=web.base), name="PlainSpider")
    report = crawl(home)
    assert web.paths() == ["/robots.txt", "/start", "/next"]
    assert {(li["url"].removeprefix(web.base), li["outcome"]) for li in kit.log_lines(home)} == {
        ("/robots.txt", "captured"), ("/start", "captured"), ("/next", "captured"), ("/private/x", "refused"),
    }  # fmt: skip
    assert report.captured == 3
    assert list(verify(home)) == []


# A spider that does what should not be done.
CARELESS = """
import scrapy
from crawler.discovery import Found


class CarelessSpider(scrapy.Spider):
    name = "careless"

    async def start(self):
        yield scrapy.Request("{base}/start#there", callback=self.begun)
        yield scrapy.Request("http://me:secret@{host}/secret", callback=self.breaks)
        yield scrapy.Request("{base}/bomb", callback=self.breaks)

    def begun(self, response):
        yield scrapy.Request("{base}/next", callback=self.breaks, meta=response.meta)
        yield scrapy.Request("{base}/private/x", callback=self.breaks, meta=response.meta)
        yield response.request.replace(callback=self.breaks)
        yield Found(url="{base}/x", kind="no kind", channel="?")

    def breaks(self, response):
        raise RuntimeError("not what was expected")
"""


def test_a_careless_spider_breaks_no_promise_and_no_other_spider(web: Any, home: Path, kit: Any) -> None:
    bomb = gzip.compress(bytes(60_000_000))
    web.pages |= {
        "/robots.txt": kit.answer("User-agent: *\nDisallow: /private/", content_type="text/plain"),
        "/": kit.answer("<p>other</p>"), "/bomb": kit.answer(bomb, Content_Encoding="gzip"),
        **dict.fromkeys(("/start", "/secret", "/next"), kit.answer("<p>x</p>")),
    }  # fmt: skip
    code = CARELESS.format(base=web.base, host=f"127.0.0.1:{web.port}")
    site_with_spider(web, home, kit, code=code, name="CarelessSpider")
    with (home / "sites.toml").open("a") as file:
        file.write(f'[[site]]\nname = "other"\nhome = "http://other.localhost:{web.port}/"\ndelay_seconds = 0\n')
    report = crawl(home, CrawlOptions(for_seconds=20))
    assert report.ended_because == "nothing_due", "nobody waits for what broke"
    lines = [li for li in kit.log_lines(home) if li["site"] == "local"]
    outcomes = sorted((li["url"].removeprefix(web.base), li["outcome"]) for li in lines)
    assert outcomes == [
        ("/bomb", "captured"), ("/next", "captured"), ("/private/x", "refused"), ("/robots.txt", "captured"),
        ("/secret", "captured"), ("/start", "captured"), ("/start", "captured"),
    ]  # fmt: skip
    assert "RuntimeError while it was read: not what was expected" in {li["detail"] for li in lines}
    assert (report.attempts, report.captured) == (len(kit.log_lines(home)), report.captured)
    assert not [a for a in web.asked if "authorization" in a.headers], "userinfo goes nowhere"
    assert list(verify(home)) == []


def test_a_spider_file_with_a_mistake_is_named(web: Any, home: Path, kit: Any) -> None:
    site_with_spider(web, home, kit, code="import nothing_of_that_name\nclass Own: ...", name="Own")
    with pytest.raises(CrawlError, match=r"own\.py: ModuleNotFoundError: No module named 'nothing_of_that_name'"):
        crawl(home, CrawlOptions(max_pages=1))


def scrapy(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, env={**os.environ, "BROADSHEET_HOME": str(home)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_scrapy_crawl_news_archives_as_safely_as_broadsheet_crawl(web: Any, one_site: Path, kit: Any) -> None:
    web.pages |= {"/": kit.answer("<p>home</p>"), "/robots.txt": kit.answer("", content_type="text/plain")}
    assert "news" in scrapy("list", home=one_site).stdout.split()
    done = scrapy("crawl", "news", home=one_site)
    assert (done.returncode, done.stderr) == (0, "")
    assert "/" in web.paths()
    assert list(verify(one_site)) == []
    assert not list(one_site.glob("archive/**/*.open"))


def test_scrapy_crawl_news_without_an_archive_says_what_is_missing(tmp_path: Path) -> None:
    done = scrapy("crawl", "news", home=tmp_path)
    assert "sites.toml" in done.stderr
    assert "Traceback" not in done.stderr
