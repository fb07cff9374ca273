"""The reading of a page leaves nothing to the garbage collector, and the collector as it was."""

import gc
from collections.abc import Iterator

import pytest

from pipelines.extraction import Extraction, extract
from pipelines.extraction.uncollected import uncollected

PARAGRAPH = "The bridge over the river was opened by the mayor on Monday, after three years of work and much rain. "
PAGE = f"""<html lang=en><head><title>Bridge opened | Herald</title>
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Bridge opened"}}</script></head>
<body><nav><a href=/>Home</a><a href=/sport>Sport</a></nav><article><h1>Bridge opened</h1><p class=byline>By Ada Mbeki
<time>12 November 2026</time>{"".join(f"<p>{PARAGRAPH * 3}</p>" for _ in range(5))}</article><footer>© 2026 Herald"""


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was = gc.isenabled()
    yield
    (gc.enable if was else gc.disable)()


def test_a_page_leaves_no_cycles() -> None:
    extract(PAGE.encode(), url="https://herald.example/bridge")  # what is loaded for the first page stays
    gc.collect()
    gc.disable()
    read = extract(PAGE.encode(), url="https://herald.example/bridge")
    assert isinstance(read, Extraction)
    assert read.authors == ("Ada Mbeki",)
    del read
    assert gc.collect() == 0


@pytest.mark.parametrize("body", [PAGE.encode(), b"", b"<html><body>"])
def test_the_collector_runs_on_behind_a_page(body: bytes) -> None:
    gc.enable()
    extract(body, url="https://herald.example/bridge")
    assert gc.isenabled()


def test_it_is_left_off_where_it_was_off() -> None:
    gc.disable()
    extract(PAGE.encode(), url="https://herald.example/bridge")
    assert not gc.isenabled()


def test_it_is_on_again_behind_an_error() -> None:
    gc.enable()

    @uncollected()
    def fails() -> None:
        assert not gc.isenabled()
        raise ValueError("of the page")

    for _ in range(2):
        with pytest.raises(ValueError, match="of the page"):
            fails()
        assert gc.isenabled()
