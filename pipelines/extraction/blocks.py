"""Chosen candidates in, blocks out: lists, table rows and headings put together again. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.etree import _Element
from lxml.html import HtmlElement

from .candidates import SECTIONS, Candidate, paragraphs_of
from .lists import Items, list_of
from .records import Block
from .tables import Tables, rows_of, table_of

QUOTED = 1 << SECTIONS.index("blockquote")
_CAPTION = 1 << SECTIONS.index("figcaption")

_LONG_HEADING = 120  # characters
_QUOTES = "'\"”’»)"
_PERMALINKS = ("#", "¶")


@dataclass(slots=True)
class _Open:
    """A block that may go on: a list or a table is joined once it is whole, for both may have thousands of parts."""

    kind: str
    score: float
    parts: list[str] = field(default_factory=list)
    level: int | None = None
    whole: HtmlElement | None = None
    """The list or table."""
    last: HtmlElement | None = None
    """The item that its end is of."""
    cells: dict[HtmlElement, str] = field(default_factory=dict)

    def closed(self) -> Block:
        text = rows_of(self.cells) if self.cells else "".join(self.parts)
        return Block(kind=self.kind, text=text, level=self.level, score=self.score)


def blocks_of(chosen: Sequence[tuple[Candidate, float]]) -> list[Block]:
    """Blocks in page order; what is put together has the lowest score of its parts."""
    blocks: list[_Open] = []
    items, tables = Items(), Tables()
    for one, score in chosen:
        text = one.text
        level, item = heading_level(one), items.item_of(one.element)
        cell = tables.cell_of(one.element, size=len(text)) if item is None and one.level is None else None
        if cell is not None:
            table = _going_on(blocks, "table", table_of(cell), score)
            before = table.cells.get(cell)
            table.cells[cell] = (f"{before} " if before else "") + text.replace("\n", " ")
        elif level is not None and (item is None or one.level is not None):
            blocks.append(_Open("heading", score, [without_permalink(text.replace("\n", " "), one.element)], level))
        elif item is not None:
            listed = _going_on(blocks, "list", list_of(item), score)
            if listed.last is not item:
                listed.parts.append(f"\n{items.marker(item)}" if listed.parts else items.marker(item))
            listed.parts.append(" " + text.replace("\n", " "))
            listed.last = item
        else:
            kind = _kind_of(one)
            texts = [_lines_of_code(one)] if kind == "code" else paragraphs_of(text, one.gaps)
            blocks += [_Open(kind, score, [each]) for each in texts]
    return [one.closed() for one in blocks]


def _going_on(blocks: list[_Open], kind: str, whole: HtmlElement | None, score: float) -> _Open:
    """The last block where it is of that list or table; otherwise a new one, put behind it."""
    if blocks and blocks[-1].kind == kind and blocks[-1].whole is whole:
        blocks[-1].score = min(blocks[-1].score, score)
    else:
        blocks.append(_Open(kind, score, whole=whole))
    return blocks[-1]


def without_permalink(text: str, heading: _Element) -> str:
    """The text of a heading without the link to itself at its end, “#” or “¶”."""
    if text.endswith(_PERMALINKS) and any(
        "".join(map(str, link.itertext())).strip() == text[-1] for link in heading.iter("a")
    ):
        return text[:-1].rstrip() or text
    return text


def _kind_of(one: Candidate) -> str:
    flags = one.place.flags
    if flags & QUOTED:
        return "quote"
    if one.tag == "pre":
        return "code"
    return "caption" if flags & _CAPTION else "paragraph"


def _lines_of_code(one: Candidate) -> str:
    """Its text with the line breaks and indents of the source, where all of the element is this one piece."""
    own = "".join(one.text.split())
    pieces, left = [], len(own)
    for piece in one.element.itertext():
        pieces.append(piece)
        left -= len("".join(piece.split()))
        if left < 0:
            return one.text
    whole = "".join(pieces)
    if "".join(whole.split()) != own:
        return one.text
    lines = [line.rstrip() for line in whole.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n") if any(lines) else one.text


def heading_level(one: Candidate) -> int | None:
    """1 to 6; 3 for a line that is bold throughout and no sentence, a heading by hand; None for what is none.

    Some pages are set in headings throughout: a long one that ends as a sentence does is a paragraph.
    """
    if one.level is not None:
        return None if len(one.text) > _LONG_HEADING and one.text.rstrip(_QUOTES)[-1:] in ".!?…。" else one.level
    by_hand = (
        one.tag in {"p", "div", "center"}
        and 2 < len(one.text) < 90
        and one.bold >= 0.95 * len(one.text)
        and not one.links
    )
    return 3 if by_hand and one.text[-1] not in '.:,;!?”"' and not one.breaks else None
