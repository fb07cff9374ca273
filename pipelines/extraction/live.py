"""A Page and its blocks in; the blocks out, with when the entry of a live blog that each is of was written.

Entries are what JSON-LD lists as liveBlogUpdate, or, where it lists none, boxes that stand alike beneath an element
whose class names a live blog or ticker, each with a time element of its own. A block is of the entry that begins a
line as it does.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from lxml.html import HtmlElement

from .bylines import is_far, lines_of
from .jsonld import text_of, types_of
from .moments import Moment, parse_moment
from .names import fold
from .page import Page
from .records import Block

_LIVE = re.compile(
    r"live[-_]?(?:blog|ticker|feed|update|stream|coverage|post|event)|(?<![a-z])ticker|newsticker|liveblog", re.I
)
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"</(?:p|div|li|h\d|blockquote)>|<br\s*/?>|\n", re.I)
_KEY = 40
"""Letters by which a block is known; shorter lines by all they have."""
_LEAST = 2
"""Entries of one kind, below which a page is no live blog."""
_MOST = 2000
_STEPS = 6


@dataclass(frozen=True, kw_only=True)
class Entry:
    at: Moment | None
    lines: tuple[str, ...]
    """Its texts, the headline first where it has one."""


def entries_of(page: Page) -> list[Entry]:
    """The entries in the order of the page's statement, or of the page."""
    return list(_stated(page)) or list(_boxed(page))


def entry_times(blocks: Sequence[Block], entries: Sequence[Entry]) -> list[Moment | None]:
    """For each block the time of its entry; None for those of none, such as what leads the live blog in."""
    known: dict[str, Moment | None] = {}
    for entry in entries:
        for line in entry.lines:
            if key := fold(line)[:_KEY]:
                known.setdefault(key, entry.at)
    return [known.get(fold(block.text.split("\n")[0])[:_KEY]) for block in blocks]


def with_times(page: Page, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those of an entry with its time; its paragraphs are then of the kind `live_entry`."""
    entries = entries_of(page)
    if not entries:
        return list(blocks)
    return [
        replace(block, at=moment.at, kind="live_entry" if block.kind == "paragraph" else block.kind)
        if moment
        else block
        for block, moment in zip(blocks, entry_times(blocks, entries), strict=True)
    ]


def _stated(page: Page) -> Iterator[Entry]:
    for node in page.nodes:
        updates = node.get("liveBlogUpdate")
        if "liveblogposting" not in types_of(node) or not isinstance(updates, list):
            continue
        for update in updates[:_MOST]:
            if isinstance(update, dict):
                written = text_of(update.get("datePublished"))
                body = update.get("articleBody")
                lines = [text_of(update.get("headline")) or "", *_lines(body if isinstance(body, str) else "")]
                if any(lines):
                    yield Entry(at=parse_moment(written) if written else None, lines=tuple(filter(None, lines)))


def _lines(body: str) -> list[str]:
    """The lines of a body that may be text or HTML, whose entities may be written twice."""
    pieces = _BREAK.split(unescape(unescape(body)))
    return [line for piece in pieces if (line := " ".join(_TAG.sub("", piece).split()))]


def _boxed(page: Page) -> Iterator[Entry]:
    boxes: dict[HtmlElement, Moment] = {}
    for element in page.elements.of("time"):
        moment = parse_moment(element.get("datetime") or "")
        box = _box_of(element) if moment else None
        if moment is not None and box is not None and box not in boxes and not is_far(box):
            boxes[box] = moment
        if len(boxes) >= _MOST:
            break
    alike = Counter(_shape(box) for box in boxes)
    for box, moment in boxes.items():
        if alike[_shape(box)] >= _LEAST:
            yield Entry(at=moment, lines=tuple(lines_of(box, 20_000).split("\n")))


def _box_of(element: HtmlElement) -> HtmlElement | None:
    """The largest element around a time that stands beside others like it, below one that is named for a live blog."""
    found, within = None, element
    for _ in range(_STEPS):
        around = within.getparent()
        if around is None or around.tag == "body":
            return None
        if found is None and _has_like(within):
            found = within
        if _LIVE.search(f"{around.get('class') or ''} {around.get('id') or ''}") and found is not None:
            return found
        within = around
    return None


def _has_like(element: HtmlElement) -> bool:
    shape = _shape(element)
    beside = (element.getprevious(), element.getnext())
    return any(one is not None and _shape(one) == shape for one in beside) and next(element.iter("p"), None) is not None


def _shape(element: HtmlElement) -> tuple[object, str | None]:
    return element.tag, element.get("class")
