"""AMP, print and mobile addresses are told by their shape, with the article's own; what only looks alike is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import variant_shape
from crawler.urls import normalise

HOST = "https://times.example"


@pytest.mark.parametrize(
    ("variant", "form", "article"),
    [
        ("/2026/11/22/ferry-reopens/amp/", "amp", "/2026/11/22/ferry-reopens/"),
        ("/2026/11/22/ferry-reopens/amp/", "amp", "/2026/11/22/ferry-reopens"),
        ("/2026/11/22/ferry-reopens/amp", "amp", "/2026/11/22/ferry-reopens"),
        ("/2026/11/22/ferry-reopens/amp", "amp", "/2026/11/22/ferry-reopens/"),
        ("/amp/news/ferry-reopens-123456", "amp", "/news/ferry-reopens-123456"),
        ("/AMP/news/ferry-reopens-123456.html", "amp", "/news/ferry-reopens-123456.html"),
        ("/news/ferry-reopens.amp.html", "amp", "/news/ferry-reopens.html"),
        ("/news/ferry-reopens.amp", "amp", "/news/ferry-reopens.html"),
        ("/news/ferry-reopens.amp", "amp", "/news/ferry-reopens"),
        ("/news/ferry-reopens?amp=1", "amp", "/news/ferry-reopens"),
        ("/news/ferry-reopens?amp", "amp", "/news/ferry-reopens"),
        ("/news/ferry-reopens?amp=", "amp", "/news/ferry-reopens"),
        ("/news?id=5&amp=true", "amp", "/news?id=5"),
        ("/news/ferry-reopens?output=amp", "amp", "/news/ferry-reopens"),
        ("/news/ferry-reopens?outputType=amp&id=5", "amp", "/news/ferry-reopens?id=5"),
        ("/2026/11/22/ferry-reopens/print/", "print", "/2026/11/22/ferry-reopens/"),
        ("/print/news/ferry-reopens", "print", "/news/ferry-reopens"),
        ("/nachrichten/faehre-faehrt-wieder/drucken", "print", "/nachrichten/faehre-faehrt-wieder"),
        ("/news/ferry-reopens.print.html", "print", "/news/ferry-reopens.html"),
        ("/news/ferry-reopens?print=1", "print", "/news/ferry-reopens"),
        ("/index.php?id=5&tmpl=x&print=1", "print", "/index.php?id=5&tmpl=x"),
        ("/news/ferry-reopens?view=print", "print", "/news/ferry-reopens"),
        ("/news/ferry-reopens.html?m=1", "mobile", "/news/ferry-reopens.html"),
    ],
)
def test_shapes_of_variants_and_the_article_they_belong_to(variant: str, form: str, article: str) -> None:
    shape = variant_shape(HOST + variant)
    assert shape is not None
    assert shape.form == form
    assert HOST + article in shape.of
    assert HOST + variant not in shape.of


def test_hosts_of_mobile_and_amp_editions() -> None:
    shape = variant_shape("https://m.times.example/news/ferry-reopens?x=1")
    assert shape is not None
    assert shape.form == "mobile"
    assert shape.of == (
        "https://www.times.example/news/ferry-reopens?x=1",
        "https://times.example/news/ferry-reopens?x=1",
    )
    both = variant_shape("https://amp.times.example/news/ferry-reopens/amp/")
    assert both is not None
    assert "https://www.times.example/news/ferry-reopens/" in both.of, "two marks may stand on one address"
    assert variant_shape("https://m.example/news/ferry-reopens") is None, "that is a domain, not a host below one"


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/amp",  # the AMP home page is no article's form
        "/amp/",
        "/print",
        "/music/guitar-amp",
        "/music/the-best-guitar-amp/",
        "/news/print-is-dead-say-publishers",
        "/print-media/closures",
        "/2026/11/22/amp-hours-explained/",
        "/news/blueprint.html",
        "/champ/amplified",
        "/news?sample=1",
        "/news?amplitude=1",
        "/news?print_id=77",
        "/news?amp=otherwise",
        "/news?m=12",
        "/news?m=201103",  # WordPress: the archive of a month
        "/a/.amp",
    ],
)
def test_what_only_looks_alike(address: str) -> None:
    assert variant_shape(HOST + address) is None


def test_a_slug_that_is_just_amp_names_only_addresses_that_are_no_articles() -> None:
    """By its shape it may be a variant; that /music/ is known as a section, and as no article, decides."""
    shape = variant_shape(f"{HOST}/music/amp")
    assert shape is not None
    assert set(shape.of) == {f"{HOST}/music", f"{HOST}/music/", f"{HOST}/music.html"}


@given(st.text("amp/.?&=printm1-x", min_size=1, max_size=40))
def test_forms_are_addresses_in_the_frontiers_form_and_bounded(path: str) -> None:
    url = normalise(f"{HOST}/{path}")
    assert url is not None
    shape = variant_shape(url)
    if shape is not None:
        assert 1 <= len(shape.of) <= 12
        assert url not in shape.of
        assert all(normalise(plain) == plain for plain in shape.of)
