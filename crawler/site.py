"""A site and the list of sites as the crawler holds them, and what can be wrong with a sites.toml. Reads no file."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from crawler.errors import CrawlError
from crawler.manners.policy import Policy, policy_of
from crawler.overrides import Overrides

__all__ = ["Mistake", "Network", "Site", "Sites", "SitesError", "UnknownSite"]

REQUISITES = ("none", "lead_image", "all")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, kw_only=True)
class Site:
    """One news site, as its [[site]] stanza describes it."""

    name: str  # a-z, 0-9, "-"; unique
    home: str  # http(s) URL
    feeds: tuple[str, ...] = ()  # empty: found from the home page, robots.txt and the usual places
    sitemaps: tuple[str, ...] = ()
    delay_seconds: float = 5.0
    hosts: tuple[str, ...] = ()  # further hosts that belong to the site; home's registrable domain always does
    include: tuple[str, ...] = ()  # regular expressions searched in the URL: one must match, if there are any
    exclude: tuple[str, ...] = ()  # … none may match
    follow_article_links: bool = False
    requisites: str = "none"  # what is archived with a page: none, lead_image or all
    max_depth: int = 2  # links followed since the home page
    max_pages_per_day: int = 10_000  # requests, robots.txt apart; 17,280 is what a delay of 5 s lets through
    max_waiting: int = 250_000  # URLs that are known and were never visited with success
    verify_tls: bool = True  # false: certificates of its hosts are taken as they are, and captures say so
    spider: str | None = None  # "spiders/thinline.py:ThinLine", relative to sites.toml
    # Opt-out → what it binds, where the site's differs; see crawler.manners.policy.
    policy: tuple[tuple[str, str], ...] = ()
    extraction: Overrides = ()  # how its pages are read where the reader needs telling; pipelines act on it
    # Blocks of text that the site's articles keep or lose, however many of them have them; see the table boilerplate.
    keep_text: tuple[str, ...] = ()
    drop_text: tuple[str, ...] = ()
    opt_out_files: bool | None = None  # whether tdmrep.json and ai.txt are asked for; None: as for all sites


@dataclass(frozen=True, kw_only=True)
class Sites:
    path: Path
    sites: tuple[Site, ...] = ()
    allow_addresses: tuple[Network, ...] = ()
    contact: str | None = None
    quota_gb: float | None = None  # what the archive's folder may take on the disk, in 10⁹ bytes; None: as much as fits
    policy: tuple[tuple[str, str], ...] = ()
    opt_out_files: bool = True

    @property
    def quota_bytes(self) -> int | None:
        return None if self.quota_gb is None else round(self.quota_gb * 1e9)

    def policy_for(self, name: str | None) -> Policy:
        """What opt-outs bind for the site of that name; for pages of none, what they bind for all."""
        return self._policies.get(name, self._policies[None])

    @cached_property
    def _policies(self) -> dict[str | None, Policy]:
        return {None: policy_of(self.policy), **{site.name: policy_of(self.policy, site.policy) for site in self.sites}}

    def asks_for_opt_out_files(self, name: str) -> bool:
        """Whether tdmrep.json and ai.txt of the site's hosts are to be fetched."""
        return self._asks.get(name, self.opt_out_files)

    @cached_property
    def _asks(self) -> dict[str, bool]:
        return {site.name: site.opt_out_files for site in self.sites if site.opt_out_files is not None}

    def __getitem__(self, name: str) -> Site:
        """The site of that name; raises UnknownSite."""
        for site in self.sites:
            if site.name == name:
                return site
        raise UnknownSite(name, path=self.path, known=[site.name for site in self.sites])

    def __iter__(self) -> Iterator[Site]:
        return iter(self.sites)

    def __len__(self) -> int:
        return len(self.sites)

    def __contains__(self, name: object) -> bool:
        return any(site.name == name for site in self.sites)


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing in sites.toml that cannot be meant; prints as one line."""

    file: Path
    line: int | None = None  # from 1; None where the file as a whole is meant
    site: str | None = None  # its name; None outside stanzas, or while it has none
    stanza: int | None = None  # which [[site]], from 1; None outside stanzas
    key: str | None = None
    found: str | None = None  # as TOML; None where the key is missing
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        stanza = ""
        if self.stanza is not None:
            stanza = f'[[site]] "{self.site}": ' if self.site else f"[[site]] no. {self.stanza}: "
        if self.key is None:
            what = self.found or "missing"
        else:
            what = f"{self.key} = {self.found}" if self.found is not None else f"{self.key} is missing"
        return f"{place}: {stanza}{what}: expected {self.expected}"


class SitesError(CrawlError):
    """sites.toml cannot be used. `mistakes` holds all that were found; each is a line of the message."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))


class UnknownSite(CrawlError, LookupError):
    """A name that no stanza has. `near`: names that may be meant."""

    def __init__(self, name: str, *, path: Path, known: list[str]) -> None:
        self.name, self.path = name, path
        self.near = tuple(difflib.get_close_matches(name, known, n=3))
        if self.near:
            hint = "did you mean " + " or ".join(f'"{near}"' for near in self.near) + "?"
        elif known:
            hint = 'see "broadsheet sites list"'
        else:
            hint = 'it has no sites yet; add one: broadsheet sites add "https://…"'
        super().__init__(f'no site "{name}" in {path}; {hint}')
