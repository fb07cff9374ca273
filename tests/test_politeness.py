"""No two requests to a registrable domain are closer than they may be, whatever its servers answer."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness import Politeness

DOMAINS = ("a.example", "b.example", "c.example")
DELAYS = {"a.example": 5.0, "b.example": 0.5, "c.example": 0.0}

answers = st.tuples(
    st.sampled_from(DOMAINS),
    st.sampled_from((200, 200, 200, 304, 404, 429, 503, None)),
    st.one_of(st.none(), st.integers(0, 600).map(lambda s: timedelta(seconds=s))),
    st.floats(0, 20),  # how long the answer took
    st.booleans(),  # whether the process died after it
)


@given(st.lists(answers, min_size=50, max_size=200))
def test_requests_are_never_closer_than_the_delay_and_the_servers_wish(steps: list) -> None:
    polite = Politeness(DELAYS.__getitem__)
    polite.set_crawl_delay("b.example", 2.0, origin="https://b.example")
    least = {"a.example": 5.0, "b.example": 2.0, "c.example": 0.0}
    now, last, asked_to_wait_until = 1_000_000.0, dict[str, float](), dict[str, float]()
    for domain, status, retry_after, took, dies in steps:
        free_at = polite.free_at(domain)
        assert free_at is not None
        now = max(now, free_at)
        if domain in last:
            assert now - last[domain] >= least[domain] - 1e-6
        assert now >= asked_to_wait_until.get(domain, 0.0)
        polite.take(domain, now=now)
        last[domain] = now
        assert polite.free_at(domain) is None, "a second request while one is under way"
        now += took
        polite.give_back(domain, now=now, status=status, retry_after=retry_after)
        if status in (429, 503) and retry_after is not None:
            asked_to_wait_until[domain] = now + retry_after.total_seconds()
        if dies:
            state = polite.state()
            polite = Politeness(DELAYS.__getitem__)
            polite.set_crawl_delay("b.example", 2.0, origin="https://b.example")
            for name, turn in state.items():
                polite.remember(name, turn)


def test_429_doubles_the_delay_and_twenty_successes_halve_it_back() -> None:
    polite = Politeness(lambda _: 4.0)
    for expected, status in ((8.0, 429), (16.0, 503)):
        polite.take("a.example", now=0)
        polite.give_back("a.example", now=1, status=status)
        assert polite.delay_seconds("a.example") == expected
    for _ in range(20):
        polite.take("a.example", now=0)
        polite.give_back("a.example", now=1, status=200)
    assert polite.delay_seconds("a.example") == 8.0


def test_the_largest_of_delay_and_crawl_delay_counts() -> None:
    polite = Politeness(lambda _: 1.0)
    polite.set_crawl_delay("a.example", 7.5, origin="https://www.a.example")
    polite.set_crawl_delay("a.example", None, origin="https://a.example")
    assert polite.delay_seconds("a.example") == 7.5
