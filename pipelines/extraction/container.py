"""A tree that names no article in; the blocks of its body out, found by structure. Changes nothing.

Page builders with plain divs and hand-written pages are where trafilatura falls back to bare paragraphs: all
subheadings lost, the comment form and the copyright line in. Here the page is read as a line of runs (text between
block boundaries); the body is the passage under the title with the most prose, cut where a form, a row or list of
links, or a heading of furniture stands.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from lxml.html import HtmlElement

from .blocks import QUOTED, blocks_of
from .candidates import Candidate, Place, lines_and_gaps
from .furniture import is_furniture, is_rail_heading
from .moments import parse_moment
from .records import Block
from .tables import Tables

# What trafilatura's container expressions look for, in short. A page with one of these is not read here.
_TELLING = re.compile(
    r"(?:entry|article|art|post|page|text|story|main|theme|blog|section|single)[-_]{0,2}(?:content|body|text|"
    r"entry|main|column)|articlebody|fulltext|"
    r"content[-_]{0,2}(?:main|body)|body-text|post_inner_wrapper|article__container|single-post|^article |"
    r"wpb_text_column|^primary|^main|^story",
    re.I,
)
_EXACT = {"post", "entry", "content", "Content", "story", "text", "postarea", "art-postcontent", "article"}
_SKIPPED = {
    "script",
    "style",
    "noscript",
    "nav",
    "footer",
    "aside",
    "iframe",
    "svg",
    "head",
    "template",
    "object",
    "map",
    "dialog",
}
_FIELDS = {"input", "textarea", "select"}
_BLOCKS = {
    "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "th", "tr", "ul",
}  # fmt: skip
_PROSE = 70  # characters outside links that make a run a piece of prose
# “old_timer wrote:”, with or without a date after it; a sentence that ends in “she said” is none.
_COMMENTED = re.compile(
    r"^[^.!?“”„\"«»:]{2,40}\s(?:says|said|writes|wrote|comments|commented|replied|sagt|sagte|schrieb|schreibt|meint|"
    r"kommentiert|kommentierte|a dit|dit|a écrit|écrit|a commenté|dice|dijo|escribió|comentó|scrive|ha scritto|zegt|"
    r"schreef)\s*:",
    re.I,
)


@dataclass(kw_only=True)
class Run:
    """A stretch of text between two block boundaries."""

    tag: str
    element: HtmlElement | None = None
    text: str = ""
    gaps: tuple[int, ...] = ()
    """As of a Candidate."""
    linked: int = 0
    links: int = 0
    bold: int = 0
    after_image: bool = False
    shape: tuple[str, ...] = ()
    mark: str | None = None
    """`form` or `rule` for a boundary that is no text."""

    @property
    def own(self) -> int:
        return len(self.text) - self.linked

    @property
    def is_prose(self) -> bool:
        return self.own >= _PROSE and self.linked < 0.5 * len(self.text)

    @property
    def level(self) -> int | None:
        if re.fullmatch(r"h[1-6]", self.tag):
            return int(self.tag[1])
        # a line that is bold throughout and no sentence is a heading by hand
        by_hand = (
            self.bold >= 0.95 * len(self.text)
            and 2 < len(self.text) < 90
            and self.tag in {"p", "div", "td", "center"}
            and self.links == 0
        )
        return 3 if by_hand and self.text[-1] not in ".:,;" else None


_Style: TypeAlias = tuple[HtmlElement | None, bool, bool]
"""The block that a text stands in, whether it is linked, whether it is bold."""


@dataclass(kw_only=True)
class _Walk:
    runs: list[Run] = field(default_factory=list)
    current: Run | None = None
    pieces: list[str] = field(default_factory=list)
    """Of the text of the current run."""
    styles: dict[HtmlElement, _Style] = field(default_factory=dict)
    """Of the inline elements that hold text."""
    quotes: int = 0
    """How many of the elements that the walk is in are quotes."""
    image: bool = False


def is_named(tree: HtmlElement) -> bool:
    """Whether a class, an id, a role or an element says where the article is."""
    for element in tree.iter("article", "div", "main", "section"):
        if (
            element.tag in {"article", "main"}
            or element.get("itemprop") == "articleBody"
            or (element.get("role") or "").startswith(("main", "article"))
        ):
            return True
        for name in (element.get("class") or "", element.get("id") or ""):
            if name and _is_telling(name):
                return True
    return False


@lru_cache(maxsize=4096)  # a page has a thousand boxes, and few names for them
def _is_telling(name: str) -> bool:
    return name in _EXACT or _TELLING.search(name) is not None


def plain_blocks(tree: HtmlElement, *, title: str | None) -> list[Block]:
    """The body of a page that names nothing; an empty list where no passage of prose stands out."""
    runs = runs_of(tree)
    passages = _passages(runs[_start(runs, title) :])
    if not passages:
        return []
    first, best = max(enumerate(passages), key=lambda one: _weight(one[1]))
    shapes = {run.shape for run in best if run.is_prose}
    kept: list[Run] = []
    for position, passage in enumerate(passages):
        alike = [run for run in passage if run.is_prose and run.shape in shapes]
        if passage is best or (len(alike) >= 2 and _weight(passage) > 0.25 * _weight(best) and position < first + 4):
            kept += passage
    if sum(run.is_prose for run in kept) < 3 or _weight(kept) < 400:
        return []
    return _blocks(kept)


def runs_of(tree: HtmlElement) -> list[Run]:
    walk = _Walk()
    body = tree.find(".//body")
    stack: list[tuple[HtmlElement, bool]] = []
    _enter(body if body is not None else tree, walk, stack)
    _close(walk)
    return walk.runs


def _enter(root: HtmlElement, walk: _Walk, stack: list[tuple[HtmlElement, bool]]) -> None:
    """Walk without recursion: pages nest deeper than Python's stack."""
    stack.append((root, False))
    while stack:
        element, leaving = stack.pop()
        tag = str(element.tag)
        if leaving:
            if tag in _BLOCKS:
                _close(walk)
            walk.quotes -= tag == "blockquote"
            if element is not root:
                _add(element.tail, element.getparent(), walk)
            continue
        if tag in _SKIPPED:
            _add(element.tail, element.getparent(), walk)
            continue
        if tag in _BLOCKS:
            _close(walk)
        elif tag == "img":
            walk.image = True
        elif tag == "br":
            _add("\n", element.getparent(), walk)
        elif tag == "hr" or (tag in _FIELDS and (element.get("type") or "text").lower() not in {"hidden", "image"}):
            _close(walk)
            walk.runs.append(Run(tag=tag, mark="rule" if tag == "hr" else "form"))
        stack.append((element, True))
        walk.quotes += tag == "blockquote"
        if tag not in _FIELDS and tag != "button":
            _add(element.text, element, walk)
            stack.extend((child, False) for child in reversed(element) if isinstance(child.tag, str))
    # tails of skipped comments do not exist: the parser removed comments and joined their tails


def _add(text: str | None, within: HtmlElement | None, walk: _Walk) -> None:
    if not text or within is None or (not text.strip() and walk.current is None):
        return
    block, linked, bold = _style_of(within, walk)
    if walk.current is None:
        outer = [block, *islice(block.iterancestors(), 2)] if block is not None else []
        shape = tuple(f"{one.tag}.{one.get('class') or ''}" for one in outer)
        tag = "blockquote" if walk.quotes else str(block.tag) if block is not None else "body"
        walk.current = Run(tag=tag, element=block, after_image=walk.image, shape=shape)
        walk.runs.append(walk.current)
    run = walk.current
    flat = re.sub(r"[^\S\n]+", " ", text if text == "\n" else text.replace("\n", " "))
    walk.pieces.append(flat)
    size = len(flat.strip())
    if linked:
        run.linked += size
        run.links += 1
    if bold:
        run.bold += size


def _style_of(within: HtmlElement, walk: _Walk) -> _Style:
    inline: list[HtmlElement] = []
    around: HtmlElement | None = within
    while around is not None and around.tag not in _BLOCKS and around not in walk.styles:
        inline.append(around)
        around = around.getparent()
    if around is None or around.tag in _BLOCKS:
        block, linked, bold = around, False, False
    else:
        block, linked, bold = walk.styles[around]
    for element in reversed(inline):
        linked = linked or element.tag == "a"
        bold = (
            bold
            or element.tag in {"b", "strong"}
            or (element.tag == "font" and (element.get("size") or "") in {"4", "5", "+1", "+2"})
        )
        walk.styles[element] = block, linked, bold
    return block, linked, bold


def _close(walk: _Walk) -> None:
    run = walk.current
    if run is not None:
        run.text, run.gaps = lines_and_gaps("".join(walk.pieces))
        walk.pieces = []
        if run.text:
            walk.image = False
        else:
            walk.runs.pop()  # it is the last: nothing is added beside an open run
    walk.current = None


def _start(runs: list[Run], title: str | None) -> int:
    """Where the body may begin: after the h1, else after the line that is the title."""
    wanted = _fold(title)
    firsts = [position for position, run in enumerate(runs) if run.tag == "h1"]
    same = [position for position in firsts if wanted and _fold(runs[position].text) == wanted]
    lines = [position for position, run in enumerate(runs) if wanted and _fold(run.text) == wanted and run.links == 0]
    return next((found[0] + 1 for found in (same, lines, firsts) if found), 0)


def _passages(runs: list[Run]) -> list[list[Run]]:
    passages: list[list[Run]] = [[]]
    for position, run in enumerate(runs):
        following = runs[position + 1] if position + 1 < len(runs) else None
        if run.mark == "form" or _is_boundary(run, following):
            passages.append([])
        elif run.mark == "rule":
            if any(one.is_prose for one in passages[-1]):
                passages.append([])
        else:
            passages[-1].append(run)
    return [passage for passage in passages if any(run.is_prose for run in passage)]


def _is_boundary(run: Run, following: Run | None) -> bool:
    first = run.text.split("\n")[0]
    dated = "\n" in run.text and len(first) < 80 and 0 < run.bold < 40 and parse_moment(first) is not None
    if is_rail_heading(run.text) or _COMMENTED.match(first) or (dated and run.level is None):
        return True
    linked = run.linked > 0.6 * len(run.text)
    if run.links >= 2 and len(run.text) < 400 and (linked or len(run.text) - run.linked < 40):
        return True
    next_linked = following is not None and following.links > 0 and following.linked > 0.6 * len(following.text)
    return (run.links > 0 and linked and not run.is_prose and next_linked) or (run.level is not None and next_linked)


def _weight(runs: list[Run]) -> int:
    return sum(run.own for run in runs if run.is_prose)


def _blocks(runs: list[Run]) -> list[Block]:
    pieces: list[tuple[Candidate, float]] = []
    tables = Tables()
    for run in runs:
        text = run.text
        if is_furniture(text) or (
            run.after_image and len(text) < 200 and run.tag != "h2" and not (run.tag == "p" and len(text) > 120)
        ):
            continue
        if run.links and run.linked > 0.9 * len(text) and run.tag != "li":
            continue
        if run.element is not None:
            pieces.append((_piece(run, run.element, tables), 1.0))
    return [block for block in blocks_of(pieces) if not is_furniture(block.text)]


def _piece(run: Run, element: HtmlElement, tables: Tables) -> Candidate:
    """The run as blocks are made of; a line that is a heading by hand as one of its level, but for a table's cells."""
    level = run.level
    if level is not None and tables.cell_of(element, size=len(run.text)) is not None:
        level = None
    tag = f"h{level}" if level is not None else run.tag
    place = Place(element, None, 0, QUOTED if run.tag == "blockquote" else 0, ())
    return Candidate(tag=tag, place=place, element=element, text=run.text, gaps=run.gaps)


def _fold(text: str | None) -> str:
    return re.sub(r"\W+", " ", (text or "").replace("\xad", "")).strip().casefold()
