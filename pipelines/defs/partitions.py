"""Which crawl dates there can be: a calendar, in UTC. Knows of no archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import dagster as dg

# The oldest web captures that exist are of 1996. About 11,000 days: far from the 100,000 where Dagster's UI slows down.
FIRST_DATE = date(1996, 1, 1)

# end_offset=1: a day is there from its first moment; without it Dagster refuses today.
CRAWL_DATES = dg.DailyPartitionsDefinition(start_date=FIRST_DATE.isoformat(), timezone="UTC", end_offset=1)


def consecutive(dates: Iterable[date]) -> list[tuple[date, date]]:
    """The dates as the fewest ranges of consecutive days, first and last day of each, in order."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(dates)):
        if ranges and day - ranges[-1][1] == timedelta(days=1):
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges
