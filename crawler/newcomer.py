"""The address of a site in, its stanza for sites.toml out, with the feeds and sitemaps that it really has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import BadUrl, CrawlError
from crawler.intake.scope import normalise, registrable_domain
from crawler.options import CrawlOptions
from crawler.run import OnProgress, crawl
from crawler.sites import Site, load_sites


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A site as it presents itself."""

    site: Site
    titles: dict[str, str]  # feed or sitemap URL → its title, or what it is


def suggest_name(url: str, taken: set[str]) -> str:
    """A name for the site at `url` that sites.toml allows and does not have yet: `thinlinenews`, `thinlinenews-2`."""
    domain = registrable_domain(url)
    first = domain.partition(".")[0] if re.search("[a-z]", domain) else domain
    name = re.sub(r"[^a-z0-9]+", "-", first.removeprefix("xn--")).strip("-") or "site"
    if name not in taken:
        return name
    return next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)


def look_at_site(
    home: Path, url: str, *, name: str | None = None, delay_seconds: float = 5.0, on_progress: OnProgress | None = None
) -> Newcomer:
    """Visit the home page, robots.txt and, where they name nothing, the usual places; nothing is added to sites.toml.

    Everything fetched is archived. Raises BadUrl, CrawlError (the site could not be read, or is there already).
    """
    if re.match(r"[a-z][a-z0-9+.-]*:(?!//|\d)", url, re.IGNORECASE):  # mailto:…, but not localhost:8000
        raise BadUrl(url)
    address = normalise(url if "://" in url else f"https://{url}")
    if address is None or ("." not in (urlsplit(address).hostname or "") and ":" not in urlsplit(address).netloc):
        raise BadUrl(url)
    sites = load_sites(home / "sites.toml")
    host = urlsplit(address).netloc
    for site in sites.sites:
        if urlsplit(site.home).netloc == host:
            raise CrawlError(f"{sites.path}: {host} is there already, as site {site.name!r}")
    name = name or suggest_name(address, {site.name for site in sites.sites})
    options = CrawlOptions(probe=(address,), probe_name=name, for_seconds=180.0, delay_seconds=delay_seconds)
    report = crawl(home, options, on_progress)
    homes = [f["url"] for f in report.found if f["kind"] == "home"]
    if not homes:
        problems = [f["title"] for f in report.found if f["kind"] == "problem"]
        raise CrawlError(f"{address}: could not be read: {problems[0] if problems else report.ended_because}")
    feeds = tuple(f["url"] for f in report.found if f["kind"] == "feed")
    sitemaps = tuple(f["url"] for f in report.found if f["kind"] == "sitemap")
    return Newcomer(
        site=Site(
            name=name, home=homes[0], feeds=feeds, sitemaps=sitemaps,
            delay_seconds=delay_seconds,
        ),
        titles={f["url"]: f["title"] for f in report.found},
    )  # fmt: skip
