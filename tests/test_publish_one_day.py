"""A day's WARC files become its tables: every capture in one class, every article with its way back to the bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Announcement, RevisitOf
from pipelines.build import run
from pipelines.captures import read_exchange
from pipelines.sums import check_sums
from pipelines.workers import Workers
from warehouse import partition_path, read_parquet

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 20, 30, 123456, UTC)


def rows(home: Path, table: str, day: date = DAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_parquet(partition_path(home / "tables", table, day)).to_pylist()
    return found


@pytest.fixture
def answers(kit: Any) -> list[tuple[str, bytes]]:
    return [
        ("http://a.localhost/robots.txt", kit.answer("<html>no such page</html>", status="404 Not Found")),
        ("http://a.localhost/", kit.answer("<html><title>News</title><body><p>Soon.</p></body></html>")),
        ("http://a.localhost/old", kit.answer(status="301 Moved Permanently", Location="/bridge")),
        (
            "http://a.localhost/bridge",
            kit.answer(kit.article_page("Bridge reopens", published="2026-11-22T08:00:00+01:00")),
        ),
        ("http://a.localhost/gone", kit.answer("<html><h1>Gone</h1></html>", status="410 Gone")),
        ("http://a.localhost/photo.jpg", kit.answer(b"\xff\xd8\xff\xe0", content_type="image/jpeg")),
        ("http://a.localhost/odd", b"\x00\x01 this is no HTTP"),
    ]


def test_every_capture_is_of_one_class(
    home: Path, write_warc: Callable[..., list[Any]], answers: list[tuple[str, bytes]]
) -> None:
    write_warc(answers[:1], kind="robots")
    write_warc(answers[1:])
    with Workers(2) as workers:
        report = run(home, workers=workers)
    assert report.failures == ()
    (published,) = report.published
    assert published.captures == 7
    assert published.classes == {"article": 1, "reject": 2, "support": 4}
    assert published.rejects == {"error_page": 1, "no_text": 1}
    by_url = {row["url"].removeprefix("http://a.localhost"): row["class"] for row in rows(home, "captures")}
    assert by_url == {
        "/robots.txt": "support",
        "/": "reject",
        "/old": "support",
        "/bridge": "article",
        "/gone": "reject",
        "/photo.jpg": "support",
        "/odd": "support",
    }
    gone = next(row for row in rows(home, "rejects") if row["url"].endswith("/gone"))
    assert gone["detail"] == "HTTP status 410 Gone"
    assert not [problem for problem in check_sums(home, DAY) if problem.kind != "attempt_missing"]


def test_an_article_leads_back_to_its_bytes(
    home: Path, write_warc: Callable[..., list[Any]], answers: list[tuple[str, bytes]]
) -> None:
    written = write_warc(answers[3:4])
    run(home, workers=Workers(0))
    (article,), (capture,) = rows(home, "articles"), rows(home, "captures")
    assert article["capture_id"] == capture["capture_id"] == written[0].capture_id
    assert article["title"] == "Bridge reopens"
    assert article["published_at"] == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert article["published_offset_minutes"] == 60
    assert article["words"] == len(article["text"].replace("; ", " ").split())
    assert [block["kind"] for block in article["blocks"]].count("paragraph") >= 4
    exchange = read_exchange(
        home / "archive" / capture["warc_file"], offset=capture["warc_offset"], length=capture["warc_length"]
    )
    assert exchange.http_head + exchange.body == answers[3][1]
    links = rows(home, "links")
    assert {link["article_id"] for link in links} == {article["article_id"]}
    assert [link["target_url"] for link in links] == ["http://a.localhost/next-story"]


def test_a_row_knows_who_announced_it_and_invents_nothing(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    feed = Announcement(
        channel="feed", source_url="http://a.localhost/feed", title="Bridge is open", published_raw="Sunday"
    )
    announcements = (Announcement(channel="home", source_url=None), feed, feed)
    write_warc([("http://a.localhost/b", kit.answer(kit.article_page("Bridge")))], announcements=announcements)
    run(home, workers=Workers(0))
    (capture,), (article,) = rows(home, "captures"), rows(home, "articles")
    assert capture["announced_by"] == ["home", "feed"]
    assert (capture["announced_title"], capture["announced_published_raw"]) == ("Bridge is open", "Sunday")
    assert article["published_at"] is None
    assert article["published_offset_minutes"] is None


def test_a_revisit_points_at_what_it_repeats(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    page = ("http://a.localhost/b", kit.answer(kit.article_page("Bridge")))
    (first,) = write_warc([page])
    of = RevisitOf(
        profile="identical-payload-digest",
        capture_id=first.capture_id,
        url=page[0],
        captured_at=first.captured_at,
        payload_digest=first.payload_digest,
    )
    write_warc([page], at=AT.replace(hour=15), revisit_of=of)
    run(home, workers=Workers(0))
    revisit = next(row for row in rows(home, "captures") if row["class"] == "revisit")
    assert revisit["refers_to_capture_id"] == first.capture_id
    assert len(rows(home, "articles")) == 1


def test_all_tables_of_a_day_are_of_one_publication(
    home: Path, write_warc: Callable[..., list[Any]], answers: list[tuple[str, bytes]]
) -> None:
    write_warc(answers)
    (published,) = run(home, workers=Workers(0)).published
    ids = {row["publication_id"] for table in ("captures", "articles", "rejects", "links") for row in rows(home, table)}
    assert ids == {published.publication_id}
