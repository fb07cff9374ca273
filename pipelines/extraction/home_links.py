"""A Page in; the headings out that are links to its site's front page, and so say the site's name, not the story's."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler import registrable_domain

from .page import Page, text_of

_ARCHIVED = re.compile(r"^(?:https?://web\.archive\.org)?/web/\d+\w*/")
_FRONT = re.compile(r"/?(?:(?:index|home|start)(?:\.\w{3,5})?/?)?|/[a-z]{2}/?", re.I)
_POST = re.compile(r"=\d+(?:&|$)")  # /?p=3289 is a post of a blog, /?lang=en the front page
_MOST = 6


def headings_that_lead_home(page: Page) -> list[str]:
    """Texts of the h1 elements that are such a link; none on a front page.

    On 70 of 1,611 pages with known titles; the title of none of them is what the heading says (2026-11).
    """
    here = _split(_ARCHIVED.sub("", page.url))
    if here is None or (_FRONT.fullmatch(here.path) and not _POST.search(here.query)):
        return []
    found = []
    for heading in page.elements.of("h1")[:_MOST]:
        link = heading.find(".//a[@href]")
        if link is None and (around := heading.getparent()) is not None and around.tag == "a":
            link = around
        if link is None:
            continue
        text = text_of(heading)
        if text and len(text_of(link)) >= 0.8 * len(text) and _leads_home(link, page, here):
            found.append(text)
    return found


def _leads_home(link: HtmlElement, page: Page, here: SplitResult) -> bool:
    written = _ARCHIVED.sub("", (link.get("href") or "").strip())
    if not written or written.startswith("#"):
        return False
    try:
        there = _split(urljoin(_ARCHIVED.sub("", page.base_url), written))
    except ValueError:
        return False
    return (
        there is not None
        and not there.query
        and _FRONT.fullmatch(there.path) is not None
        and registrable_domain(there.geturl()) == registrable_domain(here.geturl())
    )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname else None
    except ValueError:
        return None
