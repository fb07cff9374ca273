"""Blocks of a live blog are told apart by the entry they are of, each with its own time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.live import entries_of, entry_times
from pipelines.extraction.page import Page, parse
from pipelines.extraction.records import Block

LEAD = "The bridge opens today, and here is all that happens until the evening as it happens."
FIRST = "The mayor cut the ribbon at nine in the morning, before some four hundred people."
SECOND = "The first bus crossed the bridge, eleven minutes late and full to the last seat."
BLOCKS = [Block(kind="paragraph", text=text) for text in (LEAD, SECOND, FIRST)]


def page(body: str, head: str = "") -> Page:
    return parse(
        f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode(), url="https://x.example/"
    )


def times(of: Page) -> list[datetime | None]:
    return [moment and moment.at for moment in entry_times(BLOCKS, entries_of(of))]


NINE, TEN = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
STATED = {
    "@type": "LiveBlogPosting",
    "headline": "The bridge opens",
    "liveBlogUpdate": [
        {
            "@type": "BlogPosting",
            "headline": "A bus",
            "datePublished": TEN.isoformat(),
            "articleBody": f"<p>{SECOND}</p>",
        },
        {
            "@type": "BlogPosting",
            "datePublished": NINE.isoformat(),
            "articleBody": f"&lt;p&gt;{FIRST}&lt;/p&gt;<p>More.</p>",
        },
        "nonsense",
    ],
}
PARAGRAPHS = "".join(f"<p>{block.text}</p>" for block in BLOCKS)


def test_entries_that_json_ld_states() -> None:
    stated = page(PARAGRAPHS, f'<script type="application/ld+json">{json.dumps(STATED)}</script>')
    assert times(stated) == [None, TEN, NINE]
    assert entries_of(stated)[0].lines == ("A bus", SECOND)


@pytest.mark.parametrize(
    ("around", "box"),
    [
        ("<div class='liveblog'>{}</div>", "<div class='post'><time datetime='{at}'>then</time><p>{text}</p></div>"),
        ("<ol id='live-ticker'>{}</ol>", "<li><header><time datetime='{at}'>then</time></header><p>{text}</p></li>"),
    ],
)
def test_entries_that_stand_alike(around: str, box: str) -> None:
    boxes = box.format(at=TEN.isoformat(), text=SECOND) + box.format(at=NINE.isoformat(), text=FIRST)
    assert times(page(f"<p>{LEAD}</p>" + around.format(boxes))) == [None, TEN, NINE]
    alone = box.format(at=TEN.isoformat(), text=SECOND)
    assert times(page(f"<p>{LEAD}</p>" + around.format(alone) + f"<p>{FIRST}</p>")) == [None, None, None]


def test_blocks_of_an_extraction_have_the_times() -> None:
    html = (
        f'<html><head><script type="application/ld+json">{json.dumps(STATED)}</script></head><body><article>'
        f"<h1>The bridge opens</h1>{PARAGRAPHS}</article></body></html>"
    )
    got = extract(html.encode(), url="https://x.example/bridge")
    assert isinstance(got, Extraction)
    assert [(block.kind, block.at) for block in got.blocks] == [
        ("paragraph", None), ("live_entry", TEN), ("live_entry", NINE),
    ]  # fmt: skip


def test_an_article_has_no_entries() -> None:
    dated = f"<time datetime='{TEN.isoformat()}'>today</time>"
    assert entries_of(page(f"<div class='story'>{dated}{PARAGRAPHS}</div>")) == []
    teasers = f"<div class='teaser'>{dated}<p>One.</p></div><div class='teaser'>{dated}<p>Two.</p></div>"
    assert entries_of(page(f"<div class='more'>{teasers}</div>{PARAGRAPHS}")) == []
    assert entries_of(page(f"<aside class='newsticker'>{teasers}</aside>{PARAGRAPHS}")) == []
