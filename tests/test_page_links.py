"""Home and section pages: which of their links are articles, which are sections, and what their head announces."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from crawler.discovery import PageLinks, looks_like_article, looks_like_section, read_page
from crawler.urls import normalise

URL = "https://times.example/news/"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "news"


def page(body: str, head: str = "") -> PageLinks:
    return read_page(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(), url=URL)


def kinds(links: PageLinks) -> dict[str, str]:
    return {found.url.removeprefix("https://times.example"): found.kind for found in links.links}


def test_a_home_page_as_it_is() -> None:
    body = """<header><a href="/"><img alt="Times"></a><nav><a href="/politics/">Politics</a><a href="/world">World</a>
    <a href="/category/sport/">Sport</a><a href="/about-us/">About us</a><a href="/login?to=/">Log in</a></nav></header>
    <main><article><h2><a href="/politics/2026/11/22/budget-passes/">Budget passes</a></h2>
    <a href="/politics/2026/11/22/budget-passes/#comments">12 comments</a>
    <a href="/author/jo-doe/">Jo Doe</a></article>
    <article><a href="strike"><h3>Rail strike to go on until Christmas</h3></a></article>
    <a href="/tag/rail/">Rail</a> <a href="https://other.example/2026/11/22/elsewhere/">Elsewhere</a></main>
    <footer><a href="/privacy-policy-and-cookies/">Privacy</a><a href="mailto:desk@times.example">Write</a>
    <a href="tel:+44">Call</a><a href="javascript:print()">Print</a><a href="#top">Top</a>
    <a href="https://facebook.example/sharer?u=https://times.example/">Share</a></footer>"""
    links = page(body)
    assert kinds(links) == {
        "/politics/": "section",
        "/world": "section",
        "/category/sport/": "section",
        "/politics/2026/11/22/budget-passes/": "article",
        "/news/strike": "article",
    }
    assert {found.title for found in links.links if found.kind == "article"} == {
        "Budget passes", "Rail strike to go on until Christmas",
    }  # fmt: skip
    assert {found.channel for found in links.links} == {"section"}
    assert links.notes == ()


@pytest.mark.parametrize(
    "path",
    [
        "/2026/11/22/a/",
        "/2026/11/a-story",
        "/news/2026-11-22-a-story",
        "/politics/20261122-budget",
        "/world/budget-passes-after-long-night-of-talks",
        "/world/budget-talks-fail-again.html",
        "/world/story-58123456",
        "/a/1234567",
        "/article/budget-1",
        "/news/141e61e9-8a07-42e4-a527-2f03f45e7ef0",
        "/nachrichten/evangelische-kirche,UAf9GNd",
        "/doc.afp.com.B2LA2G3",
        "/?p=1234",
        "/index.php?id=12345",
        "/en/?p=1234",
        "/%D8%B4%D8%B9%D8%B1-%D9%88%D8%B1-%D8%AF%D9%8A-%D9%8A-%D9%8F%D8%B4",
        "/weather/2026/11/22/storm-nears",
    ],
)
def test_shapes_of_articles(path: str) -> None:
    url = normalise("https://times.example" + path)
    assert url is not None
    assert looks_like_article(url)
    assert not looks_like_section(url)


@pytest.mark.parametrize(
    "path",
    ["/politics", "/politics/", "/world/europe/", "/naher-osten-und-afrika", "/sport.html", "/sport/index.html",
     "/24-hours", "/category/sport/rugby/", "/2026/", "/en/", "/us-news", "/%E6%94%BF%E6%B2%BB/"],
)  # fmt: skip
def test_shapes_of_sections(path: str) -> None:
    url = "https://times.example" + path
    assert not looks_like_article(url)
    assert looks_like_section(url)


@pytest.mark.parametrize(
    "path",
    ["/", "/about-us-and-how-we-work-here/", "/privacy-policy-2026-version/", "/author/jo-doe-senior-writer-politics/",
     "/tag/the-long-war-in-the-north/", "/login", "/newsletters/the-morning-briefing-for-you", "/feed/", "/rss.xml",
     "/search/label/the-long-war-in-the-north", "/2026/11/22/photo.jpg", "/terms-and-conditions-of-use.html"],
)  # fmt: skip
def test_shapes_of_neither(path: str) -> None:
    url = "https://times.example" + path
    assert not looks_like_article(url)
    assert not looks_like_section(url)


def test_a_headline_makes_an_article_of_an_address_that_says_nothing() -> None:
    assert kinds(page('<h2><a href="/x1">Five dead after fire in old mill</a></h2>')) == {"/x1": "article"}
    assert kinds(page('<article><a href="/x1">Five dead after fire in old mill</a></article>')) == {}
    assert kinds(page('<h2><a href="/x?y=1">Five dead after fire in old mill</a></h2>')) == {"/x?y=1": "article"}
    assert kinds(page('<a href="/x?y=1"><h2>Five dead after fire in old mill</h2></a>')) == {"/x?y=1": "article"}
    assert kinds(page('<nav><h2><a href="/x?y=1">Five dead after fire in old mill</a></h2></nav>')) == {}
    assert kinds(page('<h2><a href="/login?y=1">Log in to read all of this</a></h2>')) == {}
    assert kinds(page('<h2><a rel="nofollow" href="/x?y=1">Five dead after fire in old mill</a></h2>')) == {}


def test_a_longer_text_wins_where_a_story_is_linked_twice() -> None:
    links = page(
        '<a href="/2026/11/22/a"><img></a><a href="/2026/11/22/a"> A  long\n title </a><a href="/2026/11/22/a">x</a>'
    )
    assert [found.title for found in links.links] == ["A long title"]


def test_links_not_worth_following() -> None:
    story = "/2026/11/22/a-story"
    links = page("".join(f'<a href="{story}{more}">x</a>' for more in ("?replytocom=4", "?share=x", "?redirect_to=/x")))
    assert links.links == ()


def test_amp_and_print_forms_of_articles_are_told_by_the_article_that_they_are_of() -> None:
    links = page(
        '<a href="/2026/11/22/a-story/amp/">x</a><a href="/2026/11/22/b-story?print=1">x</a><a href="/sport/amp">x</a>'
        '<a href="/news/print-is-not-dead-say-five-publishers">x</a><a href="/amp">x</a>'
    )
    assert kinds(links) == {
        "/2026/11/22/a-story/amp/": "article",
        "/2026/11/22/b-story?print=1": "article",
        "/sport/amp": "section",
        "/news/print-is-not-dead-say-five-publishers": "article",
    }


def test_base_href_is_honoured() -> None:
    links = page('<a href="22/a-story">x</a>', '<base href="/2026/11/"><link rel="canonical" href="c">')
    assert kinds(links) == {"/2026/11/22/a-story": "article"}
    assert links.canonical == "https://times.example/2026/11/c"


def test_further_hosts_of_the_site() -> None:
    body = b'<a href="https://sport.example/2026/11/22/a">x</a><a href="https://www.times.example/2026/11/22/b">x</a>'
    assert [f.url for f in read_page(body, url=URL).links] == ["https://www.times.example/2026/11/22/b"]
    assert len(read_page(body, url=URL, hosts=["sport.example"]).links) == 2


def test_what_the_head_announces() -> None:
    links = page(
        "",
        """<link rel="alternate" type="application/rss+xml" title="Times  &raquo; Feed" href="/feed/">
        <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
        <link rel="alternate feed" type="application/atom+xml; charset=utf-8" href="https://feeds.example/times">
        <link rel="alternate" type="application/json+oembed" href="/oembed">
        <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">
        <link rel="alternate" type="application/json" title="JSON Feed" href="/feed.json">
        <link rel="sitemap" type="application/xml" href="/map.xml">
        <link rel="canonical" href="https://times.example/news/"><link rel="canonical" href="/late">
        <link rel="amphtml" href="/news/amp/"><link rel="alternate" hreflang="fr" href="/fr/news/">
        <link rel="alternate" hreflang="en" href="/news/">
        <meta name="Robots" content="noarchive, max-image-preview:large"><meta name="googlebot" content="noindex">""",
    )
    assert [(f.url, f.kind, f.title) for f in links.feeds] == [
        ("https://times.example/feed/", "feed", "Times » Feed"), ("https://feeds.example/times", "feed", None),
        ("https://times.example/feed.json", "feed", "JSON Feed"),
    ]  # fmt: skip
    assert [(f.url, f.kind) for f in links.sitemaps] == [("https://times.example/map.xml", "sitemap")]
    assert links.canonical == URL
    assert [(f.url, f.variant_of, f.form) for f in links.variants] == [
        ("https://times.example/news/amp/", URL, "amp"), ("https://times.example/fr/news/", URL, "translation"),
    ]  # fmt: skip
    assert links.robots_meta == ("robots: noarchive, max-image-preview:large", "googlebot: noindex")


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8", "text/html; charset=utf-8", '<meta charset="latin-1">'),
        ("utf-8-sig", "text/html; charset=latin-1", ""),
        ("cp1252", None, ""),
        ("cp1252", "text/html; charset=ISO-8859-1", ""),
        ("cp1252", "text/html; charset=nonsense", '<meta charset="windows-1252">'),
        ("koi8-r", None, '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("shift_jis", "text/html;charset=Shift_JIS", ""),
        ("utf-16", None, ""),
    ],
)
def test_titles_in_other_encodings(encoding: str, content_type: str | None, meta: str) -> None:
    title = {"koi8-r": "Пожар", "shift_jis": "火事"}.get(encoding, "Müller says “no”" if "12" in encoding else "Müller")
    html = f'<html><head>{meta}</head><body><a href="/2026/11/22/a">{title}</a></body></html>'
    (found,) = read_page(html.encode(encoding), url=URL, content_type=content_type).links
    assert found.title == title


@pytest.mark.parametrize("body", [b"", b" ", b"<!-- -->", b"\x00" * 1000, b"%PDF-1.4", b"\xff\xfe", b"{}", b"<a href"])
def test_what_is_no_page_has_no_links(body: bytes) -> None:
    assert read_page(body, url=URL).links == ()


def test_a_page_of_100_000_links_is_read_in_reasonable_time_and_capped() -> None:
    body = "".join(f'<div><a href="/2026/11/22/{n}">story {n}</a></div>' for n in range(100_000)).encode()
    start = time.process_time()
    links = read_page(body, url=URL)
    assert time.process_time() - start < 10
    assert len(links.links) == 20_000
    assert links.notes == ("80000 links over the first 20000 left out",)


HOSTILE = {
    "nested": b"<div>" * 200_000 + b'<a href="/2026/11/22/a">x</a>',
    "nested_links": b'<a href="/x"><b><i>' * 50_000,
    "links_in_blocks": b'<a href="/a"><div>' * 30_000,
    "headings_in_links": b'<a href="/a"><h2>' * 20_000,
    "long_addresses": b"".join(b'<a href="/%s%d">x</a>' % (b"a-" * 5000, n) for n in range(300)),
    "tags_never_closed": b"<" * 1_000_000,
    "one_long_tag": b"<a " + b"x=y " * 200_000,
    "metas": b"<meta charset" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_costs_seconds_not_hours(kind: str) -> None:
    start = time.process_time()
    read_page(HOSTILE[kind], url=URL)
    assert time.process_time() - start < 8


def test_links_deep_down_are_found() -> None:
    body = b"<div>" * 2000 + b'<a href="/2026/11/22/a">x</a>'
    assert len(read_page(body, url=URL).links) == 1


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real pages beside the repository")
def test_articles_of_real_sites_are_recognised() -> None:
    truths = json.loads((CORPUS / "truth.json").read_text())
    missed = [t["url"] for t in truths if not looks_like_article(normalise(t["url"]) or "")]
    assert len(missed) <= len(truths) * 0.02, missed  # none of 119, 2026-11


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real pages beside the repository")
def test_real_pages_name_articles_and_sections() -> None:
    truths = json.loads((CORPUS / "truth.json").read_text())
    found = {"article": 0, "section": 0, "feeds": 0, "canonical": 0}
    for truth in truths:
        body = gzip.decompress((CORPUS / f"{truth['page']}.html.gz").read_bytes())
        links = read_page(body, url=truth["url"])
        for kind in ("article", "section"):
            found[kind] += any(f.kind == kind for f in links.links)
        found["feeds"] += bool(links.feeds)
        found["canonical"] += links.canonical is not None
    assert found["article"] >= 80
    assert found["section"] >= 100
    assert found["feeds"] >= 45
    assert found["canonical"] >= 115
