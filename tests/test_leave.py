"""robots.txt, tdmrep.json and ai.txt are asked for as often as they may change; a question cut short is no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.custody import Custody
from crawler.keeper import Held
from crawler.manners.leave import Leave
from crawler.manners.optout_files import TDMREP
from crawler.manners.origin_files import NotNow, OriginFiles
from crawler.manners.reservations import Reservations
from crawler.manners.robots import Allowed, parse_robots
from crawler.sites import load_sites

URL = "http://a.localhost/2026/story"


class Crawler:
    """As much of Scrapy's crawler as Leave sees: answers in turn, and what was asked."""

    def __init__(self, custody: Custody, *answers: Any) -> None:
        self.custody, self.answers, self.asked = custody, list(answers), list[Request]()
        self.engine = self

    def get_extension(self, _: type) -> Any:
        return self

    async def download_async(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if answer is NotNow:
            request.meta["visit"].released = True
            raise TimeoutError("the crawl is stopping")
        if answer is None:
            request.meta["visit"].reason = "timeout"
            raise TimeoutError("nothing came")
        if isinstance(answer, Response):
            return answer
        return Response(request.url, body=answer, request=request)


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 11, 22, 9, 20, tzinfo=UTC)]


@pytest.fixture
def custody(home: Path, kit: Any, now: list[datetime], monkeypatch: pytest.MonkeyPatch) -> Iterator[Custody]:
    kit.write_sites(home, 'name = "a"\nhome = "http://a.localhost/"\ndelay_seconds = 0')
    held = Custody(home, load_sites(home / "sites.toml"), clock=lambda: now[0])
    monkeypatch.setattr(Held, "custody", held)
    yield held
    held.close()


def may(leave: Leave, url: str = URL) -> bool:
    return isinstance(asyncio.run(leave.rules_for(url, "a")).allows(url), Allowed)


def test_rules_hold_for_a_day(custody: Custody, now: list[datetime]) -> None:
    crawler = Crawler(custody, b"", b"User-agent: *\nDisallow: /")
    leave = Leave(OriginFiles(crawler))  # type: ignore[arg-type]
    assert may(leave)
    now[0] += timedelta(hours=23)
    assert may(leave)
    now[0] += timedelta(hours=2)
    assert not may(leave)
    assert len(crawler.asked) == 2
    assert not may(Leave(OriginFiles(Crawler(custody)))), "another crawl has them from the frontier"  # type: ignore[arg-type]


def test_what_could_not_be_fetched_forbids_everything_for_half_an_hour(custody: Custody, now: list[datetime]) -> None:
    leave = Leave(OriginFiles(Crawler(custody, None, b"")))  # type: ignore[arg-type]
    assert not may(leave)
    now[0] += timedelta(minutes=29)
    assert not may(leave)
    now[0] += timedelta(minutes=2)
    assert may(leave)


def test_a_304_stands_only_for_what_is_known_of_that_very_file(custody: Custody, now: list[datetime]) -> None:
    """One host's robots.txt leads to another's, which was read before: nothing may open by that."""
    rules, new = b"User-agent: *\nDisallow: /", "http://new.a.localhost/robots.txt"
    moved = Response("http://a.localhost/robots.txt", status=301, headers={"Location": new})
    crawler = Crawler(custody, moved, Response(new, body=rules))
    assert not may(Leave(OriginFiles(crawler)))  # type: ignore[arg-type]
    assert [r.meta["conditional"] for r in crawler.asked] == [False, False], "of the second file nothing is kept"
    for answer in (None, Response(new, status=304), Response(new, status=404, body=b"gone"), Response(new, status=304)):
        now[0] += timedelta(hours=25)
        crawler = Crawler(custody, moved if answer is None else answer, answer)
        assert may(Leave(OriginFiles(crawler))) is (answer is not None and answer.status == 404)  # type: ignore[arg-type]
        assert crawler.asked[0].meta["conditional"]
    assert custody.frontier.robots("http://a.localhost").body == rules, "kept through what could not be read"


def test_a_question_that_was_cut_short_is_no_answer(custody: Custody) -> None:
    leave = Leave(OriginFiles(Crawler(custody, NotNow, b"")))  # type: ignore[arg-type]
    with pytest.raises(NotNow):
        may(leave)
    assert custody.frontier.robots("http://a.localhost") is None
    assert may(leave)


ROBOTS = "http://a.localhost/robots.txt"
OPEN, SHUT = b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", b"User-agent: *\nDisallow: /\n"
OUT_OF_ORDER = (None, Response(ROBOTS, status=500), Response(ROBOTS, status=503))


@pytest.mark.parametrize("broken", OUT_OF_ORDER, ids=["no answer", "500", "503"])
def test_a_copy_speaks_for_a_server_out_of_order_for_30_days(
    custody: Custody, now: list[datetime], broken: Response | None
) -> None:
    """RFC 9309 §2.3.1.4. Asked again every half hour, and a new answer counts at once."""
    began = now[0]
    assert may(Leave(OriginFiles(Crawler(custody, OPEN))))  # type: ignore[arg-type]
    for hours in (25, 24 * 10, 24 * 30 - 1):
        now[0] = began + timedelta(hours=hours)
        crawler = Crawler(custody, broken, SHUT if hours == 25 else broken, OPEN)
        leave = Leave(OriginFiles(crawler))  # type: ignore[arg-type]
        assert may(leave), f"{hours} hours after it was read"
        assert not may(leave, "http://a.localhost/private/x"), "the copy's rules, and not none"
        assert custody.politeness.delay_seconds("a.localhost") == 2.0
        assert len(crawler.asked) == 1
        if hours == 25:
            now[0] += timedelta(minutes=31)
            assert not may(leave), "another answer"
            now[0] += timedelta(hours=25)
            assert may(leave)
            began = now[0]
    now[0] = began + timedelta(days=30, minutes=1)
    rules = asyncio.run(Leave(OriginFiles(Crawler(custody, broken))).rules_for(URL, "a"))  # type: ignore[arg-type]
    assert "robots.txt" in str(rules.everything)


def test_a_robots_txt_that_was_taken_away_leaves_no_copy(custody: Custody, now: list[datetime]) -> None:
    assert not may(Leave(OriginFiles(Crawler(custody, SHUT))))  # type: ignore[arg-type]
    now[0] += timedelta(hours=25)
    assert may(Leave(OriginFiles(Crawler(custody, Response(ROBOTS, status=404)))))  # type: ignore[arg-type]
    now[0] += timedelta(hours=25)
    leave = Leave(OriginFiles(Crawler(custody, Response(ROBOTS, status=503))))  # type: ignore[arg-type]
    rules = asyncio.run(leave.rules_for(URL, "a"))
    assert rules.everything is not None


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 451])
def test_4xx_allows_all(custody: Custody, status: int) -> None:
    assert may(Leave(OriginFiles(Crawler(custody, Response(ROBOTS, status=status, body=SHUT)))))  # type: ignore[arg-type]


def test_half_a_robots_txt_is_none(custody: Custody) -> None:
    class CutShort(Crawler):
        async def download_async(self, request: Request) -> Response:
            request.meta["visit"].written = SimpleNamespace(truncated="disconnect", record_type="response", status=200)
            self.asked.append(request)
            return Response(request.url, body=b"User-agent: *\nDisallow: /pri", request=request)

    crawler = CutShort(custody)
    custody.finish = lambda visit: None  # type: ignore[method-assign,assignment,misc]
    custody.settle = lambda domain: None  # type: ignore[method-assign,assignment,misc]
    rules = asyncio.run(Leave(OriginFiles(crawler)).rules_for(URL, "a"))  # type: ignore[arg-type]
    assert rules.everything is not None
    assert "broke off after 28 bytes: disconnect" in rules.everything.detail
    assert len(crawler.asked) == 2, "after a connection that broke it is tried once more"


def test_five_redirects_are_followed_across_hosts_and_speak_for_the_first_authority(custody: Custody) -> None:
    hops = [f"http://h{n}.other.localhost:90{n}/r{n}.txt" for n in range(6)]

    def chain(number: int) -> list[Response]:
        at = [ROBOTS, *hops]
        moved = [Response(at[n], status=302, headers={"Location": at[n + 1]}) for n in range(number)]
        return [*moved, Response(at[number], body=SHUT)]

    five = Crawler(custody, *chain(5), OPEN)
    leave = Leave(OriginFiles(five))  # type: ignore[arg-type]
    assert not may(leave)
    assert [request.url for request in five.asked] == [ROBOTS, *hops[:5]]
    assert may(leave, "http://h4.other.localhost:904/x"), "that host's own rules are those of its own robots.txt"
    six = Crawler(custody, *chain(6))
    custody.frontier.refresh([], now=custody.clock())
    assert may(Leave(OriginFiles(six))), "more than five: as if there were none"  # type: ignore[arg-type]
    assert len(six.asked) == 6


def test_scheme_and_port_are_of_the_origin(custody: Custody) -> None:
    crawler = Crawler(custody, SHUT, OPEN, SHUT, OPEN)
    leave = Leave(OriginFiles(crawler))  # type: ignore[arg-type]
    urls = ("http://a.localhost/x", "http://a.localhost:8080/x", "https://a.localhost/x", "http://www.a.localhost/x")
    assert [may(leave, url) for url in urls] == [False, True, False, True]
    assert [may(leave, url) for url in urls] == [False, True, False, True]
    assert [request.url.removesuffix("/robots.txt") for request in crawler.asked] == [
        url.removesuffix("/x") for url in urls
    ]


STORY = "http://a.localhost/2026/story"
AI_TXT = b"User-Agent: *\nDisallow: *.html\n"
NOTHING_THERE = Response("http://a.localhost/x", status=404)


def said(custody: Custody, *answers: Any, ask: bool = True, robots: bytes = b"") -> tuple[tuple[str, ...], list[str]]:
    """What a new crawl takes STORY's origin to reserve, and what it asked for that."""
    crawler = Crawler(custody, *answers)
    rules = parse_robots(200, robots, agent="broadsheet")
    signals = Reservations(OriginFiles(crawler)).signals_for(STORY, "a", rules, ask=ask)  # type: ignore[arg-type]
    return asyncio.run(signals), [urlsplit(request.url).path for request in crawler.asked]


def test_tdmrep_json_and_ai_txt_are_asked_for_once_a_day_or_where_there_is_none_once_a_week(
    custody: Custody, now: list[datetime]
) -> None:
    disallowed = ("ai.txt: Disallow: *.html",)
    assert said(custody, NOTHING_THERE, AI_TXT) == (disallowed, [TDMREP, "/ai.txt"])
    assert said(custody) == (disallowed, [])
    now[0] += timedelta(hours=23)
    assert said(custody) == (disallowed, [])
    now[0] += timedelta(hours=2)
    assert said(custody, AI_TXT) == (disallowed, ["/ai.txt"])
    now[0] += timedelta(days=6)
    assert said(custody, NOTHING_THERE, NOTHING_THERE) == ((), [TDMREP, "/ai.txt"]), "taken away"
    now[0] += timedelta(days=6)
    assert said(custody) == ((), [])
    assert said(custody, ask=False) == ((), [])


def test_what_was_reserved_holds_while_the_server_is_out_of_order(custody: Custody, now: list[datetime]) -> None:
    tdmrep = b'[{"location": "/", "tdm-reservation": 1}]'
    reserved = ('tdmrep.json: {"location": "/", "tdm-reservation": 1}',)
    assert said(custody, tdmrep, NOTHING_THERE)[0] == reserved
    for days in (2, 20):
        now[0] += timedelta(days=days)
        busy = Response("http://a.localhost/x", status=503)
        assert said(custody, busy, busy)[0] == reserved
        assert said(custody) == (reserved, []), "asked again the next day, not by every crawl"
    now[0] += timedelta(days=10)
    assert said(custody, None, None)[0] == (), "after 30 days nobody knows"


def test_robots_txt_decides_on_them_and_speaks_for_itself(custody: Custody) -> None:
    robots = b"User-agent: *\nDisallow: /.well-known/\nContent-Signal: ai-train=no\n"
    signals, asked = said(custody, AI_TXT, robots=robots)
    assert signals == ("robots.txt Content-Signal: ai-train=no", "ai.txt: Disallow: *.html")
    assert asked == ["/ai.txt"]


def test_ten_pages_at_once_ask_once(custody: Custody) -> None:
    crawler = Crawler(custody, OPEN, NOTHING_THERE, AI_TXT)
    files = OriginFiles(crawler)  # type: ignore[arg-type]
    leave, reservations = Leave(files), Reservations(files)

    async def page(number: int) -> tuple[str, ...]:
        rules = await leave.rules_for(f"{STORY}/{number}", "a")
        return await reservations.signals_for(f"{STORY}/{number}", "a", rules, ask=True)

    async def ten() -> list[tuple[str, ...]]:
        return await asyncio.gather(*map(page, range(10)))

    assert asyncio.run(ten()) == [("ai.txt: Disallow: *.html",)] * 10
    assert len(crawler.asked) == 3
