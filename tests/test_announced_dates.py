"""Where a page tells no date, the feed or sitemap that named it does; where it tells one, the page's stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import crawl
from crawler.archive import Announcement
from pipelines.build import run
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY = date(2026, 11, 22)
NS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
NEWS = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
SUNDAY = "Sun, 22 Nov 2026 09:20:30 +0100"


def said(channel: str = "feed", published: str | None = None, modified: str | None = None) -> Announcement:
    return Announcement(channel=channel, source_url=None, published_raw=published, modified_raw=modified)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.fixture
def read(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Callable[..., dict[str, Any]]:
    """The row of one page that was announced so."""

    def one(*announcements: Announcement, published: str | None = None, beside: str = "") -> dict[str, Any]:
        page = kit.article_page("Bridge", published=published).replace("</head>", f"{beside}</head>")
        write_warc([("http://a.localhost/b", kit.answer(page))], announcements=announcements, at=at(2026, 11, 22, 12))
        run(home, workers=Workers(0))
        (row,) = articles(home)
        return row

    return one


def articles(home: Path, day: date = DAY) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_parquet(partition_path(home / "tables", "articles", day)).to_pylist()
    return rows


def test_a_feed_and_both_sitemaps_date_pages_that_tell_no_date(web: Any, one_site: Path, kit: Any) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    a, xml = kit.answer, "application/xml"
    item = f"<item><title>Ferry</title><link>{web.base}/ferry-line</link><pubDate>{now:%d %b %Y %H:%M:%S} GMT</pubDate>"
    urls = {
        "map": f"<url><loc>{web.base}/bridge-is-open</loc><lastmod>{now.isoformat()}</lastmod></url>",
        "news": f"<url><loc>{web.base}/harbour-wall</loc><news:news><news:publication_date>{now.isoformat()}"
        "</news:publication_date><news:title>Wall</news:title></news:news></url>",
    }
    web.pages |= {
        "/robots.txt": a(f"Sitemap: {web.base}/map.xml\nSitemap: {web.base}/news.xml\n", content_type="text/plain"),
        "/": a('<link rel="alternate" type="application/rss+xml" href="/feed">'),
        "/feed": a(f"<rss version='2.0'><channel><title>Local</title>{item}</item></channel></rss>", content_type=xml),
        **{f"/{name}.xml": a(f"<urlset {NS} {NEWS}>{url}</urlset>", content_type=xml) for name, url in urls.items()},
        **{
            path: a(kit.article_page(path.replace("-", " ")))
            for path in ("/ferry-line", "/bridge-is-open", "/harbour-wall")
        },
    }
    crawl(one_site)
    (published,) = run(one_site, workers=Workers(0)).published
    rows = {row["url"].removeprefix(web.base): row for row in articles(one_site, published.crawl_date)}
    assert rows.keys() == {"/ferry-line", "/bridge-is-open", "/harbour-wall"}
    feed, plain, news = rows["/ferry-line"], rows["/bridge-is-open"], rows["/harbour-wall"]
    assert (feed["published_at"], feed["published_source"], feed["published_precision"]) == (now, "feed", "second")
    assert feed["published_raw"] == f"{now:%d %b %Y %H:%M:%S} GMT"
    assert (news["published_at"], news["published_source"]) == (now, "news_sitemap")
    assert (plain["published_at"], plain["published_source"]) == (None, None)
    assert (plain["modified_at"], plain["modified_source"]) == (now, "sitemap")
    assert plain["modified_raw"] == now.isoformat()


def test_the_page_comes_before_the_feed(read: Callable[..., dict[str, Any]]) -> None:
    changed = '<meta property="article:modified_time" content="2026-11-21T10:00:00Z">'
    row = read(said(published=SUNDAY, modified=SUNDAY), published="2026-11-20T08:00:00Z", beside=changed)
    assert (row["published_at"], row["published_source"]) == (at(2026, 11, 20, 8), "meta")
    assert (row["modified_at"], row["modified_source"]) == (at(2026, 11, 21, 10), "meta")


def test_a_feed_lends_the_time_of_day_to_a_page_that_tells_the_same_day(read: Callable[..., dict[str, Any]]) -> None:
    row = read(said(published=SUNDAY), published="2026-11-22")
    assert (row["published_at"], row["published_source"]) == (at(2026, 11, 22, 8, 20, 30), "feed")
    assert (row["published_precision"], row["published_offset_minutes"]) == ("second", 60)
    assert row["published_confidence"] > 0.8  # of the day, which the page told


def test_a_feed_of_another_day_does_not_touch_the_day_of_the_page(read: Callable[..., dict[str, Any]]) -> None:
    row = read(said(published=SUNDAY), published="2026-11-20")
    assert (row["published_at"], row["published_precision"]) == (at(2026, 11, 20), "day")


@pytest.mark.parametrize("announced", [SUNDAY, "2026-11-22T08:20:30Z"])
def test_a_feed_gives_the_offset_that_the_page_left_out(read: Callable[..., dict[str, Any]], announced: str) -> None:
    changed = '<meta property="article:modified_time" content="2026-11-22T11:00:00">'
    row = read(said(published=announced), published="2026-11-22T09:20:30", beside=changed)
    assert (row["published_at"], row["published_offset_minutes"]) == (at(2026, 11, 22, 8, 20, 30), 60)
    assert (row["published_raw"], row["published_source"]) == ("2026-11-22T09:20:30", "meta")
    assert row["modified_at"] == at(2026, 11, 22, 10)


@pytest.mark.parametrize("announced", ["Sun, 22 Nov 2026 08:41:00 GMT", "Fri, 20 Nov 2026 09:20:30 GMT", "Sunday"])
def test_another_time_in_the_feed_gives_no_offset(read: Callable[..., dict[str, Any]], announced: str) -> None:
    row = read(said(published=announced), published="2026-11-22T09:20:30")
    assert (row["published_at"], row["published_offset_minutes"]) == (at(2026, 11, 22, 9, 20, 30), None)


def test_an_instant_of_the_page_is_moved_by_no_feed(read: Callable[..., dict[str, Any]]) -> None:
    row = read(said(published="Sun, 22 Nov 2026 10:20:30 GMT"), published="2026-11-22T09:20:30Z")
    assert (row["published_at"], row["published_offset_minutes"]) == (at(2026, 11, 22, 9, 20, 30), 0)


def test_when_it_was_published_beats_when_the_page_was_changed(read: Callable[..., dict[str, Any]]) -> None:
    changed = '<meta property="article:modified_time" content="2026-11-22T11:00:00Z">'
    row = read(said(published=SUNDAY), beside=changed)
    assert (row["published_at"], row["published_source"]) == (at(2026, 11, 22, 8, 20, 30), "feed")
    assert (row["modified_at"], row["modified_source"]) == (at(2026, 11, 22, 11), "meta")


def test_an_atom_feed_that_tells_only_updates_dates_as_a_page_that_does(read: Callable[..., dict[str, Any]]) -> None:
    row = read(said(modified="2026-11-22T08:20:30Z"))
    assert (row["published_at"], row["published_source"]) == (at(2026, 11, 22, 8, 20, 30), "modified")
    assert (row["modified_at"], row["modified_source"]) == (at(2026, 11, 22, 8, 20, 30), "feed")


def test_no_change_is_before_the_article_and_no_date_after_its_capture(read: Callable[..., dict[str, Any]]) -> None:
    later = said("news_sitemap", published="2026-11-28T09:00:00Z")
    row = read(later, said("sitemap", modified="2026-11-19"), published="2026-11-20T08:00:00Z")
    assert (row["published_source"], row["modified_at"]) == ("meta", None)


def test_what_was_last_changed_when_it_was_published_never_was(read: Callable[..., dict[str, Any]]) -> None:
    row = read(said("sitemap", modified="2026-11-20T09:00:00+01:00"), published="2026-11-20T08:00:00Z")
    assert (row["published_source"], row["modified_at"], row["modified_source"]) == ("meta", None, None)


def test_a_date_after_the_capture_is_none(read: Callable[..., dict[str, Any]]) -> None:
    assert read(said(published="2026-11-28T09:00:00Z"))["published_at"] is None


def test_of_two_days_a_feed_means_the_last_before_the_capture(read: Callable[..., dict[str, Any]]) -> None:
    assert read(said(published="11/09/2026 08:20"))["published_at"] == at(2026, 11, 9, 8, 20)


def test_what_can_be_read_comes_first_and_a_feed_before_a_sitemap(read: Callable[..., dict[str, Any]]) -> None:
    news, feed = said("news_sitemap", published="2026-11-21"), said(published=SUNDAY)
    row = read(said(published="Sunday"), news, feed)
    assert (row["published_raw"], row["published_source"]) == (SUNDAY, "feed")


def test_sites_toml_comes_before_all(read: Callable[..., dict[str, Any]], home: Path, kit: Any) -> None:
    rule = 'name = "local"\nhome = "http://a.localhost/"\n[site.extraction]\npublished = "meta.shown::attr(content)"\n'
    kit.write_sites(home, rule)
    row = read(said(published=SUNDAY), beside='<meta class="shown" content="2026-11-22">')
    assert (row["published_at"], row["published_source"]) == (at(2026, 11, 22), "override")
    assert row["published_precision"] == "day"


def test_the_same_bytes_announced_in_two_ways_have_each_its_own_date(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    page = [("http://a.localhost/b", kit.answer(kit.article_page("Bridge")))]
    for hour, announced in ((9, (said(published=SUNDAY),)), (10, ()), (11, (said("news_sitemap", "2026-11-21"),))):
        write_warc(page, announcements=announced, at=at(2026, 11, 22, hour))
    report = run(home, workers=Workers(0))
    assert report.failures == ()
    rows = sorted(articles(home), key=lambda row: row["captured_at"])
    assert [row["published_source"] for row in rows] == ["feed", None, "news_sitemap"]
    assert [row["published_precision"] for row in rows] == ["second", None, "day"]
