"""What reading a page gives: an Extraction or a Reject, and their parts. Data only; nothing here reads a page."""

from dataclasses import dataclass
from datetime import datetime

EXTRACTOR_VERSION = "5"
"""Changes whenever the same bytes may give another Extraction; fragments are named by it."""

PLAIN_EXTRACTOR_VERSION = f"{EXTRACTOR_VERSION}-plain"
"""Of pages that could not be read as pages are, and were read for their plain parts."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One piece of the body in reading order."""

    kind: str
    """`paragraph`, `heading`, `list`, `quote`, `table`, `code`, `caption`, or `live_entry`: a paragraph of an
    entry of a live blog."""
    text: str
    """Plain text. Lines of a list start with "- " or a number and ".", cells of a table row are separated by " | ";
    empty cells have their place."""
    level: int | None = None
    """1 to 6 for a heading, None for everything else."""
    score: float = 1.0
    """How likely it is of the article, from 0 to 1, as far as its page alone can tell."""
    at: datetime | None = None
    """Aware: when the entry of a live blog that it is of was written; None for everything else."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the value of a field was found."""

    field: str
    """Which field of the Extraction."""
    source: str
    """`json-ld`, `meta`, `link` (the element, or a link with that rel), `page` (what a reader sees) or `override`."""
    raw: str | None
    """As found; None where that is the value itself."""
    confidence: float | None
    """How often what is found there is right, from 0 to 1; None where that could not be counted."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One hyperlink of the page, absolute and http(s)."""

    url: str
    text: str
    rel: str | None


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image of the article, as the page shows or names it."""

    url: str
    caption: str | None
    """Without the credit."""
    caption_source: str | None
    """`page` (below or beside it) or `json-ld`; so with the credit."""
    credit: str | None
    """Who took or owns it, without “Photo:” before it."""
    credit_source: str | None
    alt: str | None
    width: int | None
    """In pixels, as the page says."""
    height: int | None
    is_lead: bool
    """Whether it is the one that goes with the headline."""


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Our reading of one article page. None everywhere means that the page did not say."""

    text: str
    """The blocks' texts joined by newlines: body and subheadings, without the title."""
    blocks: tuple[Block, ...]
    title: str | None
    """Headline without the site's name."""
    title_raw: str | None
    title_source: str | None
    """`json-ld`, `meta`, `heading`, `document` or `override`."""
    title_confidence: float | None
    """How often titles from there are right, from 0 to 1."""
    standfirst: str | None
    """What stands between headline and body to sum the article up, set apart from the body as the page shows it."""
    authors: tuple[str, ...]
    """Names only, in the page's order, each once."""
    authors_raw: str | None
    authors_source: str | None
    """`json-ld`, `meta`, `microdata`, `rel`, `page`, `class`, `text`, `handle` or `override`."""
    authors_confidence: float | None
    """How often authors from there are right, from 0 to 1; so with the dates."""
    wire_credit: tuple[str, ...]
    """News agencies that the byline names, by their usual names."""
    published_at: datetime | None
    """Aware, with the offset the page gave; UTC where it gave none."""
    published_raw: str | None
    published_source: str | None
    """`json-ld`, `meta`, `microdata`, `time`, `text`, `url`, `script`, or `modified` where only that was given."""
    published_confidence: float | None
    published_precision: str | None
    """`second`, `minute` or `day`; a day stands at 00:00 UTC."""
    modified_at: datetime | None
    modified_raw: str | None
    modified_source: str | None
    modified_confidence: float | None
    """How often another source on the same page named the same day; None where that was not counted."""
    section: str | None
    tags: tuple[str, ...]
    language: str | None
    """BCP 47 tag as declared."""
    language_source: str | None
    """`html`, `meta`, `header` or `json-ld`."""
    language_detected: str | None
    """ISO 639-1 code, else 639-3, of the language the text is in; None where that is not sure."""
    language_detected_confidence: float | None
    """From 0.7 to 1."""
    canonical_url: str | None
    """Only when it is http(s) and of the page's own registrable domain."""
    canonical_raw: str | None
    lead_image_url: str | None
    description: str | None
    publisher: str | None
    access: str
    """`free`, `metered`, `subscriber` or `unknown`."""
    access_evidence: str | None
    """What of the page says so, in words."""
    page_type: str | None
    """`article`, `live_blog`, `interview`, `opinion`, `review`, `analysis`, `fact_check`, `press_release`, `sponsored`,
    `recipe`, `video`, `gallery`, `podcast`, `service` (about the site itself), or None."""
    page_type_evidence: str | None
    origins: tuple[Origin, ...]
    """Of section, tags, canonical URL, lead image, description, publisher, rights, licence, standfirst and correction,
    where there is one."""
    rights: str | None
    """The copyright notice as the page has it."""
    licence_url: str | None
    correction: str | None
    """The notice by which the article was corrected, as the page has it."""
    images: tuple[Image, ...]
    part: int
    """Which page of its article it is; 1 where it is the first or the only one."""
    part_before_url: str | None
    """The page before it, where it is a further one."""
    next_part_url: str | None
    """The page after it, where there is one."""
    links: tuple[Link, ...]
    extractor: str


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A page that became no article, and why."""

    reason: str
    """`listing`, `no_text`, `soft_404`, `error_page`, `paywall_stub`, `consent_wall`, `not_html`, `too_large`, `empty`
    or `redirect_stub`."""
    detail: str
    """The evidence in words, with its figures."""
    title: str | None = None
    language: str | None = None
    links: tuple[Link, ...] = ()
