"""RSS, Atom and JSON feeds as they are found in the wild: what they announce, and nothing fetched or expanded."""

from __future__ import annotations

import gzip
import json
import socket
import time

import pytest

from crawler.discovery import Feed, NotAFeed, read_feed

URL = "https://times.example/news/feed/"


def rss(items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>The Times</title>{items}</channel></rss>'.encode()


def item(**parts: str) -> str:
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>"


def urls(feed: Feed) -> list[str]:
    return [found.url for found in feed.items]


def test_rss() -> None:
    feed = read_feed(
        rss(item(title="A story", link="https://times.example/a", pubDate="Sun, 22 Nov 2026 09:20:30 +0100")), url=URL
    )
    assert (feed.title, feed.format, feed.notes) == ("The Times", "rss20", ())
    (found,) = feed.items
    assert (found.url, found.kind, found.channel) == ("https://times.example/a", "article", "feed")
    assert (found.title, found.published_raw, found.modified_raw) == (
        "A story", "Sun, 22 Nov 2026 09:20:30 +0100", None,
    )  # fmt: skip


def test_atom() -> None:
    body = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://times.example/x/">
    <title type="text">Times</title><entry><title type="html">Salt &amp;amp; &lt;b&gt;pepper&lt;/b&gt;</title>
    <link rel="self" href="https://times.example/api/1"/><link rel="alternate" type="text/html" href="story-1"/>
    <id>urn:uuid:1</id><published>2026-11-22T09:20:30Z</published><updated>2026-11-22T10:00:00Z</updated></entry></feed>"""
    (found,) = read_feed(body, url=URL).items
    assert found.url == "https://times.example/x/story-1"
    assert found.title == "Salt & pepper"
    assert (found.published_raw, found.modified_raw) == ("2026-11-22T09:20:30Z", "2026-11-22T10:00:00Z")


def test_rdf_with_dublin_core_dates() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>T</title></channel>
    <item rdf:about="https://times.example/a"><title>A</title><link>https://times.example/a</link>
    <dc:date>2026-11-22T09:20+01:00</dc:date></item></rdf:RDF>"""
    (found,) = read_feed(body, url=URL).items
    assert "2026-11-22T09:20+01:00" in (found.published_raw, found.modified_raw)


def test_json_feed() -> None:
    body = json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "Times",
        "items": [
            {"id": "1", "url": "/a", "title": "A &amp; B", "date_published": "2026-11-22T09:20:30Z",
             "date_modified": "2026-11-23"},
            {"id": "https://times.example/b"}, {"id": "3", "content_text": "no address"}, "odd", {"url": 5},
        ],
    })  # fmt: skip
    feed = read_feed(b"\xef\xbb\xbf" + body.encode(), url=URL, content_type="text/plain")
    assert urls(feed) == ["https://times.example/a", "https://times.example/b"]
    assert (feed.format, feed.items[0].title) == ("json", "A & B")
    assert (feed.items[0].published_raw, feed.items[0].modified_raw) == ("2026-11-22T09:20:30Z", "2026-11-23")
    assert feed.notes == ("2 entries without an http address",)


@pytest.mark.parametrize(
    "content_type", [None, "text/html", "text/xml", "application/octet-stream", "text/plain; charset=utf-8"]
)
def test_wrong_content_types_do_not_matter(content_type: str | None) -> None:
    feed = read_feed(
        rss(item(title="Grüße — “so”", link="https://times.example/ä")), url=URL, content_type=content_type
    )
    assert [(f.title, f.url) for f in feed.items] == [("Grüße — “so”", "https://times.example/%C3%A4")]


@pytest.mark.parametrize(
    ("head", "encoding", "content_type"),
    [
        ("<?xml version='1.0' encoding='ISO-8859-1'?>", "latin-1", None),
        ("", "latin-1", "application/rss+xml; charset=ISO-8859-1"),
        ("<?xml version='1.0' encoding='windows-1251'?>", "cp1251", "text/xml"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16", None),
        ("<?xml version='1.0'?>", "utf-8-sig", None),
    ],
)
def test_other_encodings_and_byte_order_marks(head: str, encoding: str, content_type: str | None) -> None:
    title = "Привет" if encoding == "cp1251" else "Grüße"
    text = rss(item(title=title, link="https://times.example/a"), head).decode()
    (found,) = read_feed(text.encode(encoding), url=URL, content_type=content_type).items
    assert found.title == title


def test_gzip_that_nobody_declared_once_or_twice_over() -> None:
    body = rss(item(title="A", link="https://times.example/a"))
    for packed in (gzip.compress(body), gzip.compress(gzip.compress(body)), gzip.compress(b"\xef\xbb\xbf\n" + body)):
        assert urls(read_feed(packed, url=URL)) == ["https://times.example/a"]
    cut = gzip.compress(rss("".join(item(link=f"https://times.example/{n * n}") for n in range(2000))))
    feed = read_feed(cut[: len(cut) // 2], url=URL)
    assert 100 < len(feed.items) < 1900
    assert "gzip ends early" in feed.notes


@pytest.mark.parametrize(
    "printed",
    [
        b"\n\n\n",
        b"Warning: Cannot modify header information in /var/www/feed.php on line 12\n",
        b"<br />\n<b>Deprecated</b>:  strftime() is deprecated in <b>/var/www/x.php</b> on line <b>7</b><br />\n",
        b"\xef\xbb\xbf\xef\xbb\xbf",
    ],
)
def test_what_a_broken_script_printed_before_it(printed: bytes) -> None:
    assert urls(read_feed(printed + rss(item(link="https://times.example/a")), url=URL)) == ["https://times.example/a"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (b'xmlns="http://www.w3.org/2005/Atom"', b""),
        (b"http://www.w3.org/2005/Atom", b"http://www.w3.org/2005/atom/"),
        (b"http://www.w3.org/2005/Atom", b"https://www.w3.org/2005/Atom"),
    ],
)
def test_a_namespace_that_is_misspelt_or_missing(wrong: bytes, right: bytes) -> None:
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>A</title>' \
        b'<link href="https://times.example/a"/></entry></feed>'  # fmt: skip
    assert urls(read_feed(body.replace(wrong, right), url=URL)) == ["https://times.example/a"]


def test_an_undeclared_prefix_does_not_end_it() -> None:
    body = rss(item(link="https://times.example/a", **{"media:thumbnail": "x", "dc:date": "2026-11-22"}))
    assert urls(read_feed(body, url=URL)) == ["https://times.example/a"]


def test_utf_16_without_a_byte_order_mark_and_json_in_it() -> None:
    text = rss(item(title="Grüße", link="https://times.example/a")).decode()
    for encoding in ("utf-16-le", "utf-16-be"):
        (found,) = read_feed(text.encode(encoding), url=URL).items
        assert found.title == "Grüße"
    feed = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"url": "/a"}]})
    assert urls(read_feed(feed.encode("utf-16"), url=URL)) == ["https://times.example/a"]


def test_entries_without_link_or_date() -> None:
    feed = read_feed(
        rss(
            item(title="permalink", guid="https://times.example/1")
            + '<item><guid isPermaLink="false">https://times.example/2</guid></item>'
            + '<item><guid isPermaLink="false">tag:times.example,2026:3</guid><title>none</title></item>'
            + item(link="../4?a=1&amp;b=2#comments")
            + item(link="mailto:desk@times.example", guid="x")
            + item(title="podcast", guid="12345")
            + '<item><guid isPermaLink="false">0f1e</guid><enclosure url="https://times.example/a.mp3"/></item>'
            + item(guid="<![CDATA[/5?a=1&b=2]]>")
        ),
        url=URL,
    )
    assert urls(feed) == [
        "https://times.example/1",
        "https://times.example/2",
        "https://times.example/news/4?a=1&b=2",
        "https://times.example/5?a=1&b=2",
    ]
    assert all(found.published_raw is None and found.modified_raw is None for found in feed.items)
    assert feed.notes == ("4 entries without an http address",)


def test_the_articles_own_address_rather_than_the_counting_one() -> None:
    body = rss(
        item(link="https://feedproxy.example/~r/1", **{"feedburner:origLink": "https://times.example/1"})
    ).replace(b"<rss ", b'<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" ')
    assert urls(read_feed(body, url=URL)) == ["https://times.example/1"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("<![CDATA[Tom & <em>Jerry</em>]]>", "Tom & Jerry"),
        ("It&amp;#8217;s  5\n &lt; 6", "It’s 5 < 6"),
        ("Caf&#233;", "Café"),
        ("", None),
    ],
)
def test_titles_read_as_people_read_them(written: str, read: str | None) -> None:
    (found,) = read_feed(rss(item(title=written, link="https://times.example/a")), url=URL).items
    assert found.title == read


def test_each_article_once_in_the_feeds_order() -> None:
    feed = read_feed(rss("".join(item(link=f"https://times.example/{n}") for n in (3, 1, 3, 2))), url=URL)
    assert urls(feed) == [f"https://times.example/{n}" for n in (3, 1, 2)]


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    body = b" \n<rss version='2.0'><channel><title>Q&A</title><item><title>Fish & chips &nbsp; more</title>" \
        b"<link>https://times.example/a?x=1&y=2</link></item><item><link>https://times.example/b</link>"  # fmt: skip
    feed = read_feed(body, url=URL)
    assert urls(feed) == ["https://times.example/a?x=1&y=2", "https://times.example/b"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "the body is empty"),
        (b" \n ", "the body is empty"),
        (b"<!DOCTYPE html><html><body>rss</body></html>", "it is an HTML page"),
        (b"<!-- <rss> --><HTML>", "it is an HTML page"),
        (b"<urlset xmlns='x'/>", "it is a sitemap"),
        (b"<?xml version='1.0'?><opml/>", "its root element is <opml>"),
        (b"Not found", "no RSS or Atom elements in it"),
        (b"{broken", "it is neither XML nor valid JSON"),
        (b"[" * 100_000, "it is neither XML nor valid JSON"),
        (b'{"items": []}', "it is JSON, but not a JSON Feed (jsonfeed.org)"),
        (b"[1]", "it is JSON, but not a JSON Feed (jsonfeed.org)"),
        (b"/etc/passwd", "no RSS or Atom elements in it"),
        (b"https://times.example/feed", "no RSS or Atom elements in it"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no RSS or Atom elements in it"),
    ],
)  # fmt: skip
def test_what_is_no_feed_says_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        read_feed(body, url=URL)
    assert (caught.value.what, caught.value.url) == (what, URL)
    assert str(caught.value) == f"{URL} is not a feed: {what}"


def test_an_empty_feed_is_a_feed() -> None:
    assert read_feed(rss(""), url=URL).items == ()


def test_entities_are_not_expanded_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("a feed made us connect")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{bomb}<!ENTITY x SYSTEM "file:///etc/passwd">'
    head += '<!ENTITY % p SYSTEM "http://times.example/dtd">%p;]>'
    start = time.process_time()
    feed = read_feed(rss(item(title="&l11;&x;", link="https://times.example/a"), head), url=URL)
    assert time.process_time() - start < 8
    assert urls(feed) == ["https://times.example/a"]
    assert len(feed.items[0].title or "") < 100
    assert "root:" not in (feed.items[0].title or "")


def test_several_megabytes_take_no_minute() -> None:
    content = "<![CDATA[" + '<p class="a">text <a href="/a">link</a></p>' * 100 + "]]>"
    body = rss("".join(item(title=f"{n}", link=f"https://times.example/{n}", description=content) for n in range(1500)))
    assert len(body) > 5_000_000
    start = time.process_time()
    assert len(read_feed(body, url=URL).items) == 1500
    assert time.process_time() - start < 8


HOSTILE = {
    "tags": b"<a>" * 300_000,
    "items": b"<item><link>/a</link></item>" * 50_000,
    "nested_items": b"<item>" * 200_000,
    "half_tags": b'<a b="' * 200_000,
    "ampersands": b"&" * 500_000,
    "nested_bases": b'<a xml:base="x/">' * 50_000,
    "open_cdata": b"<![CDATA[" * 200_000,
    "entities": b"&amp;" * 200_000 + b"<q>&zz",
    "guids": b"<guid " * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_feed_costs_seconds_not_hours(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.discovery.feed_xml.MAX_TAGS", 10_000)  # a sixth, for a sixth of the time
    start = time.process_time()
    read_feed(b'<rss version="2.0"><channel>' + HOSTILE[kind], url=URL)
    assert time.process_time() - start < 5  # 50,000 nested bases took 152 s, and 50 MB of tags 4 minutes


def test_what_a_hostile_feed_loses_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.discovery.feed_xml.MAX_TAGS", 10_000)
    start = rss(item(link="https://times.example/1")).removesuffix(b"</channel></rss>")
    feed = read_feed(start + HOSTILE["nested_bases"] + HOSTILE["tags"], url=URL)
    assert urls(feed) == ["https://times.example/1"]
    assert feed.notes == ("over 10000 tags, the rest not read", "9991 xml:base attributes, not heeded")


def test_html_in_cdata_counts_as_one_text() -> None:
    content = "<![CDATA[" + "<br>" * 100_000 + "]]>"
    feed = read_feed(rss(item(link="/1", description=content) + item(link="/2")), url=URL)
    assert (len(feed.items), feed.notes) == (2, ())
