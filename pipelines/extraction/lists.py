"""Pieces of lists in; the item that each is of, its number and its list, out. Changes nothing.

Written for two kinds of tree: a page's, and the one that trafilatura gives.
"""

from collections.abc import Iterator

from lxml.etree import _Element

_LISTS = frozenset(("ul", "ol", "menu", "list"))
_ITEMS = frozenset(("li", "item"))
_WITHIN = frozenset(("p", "div"))
_STEPS = 2  # from a paragraph up to its item
# What makes an item a box of its own, with a headline or a time: an entry, a card, a step with its picture.
_TELLING = frozenset((
    "h1", "h2", "h3", "h4", "h5", "h6", "time", "header", "article", "section", "figure", "img", "table", "form", "pre",
    "blockquote", "dl",
))  # fmt: skip
_LONG = 1000  # characters of an item of several paragraphs, above which it is a box with text in it
_MOST = 300  # elements of an item; more are not looked at
_LARGEST = 1_000_000


class Items:
    """The items of one page, each looked at once."""

    def __init__(self) -> None:
        self._are_items: dict[_Element, bool] = {}
        self._numbers: dict[_Element, int] = {}

    def item_of(self, element: _Element) -> _Element | None:
        """The list item that a block is, is a paragraph of, or begins where the list is a numbered one."""
        if element.tag in _ITEMS:
            return element
        outer = element
        for _ in range(_STEPS):
            if outer.tag not in _WITHIN or (parent := outer.getparent()) is None:
                return None
            outer = parent
            if outer.tag == "li":
                return outer if self._is_item(outer) or _begins(element, outer) else None
        return None

    def marker(self, item: _Element) -> str:
        """“-”, or the number that an ordered list gives an item."""
        if item not in self._numbers:
            parent = item.getparent()
            if parent is None or not _is_ordered(parent):
                return "-"
            self._numbers.update(_numbered(parent))
        return f"{self._numbers[item]}."

    def _is_item(self, item: _Element) -> bool:
        known = self._are_items.get(item)
        if known is None:
            known = self._are_items[item] = not _is_box(item)
        return known


def _is_box(item: _Element) -> bool:
    size = paragraphs = 0
    for count, inner in enumerate(item.iterdescendants(), start=1):
        if inner.tag in _TELLING or count > _MOST:
            return True
        size += len(inner.text or "") + len(inner.tail or "")
        paragraphs += inner.tag == "p"
    return size > _LONG and paragraphs > 1


def list_of(item: _Element) -> _Element | None:
    """The outermost list that an item is of."""
    outermost, outer = None, item.getparent()
    while outer is not None and (outer.tag in _LISTS or outer.tag in _ITEMS):
        outermost, outer = (outer if outer.tag in _LISTS else outermost), outer.getparent()
    return outermost


def _is_ordered(parent: _Element) -> bool:
    return parent.tag == "ol" or (parent.tag == "list" and parent.get("rend") == "ol")


def _begins(element: _Element, item: _Element) -> bool:
    """Whether it is the first of an item in an ordered list, right below it."""
    parent = item.getparent()
    return (
        parent is not None
        and _is_ordered(parent)
        and element.getparent() is item
        and element.getprevious() is None
        and not (item.text or "").strip()
    )


def _numbered(ordered: _Element) -> Iterator[tuple[_Element, int]]:
    """HTML, 4.4.5 and 4.4.8: `start`, `reversed`, and `value`, which those after it go on from."""
    items = list(ordered.iterchildren("li", "item"))
    step = -1 if ordered.get("reversed") is not None else 1
    number = _integer(ordered.get("start"), len(items) if step < 0 else 1)
    for item in items:
        number = _integer(item.get("value"), number)
        yield item, number
        number += step


def _integer(written: str | None, other: int) -> int:
    try:
        number = int(written or "")
    except ValueError:
        return other
    return number if abs(number) < _LARGEST else other
