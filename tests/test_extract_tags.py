"""An article's tags: from what the page states, else from its links to pages of tags; never a cloud of all tags."""

import json

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def tags(head: str = "", after: str = "") -> tuple[str, ...]:
    page = f"<html><head>{head}</head><body><article><h1>The bridge is open</h1>{BODY}{after}</article></body></html>"
    got = extract(page.encode(), url="https://news.example.org/2026/bridge")
    assert isinstance(got, Extraction)
    return got.tags


def ld(keywords: object) -> str:
    node = {"@type": "NewsArticle", "headline": "The bridge is open", "keywords": keywords}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ld(["bridges", "rivers, ferries"]), ("bridges", "rivers", "ferries")),
        (ld([{"@type": "Thing", "name": "Bridges"}, "bridges"]), ("Bridges",)),
        ('<meta property="article:tag" content="bridges"><meta name="keywords" content="news">', ("bridges",)),
        ('<meta name="keywords" content="bridges; rivers">', ("bridges", "rivers")),
        (ld("x" * 90) + '<meta name="news_keywords" content="bridges">', ("bridges",)),
    ],
)
def test_as_stated(head: str, expected: tuple[str, ...]) -> None:
    assert tags(head) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            '<p><a rel="tag" href="/tag/bridges">bridges</a><a rel="category tag" href="/c/l">Local</a></p>',
            ("bridges",),
        ),
        ('<ul class="article-tags"><li><a href="/tag/rivers/">#Rivers</a></li></ul>', ("Rivers",)),
        ('<div class="topics"><a href="/thema/bruecken/">Brücken</a></div>', ("Brücken",)),
        ('<p>He said <a href="/tag/bridges/">bridges</a> are good.</p>', ()),
        ('<nav class="tags"><a href="/tag/rivers/">Rivers</a></nav>', ()),
        ('<div class="tag-cloud tags"><a href="/tag/rivers/">Rivers</a></div>', ()),
        ('<div class="tags"><a href="/2026/stage-opens">Stage opens</a></div>', ()),
        ('<div class="tags">' + "".join(f'<a href="/tag/{n}/">t{n}</a>' for n in range(30)) + "</div>", ()),
    ],
)
def test_by_links(after: str, expected: tuple[str, ...]) -> None:
    assert tags(after=after) == expected
