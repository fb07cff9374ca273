"""What of an h1 is the headline, and which of several texts is it."""

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def titled(*, h1: str, head: str = "", url: str = "https://www.example.co.uk/news/bridge", before: str = "") -> str:
    page = f"<html><head>{head}</head><body>{before}<article><h1>{h1}</h1>{BODY}</article></body></html>"
    got = extract(page.encode(), url=url)
    assert isinstance(got, Extraction)
    return got.title or ""


@pytest.mark.parametrize(
    "h1",
    [
        '<span class="dachzeile">After the flood</span> <span class="headline">The bridge is open</span>',
        '<span class="article__kicker">After the flood</span>The bridge is open',
        '<span class="overline">After the flood</span><span class="sr-only"> - </span><span>The bridge is open</span>',
        '<span class="topline">After the flood</span> : The bridge is open',
        "The bridge is open<br><small>2 May 2026 • Roads, Rivers</small>",
        'The bridge is open <time datetime="2026-05-02">2 May 2026</time> <span class="byline">by Ada Ray</span>',
        'The bridge is open<span class="element-invisible"> | The Other Paper</span>',
        '<span class="visuallyhidden">Headline: </span>The bridge is open',
        "The bridge<br>is open",
        "<div>The bridge</div><div>is open</div>",
        '<span class="label">Roads</span> The bridge is open <a class="comment-bubble">87</a>',
        "The bridge is open | Example News",
    ],
)
def test_what_stands_around_the_headline_in_its_heading_is_no_part_of_it(h1: str) -> None:
    head = '<meta property="og:site_name" content="Example News">'
    assert titled(h1=h1, head=head) == "The bridge is open"


@pytest.mark.parametrize(
    ("h1", "title"),
    [
        ('<span class="kicker">Roads:</span> The bridge is open', "Roads: The bridge is open"),
        ('<span class="kicker">Roads</span>: The bridge is open', "Roads: The bridge is open"),
        ('<span class="kicker">The bridge is open</span>', "The bridge is open"),
        ("E=mc<sup>2</sup> at the <em>bridge</em>", "E=mc2 at the bridge"),
        ("<small>The bridge is open</small>", "The bridge is open"),
        ("How <small>small</small> towns live", "How small towns live"),
        ("Meet the <span class='label'>Label</span> maker", "Meet the Label maker"),
        ("The bridge: <time>2026</time> in review", "The bridge: 2026 in review"),
        ('<span aria-hidden="true">The br</span><span class="sr-only">The bridge is open</span>', "The bridge is open"),
    ],
)
def test_a_kicker_with_a_colon_stays_and_so_does_what_the_headline_stands_around(h1: str, title: str) -> None:
    assert titled(h1=h1) == title


def test_a_heading_of_any_depth_is_read() -> None:
    assert titled(h1="<span>" * 1500 + "The bridge is open" + "</span>" * 1500) == "The bridge is open"


@pytest.mark.parametrize(
    "document",
    [
        "Customs - News - The new law on bridges",
        "The new law on bridges | Customs",
        "The new law on bridges",
    ],
)
def test_of_several_headings_the_one_that_the_document_says_most_of(document: str) -> None:
    before = "<h1>Customs</h1><h1>Customs - News</h1>"
    assert titled(h1="The new law on bridges", head=f"<title>{document}</title>", before=before) == (
        "The new law on bridges"
    )


@pytest.mark.parametrize(
    ("document", "url"),
    [
        ("The bridge is open | Opinion", "https://www.example.co.uk/opinion/2026/bridge"),
        ("Opinion | The bridge is open", "https://www.example.co.uk/opinion/2026/bridge"),
        ("The bridge is open | HillPaper", "https://www.gethillpaper.com/bridge"),
        ("The bridge is open : example | All that is new on roads | Since 2005", "https://example.co.uk/bridge"),
    ],
)
def test_sections_and_pieces_of_the_sites_name_are_no_part_of_the_title(document: str, url: str) -> None:
    assert titled(h1="", head=f"<title>{document}</title>", url=url) == "The bridge is open"


@pytest.mark.parametrize(
    "document", ["The bridge is open - Part 1", "Opinions differ | The bridge is open", "Hill | The bridge is open"]
)
def test_other_pieces_are(document: str) -> None:
    url = "https://www.hillside.co.uk/opinion/2026/bridge"
    assert titled(h1="", head=f"<title>{document}</title>", url=url) == document


@pytest.mark.parametrize(
    ("query", "title"), [("?p=3289", "The bridge is open"), ("?lang=en", "Example, the paper of the hills"), ("", None)]
)
def test_a_post_may_have_the_address_of_the_front_page(query: str, title: str | None) -> None:
    before = '<h1><a href="/">Example, the paper of the hills</a></h1>'
    document = "<title>The bridge is open | Example, the paper of the hills</title>"
    got = titled(h1="", head=document, url=f"https://blog.example.org/{query}", before=before)
    assert got == (title or "Example, the paper of the hills")
