"""What pages state for machines: microdata, and JSON-LD that is broken, nested, or about other pages too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.jsonld import Nodes, nodes_of, resolve, text_of

BODY = "<p>A sentence of an article that is long enough to be read as one by anybody who reads.</p>" * 8
URL = "https://news.example.org/2026/11/22/bridge"
OWN = {"@type": "NewsArticle", "headline": "The bridge is open", "author": {"@type": "Person", "name": "Ada Mbeki"}}
OWN |= {"datePublished": "2026-11-22T09:20:30Z", "url": URL}
OTHER = {
    "@type": "NewsArticle",
    "headline": "A flood",
    "author": {"name": "Li Wei"},
    "url": "https://news.example.org/x",
}
OTHER |= {"datePublished": "2019-01-01T10:00:00Z"}


def read(*scripts: str, head: str = "", article: str = "") -> Extraction:
    blocks = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    page = (
        f"<html lang='en'><head><title>The bridge is open</title>{head}{blocks}</head><body><article itemscope>"
        f"<h1 itemprop='headline'>The bridge is open</h1>{article}{BODY}</article></body></html>"
    )
    got = extract(page.encode(), url=URL)
    assert isinstance(got, Extraction)
    return got


def is_own(got: Extraction) -> bool:
    own = ("The bridge is open", ("Ada Mbeki",), datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC))
    return (got.title, got.authors, got.published_at) == own


@pytest.mark.parametrize(
    "article",
    [
        "<span itemprop='author' itemscope><a itemprop='url' href='/a'><b itemprop='name'>Ada Mbeki</b></a></span>"
        "<time itemprop='datePublished' datetime='2026-11-22T09:20:30Z'>today</time>",
        "<meta itemprop='author' content='Ada Mbeki'><meta itemprop='datePublished' content='2026-11-22T09:20:30Z'>",
        "<span itemprop='author'>Ada Mbeki</span><span itemprop='datePublished' content='2026-11-22T09:20:30Z'></span>",
        "<div itemprop='author publisher' itemscope><span itemprop='name'>Ada Mbeki</span>"
        "<span itemprop='affiliation' itemscope><i itemprop='name'>University of Bridges</i></span></div>"
        "<time itemprop='dateCreated datePublished' datetime='2026-11-22T09:20:30Z'></time>",
    ],
)
def test_microdata(article: str) -> None:
    assert is_own(read(article=article))


def test_microdata_tells_when_it_was_changed() -> None:
    got = read(article="<time itemprop='dateModified' datetime='2026-11-23T09:00:00Z'>yesterday</time>")
    assert got.modified_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert got.modified_source == "microdata"


def test_microdata_of_comments_is_not_the_articles() -> None:
    comment = "<div class='comment'><span itemprop='author'>Li Wei</span></div>"
    assert read(article=comment).authors == ()


@pytest.mark.parametrize(
    "wrapped",
    [
        {"@graph": [{"@type": "WebSite", "name": "Example News"}, OWN]},
        {"@graph": [{"@type": "BreadcrumbList", "itemListElement": [{"item": OTHER}]}, OWN]},
        [[{"@type": "Organization", "name": "Example News"}], [OWN]],
        {"@type": "WebPage", "mainEntity": {"@type": "ItemPage", "mainEntity": OWN}},
        {"@type": "WebPage", "datePublished": "2018-01-01T00:00:00Z", "mainEntity": OWN},
        {**OWN, "author": [{"@type": ["Person"], "name": ["Ada Mbeki"]}]},
        {**OWN, "hasPart": [OTHER], "comment": [{"@type": "Comment", "author": {"name": "Li Wei"}}]},
        {**OWN, "liveBlogUpdate": [{**OTHER, "@type": "BlogPosting"}]},
    ],
)
def test_nested(wrapped: Any) -> None:
    assert is_own(read(json.dumps(wrapped)))


def test_other_pages_articles_do_not_count_in_any_order() -> None:
    own, other = json.dumps(OWN), json.dumps(OTHER)
    listed = json.dumps({"@type": "ItemList", "itemListElement": [OTHER]})
    assert is_own(read(own, other, listed))
    assert is_own(read(listed, other, other, own))
    assert is_own(read(json.dumps([OTHER, OTHER, OWN])))


def test_two_blocks_of_one_article_fill_each_others_gaps() -> None:
    first = {key: value for key, value in OWN.items() if key != "author"}
    second = {key: value for key, value in OWN.items() if key != "datePublished"}
    assert is_own(read(json.dumps(first), json.dumps(second)))


def test_authors_by_reference_across_blocks() -> None:
    people = {"@graph": [{"@type": "Person", "@id": "#ada", "name": "Ada Mbeki"}, {"@id": "#li", "name": "Li Wei"}]}
    assert is_own(read(json.dumps({**OWN, "author": {"@id": "#ada"}}), json.dumps(people)))


PLAIN = json.dumps(OWN, indent=1)


@pytest.mark.parametrize(
    "broken",
    [
        PLAIN.replace('"url"', '// the address\n "url"'),
        PLAIN.replace('30Z",', '30Z", // in UTC'),
        PLAIN.replace("\n}", ",\n}"),
        PLAIN + ";",
        PLAIN + PLAIN,
        f"<!--\n{PLAIN}\n-->",
        f"/* <![CDATA[ */{PLAIN}/* ]]> */",
        PLAIN.replace('"', "&quot;"),
        PLAIN.replace("The bridge", "The\tbridge"),
        PLAIN.replace('"url"', '"keywords": "a \\q b", "url"'),
        PLAIN.replace('"url"', '"description": "They said "open" again", "url"'),
        PLAIN.replace('"url"', '"description": "<a href="/x">open</a>", "url"'),
    ],
)
def test_broken(broken: str) -> None:
    assert is_own(read(broken))


@pytest.mark.parametrize(
    "nonsense", ["", "{", "null", "[]", "The bridge is open", "[" * 2000, '{"@type": "Person" "x"}']
)
def test_past_repair(nonsense: str) -> None:
    assert nodes_of([nonsense]) == []
    assert is_own(read(nonsense, json.dumps(OWN)))


def test_thousands_of_references_are_followed_by_name() -> None:
    nodes = Nodes({"@type": "NewsArticle", "@id": f"#{n}", "headline": f"Story {n}"} for n in range(3))
    nodes.append({"@id": ["#1"], "name": "a list is no name"})
    assert resolve({"@id": "#1"}, nodes) is nodes[1]
    assert resolve({"@id": "#9"}, nodes) == {"@id": "#9"}
    assert resolve({"@id": ["#1"]}, nodes) == {"@id": ["#1"]}


@pytest.mark.parametrize(
    "script",
    ['{"@type":"NewsArticle","headline":' + "[" * 600 + '"x"' + "]" * 600 + "}", '{"a":1}' * 1500, "[]" * 1500],
)
def test_no_depth_and_no_number_of_values_is_too_much(script: str) -> None:
    nodes = nodes_of([script])
    assert text_of(nodes[0].get("headline") if nodes else None) is None


@pytest.mark.parametrize(
    "wrapped",
    ["<!--{}-->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "<!-- <![CDATA[ {} ]]> -->", "{};", " {} ;\n"],
)
def test_marks_of_comments_around_a_script(wrapped: str) -> None:
    (node,) = nodes_of([wrapped.replace("{}", '{"@type":"NewsArticle","headline":"Bridge"}')])
    assert node["headline"] == "Bridge"


def test_several_values_in_one_script() -> None:
    first, second = nodes_of(['{"@type":"WebPage"} , {"@type":"NewsArticle","headline":"Bridge"};'])
    assert (first["@type"], second["headline"]) == ("WebPage", "Bridge")
