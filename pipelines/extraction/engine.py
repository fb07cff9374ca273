"""A Page in, what trafilatura takes of it out. The only module that knows it; touches no disk, clock or network.

Asked in its fast mode, without its metadata and without the extractors that it falls back to: what these add, the
arbiter finds among the page's own blocks. `bare_extraction` copies a tree that it is given (trafilatura 2.3.1).
"""

import logging
import re
from collections.abc import Collection
from copy import copy

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from .blocks import without_permalink
from .lists import Items
from .page import Page
from .records import Block
from .tables import rows_of

# It logs a warning for each page without text; that is our reject, not news.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_BLOCKS = frozenset({
    "p", "head", "list", "quote", "code", "table", "item", "row", "fw", "div", "ab", "dl", "pre", "h1", "h2", "h3",
    "h4", "h5", "h6", "blockquote", "ul", "ol", "figure", "section", "article",
})  # fmt: skip
# Of MANUALLY_CLEANED in its settings; not those that swallow an article when they are never closed, such as iframe. On
# 180 pages of the corpora the text taken is the same with and without them on 178, at .7 of the time (2026-11).
_IDLE = (
    "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "fieldset", "footer", "input",
    "label", "legend", "link", "map", "menu", "nav", "output", "picture", "source", "textarea", "video",
)  # fmt: skip
_OPTIONS = Extractor(output_format="python", fast=True, comments=False)  # links are not asked for: no URL


def taken_by_engine(page: Page, *, without: Collection[HtmlElement] = ()) -> tuple[str, _Element | None]:
    """The text that it takes, and the tree of it; an empty text where it finds none.

    `without`: elements of the page that it need not see.
    """
    document = bare_extraction(_lean(page.tree, without), options=_OPTIONS)
    return getattr(document, "text", None) or "", getattr(document, "body", None)


def _lean(tree: HtmlElement, without: Collection[HtmlElement]) -> HtmlElement:
    """A copy without what it throws away in any case: before, it looks for comments and the like in all of that."""
    lean = copy(tree)
    idle = list(lean.iter(*_IDLE))
    if without:
        idle += [twin for own, twin in zip(tree.iter(), lean.iter(), strict=True) if own in without]
    for element in idle:
        if (parent := element.getparent()) is None:
            continue
        if tail := element.tail:
            before = element.getprevious()
            if before is None:
                parent.text = (parent.text or "") + tail
            else:
                before.tail = (before.tail or "") + tail
        parent.remove(element)
    return lean


def engine_blocks(body: _Element) -> list[Block]:
    """The blocks of a tree that it gave: head, p, list/item, quote, code, table/row/cell, with hi and lb inline."""
    blocks: list[Block] = []
    _collect(body, blocks)
    return [block for block, before in zip(blocks, [None, *blocks], strict=False) if block != before]


def _collect(parent: _Element, blocks: list[Block]) -> None:
    loose: list[str] = [parent.text or ""]
    for child in parent:
        if child.tag in _BLOCKS:
            _flush(loose, blocks)
            _block(child, blocks)
        elif any(inner.tag in _BLOCKS for inner in child.iterdescendants()):
            _flush(loose, blocks)
            _collect(child, blocks)
        else:
            loose.append(_inline(child))
        loose.append(child.tail or "")
    _flush(loose, blocks)


def _block(element: _Element, blocks: list[Block]) -> None:
    tag = element.tag
    if tag == "head" or re.fullmatch(r"h[1-6]", str(tag)):
        rend = element.get("rend") or str(tag)
        if text := without_permalink(_one_line(_inline(element)), element):
            blocks.append(Block(kind="heading", text=text, level=int(rend[1]) if re.fullmatch(r"h[1-6]", rend) else 2))
    elif tag in {"list", "ul", "ol"}:
        items = Items()
        parts = [item for item in element if item.tag in {"item", "li", "dd", "dt"}] or [element]
        lines = [f"{items.marker(part)} {line}" for part in parts if (line := _one_line(_inline(part)))]
        if text := "\n".join(lines):
            blocks.append(Block(kind="list", text=text))
    elif tag == "table":
        cells = {cell: line for cell in element.iter("cell", "td", "th") if (line := _one_line(_inline(cell)))}
        if text := rows_of(cells) or _one_line(_inline(element)):
            blocks.append(Block(kind="table", text=text))
    elif tag in {"code", "pre"}:
        if text := "".join(map(str, element.itertext())).strip("\n"):
            blocks.append(Block(kind="code", text=text))
    elif tag in {"quote", "blockquote"}:
        _flush([_inline(element)], blocks, kind="quote")
    elif any(inner.tag in _BLOCKS for inner in element.iterdescendants()):
        _collect(element, blocks)
    else:
        _flush([_inline(element)], blocks)


def _flush(loose: list[str], blocks: list[Block], *, kind: str = "paragraph") -> None:
    text = "".join(loose)
    loose.clear()
    for paragraph in re.split(r"\n[^\S\n]*\n", text):
        if joined := "\n".join(_lines(paragraph)):
            blocks.append(Block(kind=kind, text=joined))


def _inline(element: _Element) -> str:
    """Text with a newline for each line break and around each block inside; white space of the source folded."""
    pieces = [_fold(element.text)]
    for child in element:
        between = "\n" if child.tag in _BLOCKS or child.tag in {"lb", "br"} else ""
        pieces += [between, _inline(child), between if child.tag in _BLOCKS else "", _fold(child.tail)]
    return "".join(pieces)


def _fold(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _lines(text: str) -> list[str]:
    return [line for piece in text.split("\n") if (line := " ".join(piece.split()))]


def _one_line(text: str) -> str:
    return " ".join(text.split())
