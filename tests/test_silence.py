"""When a site counts as silent for too long, and what is to be expected of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.watch.silence import LEAST_GAP, mean_gap, silence

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("hours_silent", "gap_hours", "alarm"),
    [(5.9, 2, False), (6.1, 2, True), (100, None, False), (0.9, 0.01, False), (1.1, 0.01, True)],
)
def test_when_an_alarm_begins(hours_silent: float, gap_hours: float | None, alarm: bool) -> None:
    gap = None if gap_hours is None else gap_hours * HOUR
    found = silence(new_at=NOW - hours_silent * HOUR, gap=gap, succeeded_at=NOW, fails=False, now=NOW)
    assert found is not None
    assert (found.alarm == "quiet") is alarm
    assert 3 * LEAST_GAP == HOUR
    assert silence(new_at=None, gap=gap, succeeded_at=NOW, fails=False, now=NOW) is None


def test_mean_gap_leaves_out_the_first_look_and_today() -> None:
    today = date(2026, 11, 25)
    days = {today - timedelta(days=n): 12 for n in range(1, 6)} | {today: 400, today - timedelta(days=6): 5000}
    assert mean_gap(days, today=today) == 2 * HOUR
    assert mean_gap({today: 50}, today=today) is None
    assert mean_gap({today - DAY: 5000, today: 3}, today=today) is None
    assert mean_gap({}, today=today) is None
    assert mean_gap({today - timedelta(days=4): 1, today - timedelta(days=2): 4}, today=today) is None
    assert mean_gap({today - timedelta(days=4): 1, today - timedelta(days=2): 6}, today=today) == 12 * HOUR
