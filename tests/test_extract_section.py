"""The section that an article stands in: as stated, else by its trail of breadcrumbs; never its own headline."""

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def section(head: str = "", before: str = "") -> str | None:
    article = f"<article><h1>The bridge is open</h1>{BODY}</article>"
    page = f"<html><head>{head}</head><body>{before}{article}</body></html>"
    got = extract(page.encode(), url="https://news.example.org/2026/bridge")
    assert isinstance(got, Extraction)
    return got.section


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        ('<meta property="article:section" content="Local">', "", "Local"),
        ('<meta property="article:section" content="Local,FinTech">', "", "Local"),
        ('<meta property="article:section" content="The bridge is open">', "", None),
        ("", '<nav class="breadcrumbs"><a href="/">Home</a> <a href="/local">Local</a> The bridge</nav>', "Local"),
        ("", '<ol id="breadcrumb"><li><a>Home</a><li><a>Local</a><li><a>The bridge is open</a></ol>', "Local"),
        ("", '<div class="breadcrumb"><a href="/">Home</a></div>', None),
        ("", '<nav class="menu"><a href="/">Home</a> <a href="/local">Local</a></nav>', None),
    ],
)
def test_section(head: str, before: str, expected: str | None) -> None:
    assert section(head, before) == expected
