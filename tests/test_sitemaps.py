"""Sitemaps of every kind: index, urlset, news, plain text, gzip, broken; nothing fetched or expanded."""

from __future__ import annotations

import gzip
import time

import pytest

from crawler.discovery import NotASitemap, Sitemap, read_sitemap, sitemaps_in_robots, usual_places
from crawler.discovery.sitemaps import SitemapReader
from crawler.urls import normalise

URL = "https://times.example/sitemaps/news.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f"{head}<urlset {NS} {NEWS}>{entries}</urlset>".encode()


def entry(loc: str, more: str = "") -> str:
    return f"<url><loc>{loc}</loc>{more}</url>"


def urls(sitemap: Sitemap) -> list[str]:
    return [found.url for found in sitemap.items]


def test_urlset() -> None:
    sitemap = read_sitemap(
        urlset(entry(" https://times.example/a\n", "<lastmod>2026-11-22</lastmod>") + entry("/b")), url=URL
    )
    assert (sitemap.kind, sitemap.notes) == ("urlset", ())
    first, second = sitemap.items
    assert (first.url, first.kind, first.channel, first.modified_raw, first.published_raw) == (
        "https://times.example/a", "article", "sitemap", "2026-11-22", None,
    )  # fmt: skip
    assert second.url == "https://times.example/b"


def test_index() -> None:
    body = f"""<sitemapindex {NS}><sitemap><loc>https://times.example/1.xml.gz</loc><lastmod>2026-11-22T09:20Z</lastmod>
    </sitemap><sitemap><loc>https://times.example/2.xml</loc></sitemap></sitemapindex>""".encode()
    sitemap = read_sitemap(body, url=URL)
    assert sitemap.kind == "index"
    assert [(f.url, f.kind, f.modified_raw) for f in sitemap.items] == [
        ("https://times.example/1.xml.gz", "sitemap", "2026-11-22T09:20Z"),
        ("https://times.example/2.xml", "sitemap", None),
    ]  # fmt: skip


def test_news_sitemap_brings_title_and_date() -> None:
    news = (
        "<news:news><news:publication><news:name>Times</news:name><news:language>en</news:language></news:publication>"
        "<news:publication_date>2026-11-22T09:20:30+01:00</news:publication_date>"
        "<news:title>Salt &amp; pepper</news:title></news:news>"
    )
    sitemap = read_sitemap(urlset(entry("https://times.example/a", news) + entry("https://times.example/b")), url=URL)
    assert sitemap.kind == "news"
    a, b = sitemap.items
    assert (a.channel, a.title, a.published_raw) == ("news_sitemap", "Salt & pepper", "2026-11-22T09:20:30+01:00")
    assert (b.channel, b.title) == ("sitemap", None)


def test_images_and_videos_are_no_pages() -> None:
    image = "<i:image xmlns:i='i'><i:loc>https://times.example/a.jpg</i:loc><i:title>T</i:title></i:image>"
    assert urls(read_sitemap(urlset(f"<url>{image}<loc>https://times.example/a</loc></url>"), url=URL)) == [
        "https://times.example/a"
    ]


def test_gzip_whatever_its_name_even_twice_over_members() -> None:
    body = urlset(entry("https://times.example/a") + entry("https://times.example/b"))
    half = len(body) // 2
    assert len(read_sitemap(gzip.compress(body), url=URL).items) == 2
    assert len(read_sitemap(gzip.compress(body[:half]) + gzip.compress(body[half:]), url=URL).items) == 2


def test_gzip_twice_over_and_gzip_that_is_none() -> None:
    body = urlset(entry("https://times.example/a"))
    assert urls(read_sitemap(gzip.compress(gzip.compress(body)), url=URL + ".gz")) == ["https://times.example/a"]
    assert urls(read_sitemap(body, url=URL + ".gz")) == ["https://times.example/a"]
    with pytest.raises(NotASitemap):
        read_sitemap(gzip.compress(gzip.compress(gzip.compress(gzip.compress(body)))), url=URL)


@pytest.mark.parametrize(
    "head",
    [
        f"<urlset {NS}>",  # the prefix of news is nowhere declared
        f'<urlset {NS} xmlns:news="http://www.google.com/schemas/sitemap_news/0.9">',
        f'<urlset xmlns="http://www.sitemap.org/schemas/sitemaps/0.9" {NEWS}>',
        "<urlset>",
    ],
)
def test_namespaces_that_are_misspelt_or_missing(head: str) -> None:
    news = "<news:news><news:publication_date>2026-11-22</news:publication_date><news:title>T</news:title></news:news>"
    body = f"{head}<url><loc>https://times.example/a</loc>{news}</url></urlset>".encode()
    (found,) = read_sitemap(body, url=URL).items
    assert (found.channel, found.title, found.published_raw) == ("news_sitemap", "T", "2026-11-22")


def test_other_forms_of_a_page_are_read_as_its_forms() -> None:
    links = (
        '<x:link rel="alternate" hreflang="de" href="https://times.example/de/a"/>'
        '<x:link rel="alternate" hreflang="en" href="https://times.example/a"/>'
        '<x:link rel="amphtml" href="/a/amp/"/><x:link rel="stylesheet" href="/a.css"/>'
        '<x:link rel="alternate" media="only screen and (max-width: 640px)" href="https://m.times.example/a"/>'
    )
    body = urlset(entry("https://times.example/a", links)).replace(
        b"<urlset ", b'<urlset xmlns:x="http://w3.org/xhtml" '
    )
    article, *others = read_sitemap(body, url=URL).items
    assert (article.url, article.form, article.variant_of) == ("https://times.example/a", None, None)
    assert [(f.url, f.form) for f in others] == [
        ("https://times.example/de/a", "translation"), ("https://times.example/a/amp/", "amp"),
        ("https://m.times.example/a", "mobile"),
    ]  # fmt: skip
    assert {f.variant_of for f in others} == {article.url}


def test_cut_gzip_is_read_as_far_as_it_goes() -> None:
    body = gzip.compress(urlset("".join(entry(f"https://times.example/{n * n}") for n in range(5000))))
    sitemap = read_sitemap(body[: len(body) // 2], url=URL)
    assert 1000 < len(sitemap.items) < 4000
    assert sitemap.notes == ("gzip ends early",)


def test_damaged_gzip_is_no_sitemap() -> None:
    with pytest.raises(NotASitemap):
        read_sitemap(b"\x1f\x8b" + b"\xff" * 100, url=URL)


def test_a_gzip_bomb_stops_at_the_standards_limit() -> None:
    start = urlset(entry("https://times.example/a")).removesuffix(b"</urlset>")
    bomb = gzip.compress(start + b" " * 80_000_000)
    sitemap = read_sitemap(bomb, url=URL)
    assert urls(sitemap) == ["https://times.example/a"]
    assert sitemap.notes == ("over 52428800 bytes, the rest not read",)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + urlset(entry("https://times.example/a")),
        b"\n\n  " + urlset(entry("https://times.example/a")),
        urlset(entry("https://times.example/a"), "<?xml version='1.0' encoding='UTF-16'?>").decode().encode("utf-16"),
        b"<urlset><url><loc><![CDATA[https://times.example/a]]></loc></url></urlset>",
        b'<s:urlset xmlns:s="http://www.google.com/schemas/sitemap/0.84"><s:url><s:loc>https://times.example/a</s:loc></s:url></s:urlset>',
        b"<urlset><url><loc>https://times.example/a</loc></url><url><loc>",
        b"<urlset><sitemap><loc>https://times.example/a</loc></sitemap></urlset>",
        b'<?xml-stylesheet href="s.xsl"?><!-- made by hand --><urlset><!-- x --><url><loc><!-- y -->https://times.example/a</loc></url></urlset>',
        b"<URLSET><URL><LOC>https://times.example/a</LOC></URL></URLSET>",
        b"Warning: something in x.php on line 3\n<?xml version='1.0'?><urlset><url><loc>https://times.example/a</loc></url></urlset>",
        b"<br />\n<b>Notice</b>: x<br /><urlset><url><loc>https://times.example/a</loc></url></urlset>",
        b"<urlset xml:base='https://other.example/'><url><loc>../a</loc></url></urlset>",
        b"<?xml version='1.1'?><urlset><url><lastmod/><loc>https://times.example/a</loc></url></urlset>",
        "<urlset><url><loc>https://times.example/a</loc></url></urlset>".encode("utf-16-le"),
        b"https://times.example/a\n",
        b"\xef\xbb\xbfhttps://times.example/a\r\n\r\n# comment\r\nhttps://times.example/a",
    ],
)  # fmt: skip
def test_oddities_in_the_wild(body: bytes) -> None:
    assert urls(read_sitemap(body, url=URL)) == ["https://times.example/a"]


def test_a_bare_ampersand_does_not_end_it() -> None:
    sitemap = read_sitemap(urlset(entry("https://times.example/?a=1&b=2") + entry("https://times.example/b")), url=URL)
    assert sitemap.items[-1].url == "https://times.example/b"
    assert len(sitemap.items) == 2


def test_entries_without_address_are_counted() -> None:
    sitemap = read_sitemap(urlset("<url/>" + entry("mailto:x") + entry("https://times.example/a")), url=URL)
    assert urls(sitemap) == ["https://times.example/a"]
    assert sitemap.notes == ("2 entries without an http address",)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "the body is empty"),
        (b"<rss version='2.0'><channel/></rss>", "it is a feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "it is a feed"),
        (b"<!DOCTYPE html><html><body></body></html>", "it is an HTML page"),
        (b"<opml/>", "its root element is <opml>"),
        (b"<", "no XML element in it"),
        (b"Page not found", "neither XML nor a list of URLs"),
        (b"See https://times.example/ for more\nor not\n", "neither XML nor a list of URLs"),
        (b'{"a": 1}', "neither XML nor a list of URLs"),
    ],
)
def test_what_is_no_sitemap_says_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotASitemap) as caught:
        read_sitemap(body, url=URL)
    assert caught.value.what == what
    assert str(caught.value) == f"{URL} is not a sitemap: {what}"


def test_entities_are_not_expanded_and_no_file_is_read() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "lol">{bomb}<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    start = time.process_time()
    sitemap = read_sitemap(
        urlset(entry("https://times.example/a&x;&l11;") + entry("https://times.example/b"), head), url=URL
    )
    assert time.process_time() - start < 8
    assert all(len(url) < 200 for url in urls(sitemap))
    assert "https://times.example/b" in urls(sitemap)


def test_fifty_thousand_entries_in_little_time_and_memory() -> None:
    body = urlset(
        "".join(
            entry(f"https://times.example/2026/11/22/story-{n}", "<lastmod>2026-11-22</lastmod>") for n in range(50_000)
        )
    )
    start = time.process_time()
    sitemap = read_sitemap(body, url=URL)
    assert time.process_time() - start < 10
    assert len(sitemap.items) == 50_000


def test_several_megabytes_with_news_and_images_take_no_minute() -> None:
    more = "<news:news><news:title>" + "long title " * 20 + "</news:title></news:news>" + "<x>y</x>" * 20
    body = urlset("".join(entry(f"https://times.example/{n}", more) for n in range(20_000)))
    assert len(body) > 5_000_000
    start = time.process_time()
    assert len(read_sitemap(body, url=URL).items) == 20_000
    assert time.process_time() - start < 10


def test_it_is_read_step_by_step_so_that_a_crawl_can_do_other_things_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def counted(url: str, base: str | None = None) -> str | None:
        looked_at.append(url)
        return normalise(url, base)

    monkeypatch.setattr("crawler.discovery.sitemaps.normalise", counted)
    reader = SitemapReader(urlset("".join(entry(f"https://times.example/{n}") for n in range(5_000))), url=URL)
    for step, _ in enumerate(reader, start=1):
        assert len(looked_at) == step, "one entry at a step, and none ahead"
    assert (step, reader.kind, reader.notes) == (5_000, "urlset", ())


def test_more_entries_than_anyone_needs_are_left_out_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.discovery.sitemaps.MAX_ITEMS", 10)
    sitemap = read_sitemap(urlset("".join(entry(f"https://times.example/{n}") for n in range(15))), url=URL)
    assert len(sitemap.items) == 10
    assert sitemap.notes == ("5 entries over the first 10 left out",)


def test_sitemaps_that_robots_txt_names() -> None:
    body = b"User-agent: *\nDisallow: /\nSitemap: https://times.example/a.xml\nSITEMAP: b.xml\n"
    assert sitemaps_in_robots(body) == ("https://times.example/a.xml",)
    assert sitemaps_in_robots(body, url="https://times.example/robots.txt")[1] == "https://times.example/b.xml"


def test_usual_places() -> None:
    places = usual_places("https://times.example/")
    for path in (
        "/feed/",
        "/rss",
        "/rss.xml",
        "/feed.xml",
        "/atom.xml",
        "/index.xml",
        "/sitemap.xml",
        "/sitemap_index.xml",
    ):
        assert f"https://times.example{path}" in places
    assert len(set(places)) == len(places)
    assert usual_places("http://t.localhost:8800/en/")[0] == "http://t.localhost:8800/en/feed/"
    assert "http://t.localhost:8800/sitemap.xml" in usual_places("http://t.localhost:8800/en/")
    assert usual_places("mailto:x") == ()
