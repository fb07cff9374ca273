"""Text or a tree in; what of it is furniture of news pages, out. Never judges long text by words alone.

A phrase of furniture.txt (many languages) tells the short block that is little more than the phrase; a form takes along
the box around it and the heading above.
"""

import re
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement

_COUNT = re.compile(r"\s*\(\s*\d[\d.,]*\s*\)\s*$")  # “Comments (12)”
_FORM_WRAPPERS = {"div", "section", "aside"}


@cache
def _lexicon() -> dict[str, re.Pattern[str]]:
    """furniture.txt: a `[kind]` line, then one phrase a line; `*` stands for up to 60 characters."""
    kinds: dict[str, list[str]] = {}
    current = ""
    for line in files(__package__).joinpath("furniture.txt").read_text(encoding="utf-8").splitlines():
        phrase = line.strip()
        if phrase.startswith("["):
            current = phrase.strip("[]")
        elif phrase and not phrase.startswith("#"):
            kinds.setdefault(current, []).append(re.escape(phrase).replace(r"\*", ".{0,60}").replace(r"\ ", r"\s+"))
    return {
        kind: re.compile(rf"(?:{'|'.join(sorted(phrases, key=len, reverse=True))})", re.I)
        for kind, phrases in kinds.items()
    }


def is_furniture(text: str, *, kind: str = "paragraph") -> bool:
    """Whether a block of this text is furniture whatever stands around it."""
    flat = " ".join(text.split()).strip(" -–—|·•:*>»→…")
    if not flat or len(flat) > 300:
        return False
    if not _may_be(flat):
        return False
    words = _lexicon()
    whole = words["line"].fullmatch(flat) or (words["heading"].fullmatch(flat) if kind == "heading" else None)
    starts = words["start"].match(flat) if len(flat) < 220 else None
    return bool(whole or starts)


@cache
def _beginnings() -> tuple[frozenset[str], tuple[str, ...]]:
    """The first two letters of all phrases, folded; of those that begin with anything at all, their longest piece."""
    lines = files(__package__).joinpath("furniture.txt").read_text(encoding="utf-8").splitlines()
    phrases = [text.casefold() for line in lines if (text := line.strip()) and not text.startswith(("[", "#"))]
    open_ones = [max(phrase.split("*"), key=len).strip() for phrase in phrases if "*" in phrase[:2]]
    return frozenset(phrase[:2] for phrase in phrases), tuple(open_ones)


def _may_be(flat: str) -> bool:
    """Whether some phrase begins as this text does: most texts need no look at the patterns."""
    beginnings, anywhere = _beginnings()
    folded = flat.casefold()
    return folded[:2] in beginnings or any(piece in folded for piece in anywhere)


def is_rail_heading(text: str) -> bool:
    """Whether a heading of these words stands above links to other pages, comments or a form."""
    flat = _COUNT.sub("", " ".join(text.split())).strip(" -–—|·•:*>»→…")
    return 2 < len(flat) < 80 and _may_be(flat) and bool(_lexicon()["heading"].fullmatch(flat))


def form_boxes(tree: HtmlElement) -> set[HtmlElement]:
    """All elements of the boxes around comment forms, newsletter forms and the like, and the headings above them."""
    boxes: set[HtmlElement] = set()
    forms = list(tree.iter("form"))
    whole = len(tree.text_content()) or 1 if forms else 1
    for form in forms:
        if form.getparent() is None or len(form.text_content()) > whole / 2:  # ASP.NET wraps the page in one
            continue
        box = form
        parent = box.getparent()
        # the box around a form holds its heading and its "required fields" line, and little else
        while parent is not None and parent.tag in _FORM_WRAPPERS and _is_form_box(parent, form):
            box, parent = parent, parent.getparent()
        _take(box, boxes)
    for control in tree.iter("input", "textarea"):  # builders and newsletter boxes do without a form element
        kind = (control.get("type") or "text").lower()
        if control in boxes or (control.tag == "input" and kind not in {"email", "text"}):
            continue
        box = control
        parent = box.getparent()
        while (
            parent is not None
            and parent.tag in _FORM_WRAPPERS
            and len("".join(parent.itertext())) < 420
            and parent.find(".//h1") is None
        ):
            box, parent = parent, parent.getparent()
        _take(box, boxes)
    return boxes


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


def _is_form_box(box: HtmlElement, form: HtmlElement) -> bool:
    rest = len(box.text_content()) - len(form.text_content())
    return rest < 300 and not any(len(p.text_content()) > 160 for p in box.iter("p"))
