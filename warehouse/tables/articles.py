"""One row per capture that was read as an article. An article read on two days is two rows with one article_id."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table


@dataclass(frozen=True, kw_only=True)
class BlockRow:
    """A piece of the body.

    ``level`` is that of a heading, ``score`` how likely it is of the article (0 to 1), ``at`` when the entry of a live
    blog that it is of was written, UTC.
    """

    kind: str
    level: int | None
    text: str
    score: float = 1.0
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OriginRow:
    """Where the value of a column was found.

    ``field`` is the column; ``source`` json-ld, meta, link (the element, or a link with its rel), page (what a reader
    sees) or override (sites.toml); ``raw`` the value as found, where it is kept in another form; ``confidence`` how
    often what is found there is right, from 0 to 1, null where no pages with known truth allow to count.
    """

    field: str
    source: str
    raw: str | None
    confidence: float | None


@dataclass(frozen=True, kw_only=True)
class ArticleRow:
    article_id: str = column(
        "The article, over all its readings: from its canonical URL", example="3f2a9c0b1d4e5f60", looked_up=True
    )
    capture_id: str = column(
        "The capture this was read from", example="5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b", looked_up=True
    )
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    url: str = column(
        "The URL exactly as it was requested", example="https://thinlinenews.com/2026/11/bridge-reopens/?ref=feed"
    )
    canonical_url: str = column(
        "The URL that stands for the article, without tracking parameters",
        example="https://thinlinenews.com/2026/11/bridge-reopens/",
    )
    title: str | None = column("Headline", example="Bridge reopens after two years")
    title_raw: str | None = column(
        "Headline as found on the page, before the site's name was cut off",
        example="Bridge reopens after two years | Thin Line News",
    )
    title_source: str | None = column(
        "Where it was found: json-ld, meta, heading (h1), document (the title element) or override (sites.toml)",
        default=None,
        example="json-ld",
    )
    title_confidence: float | None = column(
        "How often titles found so are right, from 0 to 1, counted on pages with known titles; null where that was not "
        "counted",
        default=None,
        example=0.91,
    )
    description: str | None = column(
        "Summary that the page gives of itself", example="Traffic returned to the river crossing on Sunday."
    )
    standfirst: str | None = column(
        "The same where the page shows it above its text, set apart from that; or what sites.toml says it is",
        default=None,
        example="Traffic returned to the river crossing on Sunday.",
    )
    authors: tuple[str, ...] = column(
        "People named as authors, in the page's order; an agency or the site itself where the page names that as one",
        example=["Ada Mbeki", "Li Wei"],
    )
    authors_raw: str | None = column("Byline as found on the page", example="By Ada Mbeki and Li Wei")
    authors_source: str | None = column(
        "Where it was found: json-ld, meta, microdata, rel (rel=author), page (a link to the author's page), class (a "
        "class word), text (“By …”, or a name at the end), handle (one word, by its class) or override (sites.toml)",
        default=None,
        example="json-ld",
    )
    authors_confidence: float | None = column(
        "How often authors found so are right, from 0 to 1, counted on pages with known authors",
        default=None,
        example=0.91,
    )
    wire_credit: tuple[str, ...] = column(
        "News agencies that the byline names, by their usual names", default=(), example=["Reuters"]
    )
    published_at: datetime | None = column("When the site says it was published, UTC", example="2026-11-22T09:20:30Z")
    published_raw: str | None = column("The same, exactly as found", example="22 Nov 2026, 9.20am")
    published_source: str | None = column(
        "Where it was found: on the page (json-ld, meta, microdata, time, url, text, script), in what named its URL "
        "(feed, news_sitemap, sitemap, redirect) or by sites.toml (override); modified where only the time of change "
        "was given",
        example="json-ld",
    )
    published_confidence: float | None = column(
        "How often days found so are right, from 0 to 1, counted on pages with known dates; null where the page told "
        "none",
        default=None,
        example=0.95,
    )
    published_precision: str | None = column("How exact it is: second, minute or day", example="minute")
    published_offset_minutes: int | None = column(
        "Offset from UTC that was given with it, in minutes; null when none was", example=0
    )
    modified_at: datetime | None = column("When the site says it was last changed, UTC", example="2026-11-22T11:05:00Z")
    modified_raw: str | None = column("The same, exactly as found", example="2026-11-22T11:05:00+00:00")
    modified_source: str | None = column(
        "Where it was found: on the page, in a feed or sitemap that named it, or in sites.toml, as of published_source",
        example="json-ld",
    )
    modified_confidence: float | None = column(
        "How often another statement of the same page gave the same day, from 0 to 1; null where that was not counted",
        default=None,
        example=0.98,
    )
    section: str | None = column("Section or category the page names", example="Local")
    tags: tuple[str, ...] = column("Keywords the page gives", example=["bridges", "transport"])
    language: str | None = column("Language that the page declares, as a BCP 47 tag", example="en")
    language_detected: str | None = column(
        "Language that its text begins in, by its words: an ISO 639-1 code, else 639-3; null where the text is too "
        "short or that is not sure",
        default=None,
        example="en",
    )
    language_detected_confidence: float | None = column("How sure that is, from 0.7 to 1", default=None, example=0.99)
    text: str = column(
        "The article's text: its blocks, one per line",
        example="Traffic returned to the river crossing on Sunday.\nThe first cars …",
    )
    blocks: tuple[BlockRow, ...] = column(
        "The same text in pieces: paragraph, heading, list, quote, table, code, caption or live_entry; each with how "
        "likely it is of the article, from 0 to 1, as far as its page alone can tell; at is when the entry of a live "
        "blog that it is of was written",
        example=[{"kind": "paragraph", "level": None, "text": "Traffic returned …", "score": 0.98, "at": None}],
    )
    words: int = column("Number of words in text", example=412)
    content_digest: str = column(
        "Digest of what a reader would call the content; differs when a revision differs",
        example="sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        looked_up=True,
    )
    lead_image_url: str | None = column(
        "The image that goes with the headline", example="https://thinlinenews.com/img/bridge.jpg"
    )
    publisher: str | None = column("Publisher the page names", example="Thin Line News LLC")
    access: str = column("Who may read it all: free, metered, subscriber or unknown", example="free")
    access_evidence: str | None = column(
        "What of the page says who may read it, in words", example="isAccessibleForFree true"
    )
    page_type: str | None = column(
        "Kind of page: article, live_blog, interview, opinion, review, analysis, fact_check, press_release, sponsored, "
        "recipe, video, gallery, podcast or service (about the site itself, such as /about)",
        example="opinion",
    )
    page_type_evidence: str | None = column(
        "What of the page says of which kind it is, in words", example="section “Opinion”"
    )
    rights: str | None = column(
        "Rights notice as the page has it, else the holder it names", example="© 2026 Thin Line News LLC"
    )
    licence_url: str | None = column(
        "Licence of the text, where the page names one", example="https://creativecommons.org/licenses/by/4.0/"
    )
    correction: str | None = column(
        "Notice by which the article was corrected, as the page has it",
        example="Correction: An earlier version gave the wrong year.",
    )
    origins: tuple[OriginRow, ...] = column(
        "Where section, tags, canonical_url, lead_image_url, description, publisher, rights, licence_url, standfirst "
        "and correction were found, and how often what is found there is right (null: not counted)",
        default=(),
        example=[{"field": "section", "source": "json-ld", "raw": None, "confidence": 0.5}],
    )
    part_capture_ids: tuple[str, ...] = column(
        "Captures of its further pages, whose text is appended to that of the first; empty where it has one page",
        default=(),
        example=[],
    )
    captured_at: datetime = column("When the request began, UTC", example="2026-11-22T09:20:30.123456Z")
    crawl_date: date = column("UTC day of captured_at; the folder of this row", example="2026-11-22")
    extractor: str = column(
        "Version of the code that read the page; ends in -plain where only meta elements and paragraphs could be read, "
        "and of its site's selectors only those that find something in its head",
        example="1",
    )
    export_bound_by: tuple[str, ...] = column(
        "Opt-outs of its capture that keep this row out of exports, by the policy of sites.toml; empty: none",
        default=(),
        example=[],
    )
    publication_id: str = column(
        "The publication that wrote this row; equal in all tables of a day", default="", example="7d3c1b9f20aa41e6"
    )


ARTICLES = Table(
    name="articles",
    row=ArticleRow,
    key=("capture_id",),
    sort=("site", "captured_at", "capture_id"),
    description="What did each article say each time it was read? One row per reading.",
)
