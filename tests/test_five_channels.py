"""An article remembers every channel that announced it: in the frontier, the crawl log and its captures' metadata."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler import CrawlOptions, crawl
from pipelines.captures import read_captures
from pipelines.fragment_rows import capture_row

FIVE = {"feed", "sitemap", "news_sitemap", "home", "section"}
STORY = "/2026/11/22/ferry-line-reopens-after-two-years/"
NEW = "/2026/11/23/harbour-wall-repaired-before-the-storms/"
NS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
NEWS = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"

FEED = '<link rel="alternate" type="application/rss+xml" href="/feed">'


def fill(web: Any, kit: Any) -> None:
    a, base, xml = kit.answer, web.base, "application/xml"
    link = f'<a href="{STORY}">Ferry line reopens after two years</a>'
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    web.pages |= {
        "/robots.txt": a(f"Sitemap: {base}/map.xml\nSitemap: {base}/news.xml\n", content_type="text/plain"),
        "/": a(f'{FEED}<nav><a href="/sport/">Sport</a></nav>{link}'),
        "/sport/": a(link),
        "/feed": a(
            f"<rss version='2.0'><channel><title>Local</title><item><title>Ferry line</title><link>{base}{STORY}</link>"
            "</item></channel></rss>", content_type=xml
        ),
        "/map.xml": a(f"<sitemapindex {NS}><sitemap><loc>{base}/all.xml</loc></sitemap></sitemapindex>"),
        "/all.xml": a(
            f"<urlset {NS}><url><loc>{base}{STORY}</loc><lastmod>{now}</lastmod></url></urlset>", content_type=xml
        ),
        "/news.xml": a(
            f"<urlset {NS} {NEWS}><url><loc>{base}{STORY}</loc><news:news><news:title>Ferry line</news:title>"
            f"<news:publication_date>{now}</news:publication_date></news:news></url></urlset>", content_type=xml
        ),
        STORY: a("<p>Ferry</p>"),
        NEW: a("<p>Harbour</p>"),
    }  # fmt: skip


def test_all_five_reach_log_metadata_and_table_with_the_next_capture(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    crawl(one_site)
    crawl(one_site, CrawlOptions(urls=(f"{web.base}{STORY}",)))  # its next capture: by then all have been read
    lines = [line for line in kit.log_lines(one_site) if line["url"].endswith(STORY)]
    assert len(lines) == 2
    assert set(lines[1]["via"]) == FIVE | {"request"}
    warc = one_site / "archive" / lines[1]["warc_file"]
    capture = next(c for c, _ in read_captures(warc, warc_file=lines[1]["warc_file"]) if c.url.endswith(STORY))
    assert {said.channel for said in capture.announcements} == FIVE | {"request"}
    sources = {said.channel: (said.source_url or "").removeprefix(web.base) for said in capture.announcements}
    assert sources == {
        "feed": "/feed", "sitemap": "/all.xml", "news_sitemap": "/news.xml", "home": "/", "section": "/sport/",
        "request": "",
    }  # fmt: skip
    assert {said.title for said in capture.announcements if said.channel == "news_sitemap"} == {"Ferry line"}
    assert set(capture_row(capture, "article").announced_by) == FIVE | {"request"}


def test_what_was_on_a_listing_before_is_no_news_and_what_is_new_is(web: Any, home: Path, kit: Any) -> None:
    """A site without feed or sitemap: its pages are compared with what was seen of them before."""
    a = kit.answer
    link = f'<a href="{STORY}">Ferry line reopens after two years</a>'
    web.pages |= {"/": a(link), STORY: a("<p>Ferry</p>"), NEW: a("<p>Harbour</p>")}
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0')
    crawl(home)
    assert STORY in web.paths()
    web.pages["/"] = a(f'{link}<a href="{NEW}">Harbour wall repaired before the storms</a>')
    web.asked.clear()
    report = crawl(home, CrawlOptions(urls=(f"{web.base}/",)))
    assert report.new_urls == 1
    crawl(home)
    assert [path for path in web.paths() if path in (STORY, NEW)] == [NEW]
    with sqlite3.connect(home / "frontier.sqlite") as db:
        days = db.execute("select sum(new_articles) from site_day").fetchone()
    db.close()
    assert days == (2,), "each counted once, when it was new"


def test_a_feed_that_is_a_sitemap_and_a_sitemap_that_is_a_feed(web: Any, home: Path, kit: Any) -> None:
    a, base = kit.answer, web.base
    web.pages |= {
        "/feed": a(f"<urlset {NS}><url><loc>{base}{STORY}</loc></url></urlset>"),
        "/map.xml": a(f"<rss version='2.0'><channel><item><link>{base}{NEW}</link></item></channel></rss>"),
        STORY: a("<p>Ferry</p>"), NEW: a("<p>Harbour</p>"), "/": a("<p>Home</p>"),
    }  # fmt: skip
    kit.write_sites(
        home,
        f'name = "local"\nhome = "{base}/"\ndelay_seconds = 0\nfeeds = ["{base}/feed"]\nsitemaps = ["{base}/map.xml"]',
    )
    crawl(home)
    via = {line["url"].removeprefix(base): line["via"] for line in kit.log_lines(home)}
    assert (via[STORY], via[NEW]) == (["sitemap"], ["feed"])


def test_a_feed_that_is_a_page_is_said_to_be_one(web: Any, home: Path, kit: Any) -> None:
    web.pages |= {"/feed": kit.answer("<!DOCTYPE html><html><body>Sorry</body></html>"), "/": kit.answer("<p>Home</p>")}
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nfeeds = ["{web.base}/feed"]')
    crawl(home)
    line = next(line for line in kit.log_lines(home) if line["url"].endswith("/feed"))
    assert line["detail"] == f"{web.base}/feed is not a feed: it is an HTML page"
