"""A tree in, its candidate blocks out: every stretch of text between two block boundaries, with where it stands.

Reads structure only: decides nothing, changes nothing. One walk without recursion, for pages nest deeper than Python's
stack.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from lxml.html import HtmlElement

BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "legend", "li", "main", "menu", "nav", "noscript", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "svg", "head", "template", "object", "map", "iframe", "canvas", "audio", "video", "math",
    "select", "textarea", "datalist",
})  # fmt: skip
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
_SPACES = re.compile(r"[^\S\n]+")
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
    words, bits = _words(), 0
    for name in names.split()[:20]:
        pieces = [piece.lower() for piece in _WORD.findall(name[:80])]
        for piece in (*pieces, "".join(pieces)):
            bits |= words.get(piece, 0)
    return tuple(position for position in range(len(kinds())) if bits >> position & 1)


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
    linked: int = 0
    """Characters that stand in links."""
    links: int = 0
    bold: int = 0
    emphasised: int = 0
    breaks: int = 0
    pictures: int = 0
    """Images since the candidate before."""
    rule: bool = False
    """A rule, a form field or a button stands before it."""

    @property
    def level(self) -> int | None:
        return _HEADINGS.get(self.tag)


def candidates(tree: HtmlElement, *, most: int = 20_000) -> list[Candidate]:
    """All text of the body in page order, at most so many pieces."""
    body = tree.find(".//body")
    root = body if body is not None else tree
    walk = _Walk()
    walk.run(root, most)
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: list[Candidate] = []
        self.current: Candidate | None = None
        self.pictures = 0
        self.rule = False
        self.pieces: list[str] = []

    def run(self, root: HtmlElement, most: int) -> None:
        start = Place(root, None, 0, 0, (-1,) * len(kinds()))
        # (element, its place, whether linked, bold, emphasised; None for entering)
        stack: list[tuple[HtmlElement, Place, int, bool]] = [(root, start, 0, False)]
        while stack:
            element, place, style, leaving = stack.pop()
            tag = element.tag
            if leaving:
                if tag in BLOCK_TAGS:
                    self.close()
                if element is not root and element.tail:
                    outer = place.parent if place.element is element and place.parent is not None else place
                    self.add(element.tail, outer, style)
                continue
            if not isinstance(tag, str):
                continue
            if tag in _SKIPPED:
                if element.tail:
                    self.add(element.tail, place, style)
                continue
            inner = style
            if tag in BLOCK_TAGS:
                self.close()
                place = self.placed(element, tag, place)
                inner = style & 1
                if tag == "hr":
                    self.rule = True
            elif tag == "a":
                inner |= 1
                if self.current is not None:
                    self.current.links += 1
                elif element.get("href"):
                    inner |= 8  # counted when its text begins
            elif tag in ("b", "strong"):
                inner |= 2
            elif tag in ("em", "i", "cite"):
                inner |= 4
            elif tag == "br":
                if self.current is not None:
                    self.pieces.append("\n")
                    self.current.breaks += 1
            elif tag == "img":
                self.pictures += 1
            elif tag in ("input", "button"):
                self.rule = True
            elif element.get("class") and (named := named_kinds(element.get("class"))):
                place = Place(
                    element, place, place.depth + 1, place.flags, _renamed(place.named, named, place.depth + 1)
                )
            stack.append((element, place, style, True))
            if tag != "button" and element.text:
                self.add(element.text, place, inner)
            if len(element):
                inner &= 7
                stack.extend([(child, place, inner, False) for child in reversed(element)])
            if len(self.found) >= most:
                break
        self.close()

    def placed(self, element: HtmlElement, tag: str, place: Place) -> Place:
        flags = place.flags | _BITS.get(tag, 0)
        named: set[int] = set()
        for attribute in ("class", "id", "itemprop", "role", "data-component"):
            if value := element.get(attribute):
                named.update(named_kinds(value))
        if element.get("hidden") is not None or ((style := element.get("style")) and _DISPLAY_NONE.search(style)):
            flags |= HIDDEN
        depth = place.depth + 1
        return Place(element, place, depth, flags, _renamed(place.named, tuple(named), depth) if named else place.named)

    def add(self, text: str, place: Place, style: int) -> None:
        current = self.current
        if current is None:
            if not text.strip():
                return
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
        flat = text.replace("\n", " ").replace("\r", " ")
        self.pieces.append(flat)
        if style:
            size = len(flat.strip())
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
        text = _SPACES.sub(" ", "".join(self.pieces))
        if "\n" in text:
            text = "\n".join(line for piece in text.split("\n") if (line := piece.strip()))
        current.text = text.strip()
        self.current = None
        if not current.text:
            self.found.pop()


def _renamed(named: tuple[int, ...], kinds_here: tuple[int, ...], depth: int) -> tuple[int, ...]:
    new = list(named)
    for kind in kinds_here:
        new[kind] = depth
    return tuple(new)
