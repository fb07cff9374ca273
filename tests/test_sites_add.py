"""A new site is looked at before it is added: home page, robots.txt, and the usual places where they name nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlError, append_site, crawl, look_at_site
from crawler.newcomer import suggest_name

RSS = "<rss version='2.0'><channel><title>Local news</title></channel></rss>"
SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{}/a</loc></url></urlset>"


@pytest.fixture
def empty_archive(home: Path, kit: Any) -> Path:
    kit.write_sites(home)
    return home


def test_feeds_and_sitemaps_that_the_site_names_are_found(web: Any, empty_archive: Path, kit: Any) -> None:
    web.pages |= {
        "/robots.txt": kit.answer(f"Sitemap: {web.base}/map.xml", content_type="text/plain"),
        "/": kit.answer('<link rel="alternate" type="application/rss+xml" href="/f.xml">'),
        "/f.xml": kit.answer(RSS, content_type="application/rss+xml"),
        "/map.xml": kit.answer(SITEMAP.format(web.base), content_type="application/xml"),
    }
    found = look_at_site(empty_archive, web.base + "/", delay_seconds=0)
    assert found.site.home == f"{web.base}/"
    assert (found.site.feeds, found.site.sitemaps) == ((f"{web.base}/f.xml",), (f"{web.base}/map.xml",))
    assert found.titles[f"{web.base}/f.xml"] == "Local news"
    assert set(web.paths()) == {"/robots.txt", "/", "/f.xml", "/map.xml"}, "no guessing where the site says it"
    assert len([li for li in kit.log_lines(empty_archive) if li["outcome"] == "captured"]) == 4


def test_the_usual_places_are_tried_where_nothing_is_named(web: Any, empty_archive: Path, kit: Any) -> None:
    web.pages |= {
        "/": kit.answer("<p>hello</p>"),
        "/feed/": kit.answer("", status="301 Moved Permanently", Location="/feed.xml"),
        "/feed.xml": kit.answer(RSS, content_type="application/rss+xml"),
        "/sitemap.xml": kit.answer(SITEMAP.format(web.base), content_type="application/xml"),
        "/rss": kit.answer("<html>no feed here</html>"),
    }
    found = look_at_site(empty_archive, web.base + "/", delay_seconds=0)
    assert found.site.feeds == (f"{web.base}/feed.xml",)
    assert found.site.sitemaps == (f"{web.base}/sitemap.xml",)


def test_a_home_page_that_moved_is_followed(web: Any, empty_archive: Path, kit: Any) -> None:
    web.pages |= {"/": kit.answer("", status="302 Found", Location="/en/"), "/en/": kit.answer("<p>hello</p>")}
    assert look_at_site(empty_archive, web.base + "/", delay_seconds=0).site.home == f"{web.base}/en/"


def test_a_site_that_does_not_answer_is_not_added(empty_archive: Path) -> None:
    with pytest.raises(CrawlError, match=r"http://127\.0\.0\.1:9/: could not be read: .*Connect call failed"):
        look_at_site(empty_archive, "http://127.0.0.1:9/", delay_seconds=0)


def test_no_address_is_no_address(empty_archive: Path) -> None:
    with pytest.raises(CrawlError, match="is not an absolute http:// or https:// address"):
        look_at_site(empty_archive, "mailto:you@example.org")


def test_names_are_short_and_free() -> None:
    assert suggest_name("https://www.thinlinenews.com/", set()) == "thinlinenews"
    assert suggest_name("https://www.bbc.co.uk/news", {"bbc"}) == "bbc-2"
    assert suggest_name("http://127.1.0.2:80/", set()) == "127-1-0-2"
    assert suggest_name("http://harbour.localhost/", set()) == "harbour"


def test_a_site_that_was_added_is_then_crawled_whole(web: Any, empty_archive: Path, kit: Any) -> None:
    story = "/2026/11/22/ferry-line-reopens-after-two-years/"
    web.pages |= {"/": kit.answer(f'<a href="{story}">Ferry</a>', ETag='"h"'), story: kit.answer("<p>Ferry</p>")}
    web.pages["/sitemap.xml"] = kit.answer(SITEMAP.format(web.base), content_type="application/xml")
    append_site(empty_archive / "sites.toml", look_at_site(empty_archive, web.base + "/", delay_seconds=0).site)
    web.asked.clear()
    crawl(empty_archive)
    assert {"/", story, "/sitemap.xml"} <= set(web.paths())
    assert "if-none-match" not in next(a for a in web.asked if a.path == "/").headers
    assert {line["site"] for line in kit.log_lines(empty_archive)} == {"127-0-0-1"}


def test_an_address_that_is_allowed_later_is_looked_at_again(web: Any, home: Path, kit: Any) -> None:
    web.pages["/"] = kit.answer("<p>hello</p>")
    kit.write_sites(home, top="allow_addresses = []")
    with pytest.raises(CrawlError, match=r"127\.0\.0\.1 is not a public address; to crawl it, name its network"):
        look_at_site(home, web.base + "/", delay_seconds=0)
    kit.write_sites(home)
    assert look_at_site(home, web.base + "/", delay_seconds=0).site.home == f"{web.base}/"
