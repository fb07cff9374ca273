"""When a URL is asked for again: by what became of the last request, and listings by how much they publish when."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, Completion, Decision, Lease
from crawler.schedule.decision import decide
from crawler.schedule.habits import Habits, expected_gap
from crawler.schedule.plan import LATEST, SOONEST, next_visit

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def after(**given_values: object) -> timedelta | None:
    values = {"kind": "article", "status": 200, "visits": 1, "failures": 0, "now": NOW} | given_values
    moment = next_visit(**values)  # type: ignore[arg-type]
    return None if moment is None else moment - NOW


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


def test_what_robots_txt_forbids_is_asked_about_the_next_day_and_what_is_out_of_scope_never() -> None:
    assert [after(refused="robots"), after(refused="scope")] == [timedelta(hours=24), None]


@given(
    st.sampled_from(["article", "feed", "sitemap", "home", "section", "page"]),
    st.one_of(st.none(), st.integers(100, 599)),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_the_next_visit_is_never_in_the_past(kind: str, status: int | None, visits: int, failures: int) -> None:
    moment = next_visit(kind=kind, status=status, visits=visits, failures=failures, now=NOW)
    assert moment is None or moment > NOW


class Listing:
    """A listing and its visits, one after the other, with its memory as the frontier keeps it."""

    def __init__(self, kind: str = "section", now: datetime = NOW) -> None:
        self.kind, self.now = kind, now
        self.memory: str | None = None
        self.site: str | None = None

    def visit(self, new: int = 0, *, dates: Sequence[datetime | None] = (), status: int = 200) -> timedelta:
        """How long it is left alone after a visit that showed `new` articles."""
        found = tuple(
            Candidate(
                url=f"http://a.example/{n}", site="a", domain="a.example", kind="article", priority=4, due_at=None,
                announcement=Announcement(channel="feed", source_url=None, published_raw=d.isoformat() if d else None),
            )
            for n, d in enumerate([*dates, *[None] * (new - len(dates))])
        )  # fmt: skip
        lease = Lease(url_id=1, url="u", site="a", domain="a.example", kind=self.kind, memory=self.memory)
        done = Completion(
            lease=lease, answered=True, status=status, next_visit_at=self.now + HOUR, at=self.now, found=found
        )
        site = Habits(self.site)
        decision: Decision = decide(done, new, site=site, keys=lambda urls: [])
        self.memory, self.site = decision.memory, site.to_text()
        assert decision.next_visit_at is not None
        return decision.next_visit_at - self.now

    def run(self, per_day: float, *, days: float, hours: range = range(24)) -> list[tuple[datetime, timedelta]]:
        """Visits as they are decided, to a source that publishes evenly in these hours of each day."""
        end, owed, visits = self.now + days * DAY, 0.0, []
        while self.now < end:
            wait = self.visit(int(owed))
            owed -= int(owed)
            visits.append((self.now, wait))
            for _ in range(int(wait / MINUTE)):
                self.now += MINUTE
                owed += per_day / len(hours) / 60 if self.now.hour in hours else 0.0
        return visits


def test_a_busy_listing_is_asked_every_five_minutes_and_a_quiet_one_rarely() -> None:
    busy = [wait for _, wait in Listing().run(2000, days=2)[-50:]]
    quiet = [wait for _, wait in Listing().run(1 / 10, days=40)[-5:]]
    assert set(busy) == {SOONEST}
    assert 4 * HOUR < min(quiet) <= max(quiet) <= LATEST


def test_the_more_a_listing_has_the_oftener_it_is_asked_and_not_in_proportion() -> None:
    asked = [len(Listing().run(per_day, days=10)) for per_day in (1, 10, 100)]
    assert asked == sorted(asked)
    for fewer, more in itertools.pairwise(asked):
        assert 2 < more / fewer < 4.5  # the square root of ten is 3.2


def test_it_is_asked_by_day_and_hardly_at_night_where_it_publishes_by_day() -> None:
    listing = Listing(now=NOW.replace(hour=0))
    visits = [at for at, _ in listing.run(40, days=14, hours=range(8, 18)) if at > NOW + 10 * DAY]
    day = sum(at.hour in range(8, 18) for at in visits)
    night = sum(at.hour in (22, 23, 0, 1, 2, 3, 4, 5) for at in visits)
    assert day > 4 * night


def test_new_articles_bring_it_back_at_once() -> None:
    listing = Listing()
    listing.run(2, days=20)
    before = listing.visit(0)
    listing.now += before
    assert listing.visit(8) < before / 2


def test_one_that_wakes_up_after_weeks_is_back_at_its_rate_within_a_day() -> None:
    listing = Listing()
    usual = len(listing.run(24, days=21)[-24:])
    before = [wait for at, wait in listing.run(24, days=1)]
    silent = [wait for _, wait in listing.run(0, days=25)]
    assert min(silent[-3:]) > 4 * max(before), "a silence costs little"
    assert max(silent) <= LATEST
    listing.run(24, days=1)
    again = listing.run(24, days=1)
    assert usual
    assert len(again) >= 0.75 * len(before)


def test_one_that_has_been_silent_for_a_year_is_asked_once_a_day() -> None:
    listing = Listing()
    listing.run(10, days=5)
    waits = [wait for _, wait in listing.run(0, days=300)]
    assert waits[0] < HOUR * 2
    assert waits[-1] == LATEST


def test_the_dates_of_what_is_listed_tell_the_rate_at_the_first_visit() -> None:
    slow, fast = Listing(), Listing()
    rarely = slow.visit(20, dates=[NOW - n * DAY for n in range(20)])
    often = fast.visit(20, dates=[NOW - n * 15 * MINUTE for n in range(20)])
    unknown = Listing().visit(20)
    assert often < unknown < rarely
    assert expected_gap(fast.memory, NOW) < HOUR < 12 * HOUR < expected_gap(slow.memory, NOW)  # type: ignore[operator]


def test_dates_that_are_all_of_the_moment_of_the_request_tell_nothing() -> None:
    stamped = Listing()
    assert stamped.visit(20, dates=[NOW - timedelta(seconds=n) for n in range(20)]) == Listing().visit(20)


def test_dates_that_cannot_be_are_not_believed() -> None:
    listing, other = Listing(), Listing()
    listing.visit(3, dates=[NOW + 400 * DAY, NOW - 4000 * DAY])
    other.visit(3)
    for one, dates in ((listing, [NOW - 400 * DAY, NOW + 400 * DAY]), (other, [])):
        one.now += HOUR
        one.visit(1, dates=dates)
    assert Habits(listing.memory).rate == Habits(other.memory).rate or sum(Habits(listing.memory).rate.by_day) == 0  # type: ignore[union-attr]


def test_an_old_article_that_turns_up_says_nothing_of_the_rate() -> None:
    listing = Listing()
    listing.run(1, days=10)
    listing.now += HOUR
    quietly = Habits(listing.memory).rate
    listing.visit(500, dates=[NOW - n * DAY for n in range(100, 600)])
    rate = Habits(listing.memory).rate
    assert quietly is not None
    assert rate is not None
    assert sum(rate.by_day) == pytest.approx(sum(quietly.by_day), rel=0.2)


def test_thousands_of_undated_articles_at_once_are_a_move_and_no_rate() -> None:
    listing = Listing()
    listing.run(10, days=10)
    listing.visit(20_000)
    listing.now += HOUR
    usual = len(listing.run(10, days=10)) / 10
    assert usual < 60


def test_a_crawler_that_was_away_does_not_take_its_absence_for_silence() -> None:
    listing = Listing()
    listing.run(24, days=14)
    before = listing.visit(0)
    listing.now += 30 * DAY
    dates = [listing.now - n * HOUR for n in range(30)]
    assert listing.visit(30, dates=dates) < 2 * before
    gap = expected_gap(listing.memory, listing.now)
    assert gap is not None
    assert 0.6 * HOUR < gap < 1.8 * HOUR


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 200_000)), max_size=30))
def test_no_listing_ever_waits_under_five_minutes_or_over_a_day_and_its_memory_stays_short(
    visits: list[tuple[int, int]],
) -> None:
    listing = Listing()
    for new, late in visits:
        wait = listing.visit(new)
        assert SOONEST <= wait <= LATEST + timedelta(seconds=1)
        assert len(listing.memory or "") <= 600
        listing.now += wait + timedelta(seconds=late)


def test_a_memory_that_cannot_be_read_is_learned_anew_and_what_others_put_there_stays() -> None:
    listing = Listing()
    for text in ("", "[]", "nonsense", '{"rate":{"s":1}}', '{"rate":[],"edits":7,"theirs":1}'):
        listing.memory = text
        assert SOONEST <= listing.visit(1) <= LATEST
    assert '"theirs":1' in (listing.memory or "")


def test_the_gap_to_expect_between_articles_of_a_site() -> None:
    listing = Listing(now=NOW.replace(hour=0))
    assert expected_gap(None, NOW) is None
    assert expected_gap(Listing().site, NOW) is None
    listing.run(20, days=21, hours=range(8, 18))
    now = listing.now.replace(hour=12, minute=30)
    gap = expected_gap(listing.site, now)
    assert gap is not None
    assert gap < 18 * HOUR  # from the evening to the morning
