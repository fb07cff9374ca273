"""Articles are visited after 1 h, 6 h, 1 d, 7 d, 30 d; earlier where a site edits, and when something speaks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule.edits import EDGES, Edits, next_age, observe
from crawler.schedule.followed import Followed, after_visit, left_the_feeds, told_of_change
from crawler.schedule.habits import Habits

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def habit(changes_per_article: float) -> Edits:
    """A site of which 300 articles were watched, whose changes come in the first hours."""
    shares = (0.15, 0.15, 0.2, 0.2, 0.15, 0.1, 0.05, 0.0, 0.0, 0.0)
    return Edits(changes=tuple(300 * changes_per_article * s for s in shares), watched=(300.0,) * 10)


def ages(edits: Edits, *, changes_at: tuple[float, ...] = (), published_at: datetime | None = None) -> list[float]:
    """At which ages in hours, after its first visit, an article of such a site is visited."""
    text, now, seen = None, NOW, []
    while True:
        version = sum(NOW + c * HOUR <= now for c in changes_at)
        article, _, again = after_visit(
            Followed.from_text(text), edits, now=now, mark=f"{version:010x}", published_at=published_at
        )
        text = article.to_text()
        assert len(text) < 60
        if again is None:
            return seen
        assert again > now
        now = again
        seen.append((now - NOW) / HOUR)


def test_an_article_of_a_site_that_leaves_them_alone_is_visited_after_1_h_6_h_1_d_7_d_30_d() -> None:
    assert ages(habit(0)) == pytest.approx([1, 6, 24, 7 * 24, 30 * 24], rel=0.08)


def test_an_article_of_an_unknown_site_is_visited_about_then() -> None:
    first, *_, last = ages(Edits())
    assert len(ages(Edits())) == 5
    assert 0.7 <= first <= 1
    assert last == pytest.approx(30 * 24)


def test_where_a_site_tends_to_edit_it_is_earlier_and_as_often() -> None:
    usual, often = ages(habit(0)), ages(habit(0.3))
    assert len(often) == len(usual) == 5
    assert all(early < late for early, late in zip(often[:4], usual[:4], strict=True))
    assert often[3] < 24
    assert often[4] == pytest.approx(30 * 24)


def test_an_article_that_was_seen_to_change_is_as_good_as_new() -> None:
    unchanged, changed = ages(habit(0)), ages(habit(0), changes_at=(0.5,))
    assert changed[0] == unchanged[0]
    assert changed[1] - changed[0] < 0.5 * (unchanged[1] - unchanged[0])


def test_what_was_old_when_it_was_found_is_visited_for_the_ages_that_it_has_before_it() -> None:
    assert ages(habit(0), published_at=NOW - 3 * DAY) == pytest.approx([4 * 24, 27 * 24], rel=0.05)
    assert ages(habit(0), published_at=NOW - 300 * DAY) == []
    assert ages(habit(0), published_at=NOW - 20 * HOUR) == ages(habit(0)), "a day's date may be hours off"
    assert ages(habit(0), published_at=NOW + 900 * DAY) == ages(habit(0))
    assert ages(habit(0), published_at=datetime(1970, 1, 1, tzinfo=UTC)) == ages(habit(0))


def test_a_visit_that_came_late_takes_the_place_of_those_it_missed() -> None:
    article, edits, again = after_visit(None, habit(0), now=NOW, mark="a" * 10)
    _, _, again = after_visit(article, edits, now=NOW + 22 * HOUR, mark="a" * 10)
    assert again is not None
    assert again - NOW == pytest.approx(7 * DAY, rel=0.1)


def test_what_is_seen_of_edits_is_learned() -> None:
    quiet = busy = Edits()
    for n in range(100):
        quiet = observe(quiet, start=0, end=1, changed=False)
        busy = observe(busy, start=0, end=1, changed=n % 4 == 0)
    assert busy.propensity > 0.8 > 0.4 > quiet.propensity
    assert sum(busy.expected) == pytest.approx(0.25, rel=0.3)
    assert Edits.from_value(busy.to_value()).expected == pytest.approx(busy.expected, rel=1e-3)
    assert Edits.from_value({"c": [1], "w": "x"}) == Edits.from_value(None) == Edits()


@given(
    st.lists(st.tuples(st.floats(0, 800), st.floats(0, 400), st.booleans()), max_size=40),
    st.floats(0, 800),
    st.integers(1, 5),
)
def test_the_next_age_lies_ahead_whatever_was_seen(
    seen: list[tuple[float, float, bool]], age: float, visits: int
) -> None:
    edits = Edits()
    for start, length, changed in seen:
        edits = observe(edits, start=start, end=start + length, changed=changed)
    assert all(e > 0 for e in edits.expected)
    assert 0 < edits.propensity < 1
    assert min(age, EDGES[-1]) <= next_age(edits, age=age, visits=visits) <= EDGES[-1]


def told(article: Followed, *, now: datetime) -> datetime:
    when = told_of_change(article.to_text(), now=now)
    assert when is not None
    return when


def test_word_of_a_change_brings_a_visit_within_minutes_and_vain_ones_ever_later() -> None:
    article, edits, _ = after_visit(None, Edits(), now=NOW, mark="a" * 10)
    now, waits = NOW, []
    for _ in range(3):
        now = told(article, now=now + timedelta(minutes=1))
        waits.append((now - datetime.fromtimestamp(article.at, UTC)) / timedelta(minutes=1))
        article, edits, _ = after_visit(article, edits, now=now, mark="a" * 10)
    assert waits == pytest.approx([10, 20, 40])
    changed, *_ = after_visit(replace(article, visits=1), edits, now=now + DAY, mark="b" * 10)
    assert told(changed, now=now + 2 * DAY) == now + 2 * DAY


def test_word_of_changes_never_costs_the_visit_after_a_month() -> None:
    article, edits, again = after_visit(None, Edits(), now=NOW, mark="a" * 10)
    now = NOW
    for number in range(4):
        now = told(article, now=now + HOUR)
        article, edits, again = after_visit(article, edits, now=now, mark=f"{number:010}")
    assert told_of_change(article.to_text(), now=now + HOUR) is None
    assert again == NOW + 30 * DAY
    last, _, then = after_visit(article, edits, now=again, mark="b" * 10)
    assert then is None
    assert told_of_change(last.to_text(), now=again + DAY) is None


@given(st.lists(st.tuples(st.sampled_from(["word", "left", "due"]), st.floats(0, 900), st.booleans()), max_size=60))
def test_whatever_is_said_of_an_article_it_is_visited_six_times_more_at_most(
    events: list[tuple[str, float, bool]],
) -> None:
    article, edits, due = after_visit(None, Edits(), now=NOW, mark="a" * 10)
    now, extra = NOW, 0
    for what, hours, changed in [*events, *[("due", 0.0, False)] * 9]:
        now += timedelta(hours=hours)
        word, left = told_of_change(article.to_text(), now=now), left_the_feeds(article.to_text())
        if what == "word" and word is not None:
            due = min(due or word, word)
        elif what == "left" and left is not None:
            article, due = Followed.from_text(left) or article, now
        if due is None:
            continue
        now, extra = max(now, due), extra + 1
        article, edits, due = after_visit(article, edits, now=now, mark=f"{extra * changed:010}")
    assert extra <= 6


def test_leaving_the_feeds_brings_one_visit_which_is_none_of_the_others() -> None:
    article, edits, again = after_visit(None, habit(0), now=NOW, mark="a" * 10)
    assert left_the_feeds(None) is None, "not visited yet"
    left = left_the_feeds(article.to_text())
    assert left is not None
    assert left_the_feeds(left) is None, "once"
    looked, _, then = after_visit(Followed.from_text(left), edits, now=NOW + HOUR / 2, mark=None)
    assert left_the_feeds(looked.to_text()) is None
    assert looked.visits == 0
    assert then is not None
    assert again is not None
    assert abs(then - again) < timedelta(minutes=2)


@given(st.text(max_size=30))
def test_a_memory_that_cannot_be_read_is_none(text: str) -> None:
    assert Followed.from_text(text) is None
    assert left_the_feeds(text) is None
    assert told_of_change(text, now=NOW) == NOW


@given(st.sets(st.integers(0, 2**55 - 1), max_size=80))
def test_what_a_feed_named_is_kept_in_some_bytes_an_article(keys: set[int]) -> None:
    habits = Habits(None)
    habits.named = frozenset(keys)
    assert Habits(habits.to_text()).named == keys
    of_one_origin = Habits(None)
    of_one_origin.named = frozenset(7 << 40 | key & (2**40 - 1) for key in keys)
    assert len(of_one_origin.to_text()) <= 40 + 7 * len(keys)
