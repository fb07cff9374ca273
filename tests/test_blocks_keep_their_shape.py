"""Paragraphs, lists, tables and headings come out of a page as they stand on it, whichever way it is read."""

from __future__ import annotations

from pipelines.extraction import Extraction, extract
from pipelines.extraction.blocks import blocks_of
from pipelines.extraction.candidates import candidates
from pipelines.extraction.container import plain_blocks
from pipelines.extraction.page import parse
from pipelines.extraction.records import Block

URL = "https://news.example.org/2026/11/bridge.html"
FIRST = "The bridge over the river was reopened on Tuesday morning, eleven months after it was closed to all traffic."
SECOND = "“We have waited long for this day,” the mayor said,<br>and cut the ribbon in front of two hundred people."
THIRD = "The repairs cost four million, twice of what had been planned when the council voted for them last autumn."
PARAGRAPHS = [FIRST, SECOND.replace("<br>", "\n"), THIRD]


def blocks_in(html: str) -> list[Block]:
    """All that stands on a page, taken for its article."""
    tree = parse(f"<body>{html}".encode(), url=URL).tree
    return blocks_of([(one, 0.9) for one in candidates(tree)])


def shapes(blocks: list[Block] | tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


def ruled(body: str) -> list[tuple[str, str]]:
    """The blocks of an element that a site's rule names."""
    html = f"<html><title>Bridge open again</title><body><h1>Bridge open again</h1><div id=x>{body}</div>"
    got = extract(html.encode(), url=URL, rules=(("body", ("#x",)),))
    assert isinstance(got, Extraction)
    return shapes(got.blocks)


def test_an_empty_line_between_breaks_ends_a_paragraph_and_a_single_break_does_not() -> None:
    body = f"{FIRST}<br><br>{SECOND}<br>&nbsp;<br/>\n{THIRD}<br><br>"
    told = [("paragraph", text) for text in PARAGRAPHS]
    assert shapes(blocks_in(f"<div>{body}</div>")) == told
    unnamed = parse(f"<body>{f'<p>{body}</p>' * 3}".encode(), url=URL).tree
    assert shapes(plain_blocks(unnamed, title=None)) == told * 3
    assert ruled(body) == told
    quotes = [("quote", text) for text in PARAGRAPHS]
    assert shapes(blocks_in(f"<blockquote>{body}</blockquote>")) == quotes
    assert ruled(f"<blockquote>{body}</blockquote>") == quotes
