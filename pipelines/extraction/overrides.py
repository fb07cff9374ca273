"""A Page and a site's rules in; out, what the rules say of it. They win over whatever the reader finds by itself.

Rules are the CSS selectors of [site.extraction] in sites.toml: key → selectors, checked when that was read. A selector
that finds nothing on a page leaves the reader's own finding as it is.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from cssselect import HTMLTranslator, parse
from cssselect.parser import FunctionalPseudoElement
from lxml import etree
from lxml.html import HtmlElement

from . import authors, confidence, dates
from .elements import Elements
from .fields import absolute, fold
from .headlines import Headline
from .images import images_of
from .names import names_in
from .origins import replaced
from .page import Page
from .page import text_of as element_text
from .records import Block, Extraction

Rules: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]

SOURCE = confidence.OVERRIDE
_DEFAULT_ATTRIBUTES = {"meta": "content", "link": "href", "img": "src", "time": "datetime"}
_ADDRESSES = {"canonical": {"a": "href"}, "lead_image": {"a": "href"}}


def count(page: Page, selector: str) -> int:
    """How many elements of the page one selector finds."""
    return sum(len(path(page.tree)) for path, _ in _paths(selector))


def head_of(page: Page) -> Page:
    """The page with its head alone: all that a selector may be asked of where a page was read plainly.

    What stands in the body of such a page is not where it was, nor does it have its classes: a selector would find what
    it does not mean.
    """
    html = page.tree.makeelement("html", dict(page.tree.getroottree().getroot().attrib))
    html.extend(deepcopy(head) for head in page.tree.iter("head"))
    return replace(page, tree=html)


def drop(page: Page, rules: Rules) -> None:
    """Take away what is never read, before anything is: the tree is then the page's, for all who come after."""
    dropped = _elements(page, rules, "drop")
    for element in dropped:
        if element.getparent() is not None and element.tag not in {"html", "body"}:
            element.drop_tree()
    if dropped:
        page.elements = Elements(page.tree)


def titled(page: Page, rules: Rules) -> Headline | None:
    """The headline and its raw form, which are the same here."""
    found = next(iter(_values(page, rules, "title")), None)
    return Headline(text=found, raw=found, source=SOURCE) if found else None


def signed(page: Page, rules: Rules) -> authors.Byline | None:
    """The authors and the byline as found."""
    raws = _values(page, rules, "authors")
    if not raws:
        return None
    return authors.Byline(names=names_in(raws) or tuple(raws), raw=", ".join(raws), source=SOURCE)


def body(page: Page, rules: Rules) -> list[Block] | None:
    """The blocks of the elements that are the body, all of them; None where no rule finds one with text."""
    return _blocks(_outermost(_elements(page, rules, "body"))) or None


def with_kept(page: Page, blocks: list[Block], rules: Rules) -> list[Block]:
    """The blocks, with those that a rule keeps put where they stand on the page."""
    wanted = _outermost(_elements(page, rules, "keep"))
    if not wanted:
        return blocks
    known = {fold(block.text) for block in blocks}
    starts = {start: place for place, block in reversed(list(enumerate(blocks))) if (start := _start(block.text))}
    after: dict[int, list[Block]] = {}
    place = -1  # of the last block that was passed
    for element in page.tree.iter():
        if element in wanted:
            new = [block for block in _blocks([element]) if fold(block.text) not in known]
            after.setdefault(place, []).extend(new)
        elif isinstance(element.tag, str) and (element.text or "").strip():
            place = max(place, starts.get(_start(element_text(element)), -1))
    kept = after.get(-1, [])
    for at, block in enumerate(blocks):
        kept = [*kept, block, *after.get(at, [])]
    return kept


_WITH_ORIGIN = ("standfirst", "section", "tags", "canonical_url", "lead_image_url")


def applied(read: Extraction, page: Page, rules: Rules) -> Extraction:
    """The Extraction with the fields that rules find. Title, authors and body were settled before."""
    changes: dict[str, Any] = {}
    for name in ("published", "modified"):
        raw = next(iter(_values(page, rules, name)), None)
        moment = dates.moment_of(page, raw, language=read.language) if raw else None
        if moment is not None:  # words that are no date leave the reader's
            changes |= {
                f"{name}_at": moment.at,
                f"{name}_raw": raw,
                f"{name}_source": SOURCE,
                f"{name}_confidence": 1.0,
            }
            if name == "published":
                changes["published_precision"] = moment.precision
    if found := _values(page, rules, "standfirst"):
        changes["standfirst"] = " ".join(found)
    if found := _values(page, rules, "section"):
        changes["section"] = found[0]
    if found := _values(page, rules, "tags"):
        pieces = [piece.strip() for text in found for piece in text.split(",")]
        changes["tags"] = tuple(dict.fromkeys(piece for piece in pieces if piece))
    if found := _values(page, rules, "canonical"):
        changes |= {"canonical_url": absolute(page, found[0]), "canonical_raw": found[0]}
    if url := absolute(page, next(iter(_values(page, rules, "lead_image")), None)):
        # Images are looked for among paragraphs, whoever's.
        plain = [replace(each, kind="paragraph") if each.kind == "live_entry" else each for each in read.blocks]
        changes |= {"lead_image_url": url, "images": images_of(page, plain, lead=url)}
    if told := [name for name in _WITH_ORIGIN if name in changes]:
        changes["origins"] = replaced(read.origins, *told)
    return replace(read, **changes) if changes else read


def _elements(page: Page, rules: Rules, key: str) -> list[HtmlElement]:
    """What any of the key's selectors finds, each once, in page order."""
    found = [
        element for selector in dict(rules).get(key, ()) for path, _ in _paths(selector) for element in path(page.tree)
    ]
    if len(found) < 2:
        return found
    wanted = set(found)
    return [element for element in page.tree.iter() if element in wanted]


def _values(page: Page, rules: Rules, field: str) -> list[str]:
    """The texts that the first selector with any finds."""
    for selector in dict(rules).get(field, ()):
        found = [
            text
            for path, attribute in _paths(selector)
            for element in path(page.tree)
            if (text := " ".join(_value(element, attribute, field).split()))
        ]
        if found:
            return list(dict.fromkeys(found))
    return []


def _value(element: HtmlElement, attribute: str | None, field: str) -> str:
    if attribute is not None:
        return element.get(attribute) or ""
    usual = _ADDRESSES.get(field, {}).get(str(element.tag)) or _DEFAULT_ATTRIBUTES.get(str(element.tag))
    return (element.get(usual) if usual else None) or element_text(element)


@lru_cache(maxsize=1024)
def _paths(selector: str) -> tuple[tuple[Any, str | None], ...]:
    """One compiled XPath for each alternative of the selector, with the attribute that is asked for."""
    paths = []
    for each in parse(selector):
        pseudo = each.pseudo_element
        attribute = pseudo.arguments[0].value if isinstance(pseudo, FunctionalPseudoElement) else None
        paths.append((etree.XPath(HTMLTranslator().selector_to_xpath(each)), attribute))
    return tuple(paths)


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    within = set(elements)
    return [element for element in elements if not any(outer in within for outer in element.iterancestors())]


def _blocks(elements: list[HtmlElement]) -> list[Block]:
    from .engine import engine_blocks  # loads trafilatura: only for who reads pages

    return [block for element in elements for block in _of(element, engine_blocks)]


def _of(element: HtmlElement, blocks_of: Any) -> Iterator[Block]:
    """Blocks of an element, be it a container or a block itself: what stands around it decides neither."""
    around = etree.Element("div")
    around.append(deepcopy(element))
    around[0].tail = None
    yield from blocks_of(around)


def _start(text: str) -> str:
    return fold(text)[:60]
