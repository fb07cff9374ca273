"""Whoever has something large to do in; one of them at a time out, first those who have had least of it. No thread.

A body of many megabytes is received, archived, decoded and read by one site at a time. So eight sites that send nothing
else cost no more memory than one, and a site that seldom has such a body waits for none of them twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter


class Lane:
    """Room for one. `site`: for whom; time in the lane is held against it afterwards."""

    def __init__(self) -> None:
        self.spent_seconds: Counter[str] = Counter()
        self._holder: tuple[object, str, float] | None = None
        self._waiting: list[tuple[str, asyncio.Future[None], object]] = []

    def holds(self, who: object) -> bool:
        return self._holder is not None and self._holder[0] is who

    async def enter(self, who: object, *, site: str) -> None:
        """Returns when the lane is `who`'s; at once where it is already."""
        if self.holds(who):
            return
        if self._holder is None:
            self._holder = who, site, time.monotonic()
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = (site, turn, who)
        self._waiting.append(place)
        try:
            await turn
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            self.leave(who)
            raise

    def leave(self, who: object) -> None:
        """The next in turn goes in; nothing where `who` is not in the lane."""
        if self._holder is None or self._holder[0] is not who:
            return
        _, site, since = self._holder
        self._holder = None
        self.spent_seconds[site] += time.monotonic() - since  # type: ignore[assignment]
        self._waiting = [place for place in self._waiting if not place[1].done()]
        if self._waiting:
            place = min(self._waiting, key=lambda place: self.spent_seconds[place[0]])
            self._waiting.remove(place)
            self._holder = place[2], place[0], time.monotonic()
            place[1].set_result(None)
