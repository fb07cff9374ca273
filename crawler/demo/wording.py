"""Language and seed in, the words around an article out: one wording of each piece of furniture. Draws no page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FOLDER = Path(__file__).parent / "wording"

# What the founding page says, whatever the seed: it follows a page of Thin Line News as it stood in February 2024.
FOUNDING_WORDS = {
    "recent_title": "Most Recent Stories",
    "reply_title": "Leave a Reply",
    "reply_note": "Your email address will not be published. Required fields are marked *",
    "copyright": "Copyright 2024, Thin Line News LLC",
}


@cache
def _kept(tongue: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{tongue}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One outlet's choice of words; `words["reply_title"]` is the heading of its comment form."""

    tongue: str
    words: Mapping[str, str]
    sections: Mapping[str, str]
    days: tuple[str, ...]
    months: tuple[str, ...]
    comments: tuple[str, ...]

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def day(self, at: datetime) -> str:
        """The date as the language prints it: November 20, 2026; 20. November 2026; 20 de noviembre de 2026."""
        month = self.months[at.month - 1]
        if self.tongue == "de":
            return f"{at.day}. {month} {at.year}"
        if self.tongue == "es":
            return f"{at.day} de {month} de {at.year}"
        return f"{month} {at.day}, {at.year}"

    def moment(self, at: datetime) -> str:
        """Date and time of day."""
        if self.tongue == "de":
            return f"{self.day(at)}, {at:%H:%M} Uhr"
        if self.tongue == "es":
            return f"{self.day(at)} a las {at:%H:%M}"
        return f"{self.day(at)} at {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


@cache
def wording(tongue: str, *, seed: int, outlet: str) -> Wording:
    """The wording of one outlet of one newsroom."""
    kept = _kept(tongue)
    rng = Random(f"{seed}/{outlet}/words")
    return Wording(
        tongue=tongue,
        words={key: rng.choice(said) for key, said in kept["wording"].items()},
        sections=kept["sections"],
        days=tuple(kept["days"]),
        months=tuple(kept["months"]),
        comments=tuple(kept["comments"]),
    )


def founding(words: Wording) -> Wording:
    """The same wording with the four lines of the founding page in place."""
    return Wording(
        tongue=words.tongue,
        words={**words.words, **FOUNDING_WORDS},
        sections=words.sections,
        days=words.days,
        months=words.months,
        comments=words.comments,
    )
