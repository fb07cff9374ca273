"""The standfirst is the description where the page sets it apart above its text; a first paragraph is none."""

from __future__ import annotations

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.confidence import FIELDS, confidence
from pipelines.extraction.reading import extract_plain

URL = "https://news.example.org/story"
SAID = "A welder, a choir and a raffle did what three grant applications had failed to do, and sooner than planned."
PROSE = [
    f"Sentence {n} of the story says what the council of the town decided about the bridge on Monday evening, and why."
    for n in range(1, 8)
]


def page(first: str, *, head: str = f'<meta name="description" content="{SAID}">', rest: str = "") -> bytes:
    """A page whose text comes after `first`, in one element with it where that leaves it open."""
    told = rest or "".join(f"<p>{text}</p>" for text in PROSE)
    return f"<html><head><title>T</title>{head}</head><body><article><h1>T</h1>{first}{told}</article></body>".encode()


def standfirst(html: bytes) -> str | None:
    got = extract(html, url=URL)
    assert isinstance(got, Extraction)
    assert got.text.count(PROSE[6]) == 1
    return got.standfirst


@pytest.mark.parametrize(
    "first",
    [
        f"<p class='article-lead'>{SAID}</p>",
        f"<p class='ContentHead_lead____SsS'>{SAID}</p>",
        f"<p class='id-StoryElement-leadText'>{SAID}</p>",
        f"<div class='SplitScreenContentHeaderDek-emptdL'>{SAID}</div>",
        f"<div class='entry-excerpt'><p>{SAID}</p></div>",
        f"<p id='teaser'>{SAID}</p>",
        f"<h2>{SAID}</h2>",
        f"<p><strong>{SAID}</strong></p>",
        f"<p><em> {SAID} </em></p>",
        f"<p class='einleitung'>{SAID.replace('choir', '<a href=/choir>choir</a>')}</p>",
        f"<p class='lead'>A <b>welder</b>{SAID[8:].replace(' ', '&nbsp;', 1)}</p>",
        f"<p class='intro'><a id='top'></a>\n<button></button> {SAID}</p>",
        f"<header><p>{SAID}</p></header>",
        f"<div><div><p>{SAID}</p></div></div>",
    ],
)
def test_a_description_set_apart_above_the_text_is_the_standfirst(first: str) -> None:
    got = extract(page(first), url=URL)
    assert isinstance(got, Extraction)
    assert got.standfirst == SAID == got.description
    found = [(each.source, each.confidence) for each in got.origins if each.field == "standfirst"]
    assert found == [("page", confidence(FIELDS, "standfirst page"))]
    assert got.blocks[0].text == SAID
    assert got.text.count(SAID) == 1


PARAGRAPHS = "".join(f"<div class='par'><p>{text}</p></div>" for text in PROSE)


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        (f"<p>{SAID}</p>", ""),
        (f"<p class='paragraph has-drop-cap'>{SAID}</p>", ""),
        (f"<p>{SAID.replace('choir', '<b>choir</b>')}</p>", ""),
        (f"<div class='par'><p>{SAID}</p></div>", PARAGRAPHS),
        (f"<p>{SAID}</p><figure><img src='/a.jpg'></figure>", ""),
    ],
)
def test_the_first_paragraph_of_the_text_is_none(first: str, rest: str) -> None:
    html = page(first, rest=rest)
    assert standfirst(html) is None
    got = extract(html, url=URL)
    assert isinstance(got, Extraction)
    assert (got.blocks[0].text, got.description) == (SAID, SAID), "the text is as it was"


def test_it_may_come_before_the_article_or_behind_a_heading() -> None:
    told = "".join(f"<p>{text}</p>" for text in PROSE)
    body = f"<header><h1>T</h1><p class='teaser'>{SAID}</p></header><article>{told}</article>"
    head = f"<meta name='description' content='{SAID}'>"
    assert standfirst(f"<html><head>{head}</head><body>{body}</body></html>".encode()) == SAID
    assert standfirst(page(f"<h2>What the council decided on Monday</h2><p class='intro'>{SAID}</p>")) == SAID


@pytest.mark.parametrize(
    "name",
    [
        "og:description",
        "twitter:description",
        "dc.description",
        "DC.Description",
        "dcterms.description",
        "sailthru.description",
    ],
)
def test_descriptions_under_any_name(name: str) -> None:
    html = page(f"<p class='lead'>{SAID}</p>", head=f'<meta name="{name}" content="{SAID.upper()}">')
    got = extract(html, url=URL)
    assert isinstance(got, Extraction)
    assert (got.standfirst, got.description) == (SAID, SAID.upper()), "as the page shows it"


def test_a_description_that_is_cut_off_stands_for_the_whole_lead_and_for_no_paragraph() -> None:
    head = f'<meta name="description" content="{SAID[:80]} …">'
    assert standfirst(page(f"<p class='lead'>{SAID}</p>", head=head)) == SAID
    assert standfirst(page(f"<header><p>{SAID}</p></header>", head=head)) is None
    assert standfirst(page(f"<p class='lead'>{SAID}</p>", head=head.replace(" …", ""))) is None


@pytest.mark.parametrize("said", ["What nobody reads but a search engine, about the town.", PROSE[4], PROSE[0][:50]])
def test_a_description_that_stands_nowhere_above_the_text_is_none(said: str) -> None:
    html = page("", head=f"<meta name='description' content='{said}'>")
    assert standfirst(html) is None
    got = extract(html, url=URL)
    assert isinstance(got, Extraction)
    assert got.description == said


def test_neither_title_nor_byline_is_one() -> None:
    named = '<meta name="author" content="Ada Mbeki"><meta name="description" content="Ada Mbeki">'
    assert standfirst(page("<p><strong>Ada Mbeki</strong></p>", head=named)) is None


def test_read_plainly_no_page_sets_anything_apart() -> None:
    got = extract_plain(page(f"<p class='lead'>{SAID}</p>"), url=URL)
    assert isinstance(got, Extraction)
    assert (got.standfirst, got.description) == (None, SAID)
