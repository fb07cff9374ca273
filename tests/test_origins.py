"""Where the fields were found, as written there, and how often that is right."""

from __future__ import annotations

import json

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.confidence import FIELDS, confidence
from pipelines.extraction.records import Origin

URL = "https://news.example.org/2026/bridge"
BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def origins(head: str = "", foot: str = "", rules: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> dict[str, Origin]:
    page = f"<html><head>{head}</head><body><article><h1>The bridge is open</h1>{BODY}</article>{foot}</body></html>"
    got = extract(page.encode(), url=URL, rules=rules)
    assert isinstance(got, Extraction)
    for origin in got.origins:
        assert getattr(got, origin.field)
    return {origin.field: origin for origin in got.origins}


def test_a_silent_page_has_none() -> None:
    assert origins() == {}


@pytest.mark.parametrize(
    ("head", "foot", "field", "source", "raw"),
    [
        ('<meta property="article:section" content="Local, Sport">', "", "section", "meta", "Local, Sport"),
        ('<meta property="article:section" content="Local">', "", "section", "meta", None),
        ("", '<a rel="category tag" href="/c/local">Local</a>', "section", "link", None),
        ("", '<ol class="breadcrumb"><li><a href=/>Home</a><li><a href=/l>Local</a></ol>', "section", "page", None),
        ('<meta name="keywords" content="bridge, river">', "", "tags", "meta", None),
        ("", '<a rel="tag" href="/tag/bridge">bridge</a>', "tags", "link", None),
        ('<link rel="canonical" href="/2026/bridge">', "", "canonical_url", "link", "/2026/bridge"),
        ('<meta property="og:url" content="https://news.example.org/b">', "", "canonical_url", "meta", None),
        ('<meta property="og:image" content="/b.jpg">', "", "lead_image_url", "meta", "/b.jpg"),
        ('<meta name="description" content="It is open.">', "", "description", "meta", None),
        ("", "<aside><p>Correction: an earlier version gave the wrong name of the engineer.</aside>", "correction",
         "page", None),
        ('<meta property="og:site_name" content="Harbour Post">', "", "publisher", "meta", None),
        ("", "<footer><p>© 2026 Harbour Post</footer>", "rights", "page", None),
        ("", '<a rel="license" href="//creativecommons.org/licenses/by/4.0/">CC</a>', "licence_url", "link",
         "//creativecommons.org/licenses/by/4.0/"),
    ],
)  # fmt: skip
def test_what_a_page_says(head: str, foot: str, field: str, source: str, raw: str | None) -> None:
    found = origins(head, foot)[field]
    assert (found.source, found.raw) == (source, raw)
    assert found.confidence == confidence(FIELDS, f"{field} {source}")


def test_json_ld_comes_first() -> None:
    node = {
        "@type": "NewsArticle", "headline": "The bridge is open", "articleSection": "Local", "keywords": ["bridge"],
        "description": "It is open.", "publisher": {"name": "Harbour Post"}, "image": "/b.jpg",
        "copyrightNotice": "© 2026 Harbour Post", "license": "https://creativecommons.org/licenses/by/4.0/",
        "correction": "The name of the engineer was wrong.",
    }  # fmt: skip
    found = origins(f'<script type="application/ld+json">{json.dumps(node)}</script>')
    assert {origin.source for origin in found.values()} == {"json-ld"}
    assert [*found] == [
        "section", "tags", "lead_image_url", "description", "publisher", "rights", "licence_url", "correction"
    ]  # fmt: skip
    assert found["lead_image_url"].raw == "/b.jpg"


def test_a_page_of_another_domain_is_no_canonical_one() -> None:
    assert "canonical_url" not in origins('<link rel="canonical" href="https://other.example.net/b">')


def test_sites_toml_is_sure() -> None:
    head = '<meta property="article:section" content="Local"><meta name="mine" content="Sport">'
    found = origins(head, rules=(("section", ("meta[name=mine]",)),))
    assert found["section"] == Origin(field="section", source="override", raw=None, confidence=1.0)
