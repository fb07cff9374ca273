"""When a URL is visited again: listings often, articles ever rarer, what failed after a while, what is gone no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule import next_visit

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)


def after(**given_values: object) -> timedelta | None:
    values = {"kind": "article", "status": 200, "visits": 1, "failures": 0, "now": NOW} | given_values
    moment = next_visit(**values)  # type: ignore[arg-type]
    return None if moment is None else moment - NOW


def test_an_article_is_visited_after_1_hour_6_hours_1_day_7_days_30_days_and_then_no_more() -> None:
    hours = [wait / timedelta(hours=1) for n in range(1, 6) if (wait := after(visits=n)) is not None]
    assert hours == [1, 6, 24, 7 * 24, 30 * 24]
    assert after(visits=6) is None


def test_a_304_counts_as_an_answer() -> None:
    assert after(status=304, visits=2) == timedelta(hours=6)


def test_feeds_are_read_again_within_the_hour() -> None:
    assert after(kind="feed") == timedelta(minutes=15)
    assert after(kind="home", visits=400) == timedelta(minutes=30)


def test_a_hiccup_is_tried_again_at_once_and_then_ever_later() -> None:
    waits = [after(status=None, failures=n) for n in range(1, 7)]
    assert waits[:2] == [timedelta(seconds=1), timedelta(seconds=3)]
    assert waits[2:] == [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=1)]


def test_retry_after_is_never_undercut() -> None:
    assert after(status=503, failures=1, retry_after=timedelta(minutes=7)) == timedelta(minutes=7)


def test_what_is_gone_three_times_is_gone() -> None:
    assert [after(status=410, failures=n) for n in (1, 2, 3)] == [timedelta(days=7), timedelta(days=7), None]


def test_a_moved_article_is_left_to_its_new_address() -> None:
    assert after(status=301) is None


@given(
    st.sampled_from(["article", "feed", "sitemap", "home", "section", "page"]),
    st.one_of(st.none(), st.integers(100, 599)),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_the_next_visit_is_never_in_the_past(kind: str, status: int | None, visits: int, failures: int) -> None:
    moment = next_visit(kind=kind, status=status, visits=visits, failures=failures, now=NOW)
    assert moment is None or moment > NOW
