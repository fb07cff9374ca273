"""One row per site and block of text that stands on several of its articles: what became of it, and why."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table


@dataclass(frozen=True, kw_only=True)
class BoilerplateRow:
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    block_digest: str = column("Digest of the block's text, case and spacing aside", example="9c1185a5c5e9fc54")
    sample: str = column(
        "The block's text, cut after 1,000 characters; what keep_text and drop_text in sites.toml take",
        example="Sign up for the Thin Line morning letter.",
    )
    kind: str = column("Kind of block: paragraph, heading, list, quote, table, code or caption", example="paragraph")
    pages: int = column(
        "On how many articles of the site it stands, of the 14 days that end with crawl_date; an article that was read "
        "often, or stands at several addresses, counts once",
        example=41,
    )
    articles: int = column("How many articles of the site were read in these days", example=44)
    share: float = column("pages divided by articles", example=0.932)
    score: float = column(
        "How likely it is of an article as far as single pages can tell, from 0 to 1: the mean of its blocks' scores",
        example=0.71,
    )
    first_seen_at: datetime = column("When it was first captured in these days, UTC", example="2026-11-09T06:00:02Z")
    last_seen_at: datetime = column("When it was last captured in these days, UTC", example="2026-11-22T11:05:00Z")
    decision: str = column("drop: it is taken out of articles; keep: it stays", example="drop")
    reason: str = column("Why, in words with the figures", example="on 41 of 44 articles, at a limit of 0.34")
    readings: int = column("How many of the day's readings it was taken out of", example=12)
    crawl_date: date = column(
        "UTC day whose articles this was decided for; the folder of this row", example="2026-11-22"
    )
    export_bound_by: tuple[str, ...] = column(
        "Opt-outs of the site's articles of that day that keep this row out of exports; empty: none",
        default=(),
        example=[],
    )
    publication_id: str = column(
        "The publication that wrote this row; equal in all tables of a day", default="", example="7d3c1b9f20aa41e6"
    )


BOILERPLATE = Table(
    name="boilerplate",
    row=BoilerplateRow,
    key=("site", "block_digest"),
    sort=("site", "block_digest"),
    description="Which blocks of text stand on several articles of a site, and which of them were taken out? One row "
    "per site and block that a reading of the day has.",
)
