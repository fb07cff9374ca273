"""The benchmarks of the schedule in small: fresher than simple rules at the same number of requests, edits are seen."""

from __future__ import annotations

import pytest
import schedule_edits
import schedule_freshness
from headline_changes import editing_sites
from publication_traces import sources


def test_new_articles_are_found_sooner_than_by_simple_rules_at_the_same_number_of_requests() -> None:
    result = schedule_freshness.compare(sources(201, count=30, days=21), 21)
    assert all(0.99 < spent < 1.01 for spent in result.spent)
    assert result.mean <= 0.75
    assert result.p95 <= 1.1
    assert result.longest_hours <= 24
    assert result.memory_bytes <= 600


def test_most_headline_changes_that_somebody_sees_every_15_minutes_are_seen_with_six_fetches() -> None:
    sites = editing_sites(201, sites=8, stories=200)
    never_told, told = schedule_edits.observe(sites, told=0.0), schedule_edits.observe(sites, told=1.0)
    assert never_told.changes > 100
    assert never_told.share > schedule_edits.observe_usual(sites).share - 0.02
    assert never_told.share >= 0.82
    assert told.share >= 0.9
    assert never_told.most_extra == told.most_extra == 6


@pytest.mark.thorough
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [101, 102])
def test_freshness_in_full(seed: int) -> None:
    result = schedule_freshness.compare(sources(seed, count=300, days=60), 60)
    assert result.mean <= 0.75
    assert result.p95 <= 1.1
    assert result.oracle_mean <= result.mean
    assert result.longest_hours <= 24
    assert result.woken >= 15
    assert result.at_their_rate >= 0.9 * result.woken


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [101, 102, 103])
def test_edits_in_full(seed: int) -> None:
    sites = editing_sites(seed, sites=30, stories=800)
    half = schedule_edits.observe(sites, told=0.5)
    assert half.share >= 0.90
    assert half.most_extra <= 6
    assert schedule_edits.observe(sites, told=0.0).share >= 0.85
