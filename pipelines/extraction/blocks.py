"""Chosen candidates in, blocks out: lists, table rows and headings put together again. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from .candidates import SECTIONS, Candidate, paragraphs_of
from .records import Block

_QUOTED = 1 << SECTIONS.index("blockquote")
_CAPTION = 1 << SECTIONS.index("figcaption")
_LONG_HEADING = 120  # characters
_QUOTES = "'\"”’»)"
_CELLS = frozenset(("td", "th"))


@dataclass(slots=True)
class _Open:
    """A block that may go on: a list or a table is joined once it is whole, for both may have thousands of parts."""

    kind: str
    parts: list[str]
    score: float
    level: int | None = None

    def goes_on(self, part: str, score: float) -> None:
        self.parts.append(part)
        self.score = min(self.score, score)


def blocks_of(chosen: Sequence[tuple[Candidate, float]]) -> list[Block]:
    """Blocks in page order; what is put together has the lowest score of its parts."""
    blocks: list[_Open] = []
    before: Candidate | None = None
    numbers: dict[HtmlElement, int] = {}
    for one, score in chosen:
        text = one.text
        level, item = heading_level(one), _item_of(one)
        if level is not None and (item is None or one.level is not None):
            blocks.append(_Open("heading", [text.replace("\n", " ")], score, level))
        elif item is not None:
            line = f"{_marker(item, numbers)} {text.replace(chr(10), ' ')}"
            if before is not None and _item_of(before) is not None and blocks and blocks[-1].kind == "list":
                blocks[-1].goes_on(f"\n{line}", score)
            else:
                blocks.append(_Open("list", [line], score))
        elif one.tag in _CELLS and _is_tabular(one):
            cell = text.replace("\n", " ")
            if before is not None and blocks and blocks[-1].kind == "table" and (joint := _joint(before, one)):
                blocks[-1].goes_on(f"{joint}{cell}", score)
            else:
                blocks.append(_Open("table", [cell], score))
        else:
            kind = _kind_of(one)
            texts = [_lines_of_code(one)] if kind == "code" else paragraphs_of(text, one.gaps)
            blocks += [_Open(kind, [each], score) for each in texts]
        before = one
    return [Block(kind=one.kind, text="".join(one.parts), level=one.level, score=one.score) for one in blocks]


def _kind_of(one: Candidate) -> str:
    flags = one.place.flags
    if flags & _QUOTED:
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


def _joint(before: Candidate, one: Candidate) -> str | None:
    """What stands between two cells of a table; None for those of two tables."""
    if before.tag not in _CELLS or _above(before.element, "table") is not _above(one.element, "table"):
        return None
    return " | " if _above(before.element, "tr") is _above(one.element, "tr") else "\n"


def _item_of(one: Candidate) -> HtmlElement | None:
    """The list item that it is, or the item of an ordered list that it begins: its number belongs to it."""
    element = one.element
    if one.tag == "li":
        return element
    if one.tag in {"p", "div"} and element.getprevious() is None and (item := element.getparent()) is not None:
        outer = item.getparent()
        if item.tag == "li" and outer is not None and outer.tag == "ol" and not (item.text or "").strip():
            return item
    return None


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


def _marker(item: HtmlElement, numbers: dict[HtmlElement, int]) -> str:
    """“-”, or the number that an ordered list gives an item. `numbers` are those given so far."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    if item not in numbers:
        start = parent.get("start") or "1"
        first = int(start) if start.isdecimal() and len(start) < 7 else 1
        numbers.update((one, first + place) for place, one in enumerate(parent.iterchildren("li")))
    return f"{numbers[item]}."


def _is_tabular(one: Candidate) -> bool:
    """A cell among cells; not one that lays out the page."""
    row = _above(one.element, "tr")
    first = next(row.iterchildren(), None) if row is not None and len(one.text) < 400 else None
    return first is not None and first.getnext() is not None  # len() counts all cells, for each of them


def table_of(cell: Candidate) -> HtmlElement | None:
    """The table that a cell is of; None for one that lays out the page."""
    return _above(cell.element, "table") if _is_tabular(cell) else None


def _above(element: HtmlElement, tag: str) -> HtmlElement | None:
    return next(element.iterancestors(tag), None)
