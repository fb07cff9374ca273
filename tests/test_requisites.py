"""Where a site wants it, the lead image or all that a page is shown with is archived beside it, and shown in replay."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oracles import replaying
from replay import collection, replayed

from crawler import CrawlOptions, crawl
from crawler.discovery.requisites import MAX_REQUISITES, requisites_of_css, requisites_of_page
from crawler.frontier.leases import KnownUrl, Lease
from crawler.intake.requisite_intake import FETCHED_AGAIN_AFTER, needed, requisite_candidates
from crawler.intake.scope import Scope
from crawler.site import Site
from pipelines.captures import read_captures
from pipelines.classes import sort_capture

AT = "http://a.example/news/story"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

OF_PAGES = {
    '<img src="/a.jpg"><img src="b.jpg#x"><img src=" //cdn.example/c.jpg ">': [
        "/a.jpg", "/news/b.jpg", "//cdn.example/c.jpg",
    ],
    '<img src="data:image/png;base64,AAAA"><img src="blob:x"><img src=""><img>': [],
    '<img src="a.jpg" srcset="a1.jpg 1x, a2.jpg 2x">': ["/news/a.jpg", "/news/a1.jpg", "/news/a2.jpg"],
    '<img srcset="/w,500/a.jpg 500w,/w,900/a.jpg 900w, /b.jpg,/c.jpg">': [
        "/w,500/a.jpg", "/w,900/a.jpg", "/b.jpg,/c.jpg",
    ],
    '<picture><source srcset="a.webp 1x"><img data-src="late.jpg" data-srcset="l1.jpg 1x"></picture>': [
        "/news/a.webp", "/news/late.jpg", "/news/l1.jpg",
    ],
    '<link rel="Stylesheet" href="/a.css"><link rel="shortcut icon" href="/i.ico"><link rel=canonical href=/other>': [
        "/a.css", "/i.ico",
    ],
    '<link rel=preload as=font href=/f.woff2><link rel=preload as=fetch href=/x.json><link rel=prefetch href=/next>': [
        "/f.woff2",
    ],
    '<script src="/s.js"></script><script>var a = "/no.js"</script><script type="module" src="m.mjs"></script>': [
        "/s.js", "/news/m.mjs",
    ],
    "<style>@import '/i.css'; body { background: url( /b.png ) }</style><p style=\"background:url('/p.png')\">": [
        "/i.css", "/b.png", "/p.png",
    ],
    '<base href="http://cdn.example/x/"><img src="a.jpg"><video poster="p.jpg" src="film.mp4"></video>': [
        "//cdn.example/x/a.jpg", "//cdn.example/x/p.jpg",
    ],
    '<iframe src="/frame"></iframe><a href="/page"><img src="/a.jpg"></a><object data="/x.swf"></object>': ["/a.jpg"],
    '<svg><image href="/in.svg.png"/></svg><table background="/bg.gif"></table><input type=image src=/go.gif>': [
        "/in.svg.png", "/bg.gif", "/go.gif",
    ],
    '<meta property="og:image" content="/shared.jpg"><img src="/a.jpg">': ["/shared.jpg", "/a.jpg"],
    "": [], "<!-- nothing -->": [], "\x00\x01 not a page": [],
}  # fmt: skip
OF_CSS = {
    '@import "a.css"; @import url(b.css) screen; @import url("c.css");': ["/css/a.css", "/css/b.css", "/css/c.css"],
    "@font-face { src: url(f.woff2) format('woff2'), url( '/f.woff' ) }": ["/css/f.woff2", "/f.woff"],
    "/* url(no.png) */ a { background: URL(yes.png) } /* open url(no2.png)": ["/css/yes.png"],
    r"a { background: url(sp\ ace.png) } b { background: url('\2f x.png') }": ["/css/sp%20ace.png", "/x.png"],
    "a { background: url(data:image/png;base64,AA==) } b { background: url() } c { background: url(  ) }": [],
}
LEAD = {
    '<meta property="og:image" content="/og.jpg"><meta name="twitter:image" content="/tw.jpg"><img src=a>': "/og.jpg",
    '<meta name="twitter:image" content="/tw.jpg">': "/tw.jpg",
    '<script type="application/ld+json">{"@type":"NewsArticle","image":["/ld.jpg","/x.jpg"]}</script>': "/ld.jpg",
    '<script type="application/ld+json">{"@graph":[{"@type":"Person","image":"/no.jpg"},{"@type":["NewsArticle"],'
    '"image":{"url":"/g.jpg"}}]}</script>': "/g.jpg",
    '<script type="application/ld+json">{broken</script><figure><img src="/fig.jpg"></figure>': "/fig.jpg",
    '<img src="/logo.png"><article><p>x<img src="/first.jpg"><img src="/second.jpg"></article>': "/first.jpg",
    '<img src="/logo.png">': None,
}


def absolute(addresses: list[str]) -> list[str]:
    return [f"http:{a}" if a.startswith("//") else f"http://a.example{a}" for a in addresses]


@pytest.mark.parametrize("html", OF_PAGES)
def test_what_a_page_is_shown_with(html: str) -> None:
    assert list(requisites_of_page(html.encode(), url=AT)) == absolute(OF_PAGES[html])


@pytest.mark.parametrize("css", OF_CSS)
def test_what_a_style_sheet_imports_and_shows(css: str) -> None:
    assert list(requisites_of_css(css.encode(), url="http://a.example/css/x.css")) == absolute(OF_CSS[css])


@pytest.mark.parametrize("html", LEAD)
def test_the_lead_image_is_the_one_that_the_page_calls_it(html: str) -> None:
    lead = LEAD[html]
    assert list(requisites_of_page(html.encode(), url=AT, lead_image_only=True)) == absolute([lead] if lead else [])


def test_a_page_with_pictures_without_end_names_so_many() -> None:
    html = "".join(f'<img src="/{n}.jpg">' for n in range(100_000))
    assert len(requisites_of_page(html.encode(), url=AT)) == MAX_REQUISITES
    css = "".join(f"a{{background:url({n}.png)}}" for n in range(100_000))
    assert len(requisites_of_css(css.encode(), url=AT)) == MAX_REQUISITES


@pytest.mark.parametrize("piece", ["url(", 'url("', "@import '", "/*", "url(\\", "url( ", "a{background:url(x"])
def test_a_style_sheet_that_never_comes_to_the_point_costs_no_time(piece: str) -> None:
    begun = time.process_time()
    assert len(requisites_of_css(piece.encode() * 200_000, url=AT)) <= MAX_REQUISITES
    assert time.process_time() - begun < 5, "quadratic, it takes minutes"


@pytest.mark.parametrize("value", ["a.jpg 1x, " * 50_000, "," * 200_000, "(" * 200_000, "a (" * 100_000])
def test_nor_does_such_a_set_of_pictures(value: str) -> None:
    begun = time.process_time()
    requisites_of_page(f'<img srcset="{value}">'.encode(), url=AT)
    assert time.process_time() - begun < 5


def candidates(known: KnownUrl | None) -> list[bool]:
    lease = Lease(url_id=1, url=AT, site="a", domain="a.example", kind="article")
    found = list(needed(b'<img src="/a.jpg">', lease, wanted="all", content_type="text/html; charset=utf-8"))
    scope = Scope(Site(name="a", home="http://a.example/", requisites="all"))
    kept = requisite_candidates(found, {known.url: known} if known else {}, lease, scope, now=NOW)
    return [c.wake for c in kept]


def test_one_that_is_known_is_fetched_again_after_long_and_not_at_each_visit() -> None:
    before = KnownUrl(
        url="http://a.example/a.jpg", kind="requisite", priority=5, visits=1, failures=0, is_due=False,
        visited_at=NOW - FETCHED_AGAIN_AFTER,
    )  # fmt: skip
    from dataclasses import replace

    assert candidates(None) == [False]
    assert candidates(before) == [True]
    assert candidates(replace(before, visited_at=NOW - FETCHED_AGAIN_AFTER + timedelta(hours=1))) == []
    assert candidates(replace(before, is_due=True)) == []
    assert candidates(replace(before, kind="article")) == [], "a page that is shown in another stays a page"


PIXEL = (
    b"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='6'><a href='/from-a-picture'><rect width='8' height='6'"
    b" fill='teal'/></a></svg>"
)


ASKED_OF_EACH_HOST = ("/robots.txt", "/.well-known/tdmrep.json", "/ai.txt")


def captured(home: Path) -> dict[str, Any]:
    """URL → its captures and their bodies, in order."""
    found: dict[str, Any] = {}
    for warc in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        for capture, body in read_captures(warc, warc_file=warc.relative_to(home / "archive").as_posix()):
            found.setdefault(capture.url, []).append((capture, body))
    return found


def story(cdn: str, kit: Any) -> bytes:
    html = (
        f"<!doctype html><title>A story</title><link rel=stylesheet href='{cdn}/style.css'>"
        f"<meta property='og:image' content='{cdn}/lead.svg'>"
        f"<h1>A story</h1><img src='/small.svg' srcset='/large.svg 2x'><img src='{cdn}/private/a.svg'>"
        f"<a href='{cdn}/elsewhere'>elsewhere</a>" + "<p>Words of some length, again and again.</p>" * 20
    )
    return bytes(kit.answer(html))


@pytest.fixture
def with_cdn(web: Any, web_at: Any, home: Path, kit: Any) -> Any:
    """A story whose style sheet and lead image are served by somebody else; sites.toml is the test's to write."""
    cdn = web_at("127.0.0.2")
    svg, css = {"content_type": "image/svg+xml"}, {"content_type": "text/css"}
    web.pages |= {"/2026/11/25/a-story-of-some-length/": story(cdn.base, kit)}
    web.pages |= {f"/{size}.svg": kit.answer(PIXEL, **svg) for size in ("small", "large")}
    cdn.pages |= {
        "/robots.txt": kit.answer("User-agent: *\nDisallow: /private/", content_type="text/plain"),
        "/style.css": kit.answer("@import 'more.css'; h1 { color: rgb(1, 2, 3); background: url(bg.svg) }", **css),
        "/more.css": kit.answer("@import 'too-deep.css'; p { background: url(deep.svg) }", **css),
        "/bg.svg": kit.answer(PIXEL, **svg), "/lead.svg": kit.answer(PIXEL, **svg),
    }  # fmt: skip
    return cdn


def write(home: Path, kit: Any, web: Any, requisites: str | None, *, known: Any = None) -> str:
    """sites.toml, and the story's address. Hosts not named in it are asked every five seconds; `known` is named."""
    more = "" if requisites is None else f'\nrequisites = "{requisites}"'
    stanzas = [f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0{more}']
    stanzas += [f'name = "known"\nhome = "{known.base}/"\ndelay_seconds = 0'] if known else []
    kit.write_sites(home, *stanzas)
    return f"{web.base}/2026/11/25/a-story-of-some-length/"


@pytest.mark.parametrize(
    ("requisites", "there", "here"),
    [(None, [], []), ("none", [], []), ("lead_image", ["/lead.svg"], []),
     ("all", ["/lead.svg", "/style.css", "/more.css", "/bg.svg"], ["/small.svg", "/large.svg"])],
)  # fmt: skip
def test_what_is_wanted_is_archived_with_the_page(
    requisites: str | None, there: list[str], here: list[str], web: Any, with_cdn: Any, home: Path, kit: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """By the same manners as pages: the other host's robots.txt, one request at a time, and nothing is followed."""
    stranger = requisites == "lead_image"
    url = write(home, kit, web, requisites, known=None if stranger else with_cdn)
    report = crawl(home, CrawlOptions(urls=(url,)))
    assert report.failed == 0
    assert sorted(p for p in with_cdn.paths() if p not in ASKED_OF_EACH_HOST) == sorted(there)
    assert sorted(p for p in web.paths() if p not in ASKED_OF_EACH_HOST) == sorted([url.removeprefix(web.base), *here])
    found = captured(home)
    for path in there:
        [(capture, body)] = found[with_cdn.base + path]
        assert (capture.kind, capture.site, capture.status) == ("requisite", "local", 200)
        assert sort_capture(capture, body).class_ == "support"
        assert len(capture.announcements) == 1
    times = [asked.at for asked in with_cdn.asked]
    assert not stranger or [later - earlier > 4.5 for earlier, later in itertools.pairwise(times)] == [True]
    refused = [line["url"] for line in kit.log_lines(home) if line["outcome"] == "refused"]
    assert refused == ([f"{with_cdn.base}/private/a.svg"] if requisites == "all" else [])


def test_they_are_not_fetched_again_with_the_next_visit(web: Any, with_cdn: Any, home: Path, kit: Any) -> None:
    url = write(home, kit, web, "lead_image", known=with_cdn)
    crawl(home, CrawlOptions(urls=(url,)))
    web.pages[url.removeprefix(web.base)] = story(with_cdn.base, kit) + b" "
    crawl(home, CrawlOptions(urls=(url,)))
    assert len(captured(home)[url]) == 2
    assert with_cdn.paths().count("/lead.svg") == 1
    write(home, kit, web, "none", known=with_cdn)
    with_cdn.pages["/new.svg"] = kit.answer(PIXEL, content_type="image/svg+xml")
    web.pages[url.removeprefix(web.base)] = kit.answer(f"<meta property=og:image content='{with_cdn.base}/new.svg'>")
    crawl(home, CrawlOptions(urls=(url,)))
    assert "/new.svg" not in with_cdn.paths()


def test_one_that_has_moved_is_followed(web: Any, with_cdn: Any, home: Path, kit: Any) -> None:
    """Wherever it is now; a page that moves to another host would not be."""
    url = write(home, kit, web, "lead_image", known=with_cdn)
    with_cdn.pages["/lead.svg"] = kit.answer("", status="302 Found", Location=f"{web.base}/small.svg")
    crawl(home, CrawlOptions(urls=(url,)))
    [(capture, body)] = captured(home)[f"{web.base}/small.svg"]
    assert (capture.kind, body) == ("requisite", PIXEL)


def test_a_picture_is_cut_at_ten_megabytes(web: Any, home: Path, kit: Any) -> None:
    web.pages["/2026/11/25/a-story-of-some-length/"] = kit.answer("<meta property=og:image content='/huge.jpg'>")
    web.pages["/huge.jpg"] = kit.answer(b"x" * 12_000_000, content_type="image/jpeg")
    crawl(home, CrawlOptions(urls=(write(home, kit, web, "lead_image"),)))
    [(capture, body)] = captured(home)[f"{web.base}/huge.jpg"]
    assert (capture.truncated, len(body)) == ("length", 10_000_000)


def test_a_heavy_page_and_style_sheet_are_read_beside_the_crawl(web: Any, home: Path, kit: Any) -> None:
    """By the process that reads heavy bodies; what they name is archived all the same."""
    url = write(home, kit, web, "all")
    web.pages[url.removeprefix(web.base)] = kit.answer("<p>x</p>" * 7_000 + "<link rel=stylesheet href='/big.css'>")
    rules = "a { color: red }\n" * 30_000 + "a { background: url(/last.svg) }"
    web.pages |= {"/big.css": kit.answer(rules, content_type="text/css"), "/last.svg": kit.answer(PIXEL)}
    crawl(home, CrawlOptions(urls=(url,)))
    assert {f"{web.base}/big.css", f"{web.base}/last.svg"} <= captured(home).keys()


@pytest.mark.thorough
def test_a_browser_shows_the_replayed_page_whole(
    oracles: Path, web: Any, with_cdn: Any, home: Path, kit: Any, tmp_path: Path
) -> None:
    """pywb replays it, a browser that reaches nothing else shows it: styled, and with its picture."""
    url = write(home, kit, web, "all", known=with_cdn)
    crawl(home, CrawlOptions(urls=(url,)))
    found = captured(home)
    collection(tmp_path / "pywb", sorted((home / "archive").rglob("*.warc.gz")))
    for server in (web, with_cdn):
        server.pages.clear()  # what the browser gets, it gets from the archive
    with replaying(oracles, tmp_path / "pywb") as base:
        for path in ("/style.css", "/lead.svg", "/bg.svg", "/more.css"):
            [(capture, body)] = found[with_cdn.base + path]
            assert replayed(base, f"{capture.captured_at:%Y%m%d%H%M%S}", capture.url) == (200, body)
        asked = len(web.asked) + len(with_cdn.asked)
        shown = shown_by_a_browser(f"{base}/{found[url][0][0].captured_at:%Y%m%d%H%M%S}/{url}")
    assert len(web.asked) + len(with_cdn.asked) == asked
    assert shown == {"colour": "rgb(1, 2, 3)", "widths": [8, 0]}, "robots.txt forbade the second picture"


@pytest.mark.thorough
def test_a_demo_page_is_replayed_with_its_picture(oracles: Path, tmp_path: Path, home: Path, kit: Any) -> None:
    from crawler.demo import Newsroom

    with Newsroom(seed=7).serve() as served:
        address = served.home("thinline")
        kit.write_sites(home, f'name = "thinline"\nhome = "{address}"\ndelay_seconds = 0\nrequisites = "lead_image"')
        crawl(home, CrawlOptions(max_pages=12))
        crawl(home, CrawlOptions(max_pages=12))
    pictures = [(c, body) for each in captured(home).values() for c, body in each if c.kind == "requisite"]
    assert pictures
    collection(tmp_path / "pywb", sorted((home / "archive").rglob("*.warc.gz")))
    with replaying(oracles, tmp_path / "pywb") as base:
        for capture, body in pictures:
            assert body.startswith(b"<svg")
            assert replayed(base, f"{capture.captured_at:%Y%m%d%H%M%S}", capture.url) == (200, body)


def shown_by_a_browser(address: str) -> dict[str, Any]:
    from shutil import which

    from playwright.sync_api import sync_playwright

    if (chromium := which("chromium")) is None:
        pytest.skip("no chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.goto(address, wait_until="load")
            page.frame_locator("iframe").locator("h1").wait_for()  # pywb has the page in a frame
            [frame] = page.frames[1:]
            frame.wait_for_load_state("load")
            return dict(json.loads(frame.evaluate(
                "JSON.stringify({colour: getComputedStyle(document.querySelector('h1')).color,"
                " widths: Array.from(document.images).map(i => i.naturalWidth)})"
            )))  # fmt: skip
        finally:
            browser.close()
