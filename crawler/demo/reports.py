"""Articles that are not composed: the founding page, an agency's report, those in an outlet's corners. No HTML."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from .outlets import OUTLETS, Outlet
from .stories import KINDS, PROSE, Block
from .timeline import Article, Timeline, address

WIRE = {"harbourpost": "a", "meridian": "b", "cityline": "c"}  # who runs the agency's report, and which version
FOUNDING_AT = datetime(2024, 2, 5, 9, 14, tzinfo=timezone(timedelta(hours=-5)))


@cache
def founding_outlets() -> dict[str, str]:
    """The first outlet of each look, which holds the founding page."""
    first: dict[str, str] = {}
    for outlet in OUTLETS:
        first.setdefault(outlet.look, outlet.name)
    return first


@cache
def _report(name: str) -> dict[str, Any]:
    return tomllib.loads((PROSE / f"{name}.toml").read_text(encoding="utf-8"))


def _blocks(parts: list[list[str]]) -> tuple[Block, ...]:
    return tuple(
        Block(
            kind=KINDS[kind],
            text="\n".join(item.strip() for item in text.split("|")) if kind == "l" else text,
            level=2 if kind == "h" else None,
        )
        for kind, text in parts
    )


def founding_article(outlet: Outlet) -> Article:
    """The page the project began with, in this outlet's look."""
    raw = _report("founding")
    local = FOUNDING_AT.astimezone(outlet.zone)
    return Article(
        outlet=outlet.name,
        path=address(outlet, title=raw["title"], section="world", published_at=local, number=20240205),
        number=20240205,
        title=raw["title"],
        standfirst=raw["standfirst"],
        authors=(raw["author"],),
        published_at=local,
        modified_at=None,
        section="world",
        tags=tuple(raw["tags"]),
        language=outlet.language,
        blocks=_blocks(raw["body"]),
        caption=raw["caption"],
        origin="founding",
    )


def wire_article(outlet: Outlet, *, started_at: datetime) -> Article:
    """The agency's report as this outlet runs it."""
    raw, version = _report("wire"), WIRE[outlet.name]
    n = "abc".index(version)
    at = (started_at - timedelta(hours=26, minutes=-17 * n)).replace(second=0, microsecond=0).astimezone(outlet.zone)
    title = raw["title"][n]
    return Article(
        outlet=outlet.name,
        path=address(outlet, title=title, section=raw["section"], published_at=at, number=30300 + n),
        number=30300 + n,
        title=title,
        standfirst=raw["standfirst"][n],
        authors=(raw["author"],),
        published_at=at,
        modified_at=None,
        section=raw["section"],
        tags=tuple(raw["tags"]),
        language=outlet.language,
        blocks=_blocks([[kind, text] for marks, kind, text in raw["body"] if version in marks]),
        caption=raw["caption"],
        origin="wire",
    )


def other_articles(outlet: Outlet, *, seed: int, started_at: datetime, corner: str, count: int) -> list[Article]:
    """Articles that stand in a corner of an outlet: behind a paywall or in a disallowed folder."""
    timeline = Timeline(replace(outlet, name=f"{outlet.name}-{corner}"), seed=seed, started_at=started_at)
    return [replace(story.first, outlet=outlet.name) for story in timeline.until(started_at)[:count]]
