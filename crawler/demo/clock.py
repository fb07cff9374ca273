"""The newsroom's time, kept in a JSON file beside the archive. It moves when told to, and never past the present."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

START_BEFORE_PRESENT = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the clock file holds: the day the story begins, the newsroom's time, how many editions came out."""

    started_at: datetime
    at: datetime
    editions: int = 1


class Clock:
    """A clock that stands still between two calls of `advance`.

    Publication times are laid out around `started_at`, so an archive's newsroom keeps its dates for good.
    """

    def __init__(self, started_at: datetime, *, at: datetime | None = None, clock_file: Path | None = None) -> None:
        at = started_at if at is None else at
        if started_at.tzinfo is None or at.tzinfo is None:
            raise ValueError("the newsroom's clock takes aware times only")
        self.clock_file = clock_file
        self._reading = Reading(started_at=started_at.astimezone(UTC), at=at.astimezone(UTC))

    @classmethod
    def open(cls, clock_file: Path, *, now: datetime) -> Clock:
        """The clock kept in a file; where there is none, a new one that stands two days before `now`, and its file.

        A clock that is ahead of `now` (the machine's time was set back) reads `now` until time has caught up.
        """
        try:
            kept = json.loads(clock_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            started_at = (now - START_BEFORE_PRESENT).replace(second=0, microsecond=0)
            clock = cls(started_at, clock_file=clock_file)
            clock._keep()
            return clock
        clock = cls(datetime.fromisoformat(kept["started_at"]), clock_file=clock_file)
        at = min(datetime.fromisoformat(kept["at"]), now)
        clock._reading = replace(clock._reading, at=at.astimezone(UTC), editions=int(kept["editions"]))
        return clock

    @property
    def started_at(self) -> datetime:
        return self._reading.started_at

    @property
    def at(self) -> datetime:
        return self._reading.at

    @property
    def editions(self) -> int:
        return self._reading.editions

    def advance(self, by: timedelta, *, now: datetime | None = None) -> datetime:
        """The new time: `by` later, but not past the present (`now`; the real present where none is given)."""
        if by < timedelta(0):
            raise ValueError("the newsroom's clock does not run backwards")
        present = datetime.now(UTC) if now is None else now.astimezone(UTC)
        at = max(self.at, min(self.at + by, present))
        self._reading = replace(self._reading, at=at, editions=self.editions + (at > self.at))
        self._keep()
        return at

    def next_edition(self, *, now: datetime) -> datetime:
        """Advance by 12 to 24 hours, different for each edition and the same in each replay."""
        hours = Random(f"{self.started_at.isoformat()}/{self.editions}").uniform(12, 24)
        return self.advance(timedelta(minutes=round(hours * 60)), now=now)

    def _keep(self) -> None:
        if self.clock_file is None:
            return
        kept = {"started_at": self.started_at.isoformat(), "at": self.at.isoformat(), "editions": self.editions}
        self.clock_file.parent.mkdir(parents=True, exist_ok=True)
        half_written = self.clock_file.with_name(self.clock_file.name + ".new")
        half_written.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        half_written.replace(self.clock_file)
