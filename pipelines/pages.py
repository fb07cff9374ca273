"""A page's bytes in, its reading out: the call that goes to a worker process. Loads the extractor when first called."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction import Extraction, Reject
from pipelines.site_rules import Rules

# What a worker imports before its first page: without it that page would pay for it, and time out on a slow machine.
PRELOAD = (
    "pipelines.extraction.reading", "pipelines.extraction.arbiter", "pipelines.extraction.detected_language",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    """A decoded body and what reading it needs to know."""

    html: bytes
    url: str
    content_type: str | None
    rules: Rules = ()


def read_page(page: Page) -> Extraction | Reject:
    from pipelines.extraction import extract

    return extract(page.html, url=page.url, content_type=page.content_type, rules=page.rules)


def read_plain(page: Page) -> Extraction | Reject:
    """The cheaper way, for a page that `read_page` did not survive: its meta elements and paragraphs."""
    from pipelines.extraction.reading import extract_plain

    return extract_plain(page.html, url=page.url, content_type=page.content_type, rules=page.rules)
