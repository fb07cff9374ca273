"""Paragraphs, lists, tables and headings come out of a page as they stand on it, whichever way it is read."""

from __future__ import annotations

import numpy as np

from pipelines.extraction import Extraction, extract
from pipelines.extraction.blocks import blocks_of
from pipelines.extraction.candidates import candidates
from pipelines.extraction.certainties import with_wholes
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


def one_of(body: str) -> tuple[str, str]:
    """What the only block is, which a site's rule and the arbiter must agree on."""
    (block,) = shapes(blocks_in(body))
    assert ruled(body) == [block]
    return block


def test_cells_of_a_table_keep_their_places_when_some_are_empty() -> None:
    table = (
        "<tr><th></th><th>2024</th><th>2025</th></tr><tr><td>Cars</td><td></td><td>120</td></tr><tr><td>Buses<td>7<td>"
    )
    assert one_of(f"<table>{table}</table>") == ("table", "| 2024 | 2025\nCars |  | 120\nBuses | 7 |")
    spanned = "<tr><th colspan=2>Home<th>Away</tr><tr><td rowspan=2>North<td>Hull<td>Leeds</tr><tr><td>York<td>Bath"
    assert one_of(f"<table>{spanned}</table>")[1] == "Home |  | Away\nNorth | Hull | Leeds\n| York | Bath"
    spaced = "<tr><td>Hull<td>&nbsp;<td>2</tr><tr><td>York<td><td>3</tr>"
    assert one_of(f"<table>{spaced}</table>")[1] == "Hull | 2\nYork | 3", "a column that is empty throughout"


def test_a_table_whose_cells_hold_paragraphs_is_a_table_and_one_that_lays_out_the_page_is_none() -> None:
    rows = (
        "<tr><td><p><b>Team</b><td><p>Points</tr><tr><td><p>Hull<p>(home)<td><p>2</tr><tr><td><p>York<td><p></p></tr>"
    )
    assert one_of(f"<table>{rows}</table>") == ("table", "Team | Points\nHull (home) | 2\nYork |")
    unnamed = parse(f"<body>{f'<p>{FIRST}</p>' * 3}<table>{rows}</table><p>{THIRD}</p>".encode(), url=URL).tree
    assert [block.kind for block in plain_blocks(unnamed, title=None)] == ["paragraph"] * 3 + ["table", "paragraph"]
    page = f"<table><tr><td><p>Menu<td><p>{FIRST}</p><p>{FIRST * 5}</p></tr><tr><td><p>Map<td><p>Imprint</table>"
    assert {block.kind for block in blocks_in(page)} == {"paragraph"}


def test_an_item_of_paragraphs_is_one_line_of_its_list() -> None:
    items = "<li><p>The first of them<li><p>The second</p><p>and more of it</p><li><div><p>The third</div>"
    assert one_of(f"<ul>{items}</ul>") == ("list", "- The first of them\n- The second and more of it\n- The third")
    entries = f"<ul><li><h3>At nine</h3><p>{FIRST}</p><p>{THIRD}</p></ul>"
    assert [block.kind for block in blocks_in(entries)] == ["heading", "paragraph", "paragraph"], "a box, no item"


def test_numbers_of_a_list_are_those_that_a_browser_writes() -> None:
    assert one_of("<ol reversed><li>Gold<li>Silver<li>Bronze</ol>")[1] == "3. Gold\n2. Silver\n1. Bronze"
    assert one_of("<ol start=-1><li>Below<li>Nought<li value=7>Seven<li>Eight</ol>")[1] == (
        "-1. Below\n0. Nought\n7. Seven\n8. Eight"
    )


def test_two_lists_side_by_side_are_two_and_a_list_in_a_list_is_of_it() -> None:
    two = "<ul><li>One<ul><li>Inner</ul><li>Two</ul><ol><li>First</ol>"
    assert shapes(blocks_in(two)) == [("list", "- One\n- Inner\n- Two"), ("list", "1. First")]


def test_a_heading_loses_the_link_to_itself_and_no_other_mark() -> None:
    for mark in ("#", "¶"):
        assert one_of(f"<h2 id=a>How it was welded <a href='#a'>{mark}</a></h2>") == ("heading", "How it was welded")
    assert one_of("<h2>Bridges in C#</h2>") == ("heading", "Bridges in C#")
    assert one_of("<h2><a href=/c>Bridges in C#</a></h2>") == ("heading", "Bridges in C#")


def test_a_table_of_figures_between_kept_paragraphs_is_kept_with_all_its_cells() -> None:
    rows = "<tr><td>7<td><td>1</tr><tr><td>2<td>9<td></tr>"
    prose = "".join(f"<p>Paragraph {n}: {FIRST}</p>" for n in range(4))
    html = f"<body><article>{prose}<div><table>{rows}</table></div>{prose}"
    found = candidates(parse(html.encode(), url=URL).tree)
    sure = np.array([0.25 if one.tag == "td" else 0.9 for one in found])
    kept = [position for position, one in enumerate(found) if one.tag == "p"]
    assert with_wholes(found, sure, kept) == list(range(len(found)))
    linked = candidates(parse(html.replace("<td>9", "<td><a href=/9>9</a>").encode(), url=URL).tree)
    assert with_wholes(linked, sure, kept) == kept, "a menu"
