"""What a crawl counts by site while it runs: outcomes, trouble, times; told when it changes, each site once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.archive import Written
from crawler.crawl_log import Attempt
from crawler.options import SiteProgress
from crawler.watch.tally import WITHIN_SECONDS, Tally

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def captured(status: int | None = 200, *, site: str = "a", seconds: float = 0.2, record: str = "response") -> Attempt:
    written = Written(
        capture_id="x", warc_file="f", offset=0, length=900, record_type=record, payload_digest=None, captured_at=AT,
        status=status, body_bytes=3000, stored_bytes=1000,
    )  # fmt: skip
    return Attempt(
        at=AT, site=site, url=f"http://{site}.example/", kind="article", outcome="captured", status=status,
        written=written, elapsed_seconds=seconds,
    )  # fmt: skip


def missed(outcome: str, reason: str, *, site: str = "a") -> Attempt:
    return Attempt(
        at=AT, site=site, url=f"http://{site}.example/", kind="article", outcome=outcome, reason=reason, status=None
    )


def rest(_: str) -> tuple[float, str | None]:
    return 0.0, None


def after(tally: Tally, *attempts: Attempt, **more: Any) -> SiteProgress:
    for attempt in attempts:
        tally.began(attempt.site)
        tally.ended(attempt, **more)
    return {site.site: site for site in tally.news(rest)}["a"]


@pytest.mark.parametrize(
    ("attempts", "trouble"),
    [
        ([captured(200)], None),
        ([captured(304, record="revisit")], None),
        ([captured(404)], None),  # one page that is gone is no trouble of its site
        ([missed("refused", "robots")], None),  # nor what it forbids
        ([missed("refused", "scope")], None),
        ([captured(503)], "503"),
        ([captured(429)], "429"),
        ([captured(403)], "403"),
        ([missed("failed", "timeout")], "timeout"),
        ([missed("refused", "address")], "address"),
        ([captured(None)], "no HTTP"),
        ([missed("failed", "timeout"), captured(200)], None),
        ([captured(503), missed("refused", "robots")], "503"),
        ([captured(503), captured(404)], "503"),
    ],
)
def test_what_counts_as_trouble(attempts: list[Attempt], trouble: str | None) -> None:
    assert after(Tally(["a"]), *attempts).trouble == trouble


def test_everything_is_counted_once() -> None:
    tally = Tally(["a", "b"])
    tally.began("a")  # and still under way
    told = after(
        tally, captured(200, seconds=0.2), captured(304, record="revisit", seconds=7.0), captured(200, site="b"),
        missed("failed", "dns"), missed("failed", "dns"), missed("refused", "robots"), received_bytes=10,
    )  # fmt: skip
    assert (told.captured, told.revisits, told.failed, told.refused, told.in_flight) == (2, 1, 2, 1, 1)
    assert (told.archived_bytes, told.received_bytes, told.slowest_seconds) == (2000, 50, 7.0)
    assert told.succeeded_at == AT.timestamp() + 7.0
    assert tally.answers == {"response 200": 2, "revisit 304": 1}
    assert (tally.failures, tally.refusals) == ({"dns": 2}, {"robots": 1})
    assert (tally.slowest_seconds, tally.slowest_url) == (7.0, "http://a.example/")
    tally.gave_back("a")
    assert [site.in_flight for site in tally.news(rest)] == [0]


@pytest.mark.parametrize("place", range(len(WITHIN_SECONDS) + 1))
def test_an_answer_is_counted_where_its_time_is_within(place: int) -> None:
    tally = Tally(["a"])
    seconds = (*WITHIN_SECONDS, 31.0)[place]
    after(tally, captured(seconds=seconds))
    assert [n for n, times in enumerate(tally.answers_within) if times] == [place]
    assert tally.answer_seconds == seconds


def test_only_what_changed_is_told_the_longest_unsaid_first() -> None:
    tally = Tally(f"s{n:02}" for n in range(10))
    assert [site.site for site in tally.news(rest, limit=4)] == ["s00", "s01", "s02", "s03"]
    tally.began("s00")
    assert [site.site for site in tally.news(rest, limit=6)] == [f"s{n:02}" for n in range(4, 10)]
    assert [site.site for site in tally.news(rest)] == ["s00"]
    assert tally.news(rest) == ()
    tally.due({"s03": 5})
    assert [(site.site, site.due) for site in tally.news(rest)] == [("s03", 5)]
    tally.due({"s03": 5})
    assert tally.news(rest) == ()
    tally.due({})
    tally.found({"s07": 3, "s08": 0})
    assert [(site.site, site.due, site.new_articles) for site in tally.news(rest)] == [("s03", 0, 0), ("s07", 0, 3)]
    assert tally.new_articles == 3
    tally.found({"s07": 3})
    assert tally.news(rest) == ()
