"""/.well-known/tdmrep.json and /ai.txt in, what they say of one URL out. Pure; fetches nothing.

TDM Reservation Protocol, final report of 10 May 2024 (W3C community group); ai.txt as Spawning's generator writes it:
the grammar of robots.txt over kinds of files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from crawler.manners.optout import cut
from crawler.manners.path_patterns import matches, pattern_of, targets_of
from crawler.manners.robots import RobotsRules, parse_robots
from crawler.urls import path_and_query
from crawler.version import ROBOTS_TOKEN

__all__ = ["AI_TXT", "TDMREP", "TdmRule", "ai_txt_signal", "parse_ai_txt", "parse_tdmrep", "tdm_signal"]

TDMREP, AI_TXT = "/.well-known/tdmrep.json", "/ai.txt"
MAX_BYTES = 500 * 1024
MAX_RULES = 1_000


@dataclass(frozen=True, kw_only=True)
class TdmRule:
    """One rule of tdmrep.json: whether mining is reserved below a path, and on which terms it may be had."""

    pattern: str
    reserved: bool
    line: str  # the rule as JSON, for the archive


def parse_tdmrep(body: bytes) -> tuple[TdmRule, ...]:
    """The rules of a tdmrep.json; none where it is not what it should be: a page that says "not found" reserves
    nothing.

    Read as it is meant: one rule without its list, a reservation as "1" or true.
    """
    try:
        said = json.loads(body[:MAX_BYTES].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ()
    rules = said if isinstance(said, list) else [said]
    return tuple(rule for each in rules[:MAX_RULES] if (rule := _rule(each)) is not None)


def _rule(said: Any) -> TdmRule | None:
    if not isinstance(said, dict):
        return None
    location, reservation = said.get("location"), said.get("tdm-reservation")
    if not isinstance(location, str) or reservation not in (0, 1, "0", "1"):
        return None
    kept: dict[str, object] = {"location": location, "tdm-reservation": int(reservation)}
    if isinstance(said.get("tdm-policy"), str):
        kept["tdm-policy"] = said["tdm-policy"]
    pattern = pattern_of(location.strip())
    return TdmRule(pattern=pattern, reserved=int(reservation) == 1, line=json.dumps(kept)) if pattern else None


def tdm_signal(rules: tuple[TdmRule, ...], url: str) -> str | None:
    """The rule that decides on a URL, where it reserves: the longest pattern, and the reservation where two tie."""
    if not rules:
        return None
    targets = targets_of(url)
    found = [rule for rule in rules if any(matches(rule.pattern, target) for target in targets)]
    best = max(found, key=lambda rule: (len(rule.pattern), rule.reserved), default=None)
    return cut(f"tdmrep.json: {best.line}") if best is not None and best.reserved else None


def parse_ai_txt(body: bytes) -> RobotsRules | None:
    """What an ai.txt says to us; `None` where it has no rule, such as a page that says "not found"."""
    rules = parse_robots(200, body, agent=ROBOTS_TOKEN)
    return rules if rules.rules else None


def ai_txt_signal(rules: RobotsRules | None, url: str) -> str | None:
    """The line that keeps a page from being used for training; `None` where none does.

    Rules are for kinds of files. A page is HTML whether or not its address says so, and so counts as a file that ends
    in .html as well.
    """
    if rules is None:
        return None
    targets = targets_of(url)
    path = path_and_query(url)[0]
    as_html = (path + "index" if path.endswith("/") else path) + ".html"
    decided = (rules.deciding(targets), rules.deciding(frozenset((as_html,))))
    refusing = next((rule for rule in decided if rule is not None and not rule.allow), None)
    return cut(f"ai.txt: {refusing.line}") if refusing is not None else None
