"""Between the wire and the acknowledgement: what is promised of a capture holds at midnight and in a crash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Exchange
from crawler.custody import Custody, Visit
from crawler.intake.candidates import asked_for, seeds
from crawler.keeper import Held
from crawler.sites import load_sites
from crawler.spiders import NewsSpider
from crawler.verification import verify

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
URL = "http://a.localhost/2026/story"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(home: Path, kit: Any, clock: Clock) -> Iterator[Callable[..., Custody]]:
    """Begins a crawl on the archive; what is still open at the end is closed."""
    begun: list[Custody] = []

    def begin(stanza: str = 'name = "a"\nhome = "http://a.localhost/"\ndelay_seconds = 10') -> Custody:
        kit.write_sites(home, stanza)
        begun.append(Custody(home, load_sites(home / "sites.toml"), clock=clock))
        return begun[-1]

    yield begin
    for custody in begun:
        if custody._lock.is_locked:
            custody.close()


def crash(custody: Custody) -> None:
    """What a kill leaves: files as they are, the lock free, nothing finished."""
    custody.log.close()
    if custody.writer._file is not None:
        custody.writer._file._file.close()
        custody.writer._file._notes.close()
    custody.frontier.close()
    custody._lock.release()


def visit(custody: Custody, url: str = URL) -> Visit:
    site = custody.sites["a"]
    return custody.begin(
        custody.frontier.take(asked_for(url, site, batch="b", now=custody.clock()), now=custody.clock())
    )


def fetch(custody: Custody, url: str = URL, response: bytes = PAGE, truncated: str | None = None) -> Visit:
    """A visit that captured `response`, not finished."""
    begun = visit(custody, url)
    exchange = Exchange(
        url=url, started_at=custody.clock(), request=b"GET / HTTP/1.1\r\n\r\n", response=response, ip_address=None,
        truncated=truncated,
    )  # fmt: skip
    begun.started_at = custody.clock()
    begun.etag = '"v1"'
    custody.capture(begun, exchange)
    return begun


def test_what_is_cut_off_is_no_base_for_a_revisit_nor_for_a_conditional_request(start: Any) -> None:
    custody = start()
    custody.finish(fetch(custody, truncated="length"))
    custody.flush()
    assert custody.frontier.earlier_capture(URL) is None
    again = fetch(custody)
    assert (again.lease.etag, again.written.record_type) == (None, "response")
    custody.finish(again)
    custody.flush()
    third = fetch(custody, truncated="disconnect")
    assert (third.lease.etag, third.written.record_type) == ('"v1"', "response")
    custody.finish(third)
    custody.flush()
    fourth = fetch(custody)
    assert (fourth.lease.etag, fourth.written.record_type) == (None, "revisit")
    custody.finish(fourth)


def test_a_day_ends_while_a_crawl_runs(start: Any, home: Path, clock: Clock) -> None:
    custody = start()
    late, *others = (fetch(custody, f"{URL}/{n}") for n in range(3))
    for one in others:
        custody.finish(one)
    clock.pass_(seconds=4)
    custody.finish(fetch(custody, f"{URL}/tomorrow"))
    custody.finish(late)
    custody.finish(fetch(custody, f"{URL}/later"))
    report = custody.close()
    assert report.crawl_dates == ("2026-11-22", "2026-11-23")
    assert (len(report.warc_files), report.attempts, report.captured) == (2, 5, 5)
    logs = {p.parent.name: p.read_text().splitlines() for p in home.glob("archive/*/*.crawl.jsonl")}
    assert {day: len(lines) for day, lines in logs.items()} == {"crawl_date=2026-11-22": 3, "crawl_date=2026-11-23": 2}
    for day, lines in logs.items():
        assert {f"crawl_date={json.loads(line)['at'][:10]}" for line in lines} == {day}
    assert list(verify(home)) == []


def test_a_kill_just_after_a_file_was_closed_leaves_no_capture_out_of_the_ledger(
    start: Any, home: Path, clock: Clock
) -> None:
    custody = start()
    custody.finish(fetch(custody, f"{URL}/1"))
    fetch(custody, f"{URL}/2")  # being read
    clock.pass_(hours=2)
    fetch(custody, f"{URL}/3")  # closes the file of the two before
    custody.flush()
    crash(custody)
    clock.pass_(seconds=1)
    custody = start()
    assert custody.recovered == 2
    custody.close()
    assert list(verify(home)) == []


def test_a_page_that_was_archived_and_not_read_when_the_crawl_ended_is_asked_for_again_whole(
    start: Any, home: Path, clock: Clock
) -> None:
    custody = start()
    fetch(custody)
    assert custody.close().captured == 1
    assert list(verify(home)) == []
    clock.pass_(seconds=1)
    custody = start()
    lease = custody.frontier.lease("a.localhost", now=clock(), sites=["a"])
    assert lease is not None
    assert (lease.url, lease.etag) == (URL, None), "a 304 would name none of its links"
    custody.frontier.release([lease])


def test_after_a_crash_the_domain_that_was_being_asked_has_its_delay(start: Any, clock: Clock) -> None:
    custody = start()
    visit(custody)
    crash(custody)
    clock.pass_(seconds=1)
    assert start().politeness.free_at("a.localhost") == pytest.approx(clock().timestamp() + 10)


def test_a_disk_that_refuses_ends_the_crawl_and_what_it_took_is_whole(
    start: Any, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody = start()
    custody.finish(fetch(custody, f"{URL}/1"))
    custody.flush()
    full = OSError(28, "No space left on device")

    def refuse(*_: object, **__: object) -> None:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr(custody.writer, "write", refuse)
        with pytest.raises(OSError, match="No space"):
            fetch(custody, f"{URL}/2")
        assert (custody.stopping, custody.error) == ("error", f"{home / 'archive'}: {full}")
    custody.finish(fetch(custody, f"{URL}/3"))
    with monkeypatch.context() as patched:
        patched.setattr(custody.log, "sync", refuse)
        assert custody.flush() is False
        report = custody.close()
    assert report.error is not None
    assert "No space left" in report.error
    clock.pass_(seconds=1)
    start().close()
    assert list(verify(home)) == []


def test_a_url_that_is_asked_for_twice_at_once_is_two_attempts(start: Any, home: Path, kit: Any) -> None:
    custody = start()
    first, second = fetch(custody), fetch(custody)
    assert custody.in_flight == 2
    custody.finish(second)
    assert custody.is_busy("a.localhost")
    report = custody.close()
    assert first.finished
    assert (report.attempts, report.captured) == (2, 2) == (len(kit.log_lines(home)), report.captured)
    assert list(verify(home)) == []


def test_a_site_with_a_new_name_keeps_what_is_known_of_it(start: Any) -> None:
    custody = start()
    custody.finish(fetch(custody))
    custody.close()
    renamed = start('name = "b"\nhome = "http://a.localhost/"')
    [counts] = renamed.frontier.site_counts(now=renamed.clock())
    assert (counts.site, counts.visited) == ("b", 1)
    renamed.close()
    gone = start('name = "other"\nhome = "http://other.localhost/"')
    assert [c.site for c in gone.frontier.site_counts(now=gone.clock())] == ["b"], "kept for the day it comes back"


def news(custody: Custody, monkeypatch: pytest.MonkeyPatch) -> NewsSpider:
    spider = NewsSpider()
    monkeypatch.setattr(NewsSpider, "custody", custody)
    monkeypatch.setattr(Held, "custody", custody)
    return spider


def ends_within(seconds: float, spider: NewsSpider) -> bool:
    async def run() -> bool:
        requests = spider.start()
        try:
            await asyncio.wait_for(anext(requests), seconds)
        except TimeoutError:
            return False
        except StopAsyncIteration:
            return True
        raise AssertionError("a request, though it is not the domain's turn")

    return asyncio.run(run())


@pytest.mark.parametrize(("rest_seconds", "ends"), [(10, False), (200, False), (3600, True)])
def test_the_turn_of_a_slow_site_is_waited_for_and_a_long_rest_is_not(
    start: Any, monkeypatch: pytest.MonkeyPatch, rest_seconds: float, ends: bool
) -> None:
    custody = start()
    custody.politeness.wait("a.localhost", until=custody.clock().timestamp() + rest_seconds)
    assert ends_within(0.2, news(custody, monkeypatch)) is ends


def test_what_sites_toml_no_longer_wants_is_refused(
    start: Any, home: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody = start()
    custody.frontier.add(seeds(custody.sites["a"], now=custody.clock()))
    custody.close()
    custody = start('name = "a"\nhome = "http://a.localhost/news/"\nexclude = ["/$"]')
    spider = news(custody, monkeypatch)

    async def first() -> Any:
        return await anext(spider.start())

    assert asyncio.run(first()).url == "http://a.localhost/news/"
    custody.close()
    [line] = kit.log_lines(home)
    assert (line["url"], line["reason"], line["detail"]) == ("http://a.localhost/", "scope", "pattern, exclude '/$'")
