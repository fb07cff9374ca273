"""User names and passwords in addresses, cookies and authorisation are in no log, no archive and no message."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlError, CrawlOptions, crawl, look_at_site
from crawler.archive import open_records
from crawler.redaction import without_userinfo
from crawler.sites import SitesError, load_sites

STORY = "/2026/11/22/a-story-about-the-river-crossing-{}/"
SPIDER = """
import scrapy


class Knows(scrapy.Spider):
    name = "knows"

    async def start(self):
        for path in ("/mine", "/breaks"):
            yield scrapy.Request(
                "http://spider-user:spider-SECRET@{host}:{port}" + path, callback=self.read,
                headers={{"Authorization": "Bearer bearer-SECRET", "Cookie": "session=cookie-SECRET"}},
            )
        yield scrapy.Request("http://none:elsewhere-SECRET@elsewhere.example/", callback=self.read)

    def read(self, response):
        self.logger.error("read http://me:logged-SECRET@%s/", response.url)
        if "breaks" in response.url:
            raise ValueError("no luck with " + "x" * 250 + " https://me:raised-SECRET@example.org/")
"""


def texts(home: Path) -> Iterator[tuple[str, bytes]]:
    """Everything below the archive's folder; of WARC files every record, but for what servers themselves sent."""
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        if path.name in ("sites.toml", "knows.py") or path.suffix == ".pyc":  # where the person wrote them
            continue
        if path.name.endswith(".warc.gz"):
            with path.open("rb") as stream:
                reader = open_records(stream, name=path.name)
                while (record := reader.next_record()) is not None:
                    said = record.raw_header
                    block = record.read()
                    yield (
                        f"{path.name} {record.record_type}",
                        said + (b"" if record.record_type == "response" else block),
                    )
                    record.finish()
        else:
            yield path.name, path.read_bytes()
        if path.name == "frontier.sqlite":
            with sqlite3.connect(path) as db:
                yield "frontier, as text", "\n".join(db.iterdump()).encode()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("redirect to 'ftp://u:p@host/x'", "redirect to 'ftp://host/x'"),
        ("http://u@h/ and https://u:p@h/?q=a@b", "http://h/ and https://h/?q=a@b"),
        ("HTTP:\\\\u:p w\\@h", "HTTP:\\\\u:p w\\@h"),
        ("//u:p@h", "//h"),
        ("http:/u:p@h/", "http:/h/"),
        ("https://a:b@c@d/", "https://d/"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
        ("no address at all", "no address at all"),
    ],
)
def test_addresses_lose_who_may_enter(written: str, shown: str) -> None:
    assert without_userinfo(written) == shown


def test_a_crawl_keeps_no_secret(web: Any, home: Path, kit: Any) -> None:
    at = f"127.0.0.1:{web.port}"
    moved = {
        "/in-scope": f"http://hop:hop-SECRET@{at}{STORY.format(5)}",
        "/elsewhere": "http://hop:away-SECRET@elsewhere.example/",
        "/no-web": f"ftp://hop:{'x' * 190}ftp-SECRET@{at}/",
        "/loop": f"http://hop:loop-SECRET@{at}/loop",
    }
    web.pages |= {path: kit.answer("", status="302 Found", Location=to) for path, to in moved.items()}
    web.pages |= {
        "/robots.txt": kit.answer(f"Sitemap: http://map:robots-SECRET@{at}/map.xml\n", content_type="text/plain"),
        "/": kit.answer(
            f"<base href='http://base:base-SECRET@{at}/'><link rel=canonical href='http://c:canonical-SECRET@{at}/'>"
            f"<link rel=alternate type='application/rss+xml' href='http://f:alternate-SECRET@{at}/feed'>"
            f"<a href='http://link:link-SECRET@{at}{STORY.format(1)}'>x</a><a href='{STORY.format(2)}'>x</a>",
            Set_Cookie="session=set-SECRET",
        ),
        "/feed": kit.answer(
            "<rss version='2.0'><channel><item><title>x</title>"
            f"<link>http://item:item-SECRET@{at}{STORY.format(3)}</link></item></channel></rss>"
        ),
        "/map.xml": kit.answer(f"<urlset><url><loc>http://loc:loc-SECRET@{at}{STORY.format(4)}</loc></url></urlset>"),
    }
    web.pages |= {STORY.format(n): kit.answer("<p>x</p>", Set_Cookie="session=set-SECRET") for n in range(6)}
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0')
    seen: list[str] = []
    asked = tuple(f"http://typed:typed-SECRET@{at}{path}" for path in moved)
    for options in (CrawlOptions(urls=asked), CrawlOptions()):
        report = crawl(home, options, lambda progress: seen.append(progress.to_json()))
        seen.append(report.to_json())
    assert {STORY.format(n) for n in range(1, 6)} <= set(web.paths()), "they were followed all the same"
    assert not [a for a in web.asked if {"referer", "cookie", "authorization"} & set(a.headers)]
    leaks = [name for name, data in texts(home) if b"SECRET" in data]
    assert leaks == []
    assert "SECRET" not in "".join(seen)
    published = b"".join(gzip.decompress(p.read_bytes()) for p in home.glob("archive/*/*.warc.gz"))
    assert b"link-SECRET" in published, "what a page itself tells everybody is archived as it came"


def test_a_spider_of_ones_own_may_have_secrets_and_its_archive_has_none(web: Any, home: Path, kit: Any) -> None:
    web.pages |= {"/mine": kit.answer("<p>x</p>"), "/breaks": kit.answer("<p>x</p>")}
    (home / "knows.py").write_text(SPIDER.format(host="127.0.0.1", port=web.port), "utf-8")
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nspider = "knows.py:Knows"')
    report = crawl(home)
    sent = [a for a in web.asked if a.path == "/mine"]
    assert sent
    assert "bearer-SECRET" in sent[0].headers["authorization"], "it reached the server"
    assert "no luck with" in (home / "crawl.log").read_text("utf-8"), "and what went wrong the log"
    assert [name for name, data in texts(home) if b"SECRET" in data] == []
    assert "SECRET" not in report.to_json()


def test_no_message_repeats_a_secret(home: Path, kit: Any, web: Any) -> None:
    secret = "https://me:typed-SECRET@news.example/"
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0')
    said = []
    for options in (CrawlOptions(urls=(secret,)), CrawlOptions(urls=(secret.replace("https", "ftp"),))):
        with pytest.raises(CrawlError) as raised:
            crawl(home, options)
        said.append(str(raised.value))
    with pytest.raises(CrawlError) as raised:
        look_at_site(home, "http://me:typed-SECRET@127.0.0.1:1/")
    said.append(str(raised.value))
    for stanza in (f'home = "{secret}"', f'feeds = ["{secret}"]', f'hosts = ["{secret}"]', f"home = {secret}"):
        (home / "sites.toml").write_text(f'[[site]]\nname = "a"\n{stanza}\n', "utf-8")
        with pytest.raises(SitesError) as mistaken:
            load_sites(home / "sites.toml")
        said.append(str(mistaken.value))
    (home / "sites.toml").write_text('contact = "https://me:typed-SECRET@example.org/"\n', "utf-8")
    with pytest.raises(SitesError) as mistaken:
        load_sites(home / "sites.toml")
    said.append(str(mistaken.value))
    assert len(said) == 8
    assert "SECRET" not in "\n".join(said)


def test_the_terminal_does_not_either(home: Path, kit: Any, web: Any) -> None:
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0')
    program = str(Path(sys.executable).with_name("broadsheet"))
    for words in (
        ["crawl", "https://me:typed-SECRET@news.example/"],
        ["sites", "add", "ftp://me:typed-SECRET@a.example"],
    ):
        ended = subprocess.run([program, *words, "--home", str(home)], capture_output=True, text=True, check=False)
        assert ended.returncode != 0
        assert ended.stderr.count("\n") >= 1
        assert "SECRET" not in ended.stdout + ended.stderr
