"""One row per HTML capture that became no article, with the reason."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table


@dataclass(frozen=True, kw_only=True)
class RejectRow:
    capture_id: str = column(
        "The capture that was rejected", example="5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b", looked_up=True
    )
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    url: str = column("The URL exactly as it was requested", example="https://thinlinenews.com/local/")
    reason: str = column(
        "Why it became no article: listing, no_text, soft_404, error_page, paywall_stub, further_page, …",
        example="listing",
    )
    detail: str = column("What was seen, in words", example="38 links to articles, longest paragraph 96 characters")
    title: str | None = column("Title of the page, where it has one", example="Local news")
    status: int | None = column("HTTP status", example=200)
    captured_at: datetime = column("When the request began, UTC", example="2026-11-22T09:20:30.123456Z")
    crawl_date: date = column("UTC day of captured_at; the folder of this row", example="2026-11-22")
    extractor: str = column("Version of the code that read the page", example="3")
    export_bound_by: tuple[str, ...] = column(
        "Opt-outs of its capture that keep this row out of exports, by the policy of sites.toml; empty: none",
        default=(),
        example=[],
    )
    publication_id: str = column(
        "The publication that wrote this row; equal in all tables of a day", default="", example="7d3c1b9f20aa41e6"
    )


REJECTS = Table(
    name="rejects",
    row=RejectRow,
    key=("capture_id",),
    sort=("site", "captured_at", "capture_id"),
    description="Which pages became no article, and why? One row per rejected capture.",
)
