"""A Page in, its links out: absolute, http(s) only, each once, in page order."""

from lxml.html import HtmlElement

from .fields import absolute
from .page import Page
from .records import Link

MOST_LINKS = 5_000


def links(page: Page) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for element in page.elements.of("a", "area"):
        raw = element.get("href")
        if not raw or raw.startswith(("#", "javascript:", "mailto:", "tel:")):
            continue
        url = absolute(page, raw)
        if url is None:
            continue
        url = url.partition("#")[0]
        text = _text(page, element)
        known = found.get(url)
        if known is None or (text and not known.text):
            found[url] = Link(url=url, text=text, rel=(element.get("rel") or "").strip().lower() or None)
        if len(found) >= MOST_LINKS:
            break
    return tuple(found.values())


def _text(page: Page, element: HtmlElement) -> str:
    text = page.text(element)[:500]
    return text or next((" ".join(alt.split())[:500] for image in element.iter("img") if (alt := image.get("alt"))), "")
