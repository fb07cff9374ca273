"""A tree or blocks in, the same without the furniture of news pages out. Never judges long text by words alone.

A phrase of furniture.txt (many languages) removes the short block that is little more than the phrase; a heading takes
along the links below it; a form must hold fields.
"""

import re
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement

from .records import Block

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INLINE = {"em", "i", "b", "strong", "span"}
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


def prune(tree: HtmlElement) -> None:
    """Take away what is furniture by structure and words together, in place."""
    for menu in list(tree.iter("nav")):
        if _mostly_links(menu):
            _drop(menu)
    _drop_forms(tree)
    _drop_headed_rails(tree)


def is_furniture(text: str, *, kind: str = "paragraph") -> bool:
    """Whether a block of this text is furniture whatever stands around it."""
    flat = " ".join(text.split()).strip(" -–—|·•:*>»→…")
    if not flat or len(flat) > 300:
        return False
    words = _lexicon()
    whole = words["line"].fullmatch(flat) or (words["heading"].fullmatch(flat) if kind == "heading" else None)
    starts = words["start"].match(flat) if len(flat) < 220 else None
    return bool(whole or starts)


def is_rail_heading(text: str) -> bool:
    """Whether a heading of these words stands above links to other pages, comments or a form."""
    flat = _COUNT.sub("", " ".join(text.split())).strip(" -–—|·•:*>»→…")
    return 2 < len(flat) < 80 and bool(_lexicon()["heading"].fullmatch(flat))


def without_furniture(blocks: list[Block], *, title: str | None) -> list[Block]:
    """The blocks without furniture lines, rail headings with their lists, headings of nothing, and the title again."""
    kept: list[Block] = []
    for position, block in enumerate(blocks):
        if is_furniture(block.text, kind=block.kind):
            continue
        if block.kind in {"heading", "paragraph"} and position < 4 and title and _same(block.text, title):
            continue
        kept.append(block)
    while kept and kept[-1].kind == "heading":  # a heading with nothing under it belonged to what was dropped
        kept.pop()
    return kept


def _drop_forms(tree: HtmlElement) -> None:
    whole = len(tree.text_content()) or 1
    for form in list(tree.iter("form")):
        if form.getparent() is None or len(form.text_content()) > whole / 2:  # ASP.NET wraps the page in one
            continue
        box = form
        parent = box.getparent()
        # the box around a form holds its heading and its "required fields" line, and little else
        while parent is not None and parent.tag in _FORM_WRAPPERS and _is_form_box(parent, form):
            box, parent = parent, parent.getparent()
        _drop_heading_before(box)
        _drop(box)
    for control in list(tree.iter("input", "textarea")):  # builders and newsletter boxes do without a form element
        if (control.tag == "input" and (control.get("type") or "text").lower() not in {"email", "text"}) or not _within(
            control, tree
        ):
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
        _drop_heading_before(box)
        _drop(box)


def _is_form_box(box: HtmlElement, form: HtmlElement) -> bool:
    rest = len(box.text_content()) - len(form.text_content())
    return rest < 300 and not any(len(p.text_content()) > 160 for p in box.iter("p"))


def _drop_heading_before(box: HtmlElement) -> None:
    before = box.getprevious()
    for _ in range(3):
        if before is None:
            return
        text = " ".join(before.text_content().split())
        earlier = before.getprevious()
        if len(text) > 200 or not (is_rail_heading(text) or is_furniture(text)):
            return
        _drop(before)
        before = earlier


def _drop_headed_rails(tree: HtmlElement) -> None:
    """A heading such as “Most Recent Stories”, with the list or box of links that follows it or that it opens."""
    for heading in list(
        tree.iter("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "strong", "b", "legend", "summary")
    ):
        if len(heading) > 2:
            continue
        text = "".join(heading.itertext()) if len(heading) else (heading.text or "")
        if not 2 < len(text) < 200 or not is_rail_heading(text) or not _within(heading, tree):
            continue
        box = _rail_around(heading)
        if box is not None:
            _drop(box)
        else:
            _drop_rail_after(heading)


def _rail_around(heading: HtmlElement) -> HtmlElement | None:
    """The largest box that the heading opens and that holds links and no running text."""
    best = None
    box = heading.getparent()
    while box is not None and box.tag in {
        "div",
        "section",
        "aside",
        "nav",
        "ul",
        "footer",
        "td",
        "li",
        "header",
        "details",
    }:
        if box.find(".//h1") is not None or _runs(box, 200):
            break
        best = box
        box = box.getparent()
    return best


def _drop_rail_after(heading: HtmlElement) -> None:
    following = heading.getnext()
    dropped = 0
    while following is not None and dropped < 12:
        after = following.getnext()
        if (
            following.tag in _HEADINGS
            and not is_rail_heading(following.text_content())
            and not _mostly_links(following)
        ):
            break
        if not _mostly_links(following) and (following.tag in {"ul", "ol", "table", "figure"} or _runs(following, 120)):
            break
        _drop(following)
        dropped += 1
        following = after
    _drop(heading)


def _runs(element: HtmlElement, limit: int) -> bool:
    """Whether more than ``limit`` characters stand outside links, in pieces long enough to be sentences."""
    whole = len("".join(element.itertext()))
    if whole <= limit:
        return False
    if whole - sum(len("".join(a.itertext())) for a in element.iter("a")) > 6000:  # cheap: such a box is the page
        return True
    total = 0
    for paragraph in element.iter("p", "li", "div", "blockquote", "td"):
        own = [paragraph.text or ""]
        for child in paragraph:
            if child.tag in _INLINE:
                own.append("".join(child.itertext()))
            own.append(child.tail or "")
        text = "".join(own)
        if len(text.strip()) > 80 and not is_furniture(text):
            total += len(text)
            if total > limit:
                return True
    return False


def _mostly_links(element: HtmlElement) -> bool:
    text = len(" ".join(element.text_content().split()))
    linked = sum(len(" ".join(a.text_content().split())) for a in element.iter("a"))
    return text > 0 and linked > 0.6 * text


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W+", " ", one).strip().casefold() == re.sub(r"\W+", " ", other).strip().casefold()


def _within(element: HtmlElement, tree: HtmlElement) -> bool:
    """Whether the element is still part of the tree: a box around it may be gone."""
    return next(element.iterancestors("html"), None) is not None or element is tree


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None and element.tag not in {"body", "html"}:
        element.drop_tree()
