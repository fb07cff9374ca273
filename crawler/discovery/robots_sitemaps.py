"""A robots.txt body in, the sitemaps it names out. Reads no rules; those are crawler.manners.robots."""

from __future__ import annotations

from crawler.manners.robots import parse_robots

__all__ = ["sitemaps_in_robots"]


def sitemaps_in_robots(body: bytes, *, url: str | None = None) -> tuple[str, ...]:
    """Every `Sitemap:` line's URL in the order of the file, each once. `url`: where the file is, for relative lines."""
    return parse_robots(200, body, agent="*", url=url).sitemaps
