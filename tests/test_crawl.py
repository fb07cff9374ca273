"""A crawl of one site: what is found, in which order, under whose leave, and what a second crawl asks."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from crawler import VERSION, CrawlError, CrawlOptions, Progress, crawl

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Local</title>{}</channel></rss>"""
NEWS_NS = "http://www.google.com/schemas/sitemap-news/0.9"


def item(url: str, title: str) -> str:
    return f"<item><title>{title}</title><link>{url}</link><pubDate>Sun, 22 Nov 2026 09:20:00 GMT</pubDate></item>"


FERRY = "/2026/11/22/ferry-line-reopens-after-two-years/"
HARBOUR = "/2026/11/22/harbour-wall-repaired-before-the-storms/"
MILL = "/2026/11/21/moved-report-on-the-old-mill/"
MILL_NOW = "/mill/2026/old-mill-report-in-full/"
ROWING = "/2026/11/20/rowing-club-wins-the-autumn-regatta/"


def fill(web: Any, kit: Any) -> None:
    """A site with a feed, a news sitemap, a section and a folder it does not want crawled."""
    a, base = kit.answer, web.base
    web.pages |= {
        "/robots.txt": a(f"User-agent: *\nDisallow: /private/\nSitemap: {base}/news.xml\n", content_type="text/plain"),
        "/": a(
            '<title>Local</title><link rel="alternate" type="application/rss+xml" href="/feed.xml">'
            '<nav><a href="/sport/">Sport</a></nav>'
            f'<a href="{HARBOUR}">Harbour wall repaired before the storms</a>'
            '<a href="/private/2026/11/22/secret-plans-of-the-council-leaked/">Secret plans of the council</a>',
            ETag='"home"',
        ),
        "/feed.xml": a(
            RSS.format(item(f"{base}{FERRY}", "Ferry line reopens")),
            content_type="application/rss+xml",
        ),
        "/news.xml": a(
            f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='{NEWS_NS}'>"
            f"<url><loc>{base}{MILL}</loc><news:news><news:title>Old mill</news:title>"
            "<news:publication_date>2026-11-21T10:00:00Z</news:publication_date></news:news></url></urlset>",
            content_type="application/xml",
        ),
        "/sport/": a(f'<a href="{ROWING}">Rowing club wins the autumn regatta</a>'),
        HARBOUR: a("<p>Harbour</p>", ETag='"h1"'),
        FERRY: a("<p>Ferry</p>", Last_Modified="Sun, 22 Nov 2026 09:20:00 GMT"),
        MILL: a("", status="301 Moved Permanently", Location=MILL_NOW),
        MILL_NOW: a('<p>Mill</p><a href="/2026/01/01/linked-only-from-an-article-page/">x</a>'),
        ROWING: a("<p>Rowing</p>"),
    }  # fmt: skip


def test_feed_sitemap_home_and_section_are_read_and_robots_obeyed(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    seen: list[Progress] = []
    report = crawl(one_site, CrawlOptions(), seen.append)
    assert report.ended_because == "nothing_due"
    asked = web.paths()
    assert asked[0] == "/robots.txt"
    assert len(asked) == len(set(asked)), "nothing is asked for twice"
    assert {p for p in web.pages if not p.startswith("/private")} <= set(asked)
    assert not [p for p in asked if p.startswith("/private")]
    assert "/2026/01/01/linked-only-from-an-article-page/" not in asked, "links of article pages are not followed"
    lines = kit.log_lines(one_site)
    by_path = {line["url"].removeprefix(web.base): line for line in lines}
    refused = by_path["/private/2026/11/22/secret-plans-of-the-council-leaked/"]
    assert (refused["outcome"], refused["reason"], refused["detail"]) == ("refused", "robots", "Disallow: /private/")
    assert by_path[FERRY]["via"] == ["feed"]
    assert by_path[MILL]["via"] == ["news_sitemap"]
    assert by_path[MILL_NOW]["via"] == ["redirect"]
    assert report.attempts == len(lines) == report.captured + report.failed + report.refused
    assert (report.captured, report.failed, report.refused) == (len(asked), 0, 1)
    assert seen
    assert seen[-1].attempts > 0


def test_the_agent_names_the_software_and_the_contact(web: Any, home: Path, kit: Any) -> None:
    top = 'allow_addresses = ["127.0.0.0/8"]\ncontact = "mailto:desk@example.org"'
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0', top=top)
    fill(web, kit)
    crawl(home)
    assert len(web.asked) > 8
    assert {asked.headers["user-agent"] for asked in web.asked} == {f"Broadsheet/{VERSION} (+mailto:desk@example.org)"}


def test_a_refresh_asks_conditionally_and_writes_revisits(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    for path in list(web.pages):
        body = web.pages[path]

        def conditional(headers: dict[str, str], body: bytes = body) -> bytes:
            if headers.get("if-none-match") == '"home"' or headers.get("if-none-match") == '"h1"':
                return b'HTTP/1.1 304 Not Modified\r\nETag: "h1"\r\n\r\n'
            if headers.get("if-modified-since"):
                return b"HTTP/1.1 304 Not Modified\r\n\r\n"
            return body

        web.pages[path] = conditional
    first = crawl(one_site)
    web.asked.clear()
    second = crawl(one_site, CrawlOptions(refresh=True))
    conditional_paths = {a.path for a in web.asked if "if-none-match" in a.headers or "if-modified-since" in a.headers}
    assert conditional_paths == {
        "/", HARBOUR, FERRY,
    }  # fmt: skip
    assert second.captured == first.captured
    assert second.statuses == {"304": 3, "200": first.captured - 4, "301": 1}
    assert second.revisits == second.captured - 1, "304s and unchanged payloads alike; a redirect is no revisit"


def test_only_what_was_asked_for(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    report = crawl(one_site, CrawlOptions(urls=(f"{web.base}{MILL}",)))
    assert web.paths() == [
        "/robots.txt",
        MILL,
        MILL_NOW,
    ]
    assert report.captured == 3


def test_max_pages_ends_the_crawl_and_the_next_goes_on(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    report = crawl(one_site, CrawlOptions(max_pages=3))
    assert report.ended_because == "max_pages"
    assert len(web.asked) == 4, "three pages and robots.txt"
    crawl(one_site)
    assert len(web.paths()) == len(set(web.paths())), "what was fetched is not fetched again"
    assert ROWING in web.paths()


def test_a_hiccup_is_tried_again_within_the_crawl(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit)
    answers = [b"", kit.answer("<p>Harbour</p>")]
    path = HARBOUR
    web.pages[path] = lambda _: answers.pop(0)
    crawl(one_site)
    outcomes = [(li["outcome"], li["reason"]) for li in kit.log_lines(one_site) if li["url"].endswith(path)]
    assert outcomes == [("failed", "disconnect"), ("captured", None)]


def test_requests_keep_their_distance(web: Any, home: Path, kit: Any) -> None:
    fill(web, kit)
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.2')
    report = crawl(home)
    times = [a.at for a in web.asked]
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.1  # arrivals may be late
    assert {p for p in web.pages if not p.startswith("/private")} <= set(web.paths())
    assert report.due == 0


def test_five_redirects_are_followed_and_the_loop_is_refused(web: Any, one_site: Path, kit: Any) -> None:
    for n in range(9):
        web.pages[f"/r{n}"] = kit.answer("", status="302 Found", Location=f"/r{n + 1}")
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/r0",)))
    assert web.paths()[1:] == [f"/r{n}" for n in range(6)]
    assert "more than 5 redirects" in kit.log_lines(one_site)[-1]["detail"]


def test_a_redirect_to_another_host_is_noted_and_not_followed(web: Any, one_site: Path, kit: Any) -> None:
    web.pages["/out"] = kit.answer("", status="302 Found", Location="http://elsewhere.example/")
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/out",)))
    last = kit.log_lines(one_site)[-1]
    assert (last["outcome"], last["status"], last["reason"]) == ("captured", 302, "scope")
    assert "elsewhere.example" in last["detail"]


@pytest.mark.parametrize(("status", "reached"), [("404 Not Found", True), ("503 Service Unavailable", False)])
def test_robots_gone_allows_all_and_robots_broken_allows_nothing(
    web: Any, one_site: Path, kit: Any, status: str, reached: bool
) -> None:
    web.pages["/robots.txt"] = kit.answer("", status=status)
    web.pages["/a"] = kit.answer("<p>a</p>")
    report = crawl(one_site, CrawlOptions(urls=(f"{web.base}/a",)))
    assert ("/a" in web.paths()) is reached
    assert report.reasons == ({} if reached else {"robots": 1})


def test_an_address_that_is_not_allowed_is_refused_before_a_byte_is_sent(web: Any, home: Path, kit: Any) -> None:
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0', top="allow_addresses = []")
    report = crawl(home)
    assert web.asked == []
    assert report.captured == 0
    reasons = {(line["kind"], line["outcome"], line["reason"]) for line in kit.log_lines(home)}
    assert ("robots", "refused", "address") in reasons


def test_the_time_limit_ends_a_crawl(web: Any, home: Path, kit: Any) -> None:
    fill(web, kit)
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 1')
    begun = time.monotonic()
    report = crawl(home, CrawlOptions(for_seconds=1.5))
    assert report.ended_because == "time"
    assert time.monotonic() - begun < 25


def test_a_url_of_no_site_is_named(one_site: Path) -> None:
    with pytest.raises(CrawlError, match=r"belongs to no site in .*sites\.toml; add its site first"):
        crawl(one_site, CrawlOptions(urls=("http://elsewhere.example/a",)))


def test_public_hosts_need_a_contact(home: Path, kit: Any) -> None:
    kit.write_sites(home, 'name = "news"\nhome = "https://news.example/"', top="")
    with pytest.raises(CrawlError, match=r"contact is not set, and news\.example is a public host"):
        crawl(home)


def test_a_feed_on_a_public_host_needs_one_too_and_so_does_where_robots_leads(web: Any, home: Path, kit: Any) -> None:
    stanza = f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0'
    kit.write_sites(home, f'{stanza}\nfeeds = ["https://feeds.example/local"]')
    with pytest.raises(CrawlError, match=r"feeds\.example is a public host"):
        crawl(home)
    web.pages["/robots.txt"] = kit.answer("", status="301 Moved", Location="http://news.example/robots.txt")
    kit.write_sites(home, stanza)
    report = crawl(home)
    assert report.reasons == {"contact": 1, "robots": 1}


def test_an_archive_that_cannot_be_written_is_named_in_one_line(one_site: Path) -> None:
    (one_site / "crawl.log").mkdir()
    with pytest.raises(CrawlError, match=r"archive home: Is a directory; a crawl must be able to write there"):
        crawl(one_site)


def test_a_second_crawl_on_the_same_archive_is_refused_with_who_holds_it(one_site: Path) -> None:
    from crawler.recovery import hold_lock

    lock = hold_lock(one_site)
    (one_site / "crawl.log").write_text("of the crawl that runs")
    try:
        with pytest.raises(CrawlError, match=r"another crawl holds this archive \(process \d+ on \S+, since 20"):
            crawl(one_site)
        assert (one_site / "crawl.log").read_text() == "of the crawl that runs"
    finally:
        lock.release()
