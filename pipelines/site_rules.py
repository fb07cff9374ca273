"""A sites.toml in; out, how pages are read where a site's [site.extraction] says so, and what that makes of fragments.

A fragment depends on the rules of those sites whose pages are in its WARC file, and on no others: a rule that is added,
changed or taken away has just those files read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crawler import Sites, load_sites, registrable_domain

Rules = tuple[tuple[str, tuple[str, ...]], ...]
Place = tuple[str | None, str]
"""The site that a capture says it is of, and the host of its URL."""


@dataclass(frozen=True, kw_only=True)
class SiteRules:
    """Whose pages are read by which rules. Empty: all pages as the reader finds them."""

    by_site: Mapping[str, Rules] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Host, or registrable domain, → site; for captures that name none, or one that sites.toml does not have."""
    names: frozenset[str] = frozenset()
    """All sites of sites.toml, with rules or without."""

    def site_of(self, place: Place) -> str | None:
        site, host = place
        if site in self.names:
            return site
        return self.hosts.get(host) or self.hosts.get(registrable_domain(host))

    def of(self, place: Place) -> Rules:
        return self.by_site.get(self.site_of(place) or "", ()) if self.by_site else ()

    def digest(self, places: Iterable[Place]) -> str:
        """16 hex digits of the rules that hold at any of these places; empty where none does."""
        if not self.by_site:
            return ""
        sites = {self.site_of(place) for place in places}
        concerned = {site: rules for site, rules in self.by_site.items() if site in sites}
        return hashlib.sha256(json.dumps(sorted(concerned.items())).encode()).hexdigest()[:16] if concerned else ""


NO_RULES = SiteRules()


def rules_of(sites: Sites) -> SiteRules:
    by_host = {host.lower(): site.name for site in reversed(sites.sites) for host in site.hosts}
    by_domain = {registrable_domain(site.home): site.name for site in reversed(sites.sites)}
    return SiteRules(
        by_site={site.name: site.extraction for site in sites.sites if site.extraction},
        hosts={**by_domain, **by_host},
        names=frozenset(site.name for site in sites.sites),
    )


def rules_of_archive(home: Path) -> SiteRules:
    """Those of the archive's sites.toml; an archive of imports alone needs none. Raises SitesError."""
    path = home / "sites.toml"
    return rules_of(load_sites(path)) if path.exists() else NO_RULES
