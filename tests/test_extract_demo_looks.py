"""Every look of the demo newsroom, at seeds nobody looked at: body and subheadings are there, furniture is not."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from crawler.demo import OUTLETS, Newsroom, TruthArticle
from pipelines import Extraction, Reject, extract

SEEDS = [20261, 730_114, 58]
OUTLET = {outlet.name: outlet for outlet in OUTLETS}
FOUR_LINES = [
    "Most Recent Stories",
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Copyright 2024, Thin Line News LLC",
]


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def answer(newsroom: Newsroom, outlet: str, url: str) -> tuple[bytes, str]:
    page = newsroom.page(OUTLET[outlet], urlsplit(url).path)
    body = page.write()
    return (body.encode() if isinstance(body, str) else body), page.content_type


def read(newsroom: Newsroom, truth: TruthArticle) -> Extraction:
    body, content_type = answer(newsroom, truth.outlet, truth.url)
    got = extract(body, url=truth.url, content_type=content_type)
    assert isinstance(got, Extraction), f"{truth.url}: {got.reason}: {got.detail}"
    return got


def sample(newsroom: Newsroom) -> Iterator[TruthArticle]:
    """Of every outlet the page the project began with and four more."""
    for outlet in OUTLETS:
        own = [truth for truth in newsroom.truth() if truth.outlet == outlet.name]
        yield from [truth for truth in own if truth.origin == "founding"] + [t for t in own if t.origin != "founding"][
            :4
        ]


@pytest.fixture(scope="module", params=SEEDS)
def newsroom(request: pytest.FixtureRequest) -> Newsroom:
    return Newsroom(seed=request.param, port=8071)


@pytest.fixture(scope="module")
def readings(newsroom: Newsroom) -> list[tuple[TruthArticle, Extraction]]:
    return [(truth, read(newsroom, truth)) for truth in sample(newsroom)]


def test_the_body_is_there(readings: list[tuple[TruthArticle, Extraction]]) -> None:
    for truth, got in readings:
        blocks = list(truth.blocks)
        while blocks[-1].kind == "heading":  # a heading with nothing under it is not kept
            blocks.pop()
        missing = [line for block in blocks for line in block.text.split("\n") if fold(line) not in fold(got.text)]
        assert not missing, f"{truth.url}: {missing}"


def test_subheadings_are_headings(readings: list[tuple[TruthArticle, Extraction]]) -> None:
    for truth, got in readings:
        wanted = [block.text for block in truth.blocks[:-1] if block.kind == "heading"]
        assert [block.text for block in got.blocks if block.kind == "heading"] == wanted, truth.url


def test_no_furniture(readings: list[tuple[TruthArticle, Extraction]]) -> None:
    for truth, got in readings:
        said = f" {fold(truth.body)} {fold(truth.standfirst)} "
        text = f" {fold(got.text)} "
        lines = [line for line in (*truth.furniture, *FOUR_LINES) if len(fold(line)) > 6]
        leaked = [line for line in lines if f" {fold(line)} " in text and f" {fold(line)} " not in said]
        assert not leaked, f"{truth.url}: {leaked}"


def test_nothing_but_body_and_standfirst(readings: list[tuple[TruthArticle, Extraction]]) -> None:
    for truth, got in readings:
        said = f"{fold(truth.body)} {fold(truth.standfirst)}"
        foreign = [line for block in got.blocks for line in block.text.split("\n") if fold(line) not in said]
        assert not foreign, f"{truth.url}: {foreign}"


def test_title_authors_and_day(readings: list[tuple[TruthArticle, Extraction]]) -> None:
    for truth, got in readings:
        assert got.title == truth.title
        assert got.authors == truth.authors, truth.url
        assert got.published_at is not None
        assert abs((got.published_at - truth.published_at).total_seconds()) < 36 * 3600
        if truth.offset_stated and truth.published_precision != "day":
            assert abs((got.published_at - truth.published_at).total_seconds()) < 60, truth.url


def test_the_founding_page_in_every_look(newsroom: Newsroom) -> None:
    found = [truth for truth in newsroom.truth() if truth.origin == "founding"]
    assert len({truth.look for truth in found}) == 6
    for truth in found:
        got = read(newsroom, truth)
        assert got.title == "Six Allied Kurdish Fighters Killed During Drone Strike On US Base"
        assert len([block for block in got.blocks if block.kind == "heading"]) == 3
        assert not [line for line in FOUR_LINES if line.casefold() in got.text.casefold()]


def test_pages_that_are_no_articles_say_why(newsroom: Newsroom) -> None:
    kinds = {
        "tag": {"listing"}, "author": {"listing"}, "paywall_stub": {"paywall_stub"}, "soft_404": {"soft_404"},
        "consent_wall": {"consent_wall"},
    }  # fmt: skip
    seen: dict[str, int] = {}
    for other in newsroom.others():
        if other.status != 200 or other.kind not in kinds or seen.get(other.kind, 0) >= 12:
            continue
        seen[other.kind] = seen.get(other.kind, 0) + 1
        body, content_type = answer(newsroom, other.outlet, other.url)
        got = extract(body, url=other.url, content_type=content_type)
        assert isinstance(got, Reject), other.url
        assert got.reason in kinds[other.kind], f"{other.url}: {got.reason}: {got.detail}"
        assert got.detail
    assert set(seen) == set(kinds)
