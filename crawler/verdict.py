"""What a decision leaves: Allowed, or Refused with its reason. Plain values; decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Allowed", "Refused", "Verdict"]


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """Go ahead. `detail` names what allowed it where that is worth knowing, e.g. an Allow line of robots.txt."""

    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Do not fetch. `reason` is a fixed word to count by, `detail` a sentence or the rule itself for a person."""

    reason: str
    detail: str


Verdict = Allowed | Refused
