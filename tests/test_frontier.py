"""The frontier hands each URL to one process at a time, forgets none, and keeps what it acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import Announcement, Written
from crawler.errors import FrontierNewer
from crawler.frontier.leases import Candidate, Completion, KeptFile
from crawler.frontier.store import Frontier

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)


def candidate(
    url: str, *, kind: str = "article", channel: str = "feed", priority: int = 4, **more: object
) -> Candidate:
    said = Announcement(channel=channel, source_url="http://a.example/feed", title="A title", seen_at=NOW)
    values = {"site": "a", "domain": "a.example", "due_at": NOW, "announcement": said} | more
    return Candidate(url=url, kind=kind, priority=priority, **values)  # type: ignore[arg-type]


def written(n: int = 1, **more: object) -> Written:
    values = {
        "capture_id": f"00000000-0000-0000-0000-{n:012d}", "warc_file": "crawl_date=2026-11-22/x.warc.gz", "offset": n,
        "length": 10, "record_type": "response", "payload_digest": "sha1:AAAA", "captured_at": NOW, "status": 200,
        "body_bytes": 5,
    } | more  # fmt: skip
    return Written(**values)  # type: ignore[arg-type]


@pytest.fixture
def frontier(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Frontier(tmp_path / "frontier.sqlite", owner="test")
    yield made
    made.close()


def lease(frontier: Frontier, now: datetime = NOW):  # type: ignore[no-untyped-def]
    return frontier.lease("a.example", now=now, sites=["a"])


def test_a_url_is_leased_once_and_the_most_urgent_first(frontier: Frontier) -> None:
    assert (
        frontier.add([candidate("http://a.example/1"), candidate("http://a.example/feed", kind="feed", priority=2)])
        == 2
    )
    first, second = lease(frontier), lease(frontier)
    assert (first.url, second.url) == ("http://a.example/feed", "http://a.example/1")
    assert lease(frontier) is None


def test_a_known_url_gains_the_announcement_and_keeps_its_schedule(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/1")])
    assert frontier.add([candidate("http://a.example/1", channel="sitemap", due_at=NOW + timedelta(days=1))]) == 0
    assert {a.channel for a in lease(frontier).announcements} == {"feed", "sitemap"}


def test_an_acknowledged_url_comes_back_when_it_is_due_again_with_its_validators(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/1")])
    done = Completion(
        lease=lease(frontier), answered=True, status=200, next_visit_at=NOW + timedelta(hours=1), at=NOW,
        written=written(), etag='"v1"', last_modified=None, found=(candidate("http://a.example/2"),),
    )  # fmt: skip
    assert frontier.complete([done]) == 1
    second = lease(frontier)
    assert second.url == "http://a.example/2"
    assert lease(frontier) is None
    frontier.complete([Completion(lease=second, answered=True, status=200, next_visit_at=None, at=NOW)])
    again = lease(frontier, NOW + timedelta(hours=1))
    assert (again.url, again.etag, again.visits) == ("http://a.example/1", '"v1"', 1)
    earlier = frontier.earlier_capture("http://a.example/1")
    assert earlier is not None
    assert (earlier.captured_at, earlier.payload_digest) == (NOW, "sha1:AAAA")


def test_a_lease_of_a_dead_process_is_taken_back(tmp_path: Path) -> None:
    dead = Frontier(tmp_path / "f.sqlite", owner="dead")
    dead.add([candidate("http://a.example/1")])
    assert lease(dead) is not None
    dead.close()
    alive = Frontier(tmp_path / "f.sqlite", owner="alive")
    assert lease(alive) is None
    assert alive.take_over()
    assert lease(alive) is not None
    alive.close()


def test_a_lease_runs_out_by_itself(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/1")])
    assert lease(frontier) is not None
    assert lease(frontier, NOW + timedelta(minutes=11)) is not None


def test_refresh_makes_everything_due(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/1", due_at=None), candidate("http://a.example/2", due_at=None)])
    assert lease(frontier) is None
    assert frontier.refresh(["a"], now=NOW) == 2
    assert lease(frontier) is not None


def test_a_persons_request_is_served_alone(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/1"), candidate("http://a.example/2", batch="b1")])
    asked = frontier.lease("a.example", now=NOW, sites=["a"], batch="b1")
    assert asked is not None
    assert asked.url == "http://a.example/2"
    assert frontier.lease("a.example", now=NOW, sites=["a"], batch="b1") is None


def test_a_place_where_nothing_was_three_times_is_not_due_again_by_being_named(frontier: Frontier) -> None:
    guess = candidate("http://a.example/feed/", kind="feed", channel="seed")
    for _ in range(3):
        frontier.add([candidate(guess.url, kind="feed", channel="request", batch="b")])
        gone = Completion(lease=lease(frontier), answered=True, failed=True, status=404, next_visit_at=None, at=NOW)
        frontier.complete([gone])
        frontier.close_batches()
    frontier.add([guess])
    assert lease(frontier) is None


def test_a_page_that_turns_out_to_be_a_feed_is_read_whole_and_soon(frontier: Frontier) -> None:
    frontier.add([candidate("http://a.example/f", kind="page")])
    done = Completion(
        lease=lease(frontier), answered=True, status=200, next_visit_at=NOW + timedelta(days=1), at=NOW,
        written=written(), etag='"v1"',
    )  # fmt: skip
    frontier.complete([done])
    frontier.add([candidate("http://a.example/f", kind="feed", channel="home")])
    again = lease(frontier)
    assert (again.kind, again.etag) == ("feed", None)


LAYOUT_2 = """
create table url (
    id integer primary key, url text not null unique, site text not null, domain text not null, kind text not null,
    batch text, depth integer not null default 0, hops integer not null default 0, hop_from text,
    priority integer not null, due_at real, lease_until real, lease_by text, first_seen_at real not null,
    visited_at real, visits integer not null default 0, failures integer not null default 0, status integer, etag text,
    last_modified text
);
create index url_due on url (domain, priority, due_at) where due_at is not null;
create table announcement (
    url_id integer not null references url (id), channel text not null, source_url text not null, title text,
    published_raw text, seen_at real not null, primary key (url_id, channel, source_url)
) without rowid;
create table capture (
    capture_id text primary key, url text not null, captured_at text not null, record_type text not null,
    status integer, payload_digest text, warc_file text not null, record_offset integer not null,
    record_length integer not null, truncated text
) without rowid;
create table domain (domain text primary key, next_at real not null) without rowid;
create table robots (
    origin text primary key, fetched_at real not null, status integer, body blob not null
) without rowid;
insert into url
    (id, url, site, domain, kind, priority, due_at, lease_until, lease_by, first_seen_at, visits, etag) values
    (7, 'http://a.example/feed', 'a', 'a.example', 'feed', 2, 1.5, 99, 'dead', 1.0, 3, '"v1"'),
    (9, 'http://a.example/1?x=y', 'a', 'a.example', 'article', 4, 2.5, null, null, 1.0, 0, null),
    (11, 'http://a.example/robots.txt', 'a', 'a.example', 'robots', 0, null, null, null, 1.0, 1, null);
insert into announcement values
    (9, 'feed', 'http://a.example/feed', 'A title', 'Sun', 1.0), (7, 'seed', '', null, null, 1.0);
insert into domain values ('a.example', 123.5);
insert into robots values ('http://a.example', 100.0, 200, cast('Disallow: /x' as blob));
pragma user_version = 2;
"""


def test_a_frontier_of_before_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "f.sqlite") as db:
        db.executescript(LAYOUT_2)
    db.close()
    again = Frontier(tmp_path / "f.sqlite", owner="test")
    feed, article = lease(again), lease(again)
    assert (feed.url, feed.kind, feed.visits, feed.etag) == ("http://a.example/feed", "feed", 3, '"v1"')
    assert (article.url, article.kind) == ("http://a.example/1?x=y", "article")
    [said] = article.announcements
    assert (said.channel, said.source_url, said.title) == ("feed", "http://a.example/feed", "A title")
    assert [a.source_url for a in feed.announcements] == [None]
    assert again.add([candidate("http://a.example/1?x=y")]) == 0, "it is found again"
    assert again.turns()["a.example"].next_at == 123.5
    at = datetime.fromtimestamp(100, UTC)
    assert again.robots("http://a.example") == KeptFile(asked_at=at, status=200, body=b"Disallow: /x", body_at=at)
    [counts] = again.site_counts(now=NOW)
    assert (counts.urls, counts.visited) == (2, 1)
    again.close()


def test_captures_that_are_not_whole_stand_for_nothing_later(frontier: Frontier) -> None:
    frontier.enter_recovered([("http://a.example/1", written(truncated="length")), ("http://a.example/2", written(2))])
    assert frontier.earlier_capture("http://a.example/1") is None
    assert frontier.earlier_capture("http://a.example/2") is not None


def test_recovered_captures_enter_the_ledger_once(frontier: Frontier) -> None:
    pair = ("http://a.example/1", written())
    assert frontier.enter_recovered([pair]) == [written().capture_id]
    assert frontier.enter_recovered([pair]) == []
    assert frontier.ledger_counts() == {"crawl_date=2026-11-22/x.warc.gz": 1}


def test_a_frontier_of_a_newer_broadsheet_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "f.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(FrontierNewer, match="upgrade Broadsheet"):
        Frontier(path, owner="test")
