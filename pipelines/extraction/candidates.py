"""A tree in, its candidate blocks out: every stretch of text between two block boundaries, with where it stands.

Reads structure only: decides nothing, changes nothing. One walk without recursion, for pages nest deeper than Python's
stack.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from lxml.etree import iterwalk
from lxml.html import HtmlElement

BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "legend", "li", "main", "menu", "nav", "noscript", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "svg", "head", "template", "object", "map", "iframe", "canvas", "audio", "video", "math",
    "select", "textarea", "datalist", "title",
})  # fmt: skip
_STYLES = {"a": 1, "b": 2, "strong": 2, "em": 4, "i": 4, "cite": 4}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Tags that are told of to everything below them: bit → tag.
SECTIONS = (
    "article", "main", "aside", "nav", "footer", "header", "figure", "figcaption", "form", "blockquote", "table", "ul",
    "ol", "li", "details", "noscript", "button", "pre", "section", "label",
)  # fmt: skip
_BITS = {tag: 1 << position for position, tag in enumerate(SECTIONS)}
HIDDEN = 1 << len(SECTIONS)
FAR = 12  # steps up from which a class name says nothing more
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NAMING = frozenset({"class", "id", "itemprop", "role", "data-component"})
_DISPLAY_NONE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of structure.txt, in its order."""
    return tuple(dict.fromkeys(kind for kind, _ in _lines()))


@cache
def _words() -> dict[str, int]:
    order = {kind: position for position, kind in enumerate(kinds())}
    found: dict[str, int] = {}
    for kind, line in _lines():
        for word in line.split():
            found[word] = found.get(word, 0) | 1 << order[kind]
    return found


def _lines() -> list[tuple[str, str]]:
    current, found = "", []
    for line in files(__package__).joinpath("structure.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("["):
            current = text.strip("[]")
        elif text and not text.startswith("#"):
            found.append((current, text))
    return found


@lru_cache(maxsize=20_000)
def named_kinds(names: str) -> tuple[int, ...]:
    """The kinds, as positions, that the words of a class or id attribute name."""
    bits = 0
    for name in names.split()[:20]:
        bits |= _kinds_of(name)
    return _positions(bits) if bits else ()


@lru_cache(maxsize=50_000)  # attributes are many, the names in them few
def _kinds_of(name: str) -> int:
    words, bits = _words(), 0
    pieces = [piece.lower() for piece in _WORD.findall(name[:80])]
    for piece in (*pieces, "".join(pieces)):
        bits |= words.get(piece, 0)
    return bits


@lru_cache(maxsize=4096)
def _positions(bits: int) -> tuple[int, ...]:
    return tuple(position for position in range(len(kinds())) if bits >> position & 1)


FACT = kinds().index("fact")


class Place:
    """Where a block stands: its own and its ancestors' tags and names. Shared by the blocks that stand alike."""

    __slots__ = ("depth", "element", "flags", "named", "parent")

    def __init__(self, element: HtmlElement, parent: "Place | None", depth: int, flags: int, named: tuple[int, ...]):
        self.element = element
        self.parent = parent
        self.depth = depth
        self.flags = flags
        self.named = named
        """Per kind, at which depth it was last named; -1 for nowhere above."""


@dataclass(slots=True)
class Candidate:
    """A stretch of text between two block boundaries."""

    tag: str
    place: Place
    element: HtmlElement
    text: str = ""
    gaps: tuple[int, ...] = ()
    """The numbers of its lines that an empty line stands before: its paragraphs, where `br` sets them apart."""
    linked: int = 0
    """Characters that stand in links."""
    links: int = 0
    bold: int = 0
    emphasised: int = 0
    breaks: int = 0
    pictures: int = 0
    """Images since the candidate before."""
    anchored: bool = False
    """Whether the link that it begins with leads to a place of the page itself."""
    rule: bool = False
    """A rule, a form field or a button stands before it."""

    @property
    def level(self) -> int | None:
        return _HEADINGS.get(self.tag)


def candidates(tree: HtmlElement) -> list[Candidate]:
    """All text of the body in page order."""
    # What stands before any html or body element is left in the head by libxml2 (2.14), to the page's end.
    root = next((part for name in ("body", "head") if (part := tree.find(f".//{name}")) is not None), tree)
    walk = _Walk()
    walk.run(root)
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: list[Candidate] = []
        self.current: Candidate | None = None
        self.pictures = 0
        self.rule = False
        self.anchored = False
        self.pieces: list[str] = []

    def run(self, root: HtmlElement) -> None:
        # Where the walk is, and in what style: linked 1, bold 2, emphasised 4, a link that has not begun 8. An element
        # that changes either adds to all three lists, and takes its own away when it is left.
        places, styles = [Place(root, None, 0, 0, (-1,) * len(kinds()))], [0]
        within: list[HtmlElement | None] = [None]
        walk = iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "end":
                if element is within[-1]:
                    if self.current is not None and tag in BLOCK_TAGS:
                        self.close()
                    del within[-1], places[-1], styles[-1]
                if (tail := element.tail) and element is not root and (self.current or not tail.isspace()):
                    self.add(tail, places[-1], styles[-1] & 7)
                continue
            here, style = places[-1], styles[-1] & 7
            if tag in BLOCK_TAGS:
                if self.current is not None:
                    self.close()
                here = self.placed(element, tag, here)
                style &= 1
                within.append(element)
                places.append(here)
                styles.append(style)
                if tag == "hr":
                    self.rule = True
            elif tag in _SKIPPED:
                if element is not root:
                    walk.skip_subtree()
                    continue
            elif tag == "br":
                if self.current is not None:
                    self.pieces.append("\n")
                    self.current.breaks += 1
            elif tag == "img":
                self.pictures += 1
            elif tag == "input" or tag == "button":
                self.rule = True
            elif (bit := _STYLES.get(tag)) is not None:
                style |= bit
                if tag == "a":
                    if self.current is not None:
                        self.current.links += 1
                    elif href := element.get("href"):
                        style |= 8  # counted when its text begins
                        self.anchored = href.startswith("#")
                within.append(element)
                places.append(here)
                styles.append(style)
            elif (names := element.get("class")) and (named := named_kinds(names)):
                depth = here.depth + 1
                here = Place(element, here, depth, here.flags, _renamed(here.named, named, depth))
                within.append(element)
                places.append(here)
                styles.append(style)
            if (text := element.text) and (self.current or not text.isspace()) and tag != "button":
                self.add(text, here, style)
        self.close()

    def placed(self, element: HtmlElement, tag: str, place: Place) -> Place:
        flags = place.flags | _BITS.get(tag, 0)
        depth, names = place.depth + 1, place.named
        for attribute, value in element.items():
            if attribute in _NAMING:
                if named := named_kinds(value):
                    names = _renamed(names, named, depth)
            elif attribute == "hidden" or (attribute == "style" and _DISPLAY_NONE.search(value)):
                flags |= HIDDEN
        return Place(element, place, depth, flags, names)

    def add(self, text: str, place: Place, style: int) -> None:
        current = self.current
        if current is None:
            holder = place
            while holder.parent is not None and holder.element.tag not in BLOCK_TAGS:
                holder = holder.parent
            current = self.current = Candidate(tag=str(holder.element.tag), place=place, element=holder.element)
            current.pictures, current.rule = self.pictures, self.rule
            self.pictures, self.rule = 0, False
            self.pieces = []
            self.found.append(current)
            if style & 9:
                current.links += 1
                current.anchored = self.anchored
        self.pieces.append(text.replace("\n", " "))
        if style:
            size = len(text.strip())
            if style & 9:
                current.linked += size
            if style & 2:
                current.bold += size
            if style & 4:
                current.emphasised += size

    def close(self) -> None:
        current = self.current
        if current is None:
            return
        text = "".join(self.pieces)
        if current.breaks:
            current.text, current.gaps = lines_and_gaps(text)
        else:
            current.text = " ".join(text.split())
        self.current = None
        if not current.text:
            self.found.pop()


def lines_and_gaps(text: str) -> tuple[str, tuple[int, ...]]:
    """Its lines without empty ones, spaces folded; and the numbers of those that an empty line stood before."""
    lines: list[str] = []
    gaps: list[int] = []
    after_gap = False
    for piece in text.split("\n"):
        if line := " ".join(piece.split()):
            if after_gap and lines:
                gaps.append(len(lines))
            lines.append(line)
        after_gap = not line
    return "\n".join(lines), tuple(gaps)


def paragraphs_of(text: str, gaps: Sequence[int]) -> list[str]:
    """The lines of a text, put together to its paragraphs."""
    if not gaps:
        return [text]
    lines = text.split("\n")
    bounds = pairwise((0, *gaps, len(lines)))
    return ["\n".join(lines[first:end]) for first, end in bounds]


def _renamed(named: tuple[int, ...], kinds_here: tuple[int, ...], depth: int) -> tuple[int, ...]:
    new = list(named)
    for kind in kinds_here:
        new[kind] = depth
    return tuple(new)
