"""A Page in, out the section of its site that the article stands in: as stated, else by its trail of breadcrumbs."""

from itertools import islice
from typing import Any

from .fields import fold
from .found import Found
from .jsonld import text_of, types_of
from .page import Page

_SECTION_METAS = (
    "article:section", "og:article:section", "section", "parsely-section", "cxenseparse:section", "dc.subject.section",
)  # fmt: skip
_TRAILS = {"nav", "ol", "ul", "div", "p"}


def section(page: Page) -> Found:
    found = Found.of(
        ("json-ld", text_of((page.article or {}).get("articleSection"))),
        ("meta", page.meta(*_SECTION_METAS)),
        ("json-ld", _stated_crumb(page)),
    )
    if found.value is None:
        categories = (a for a in page.elements.of("a") if "category" in (a.get("rel") or ""))
        found = Found.of(("link", next((text for a in categories if (text := page.text(a))), None)))
    if found.value is None:
        found = Found.of(("page", _visible_crumb(page)))
    # “Aktuell,FinTech”: plugins put all categories into one text
    first = found.value.split(",")[0].strip() if found.value else ""
    is_one = first and len(first) < 100 and fold(first) not in map(fold, page.headings)
    return found.with_value(first if is_one else None)


def _stated_crumb(page: Page) -> str | None:
    crumbs = [
        text_of(item.get("name")) or text_of(inner.get("name") if isinstance(inner := item.get("item"), dict) else None)
        for item in _crumbs(page)
    ]
    middle = [crumb for crumb in crumbs if crumb][1:-1] if len(crumbs) > 2 else []
    return middle[-1] if middle else None


def _visible_crumb(page: Page) -> str | None:
    """The last link of a trail of two and more, where that is not the page itself."""
    own = {fold(heading) for heading in page.headings}
    elements = page.elements
    places = [
        place
        for attribute, spelt in (("class", ("breadcrumb", "Breadcrumb")), ("id", ("breadcrumb",)))
        for named, positions in elements.saying(attribute, "breadcrumb")
        if any(word in named for word in spelt)
        for place in positions
    ]
    for trail in islice((one for one in elements.at(places) if one.tag in _TRAILS), 2):
        links = [text for a in trail.iter("a") if (text := page.text(a)) and fold(text) not in own]
        if 2 <= len(links) <= 8:
            return links[-1]
    return None


def _crumbs(page: Page) -> list[dict[str, Any]]:
    trail = next((node for node in page.nodes if "breadcrumblist" in types_of(node)), None)
    items = trail.get("itemListElement") if trail else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
