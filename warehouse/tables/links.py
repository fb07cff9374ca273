"""One row per link on a captured page, article or not; the crawler does not follow these unless the site says so."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    capture_id: str = column(
        "The capture whose page has the link", example="5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b", looked_up=True
    )
    article_id: str | None = column(
        "The article that was read from it; null when it was rejected", example="3f2a9c0b1d4e5f60", looked_up=True
    )
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    url: str = column("URL of the page that has the link", example="https://thinlinenews.com/2026/11/bridge-reopens/")
    target_url: str = column(
        "Where the link leads, absolute", example="https://council.example/minutes/2026-11-20", looked_up=True
    )
    target_host: str = column("Host of the target, lower case", example="council.example")
    text: str = column("The link's text", example="the council's minutes")
    rel: str | None = column("The link's rel attribute", example="nofollow")
    position: int = column("Place of the link on the page, counted from 0", example=17)
    captured_at: datetime = column("When the request began, UTC", example="2026-11-22T09:20:30.123456Z")
    crawl_date: date = column("UTC day of captured_at; the folder of this row", example="2026-11-22")
    export_bound_by: tuple[str, ...] = column(
        "Opt-outs of its capture that keep this row out of exports, by the policy of sites.toml; empty: none",
        default=(),
        example=[],
    )
    publication_id: str = column(
        "The publication that wrote this row; equal in all tables of a day", default="", example="7d3c1b9f20aa41e6"
    )


LINKS = Table(
    name="links",
    row=LinkRow,
    key=("capture_id", "position"),
    sort=("site", "captured_at", "capture_id", "position"),
    description="Who links to whom? One row per link on a captured page.",
)
