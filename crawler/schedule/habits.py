"""What was learned of listings and sites, as the frontier keeps it: a short JSON object in a text. Pure.

Of a listing: its publication rate, and which articles a feed named. Of a site: the rate of all its listings together,
and how it edits. What others put into the object stays.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from crawler.schedule import rate as rates
from crawler.schedule.edits import Edits
from crawler.schedule.rate import Rate

MOST_NAMED = 300  # articles of a feed; one that is longer names its oldest for long enough
DIGEST_BITS, DIGEST_BYTES = 40, 5  # a key is the id of an origin, and so many bits of its path: see url_table.py


class Habits:
    """The object, read and written key by key."""

    def __init__(self, text: str | None) -> None:
        try:
            value = json.loads(text or "{}")
        except ValueError:
            value = {}
        self._value: dict[str, Any] = value if isinstance(value, dict) else {}

    def to_text(self) -> str:
        return json.dumps(self._value, separators=(",", ":"))

    @property
    def rate(self) -> Rate | None:
        return Rate.from_value(self._value.get("rate"))

    @rate.setter
    def rate(self, rate: Rate) -> None:
        self._value["rate"] = rate.to_value()

    @property
    def edits(self) -> Edits:
        return Edits.from_value(self._value.get("edits"))

    @edits.setter
    def edits(self, edits: Edits) -> None:
        self._value["edits"] = edits.to_value()

    @property
    def named(self) -> frozenset[int]:
        """The keys of the articles that a feed named."""
        try:
            packed = [(int(origin), base64.b64decode(text)) for origin, text in self._value.get("named", {}).items()]
        except (ValueError, TypeError, AttributeError):
            return frozenset()
        return frozenset(
            origin << DIGEST_BITS | int.from_bytes(digests[at : at + DIGEST_BYTES])
            for origin, digests in packed
            for at in range(0, len(digests), DIGEST_BYTES)
        )

    @named.setter
    def named(self, keys: Iterable[int]) -> None:
        by_origin: dict[int, bytes] = {}
        for key in sorted(keys):
            origin, digest = key >> DIGEST_BITS, key & ((1 << DIGEST_BITS) - 1)
            by_origin[origin] = by_origin.get(origin, b"") + digest.to_bytes(DIGEST_BYTES)
        self._value["named"] = {str(o): base64.b64encode(digests).decode() for o, digests in by_origin.items()}


def expected_gap(memory: str | None, now: datetime) -> timedelta | None:
    """The time between new articles of a listing or a site, as its habits have it for these hours of the week.

    It is the wait from the last article that was seen to the one that was to be expected then. `None` where too little
    is known. `memory` is what the frontier keeps of the listing or site.
    """
    rate = Habits(memory).rate
    return None if rate is None or rate.seen_at > now.timestamp() + 86_400 else rates.expected_gap(rate)
