"""Whatever the bytes: an Extraction or a Reject, never an exception; and the same page always gives the same."""

import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import Extraction, Reject, extract

PROSE = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)
PAGE = f"<html><head><title>A story</title></head><body><article><h1>A story</h1>{PROSE}</article></body></html>"
PIECES = [
    b"<html>", b"<body>", b"<div class='", b"'>", b"</div>", b"<p>",
    b"<table><tr><td>", b"<script type='application/ld+json'>",
    b'{"@type":"NewsArticle","author":{"@id":"#a"},"datePublished":', b"[[[[", b"}",
    b"</script>", b"<h1>", b"&#x0;", b"&#xd800;", b"<!--",
    b"<![CDATA[", b"]]>", b"<meta charset=", b"utf-16", b"<base href='http://[", b"<a href='http://[::1'>",
    b"\x00", b"\xff\xfe", b"<time datetime='",
    b"99999999999", b"<form><input>", b"<textarea>", b"<h2>Leave a Reply</h2>", b"<svg>", b"<noscript>",
    b"<font size=4><b>", b"<br><br>", PROSE.encode(),
]  # fmt: skip


def check(got: Extraction | Reject) -> None:
    if isinstance(got, Reject):
        assert got.reason
        assert got.detail
        return
    assert got.text == "\n".join(block.text for block in got.blocks)
    assert "\x00" not in got.text
    got.text.encode()
    assert got.published_at is None or got.published_at.tzinfo is not None


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_random_bytes(body: bytes) -> None:
    check(extract(body, url="https://news.example.org/story"))
    check(extract(b"<html><body>" + body, url="https://news.example.org/story", content_type="text/html"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_broken_markup(pieces: list[bytes]) -> None:
    check(extract(b"".join(pieces), url="https://news.example.org/story", content_type="text/html"))


@pytest.mark.parametrize("url", ["", "not a url", "http://[", "https://127.0.0.1:80/", "about:blank", "https://xn--/"])
def test_any_url(url: str) -> None:
    check(
        extract(
            f"<html><body><article><h1>A story</h1>{PROSE}<a href='/x'>x</a></article></body></html>".encode(), url=url
        )
    )


def test_three_hundred_nested_divs() -> None:
    body = "<div>" * 300 + f"<h1>A story</h1>{PROSE}" + "</div>" * 300
    got = extract(
        f"<html><head><title>A story</title></head><body>{body}</body></html>".encode(),
        url="https://news.example.org/story",
    )
    assert isinstance(got, Extraction)
    assert "Sentence 7" in got.text


def test_the_same_page_gives_the_same_whatever_was_read_before() -> None:
    page = PAGE.encode()
    first = extract(page, url="https://news.example.org/story")
    for n in range(6):
        extract(page.replace(b"Sentence 3", b"Sentence %d, changed" % n), url=f"https://news.example.org/{n}")
    assert extract(page, url="https://news.example.org/story") == first


def test_reading_touches_neither_disk_nor_network(monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.encode()
    first = extract(page, url="https://www.example.co.uk/story")  # what is loaded once is loaded

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("reading a page opened something")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(Path, "open", forbidden)
    monkeypatch.setattr("builtins.open", forbidden)
    assert extract(page, url="https://www.example.co.uk/story") == first
