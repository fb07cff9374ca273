"""Text or a tree in; what of it is furniture of news pages, out. Never judges long text by words alone.

A phrase of furniture.txt (many languages) tells the short block that is little more than the phrase; a form takes along
the box around it and the heading above.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement

from .page import Page

_COUNT = re.compile(r"\s*\(\s*\d[\d.,]*\s*\)\s*$")  # “Comments (12)”
_OPEN = re.compile("[*%]")
_TELLING = 4  # letters at the beginning
_MARKS = " -–—|·•:*>»→…"
_EDGES = f"{_MARKS}\n"
_FORM_WRAPPERS = {"div", "section", "aside"}
_WRAPPED = 60  # boxes around a form; of 1,752 pages the deepest element stands in 54 (2026-11)


class _Phrases:
    """The phrases of one kind, by their first two letters; `*` stands for up to 60 characters, `%` for a number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._plain = frozenset(phrase for phrase in phrases if not _OPEN.search(phrase))
        self._beginnings: dict[str, tuple[str, ...]] = {}
        for phrase in sorted(self._plain):
            self._beginnings[phrase[:2]] = (*self._beginnings.get(phrase[:2], ()), phrase)
        self._open: dict[str, list[re.Pattern[str]]] = {}
        for phrase in phrases:
            if _OPEN.search(phrase):
                start = "" if _OPEN.search(phrase[:2]) else phrase[:2]
                pattern = re.escape(phrase).replace(r"\*", ".{0,60}").replace("%", r"\d[\d.,]*")
                self._open.setdefault(start, []).append(re.compile(pattern))

    def are(self, folded: str) -> bool:
        """Whether a case folded line is one of them."""
        return folded in self._plain or any(
            phrase.fullmatch(folded) for start in (folded[:2], "") for phrase in self._open.get(start, ())
        )

    def begin(self, folded: str) -> bool:
        """Whether a case folded line begins with one of them."""
        return folded.startswith(self._beginnings.get(folded[:2], ())) or any(
            phrase.match(folded) for start in (folded[:2], "") for phrase in self._open.get(start, ())
        )


@cache
def _lexicon() -> dict[str, _Phrases]:
    """furniture.txt: a `[kind]` line, then one phrase a line."""
    kinds: dict[str, dict[str, None]] = {}
    current = ""
    for line in files(__package__).joinpath("furniture.txt").read_text(encoding="utf-8").splitlines():
        phrase = line.strip().casefold()
        if phrase.startswith("["):
            current = phrase.strip("[]")
        elif phrase and not phrase.startswith("#"):
            kinds.setdefault(current, {})[phrase] = None
    return {kind: _Phrases(phrases) for kind, phrases in kinds.items()}


def is_furniture(text: str, *, kind: str = "paragraph") -> bool:
    """Whether a block of this text is furniture whatever stands around it."""
    flat = " ".join(text.split()).strip(_MARKS)
    if not flat or len(flat) > 300 or not may_be_furniture(folded := flat.casefold()):
        return False
    words = _lexicon()
    if words["line"].are(folded) or (kind == "heading" and words["heading"].are(folded)):
        return True
    return len(flat) < 220 and words["start"].begin(folded)


@cache
def _beginnings() -> tuple[frozenset[str], tuple[str, ...]]:
    """The first letters of all phrases, four where they have so many; of those that begin with anything at all, their
    longest piece."""
    lines = files(__package__).joinpath("furniture.txt").read_text(encoding="utf-8").splitlines()
    phrases = [text.casefold() for line in lines if (text := line.strip()) and not text.startswith(("[", "#"))]
    open_ones = [max(_OPEN.split(phrase), key=len).strip() for phrase in phrases if _OPEN.match(phrase)]
    starts = {_OPEN.split(phrase, maxsplit=1)[0][:_TELLING] for phrase in phrases}
    return frozenset(starts - {""}), tuple(dict.fromkeys(open_ones))


def pieces_on(page: str) -> tuple[str, ...]:
    """The pieces of phrases that begin with anything at all, as far as they stand in a page's case folded text."""
    return tuple(piece for piece in _beginnings()[1] if piece in page)


def may_be_furniture(folded: str, pieces: Iterable[str] | None = None) -> bool:
    """Whether some phrase begins as a case folded text does, or could: most need no look at the phrases.

    `pieces`: those of `pieces_on` its page, all of them by default.
    """
    beginnings, anywhere = _beginnings()
    start = folded.lstrip(_EDGES)[:_TELLING].replace("\n", " ")
    if start in beginnings or start[:3] in beginnings or start[:2] in beginnings or start[:1] in beginnings:
        return True
    return any(map(folded.__contains__, anywhere if pieces is None else pieces))


def is_rail_heading(text: str) -> bool:
    """Whether a heading of these words stands above links to other pages, comments or a form."""
    flat = _COUNT.sub("", " ".join(text.split())).strip(_MARKS)
    if not 2 < len(flat) < 80 or not may_be_furniture(folded := flat.casefold()):
        return False
    return _lexicon()["heading"].are(folded)


def form_boxes(page: Page) -> set[HtmlElement]:
    """All elements of the boxes around comment forms, newsletter forms and the like, and the headings above them."""
    boxes: set[HtmlElement] = set()
    taken: set[HtmlElement] = set()
    measured = _Measured()
    forms = page.elements.of("form")
    whole = len(page.all_text) or 1 if forms else 1
    for form in forms:
        if form.getparent() is None or measured.size(form) > whole / 2:  # ASP.NET wraps the page in one
            continue
        box = form
        parent = box.getparent()
        # the box around a form holds its heading and its "required fields" line, and little else
        for _ in range(_WRAPPED):
            if parent is None or parent.tag not in _FORM_WRAPPERS or not measured.is_form_box(parent, form):
                break
            box, parent = parent, parent.getparent()
        if box not in taken:
            taken.add(box)
            _take(box, boxes)
    for control in page.elements.of("input", "textarea"):  # builders and newsletter boxes do without a form element
        kind = (control.get("type") or "text").lower()
        if control in boxes or (control.tag == "input" and kind not in {"email", "text"}):
            continue
        box = control
        parent = box.getparent()
        for _ in range(_WRAPPED):
            if parent is None or parent.tag not in _FORM_WRAPPERS or not measured.is_control_box(parent):
                break
            box, parent = parent, parent.getparent()
        _take(box, boxes)
    return boxes


class _Measured:
    """What is asked of boxes, each once: a thousand forms may stand in the same one."""

    def __init__(self) -> None:
        self._sizes: dict[HtmlElement, int] = {}
        self._prose: dict[HtmlElement, bool] = {}
        self._of_controls: dict[HtmlElement, bool] = {}

    def size(self, box: HtmlElement) -> int:
        if box not in self._sizes:
            self._sizes[box] = len(box.text_content())
        return self._sizes[box]

    def is_form_box(self, box: HtmlElement, form: HtmlElement) -> bool:
        return self.size(box) - self.size(form) < 300 and not self._has_prose(box)

    def _has_prose(self, box: HtmlElement) -> bool:
        if box not in self._prose:
            self._prose[box] = any(self.size(p) > 160 for p in box.iter("p"))
        return self._prose[box]

    def is_control_box(self, box: HtmlElement) -> bool:
        """Whether the box around a field has little more than that in it, and no headline."""
        if box not in self._of_controls:
            self._of_controls[box] = _is_short(box, 420) and box.find(".//h1") is None
        return self._of_controls[box]


def _is_short(box: HtmlElement, most: int) -> bool:
    """Whether its text has fewer characters; reads no more of it than that takes."""
    size = 0
    for text in box.itertext():
        size += len(text)
        if size >= most:
            return False
    return True


def _take(box: HtmlElement, boxes: set[HtmlElement]) -> None:
    before = box.getprevious()
    for _ in range(3):
        if before is None:
            break
        text = " ".join(before.text_content().split())
        if len(text) > 200 or not (is_rail_heading(text) or is_furniture(text)):
            break
        boxes.update(before.iter())
        before = before.getprevious()
    boxes.update(box.iter())
