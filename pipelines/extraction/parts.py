"""A Page and its links in; out, whether it is a further page of an article, and which page comes next. Fetches nothing.

By the shape of addresses, never by rel=next or words alone: on news sites these mostly lead to another article.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawler import looks_like_part, part_after

from .jsonld import text_of
from .page import Page
from .records import Link


@dataclass(frozen=True, kw_only=True)
class Part:
    number: int
    """1 for the first page of an article, and for its only one."""
    before_url: str | None
    """The page before it, as this page spells it; None for the first."""
    next_url: str | None


def part_of(page: Page, links: tuple[Link, ...], *, canonical: str | None) -> Part:
    """That it is a further page shows where it names the page before it: in a link, or as canonical."""
    own = page.url.partition("#")[0]
    named = [canonical] if canonical else []
    number, before = 1, None
    if looks_like_part(own):
        for url in _unique([*named, *(link.url for link in links)]):
            if url != own and (found := part_after(url, own)) is not None:
                number, before = found, url
                break
        else:
            number = _stated(page) or 1
            before = canonical if number > 1 and canonical != own else None
    folder = own.partition("://")[2].partition("?")[0].rstrip("/").rpartition("/")[0]
    following = next(
        (
            link.url
            for link in links
            if folder in link.url  # a cheap look first: a page has hundreds of links
            and looks_like_part(link.url)
            and link.url != own
            and (part_after(own, link.url) or 0) > number
        ),
        None,
    )
    return Part(number=number if before else 1, before_url=before, next_url=following)


def _stated(page: Page) -> int | None:
    """JSON-LD's `pagination`: “2”, “2/4”, “page 2 of 4”."""
    match = re.search(r"\d{1,2}", text_of((page.article or {}).get("pagination")) or "")
    return int(match[0]) if match else None


def _unique(urls: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(urls))
