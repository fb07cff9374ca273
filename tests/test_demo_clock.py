"""The demo's clock: kept in a file, moved on request, never past the present; and what its moving does to the news."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.demo import FIXED_START, Clock, Newsroom

NOW = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


def test_a_new_clock_stands_two_days_before_now_and_is_written_down(tmp_path: Path) -> None:
    clock = Clock.open(tmp_path / "deep" / "newsroom.json", now=NOW)
    assert clock.at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    again = Clock.open(tmp_path / "deep" / "newsroom.json", now=NOW + timedelta(days=40))
    assert (again.started_at, again.at, again.editions) == (clock.started_at, clock.at, 1)


def test_it_advances_by_half_a_day_to_a_day_until_the_present(tmp_path: Path) -> None:
    clock = Clock.open(tmp_path / "newsroom.json", now=NOW)
    times = [clock.at]
    for _ in range(6):
        times.append(clock.next_edition(now=NOW))
    assert times[-1] == NOW
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert timedelta(hours=12) <= gaps[0] <= timedelta(hours=24)
    assert Clock.open(tmp_path / "newsroom.json", now=NOW).at == NOW


def test_it_never_passes_the_present_and_never_runs_backwards(tmp_path: Path) -> None:
    clock = Clock.open(tmp_path / "newsroom.json", now=NOW)
    assert clock.advance(timedelta(days=400), now=NOW) == NOW
    assert clock.advance(timedelta(days=1), now=NOW - timedelta(days=1)) == NOW
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(days=-1), now=NOW)


def test_a_clock_ahead_of_the_machine_reads_the_present(tmp_path: Path) -> None:
    Clock.open(tmp_path / "newsroom.json", now=NOW).advance(timedelta(days=9), now=NOW)
    assert Clock.open(tmp_path / "newsroom.json", now=NOW - timedelta(hours=5)).at == NOW - timedelta(hours=5)


def test_the_file_is_plain_json(tmp_path: Path) -> None:
    Clock.open(tmp_path / "newsroom.json", now=NOW)
    assert set(json.loads((tmp_path / "newsroom.json").read_text())) == {"started_at", "at", "editions"}


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Clock(datetime(2026, 11, 20))  # noqa: DTZ001


def test_nothing_is_published_or_changed_in_the_future() -> None:
    room = Newsroom(seed=random.getrandbits(32))
    for hours in (0, 5, 12, 30, 200):
        at = FIXED_START + timedelta(hours=hours)
        for article in room.truth(at):
            assert article.published_at <= at
            assert article.modified_at is None or article.published_at < article.modified_at <= at
            assert article.published_at.tzinfo is not None


def test_within_a_day_headlines_change_corrections_appear_articles_vanish_and_come() -> None:
    room = Newsroom(seed=random.getrandbits(32))
    before = {article.url: article for article in room.truth(FIXED_START)}
    after = {article.url: article for article in room.truth(FIXED_START + timedelta(hours=12))}
    both = before.keys() & after.keys()
    assert before.keys() - after.keys(), "nothing vanished"
    assert after.keys() - before.keys(), "nothing new"
    assert [url for url in both if before[url].title != after[url].title]
    corrected = [url for url in both if len(before[url].blocks) < len(after[url].blocks)]
    assert corrected
    for url in corrected:
        assert after[url].modified_at is not None
        assert after[url].blocks[-1].text not in before[url].body
    changed = [url for url in both if before[url].body != after[url].body]
    paragraphs = [sum(b not in after[url].blocks for b in before[url].blocks) for url in changed]
    assert any(paragraphs), "no correction changed a paragraph"


def test_a_published_address_never_moves() -> None:
    room = Newsroom(seed=random.getrandbits(32))
    paths = {(a.outlet, a.published_at, a.authors): a.url for a in room.truth(FIXED_START)}
    for article in room.truth(FIXED_START + timedelta(days=3)):
        assert paths.get((article.outlet, article.published_at, article.authors), article.url) == article.url


def test_news_goes_on_for_months() -> None:
    room = Newsroom(seed=random.getrandbits(32))
    late = room.truth(FIXED_START + timedelta(days=60))
    assert len(late) > 400
    assert len({article.url for article in late}) == len(late)
    assert max(article.published_at for article in late) > FIXED_START + timedelta(days=59)
