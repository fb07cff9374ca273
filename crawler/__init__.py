"""The web in, WARC files and a crawl log out: the face of the crawler. Importing it loads no framework."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.archive import ImportReport, Problem, import_warcs
    from crawler.discovery.article_parts import looks_like_part, part_after
    from crawler.errors import CrawlError
    from crawler.frontier.store import Frontier
    from crawler.intake.scope import normalise, registrable_domain
    from crawler.newcomer import Newcomer, look_at_site
    from crawler.options import CrawlOptions, CrawlReport, Progress
    from crawler.run import crawl, run_here
    from crawler.sites import Site, Sites, SitesError, UnknownSite, append_site, load_sites, new_sites_file
    from crawler.verification import verify
    from crawler.version import VERSION
    from crawler.watch.standing import SiteStanding, Standing, standing_of

_WHERE = {
    "CrawlError": "errors",
    "CrawlOptions": "options",
    "CrawlReport": "options",
    "Frontier": "frontier.store",
    "ImportReport": "archive",
    "Newcomer": "newcomer",
    "Problem": "archive",
    "Progress": "options",
    "Site": "sites",
    "SiteStanding": "watch.standing",
    "Sites": "sites",
    "SitesError": "sites",
    "Standing": "watch.standing",
    "UnknownSite": "sites",
    "VERSION": "version",
    "append_site": "sites",
    "crawl": "run",
    "import_warcs": "archive",
    "load_sites": "sites",
    "look_at_site": "newcomer",
    "looks_like_part": "discovery.article_parts",
    "new_sites_file": "sites",
    "normalise": "intake.scope",
    "part_after": "discovery.article_parts",
    "registrable_domain": "intake.scope",
    "run_here": "run",
    "standing_of": "watch.standing",
    "verify": "verification",
}

__all__ = [
    "VERSION",
    "CrawlError",
    "CrawlOptions",
    "CrawlReport",
    "Frontier",
    "ImportReport",
    "Newcomer",
    "Problem",
    "Progress",
    "Site",
    "SiteStanding",
    "Sites",
    "SitesError",
    "Standing",
    "UnknownSite",
    "append_site",
    "crawl",
    "import_warcs",
    "load_sites",
    "look_at_site",
    "looks_like_part",
    "new_sites_file",
    "normalise",
    "part_after",
    "registrable_domain",
    "run_here",
    "standing_of",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"crawler.{_WHERE[name]}"), name)
