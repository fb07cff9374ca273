"""Agencies in bylines are credits; they are authors only where the page names them as such."""

from __future__ import annotations

import json

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.agencies import agencies_in

BODY = "<p>A sentence of an article that is long enough to be read as one by anybody who reads.</p>" * 8


def read(author: object, above: str = "", **more: object) -> Extraction:
    node = {"@type": "NewsArticle", "headline": "A story", "author": author, **more}
    page = (
        f'<html><head><title>A story</title><script type="application/ld+json">{json.dumps(node)}</script></head>'
        f"<body><article><h1>A story</h1>{above}{BODY}</article></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    return got


@pytest.mark.parametrize(
    ("author", "names", "credit"),
    [
        ("By Ada Mbeki, Reuters", ("Ada Mbeki",), ("Reuters",)),
        ("Ada Mbeki and AFP", ("Ada Mbeki",), ("AFP",)),
        ("Ada Mbeki/dpa", ("Ada Mbeki",), ("dpa",)),
        ("Ada Mbeki (AFP)", ("Ada Mbeki",), ("AFP",)),
        ("Von Ada Mbeki mit dpa", ("Ada Mbeki",), ("dpa",)),
        ([{"name": "Ada Mbeki"}, {"@type": "Organization", "name": "AP"}], ("Ada Mbeki", "AP"), ("AP",)),
        ("dpa/lno", ("dpa/lno",), ("dpa",)),
        ("Agencia EFE", ("Agencia EFE",), ("EFE",)),
        ("Reuters", ("Reuters",), ("Reuters",)),
        ("SDA/Keystone-SDA", ("SDA/Keystone-SDA",), ("SDA", "Keystone-SDA")),
        ("Ada Mbeki", ("Ada Mbeki",), ()),
    ],
)
def test_credits(author: object, names: tuple[str, ...], credit: tuple[str, ...]) -> None:
    got = read(author)
    assert (got.authors, got.wire_credit) == (names, credit)


def test_a_person_in_the_byline_leaves_the_agency_its_credit() -> None:
    got = read("Example News", "<p class='byline'>By Ada Mbeki, Reuters</p>", publisher={"name": "Example News"})
    assert (got.authors, got.wire_credit, got.publisher) == (("Ada Mbeki",), ("Reuters",), "Example News")


def test_a_house_that_signs_is_the_publisher_where_none_is_named() -> None:
    got = read({"@type": "Organization", "name": "Example News"})
    assert (got.authors, got.publisher) == (("Example News",), "Example News")
    assert read({"@type": "Organization", "name": "Reuters"}).publisher is None


@pytest.mark.parametrize("piece", ["Ap", "Pa Salieu", "Ada Mbeki", "Tt", "Sid Vicious", "Reuters Institute fellow", ""])
def test_what_is_no_agency(piece: str) -> None:
    assert agencies_in(piece) == ()
