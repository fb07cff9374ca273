"""robots.txt is asked for once a day, also by a crawl that runs for days, and an interrupted question is no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.custody import Custody
from crawler.keeper import Held
from crawler.leave import Leave
from crawler.origin_files import NotNow, OriginFiles
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


def may(leave: Leave) -> bool:
    return asyncio.run(leave.rules_for(URL, "a")).allows(URL).__class__.__name__ == "Allowed"


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
