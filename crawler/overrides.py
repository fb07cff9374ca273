"""What [site.extraction] in sites.toml may say: its keys, the shape of its values. Reads no page; pipelines do.

Values are CSS selectors, of which the first that finds something is taken for a field, and all for `body`, `keep` and
`drop`. `::attr(name)` at the end of one asks for an attribute rather than the text, as in Scrapy's selectors.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from cssselect import HTMLTranslator, parse
from cssselect.parser import FunctionalPseudoElement, SelectorError
from cssselect.xpath import ExpressionError

__all__ = ["BLOCKS", "FIELDS", "Overrides", "OverridesMistake", "overrides_mistake", "overrides_of"]

FIELDS = ("title", "authors", "published", "modified", "standfirst", "section", "tags", "canonical", "lead_image")
BLOCKS = ("body", "keep", "drop")
_KEYS = (*FIELDS, *BLOCKS)
_MEANT = {"author": "authors", "headline": "title", "date": "published", "image": "lead_image", "text": "body"}

Overrides = tuple[tuple[str, tuple[str, ...]], ...]
"""Key → its selectors, in the order of the keys' names. Empty: nothing is overridden."""


@dataclass(frozen=True, kw_only=True)
class OverridesMistake:
    """What is wrong. `key`: where; None where it is no table at all. `element`: which one of its list, from 0."""

    key: str | None = None
    element: int | None = None
    expected: str


def overrides_of(table: dict[str, str | list[str]]) -> Overrides:
    """The table as held: a selector alone is a list of one."""
    return tuple((key, (value,) if isinstance(value, str) else tuple(value)) for key, value in sorted(table.items()))


def overrides_mistake(value: Any) -> OverridesMistake | None:
    """The first thing that cannot be meant; None where all can."""
    if not isinstance(value, dict):
        return OverridesMistake(expected='a table of fields and CSS selectors, e.g. {title = "h1.headline"}')
    for key, selectors in value.items():
        if key not in _KEYS:
            near = [_MEANT[key]] if key in _MEANT else difflib.get_close_matches(key.lower(), _KEYS, n=1, cutoff=0.6)
            expected = f"a known field; did you mean {near[0]}?" if near else f"a known field: {', '.join(_KEYS)}"
            return OverridesMistake(key=key, expected=expected)
        listed = [selectors] if isinstance(selectors, str) else selectors
        if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
            return OverridesMistake(key=key, expected='a CSS selector in quotes, or a list of them, e.g. [".byline a"]')
        for place, selector in enumerate(listed):
            if why := _syntax(selector, is_field=key in FIELDS):
                return OverridesMistake(
                    key=key, element=place if isinstance(selectors, list) else None, expected=f"a CSS selector ({why})"
                )
    return None


def _syntax(selector: str, *, is_field: bool) -> str | None:
    """Why this is no selector that can be used; None where it is one."""
    try:
        for each in parse(selector):
            pseudo = each.pseudo_element
            if pseudo is not None and not _is_attribute(pseudo):
                return "of pseudo-elements only ::attr(name) is known"
            if pseudo is not None and not is_field:
                return "an element, not an attribute"
            HTMLTranslator().selector_to_xpath(each)
    except (SelectorError, ExpressionError) as problem:
        return str(problem)
    return None


def _is_attribute(pseudo: str | FunctionalPseudoElement) -> bool:
    return (
        isinstance(pseudo, FunctionalPseudoElement) and pseudo.name == "attr" and pseudo.argument_types() == ["IDENT"]
    )
