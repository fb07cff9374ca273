"""One row per image of an article; its bytes are in the archive only where the site asks for requisites."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table


@dataclass(frozen=True, kw_only=True)
class ImageRow:
    capture_id: str = column(
        "The capture whose page has the image", example="5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b", looked_up=True
    )
    article_id: str = column("The article that was read from it", example="3f2a9c0b1d4e5f60", looked_up=True)
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    url: str = column("URL of the page that has the image", example="https://thinlinenews.com/2026/11/bridge-reopens/")
    image_url: str = column(
        "Where the image is, absolute: the largest form that the page names, on whatever host",
        example="https://thinlinenews.com/img/bridge-1600.jpg",
        looked_up=True,
    )
    caption: str | None = column("What the page says below it, without the credit", example="The first cars cross.")
    caption_source: str | None = column(
        "Where its caption was found: page (below or beside it) or json-ld", default=None, example="page"
    )
    credit: str | None = column("Who took or owns it, as the page says", example="Ada Mbeki/AP")
    credit_source: str | None = column("The same of its credit", default=None, example="json-ld")
    alt: str | None = column("Its alternative text", example="Cars on a bridge")
    width: int | None = column("Width in pixels, as the page says", example=1600)
    height: int | None = column("Height in pixels, as the page says", example=900)
    position: int = column("Place among the article's images, counted from 0", example=0)
    is_lead: bool = column("Whether it is the image that goes with the headline", example=True)
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


IMAGES = Table(
    name="images",
    row=ImageRow,
    key=("capture_id", "position"),
    sort=("site", "captured_at", "capture_id", "position"),
    description="Which images stand in the articles, with what caption and credit? One row per image of an article.",
)
