"""A Page and the blocks of its text in; out, the one that sums it up above its body, or None. Changes nothing."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from .fields import descriptions, fold
from .page import Page
from .records import Block

# Where leads are written; only where none of these holds the text, it is looked for in the others.
_TAGS = (
    ("p", "h2", "h3", "h4", "h5", "strong", "b", "em", "i"),
    ("div", "span", "section", "header", "font", "td", "li", "a"),
)
_START = 24  # characters
_MOST = 40  # elements that are looked at: one that says “A” is a beginning of many
_CUT = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
_LEAST_CUT = 60  # letters of a description that is cut off
_SIMILAR = 40  # characters of a paragraph that the text goes on with
_LEVELS = 8  # of elements around it, and of those behind it
_HEADINGS = {"h2", "h3", "h4", "h5"}
_EMPHASIS = {"strong", "b", "em", "i"}
# Class words of leads in many languages, as the sites of the corpora write them (2026-11).
_LEADS = {
    "lead", "lede", "leadin", "leadtext", "intro", "introduction", "introtext", "standfirst", "summary", "excerpt",
    "subline", "subtitle", "subheadline", "subheading", "subhead", "dek", "deck", "teaser", "teasertext", "preface",
    "synopsis", "strapline", "abstract", "description", "epigraph", "bold", "untertitel", "vorspann", "einleitung",
    "anleser", "chapo", "chapeau", "entradilla", "bajada", "copete", "sumario", "sottotitolo", "occhiello",
    "subtitulo", "soustitre", "ingress", "manchet", "resumen", "spot",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def standfirst_of(page: Page, blocks: list[Block], *, title: str | None, byline: Iterable[str]) -> str | None:
    """The description, where one of the first two blocks is that and the page sets it apart from what follows.

    Many sites describe a page with its first paragraph; that is none. It is one where its element or one that holds
    little else is a heading or has a class of leads, where all of it is bold or italic, or where it stands by itself:
    the text does not go on with elements of the same kind beside it. Of 60 news pages whose known standfirst is the
    description, all have such a mark; of seven whose description is the first paragraph or a byline, two do (2026-11).
    Where the description is cut off (“…”), the block that begins with it is taken whole, if it is marked.
    """
    known = {"", fold(title or ""), *map(fold, byline)}
    said = {fold(text) for text in descriptions(page)} - known
    cut = [fold(_CUT.sub("", text)) for text in descriptions(page) if _CUT.search(text)]
    for block in blocks[:2]:
        folded = fold(block.text)
        if folded in said:
            if any(_is_marked(page, each) or not _goes_on(page, each) for each in _elements(page, block.text, folded)):
                return block.text
        elif any(len(start) >= _LEAST_CUT and folded.startswith(start) for start in cut) and any(
            _is_marked(page, each) for each in _elements(page, block.text, folded)
        ):
            return block.text
    return None


def _elements(page: Page, text: str, folded: str) -> Iterator[list[HtmlElement]]:
    """The elements that hold this text and nothing else, those around one another together, the innermost first."""
    seen: set[HtmlElement] = set()
    for tags in _TAGS:
        found = False
        for element in islice(_beginning(page, tags, text), _MOST):
            same: list[HtmlElement] = []
            for around in chain([element], islice(element.iterancestors(), _LEVELS)):
                if around in seen:
                    break
                seen.add(around)
                if fold(page.text(around)) == folded:
                    same.append(around)
                elif same or around.tag in {"p", "div", "body"}:
                    break
            if same:
                found = True
                yield same
        if found:
            return


def _beginning(page: Page, tags: tuple[str, ...], text: str) -> Iterator[HtmlElement]:
    """Those whose first text is the beginning of this one, or a part of that: “Die <a>ehemalige</a> …”."""
    start = " ".join(text[: 2 * _START].split())[:_START]
    letter = start[:1]
    for element in page.elements.of(*tags):
        said = element.text
        if not said or said.isspace():  # buttons, marks and anchors come before it
            said = next((tail for child in element[:4] if (tail := child.tail) and not tail.isspace()), None)
        if not said or not (said := said.lstrip()).startswith(letter):
            continue
        if start.startswith(" ".join(said[: 2 * _START].split())[:_START]):
            yield element


def _is_marked(page: Page, same: list[HtmlElement]) -> bool:
    """Whether it is set as a lead is: by its tag, by a class or id, or by all of it being emphasised."""
    if any(element.tag in _HEADINGS or element.tag in _EMPHASIS or _has_class(element) for element in same):
        return True
    outer = same[-1].getparent()
    return outer is not None and _has_class(outer) and len(page.text(outer)) < 2 * len(page.text(same[-1]))


def _has_class(element: HtmlElement) -> bool:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return any(word.lower() in _LEADS for word in _WORD.findall(named))


def _goes_on(page: Page, same: list[HtmlElement]) -> bool:
    """Whether elements of its kind follow it, as the next paragraph of a body does."""
    outer = same[-1]
    return any(
        len(page.text(sibling)) > _SIMILAR
        for sibling in islice(outer.itersiblings(outer.tag), _LEVELS)
        if outer.tag == "p" or sibling.get("class") == outer.get("class")
    )
