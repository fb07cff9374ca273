"""Links made absolute: as urljoin makes them, the short way of most included; http(s) only."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.fields import _ABSOLUTE, absolute
from pipelines.extraction.page import Page, parse

BASES = [
    "https://news.example.org/a/b",
    "http://u:p@news.example:8080/?q",
    "https://NEWS.example/",
    "",
    "mailto:x",
    "//a/b",
]
PARTS = [
    "/",
    "//",
    "a",
    ".",
    "..",
    "/./",
    "/../",
    ";",
    "?",
    "#",
    "=",
    "&",
    "%2F",
    "é",
    ":",
    "\\",
    "@",
    "b/c",
    "http:",
    "\x00",
]


def page_at(url: str) -> Page:
    return parse(b"<html><p>A page.", url=url)


PAGES = {base: page_at(base) for base in BASES}


@settings(max_examples=1500, deadline=None)
@given(base=st.sampled_from(BASES), parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=7))
def test_as_urljoin_makes_them(base: str, parts: list[str]) -> None:
    raw = "".join(parts)
    try:
        joined = raw if _ABSOLUTE.match(raw) else urljoin(base, raw)
    except ValueError:
        joined = ""
    assert absolute(PAGES[base], raw) == (joined if _ABSOLUTE.match(joined) else None)


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("/2026/11/a.html?b=c#d", "https://news.example.org/2026/11/a.html?b=c#d"),
        ("/a/../b", "https://news.example.org/b"),
        ("c", "https://news.example.org/a/c"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("tel:1", None),
        ("", None),
    ],
)
def test_of_a_page(raw: str, url: str | None) -> None:
    assert absolute(PAGES[BASES[0]], raw) == url
