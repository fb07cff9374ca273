"""What an article page's head says of its AMP, mobile and translated forms; what an AMP page says of its article."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from crawler.discovery import Found, forms_of_article

HOST = "https://times.example"
STORY = f"{HOST}/2026/11/22/ferry-reopens/"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "news"


def forms(head: str, *, url: str = STORY, html: str = "<html>", body: str = "<body><p>x</p></body>") -> list[Found]:
    return list(forms_of_article(f"<!doctype html>{html}<head>{head}</head>{body}</html>".encode(), url=url))


def said(found: list[Found]) -> list[tuple[str, str | None]]:
    return [(f.url.removeprefix(HOST), f.form) for f in found]


def test_amp_mobile_and_translations() -> None:
    found = forms(
        """<link rel="canonical" href="/2026/11/22/ferry-reopens/"><link rel="amphtml" href="amp/">
        <link rel="alternate" hreflang="en" href="/2026/11/22/ferry-reopens/">
        <link rel="alternate" hreflang="de" href="/de/2026/11/22/faehre-faehrt/">
        <link rel="alternate" hreflang="x-default" href="/2026/11/22/ferry-reopens/">
        <link rel="alternate" media="only screen and (max-width: 640px)" href="https://m.times.example/ferry">
        <link rel="alternate" type="application/rss+xml" hreflang="en" href="/feed/">"""
    )
    assert said(found) == [
        ("/2026/11/22/ferry-reopens/amp/", "amp"), ("/de/2026/11/22/faehre-faehrt/", "translation"),
        ("https://m.times.example/ferry", "mobile"),
    ]  # fmt: skip
    assert {f.variant_of for f in found} == {STORY}


@pytest.mark.parametrize("html", ["<html amp>", "<html ⚡ lang=en>", '<html lang="en" amp="">', "<HTML AMP>"])
def test_an_amp_page_names_its_article(html: str) -> None:
    url = f"{HOST}/mobile-version/77"
    (found,) = forms(f'<link rel="canonical" href="{STORY}"><link rel="amphtml" href="{url}">', url=url, html=html)
    assert (found.url, found.form, found.variant_of, found.kind) == (STORY, "canonical", url, "article")


def test_so_does_a_page_that_looks_like_a_print_form() -> None:
    (found,) = forms(f'<link rel="canonical" href="{STORY}">', url=f"{STORY}print/")
    assert (found.url, found.form) == (STORY, "canonical")


@pytest.mark.parametrize(
    ("head", "html"),
    [
        ('<link rel="canonical" href="/other">', "<html>"),  # an article of its own, whatever it calls canonical
        ("", "<html amp>"),
        (f'<link rel="canonical" href="{STORY}">', "<html amp>"),  # AMP is the only form of it
        ('<!-- <link rel="amphtml" href="/amp"> -->', "<html>"),
        ('<script>var x = \'<link rel="amphtml" href="/amp">\'</script>', "<html>"),
        ('<link rel="amphtml" href="mailto:x"><link rel="amphtml">', "<html>"),
        ('<link rel="canonical" href="/other">', "<html data-amp-x=1 class='amp'>"),
    ],
)
def test_pages_without_other_forms(head: str, html: str) -> None:
    assert forms(head, html=html) == []


def test_what_stands_in_the_body_is_not_read() -> None:
    assert forms("", body='<body><link rel="amphtml" href="/x"></body>') == []


@pytest.mark.parametrize("body", [b"", b"\x00" * 100, b"%PDF", b"<html amp", b"amphtml", b"\xff\xfe"])
def test_what_is_no_page_has_none(body: bytes) -> None:
    assert forms_of_article(body, url=STORY) == ()


def test_a_page_of_ten_megabytes_costs_no_time() -> None:
    body = b"<html><head>" + b'<link rel=alternate hreflang=xx href="/%d">' * 100_000 + b"<p>" * 2_000_000
    start = time.process_time()
    assert len(forms_of_article(body, url=STORY)) == 1
    many = b"".join(b'<link rel=alternate hreflang=xx href="/%d">' % n for n in range(20_000))
    assert len(forms_of_article(b"<head>" + many, url=STORY)) == 100
    assert time.process_time() - start < 5


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real pages beside the repository")
def test_real_pages_name_their_forms_in_little_time() -> None:
    truths = json.loads((CORPUS / "truth.json").read_text())
    pages = [(gzip.decompress((CORPUS / f"{t['page']}.html.gz").read_bytes()), t["url"]) for t in truths]
    start = time.process_time()
    found = [forms_of_article(body, url=url) for body, url in pages]
    assert (time.process_time() - start) / len(pages) < 0.01  # 0.1 ms each, 2026-11
    assert sum(any(f.form == "amp" for f in each) for each in found) >= 20
