"""Chosen candidates in, blocks out: lists, table rows and headings put together again. Decides nothing."""

from collections.abc import Sequence

from lxml.html import HtmlElement

from .candidates import SECTIONS, Candidate
from .records import Block

_QUOTED = 1 << SECTIONS.index("blockquote")
_CAPTION = 1 << SECTIONS.index("figcaption")
_CELLS = frozenset(("td", "th"))


def blocks_of(chosen: Sequence[tuple[Candidate, float]]) -> list[Block]:
    """Blocks in page order; what is put together has the lowest score of its parts."""
    blocks: list[Block] = []
    before: Candidate | None = None
    numbers: dict[HtmlElement, int] = {}
    for one, score in chosen:
        text = one.text
        level = heading_level(one)
        if level is not None:
            blocks.append(Block(kind="heading", text=text.replace("\n", " "), level=level, score=score))
        elif one.tag == "li":
            item = f"{_marker(one.element, numbers)} {text.replace(chr(10), ' ')}"
            _listed(blocks, item, score, goes_on=before is not None and before.tag == "li")
        elif one.tag in _CELLS and _is_tabular(one):
            _tabled(blocks, one, before, score)
        else:
            flags = one.place.flags
            kind = (
                "quote"
                if flags & _QUOTED
                else "code"
                if one.tag == "pre"
                else "caption"
                if flags & _CAPTION
                else "paragraph"
            )
            blocks.append(Block(kind=kind, text=text, score=score))
        before = one
    return blocks


def heading_level(one: Candidate) -> int | None:
    """1 to 6; 3 for a line that is bold throughout and no sentence, a heading by hand; None for what is none."""
    if one.level is not None:
        return one.level
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


def _listed(blocks: list[Block], item: str, score: float, *, goes_on: bool) -> None:
    if goes_on and blocks and blocks[-1].kind == "list":
        last = blocks.pop()
        blocks.append(Block(kind="list", text=f"{last.text}\n{item}", score=min(last.score, score)))
    else:
        blocks.append(Block(kind="list", text=item, score=score))


def _tabled(blocks: list[Block], one: Candidate, before: Candidate | None, score: float) -> None:
    row, text = _above(one.element, "tr"), one.text.replace("\n", " ")
    if before is not None and blocks and blocks[-1].kind == "table" and before.tag in _CELLS:
        last = blocks[-1]
        joint = " | " if _above(before.element, "tr") is row else "\n"
        if _above(before.element, "table") is _above(one.element, "table"):
            blocks[-1] = Block(kind="table", text=f"{last.text}{joint}{text}", score=min(last.score, score))
            return
    blocks.append(Block(kind="table", text=text, score=score))


def _is_tabular(one: Candidate) -> bool:
    """A cell among cells; not one that lays out the page."""
    row = _above(one.element, "tr")
    return row is not None and len(row) > 1 and len(one.text) < 400


def _above(element: HtmlElement, tag: str) -> HtmlElement | None:
    return next(element.iterancestors(tag), None)
