"""Prose files in, stories out: a topic, a choice of sentences and a set of names make an article. No clock, no HTML."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

PROSE = Path(__file__).parent / "prose"
KINDS = {"p": "paragraph", "h": "heading", "q": "quote", "l": "list"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block of an article's body; a list holds one item per line. `level` is that of a heading."""

    kind: str
    text: str
    level: int | None = None


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What can be told about one thing: alternative headlines and, paragraph by paragraph, alternative wordings."""

    key: str
    section: str
    tags: tuple[str, ...]
    titles: tuple[str, ...]
    standfirsts: tuple[str, ...]
    caption: str
    thing: str  # what the figure {n1} counts, for a correction
    ranges: Mapping[str, tuple[int, ...]]  # n1…n4 → (lowest, highest[, step])
    body: tuple[tuple[str, tuple[str, ...]], ...]  # (kind, alternatives)


@cache
def topics(tongue: str) -> tuple[Topic, ...]:
    """All topics of a language, in the order of the files."""
    found: list[Topic] = []
    for path in sorted(PROSE.glob(f"{tongue}*.toml")):
        for raw in tomllib.loads(path.read_text(encoding="utf-8"))["topic"]:
            found.append(_topic(raw))
    return tuple(found)


def _topic(raw: dict[str, Any]) -> Topic:
    return Topic(
        key=raw["key"],
        section=raw["section"],
        tags=tuple(raw["tags"]),
        titles=tuple(raw["titles"]),
        standfirsts=tuple(raw["standfirsts"]),
        caption=raw["caption"],
        thing=raw["thing"],
        ranges={name: tuple(raw[name]) for name in ("n1", "n2", "n3", "n4") if name in raw},
        body=tuple((KINDS[part[0]], tuple(part[1:])) for part in raw["body"]),
    )


@cache
def names(tongue: str) -> dict[str, list[str]]:
    """The names that people and streets take in a language."""
    kept: dict[str, dict[str, list[str]]] = tomllib.loads((PROSE / "names.toml").read_text(encoding="utf-8"))
    return kept[tongue]


def figure(number: int, tongue: str) -> str:
    """A number as the language prints it: 1,200 or 1.200."""
    text = f"{number:,}"
    return text if tongue == "en" else text.replace(",", ".")


def cast(
    topic: Topic, *, tongue: str, towns: tuple[str, ...], published_at: datetime, days: list[str], rng: Random
) -> dict[str, str]:
    """The names, places, days and figures of one story, by the slot they fill."""
    pool = names(tongue)
    women, men = rng.sample(pool["women"], 2), rng.sample(pool["men"], 2)
    last = rng.sample(pool["last"], 4)
    town, town2 = rng.sample(towns, 2)
    street, street2 = rng.sample(pool["streets"], 2)
    slots = {"town": town, "town2": town2, "street": street, "street2": street2}
    for slot, first, surname in zip(("f", "f2", "m", "m2"), women + men, last, strict=True):
        slots[slot], slots[slot + "_last"] = f"{first} {surname}", surname
    for ahead, slot in ((-1, "yesterday"), (0, "today"), (1, "tomorrow"), (3, "later")):
        slots[slot] = days[(published_at + timedelta(days=ahead)).weekday()]
    for slot, bounds in topic.ranges.items():
        slots[slot] = figure(rng.randrange(bounds[0], bounds[1] + 1, bounds[2] if len(bounds) > 2 else 1), tongue)
    return slots


def corrected(slots: Mapping[str, str], *, topic: Topic, tongue: str, rng: Random) -> dict[str, str]:
    """The same slots with another figure for {n1}."""
    bounds = topic.ranges["n1"]
    step = bounds[2] if len(bounds) > 2 else 1
    choice = [figure(n, tongue) for n in range(bounds[0], bounds[1] + 1, step)]
    return {**slots, "n1": rng.choice([text for text in choice if text != slots["n1"]])}


def choose(topic: Topic, *, writer: int, use: int, rng: Random) -> tuple[int, ...]:
    """Which alternative each block takes.

    A second use in the same outlet takes none that the first took. Outlets (`writer` counts those of one language)
    differ in at least four of seven blocks: the parities of the bits that writer and position share, a Hadamard code.
    """
    return tuple(
        (rng.randrange(len(said)) + (writer & (1 + place % 7)).bit_count() + use) % len(said)
        for place, (_, said) in enumerate(topic.body)
    )


def tell(topic: Topic, choice: tuple[int, ...], slots: Mapping[str, str]) -> tuple[Block, ...]:
    """The body of one story; an alternative that is empty leaves its block out."""
    told: list[Block] = []
    for (kind, said), pick in zip(topic.body, choice, strict=True):
        text = said[pick].format_map(slots)
        if not text:
            continue
        if kind == "list":
            text = "\n".join(item.strip() for item in text.split("|"))
        told.append(Block(kind=kind, text=text, level=2 if kind == "heading" else None))
    return tuple(told)


def slug(title: str, *, most_words: int = 9) -> str:
    """A headline as it stands in an address: lower case, ASCII, hyphens."""
    folded = title.lower().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("’"): ""})
    folded = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode("ascii")
    return "-".join(re.findall(r"[a-z0-9]+", folded)[:most_words])
