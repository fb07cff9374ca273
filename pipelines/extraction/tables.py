"""Cells of tables in; which table they are of, and its rows as text, each cell in its place, out. Changes nothing."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from lxml.etree import _Element

CELLS = frozenset(("td", "th"))
_ALL_CELLS = ("td", "th", "cell")
_ROWS = ("tr", "row")
_WITHIN = frozenset(("p", "div", "center"))
_STEPS = 3  # from a paragraph up to its cell
_LONG = 400  # characters: a longer cell lays out the page
# What a table of data has none of in cells that hold paragraphs.
_LAYING_OUT = (
    "table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "form", "blockquote", "article", "section", "figure",
    "img", "hr",
)  # fmt: skip
_LEAST = 2  # rows of two cells and more with text
_WIDEST = 200  # columns that cells reach down in


class Tables:
    """The tables of one page, each looked at once."""

    def __init__(self) -> None:
        self._are_data: dict[_Element, bool] = {}

    def cell_of(self, element: _Element, *, size: int) -> _Element | None:
        """The cell among cells that a block of `size` characters is, or is a paragraph of; None outside of tables, and
        in one that lays out the page."""
        if size >= _LONG:
            return None
        if element.tag in CELLS:
            return element if _is_among_cells(element) else None
        outer = element
        for _ in range(_STEPS):
            if outer.tag not in _WITHIN or (parent := outer.getparent()) is None:
                return None
            outer = parent
            if outer.tag in CELLS:
                return outer if _is_among_cells(outer) and self._is_data(outer) else None
        return None

    def _is_data(self, cell: _Element) -> bool:
        table = table_of(cell)
        if table is None:
            return False
        known = self._are_data.get(table)
        if known is None:
            known = self._are_data[table] = next(table.iterdescendants(*_LAYING_OUT), None) is None and _has_rows(table)
        return known


def table_of(cell: _Element) -> _Element | None:
    return next(cell.iterancestors("table"), None)


def _is_among_cells(cell: _Element) -> bool:
    row = cell.getparent()
    if row is None or row.tag != "tr":
        return False
    return cell.getprevious() is not None or cell.getnext() is not None


def _has_rows(table: _Element) -> bool:
    rows = 0
    for row in table.iterdescendants("tr"):
        sizes = [len(" ".join("".join(map(str, cell.itertext())).split())) for cell in row.iterchildren("td", "th")]
        if max(sizes, default=0) >= _LONG:
            return False
        rows += sum(map(bool, sizes)) >= 2
    return rows >= _LEAST


def rows_of(said: Mapping[_Element, str]) -> str:
    """A line for each row that has any of these cells, with “ | ” between its cells.

    An empty cell is in it too, as is the place of one that another reaches into by `rowspan` or `colspan`; but no
    column that is empty from top to bottom, and nothing beside the one cell of a row.
    """
    lines = [row for section in _sections(said) for row in _laid_out(section, said)]
    used = sorted({place for line in lines for place, text in line.items() if text})
    rows = ([line.get(place, "") for place in used[: bisect_right(used, max(line))]] for line in lines)
    return "\n".join(" | ".join(row).strip(" ") for row in rows)


def _sections(said: Mapping[_Element, str]) -> list[_Element]:
    rows = dict.fromkeys(row for cell in said if (row := cell.getparent()) is not None)
    return list(dict.fromkeys(outer for row in rows if (outer := row.getparent()) is not None))


def _laid_out(section: _Element, said: Mapping[_Element, str]) -> Iterator[dict[int, str]]:
    """Of each row with any text, what stands at which place."""
    reaching: dict[int, int] = {}  # place → rows that a cell above still reaches into
    for row in section.iterchildren(*_ROWS):
        line: dict[int, str] = {}
        place = 0
        reached = reaching
        reaching = {at: rows - 1 for at, rows in reached.items() if rows > 1}
        for cell in row.iterchildren(*_ALL_CELLS):
            while place in reached:
                place += 1
            line[place] = said.get(cell, "")
            after = place + _span(cell, "colspan")
            if (rows := _span(cell, "rowspan")) > 1:
                reaching.update(dict.fromkeys(range(place, min(after, _WIDEST)), rows - 1))
            place = after
        if any(line.values()):
            yield line


def _span(cell: _Element, attribute: str) -> int:
    written = cell.get(attribute) or ""
    return max(1, min(int(written), _WIDEST)) if written.isdecimal() and len(written) < 6 else 1
