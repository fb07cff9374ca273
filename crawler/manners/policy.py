"""Opt-outs in, what they bind out: fetching, exports, or nothing but the record. Pure; sites.toml says how.

fetch: the page is not fetched, or where that shows only on the page itself, not fetched again; nor is it exported.
export: it is archived and read, and left out of exports. record: it is kept with the capture, and binds nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.manners.optout import opt_outs

__all__ = ["DEFAULTS", "EFFECTS", "Policy", "PolicyMistake", "policy_mistake", "policy_of"]

EFFECTS = ("fetch", "export", "record")
# noindex and noarchive speak of search engines' results and copies, and 36 of the 119 pages of the news set carry
# noarchive (2026-11); what speaks of machine learning and mining binds what leaves the house.
DEFAULTS: Mapping[str, str] = {
    "robots": "fetch",
    "noindex": "record",
    "noarchive": "record",
    "noai": "export",
    "noimageai": "export",
    "tdm": "export",
    "ai_txt": "export",
    "ai_train": "export",
    "ai_input": "export",
    "search": "record",
}


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What each opt-out binds for one site. Only what differs from DEFAULTS is held."""

    differs: tuple[tuple[str, str], ...] = ()

    def effect(self, opt_out: str) -> str:
        return dict(self.differs).get(opt_out, DEFAULTS[opt_out])

    def binding(self, signals: Iterable[str], effect: str) -> tuple[str, ...]:
        """The opt-outs among `signals` that bind that, in alphabetical order. What binds fetching binds exports too."""
        bound = ("fetch",) if effect == "fetch" else ("fetch", "export")
        return tuple(sorted(name for name in opt_outs(signals) if self.effect(name) in bound))

    @property
    def binds_pages(self) -> bool:
        """Whether something that only a page itself says may keep it from being fetched again."""
        return any(effect == "fetch" for name, effect in self.differs if name != "robots")

    @property
    def exceptions(self) -> tuple[str, ...]:
        """Where less is bound than by default, for the record: `policy noai = "record"`."""
        weight = {effect: number for number, effect in enumerate(EFFECTS)}
        return tuple(
            f'policy {name} = "{effect}"' for name, effect in self.differs if weight[effect] > weight[DEFAULTS[name]]
        )


def policy_of(*tables: Iterable[tuple[str, str]]) -> Policy:
    """The policy that these tables of sites.toml make, the later ones over the earlier."""
    chosen = {name: effect for table in tables for name, effect in table}
    return Policy(differs=tuple(sorted(pair for pair in chosen.items() if DEFAULTS[pair[0]] != pair[1])))


@dataclass(frozen=True, kw_only=True)
class PolicyMistake:
    """What is wrong with a policy in sites.toml. `key`: of which opt-out; None where it is no table at all."""

    key: str | None
    expected: str


def policy_mistake(value: Any, *, of_a_site: bool) -> PolicyMistake | None:
    """The first thing that cannot be meant; None where all can."""
    if not isinstance(value, dict):
        return PolicyMistake(key=None, expected='a table of opt-outs and what they bind, e.g. {noai = "export"}')
    for name, effect in value.items():
        if name not in DEFAULTS:
            near = difflib.get_close_matches(name.lower().replace("-", "_"), DEFAULTS, n=1, cutoff=0.6)
            meant = f"did you mean {near[0]}?" if near else ", ".join(DEFAULTS)
            return PolicyMistake(key=name, expected=f"a known opt-out{'; ' if near else ': '}{meant}")
        if effect not in EFFECTS:
            return PolicyMistake(key=name, expected='"fetch", "export" or "record"')
        if name == "robots" and effect != "fetch" and not of_a_site:
            # Whoever sets robots.txt aside does it for one site, by name, with which they have an understanding.
            return PolicyMistake(key=name, expected='"fetch"; a site by name may have it otherwise in its own policy')
    return None
