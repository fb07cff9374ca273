"""Each view and macro answers the question at its head."""

from datetime import UTC, date, datetime, timedelta

import pytest

from warehouse import (
    ALL_TABLES,
    ARTICLES,
    CAPTURES,
    REJECTS,
    ArticleRow,
    CaptureRow,
    RejectRow,
    connect,
    publish_partitions,
    tables_folder,
    to_arrow,
)
from warehouse.examples import example_row

DAY = date(2026, 11, 22)


def moment(days=0, hour=9):
    return datetime(2026, 11, 22, hour, tzinfo=UTC) + timedelta(days=days)


def reading(capture_id, at, *, text="first", **changes):
    """An article's row and its capture's."""
    about = {"capture_id": capture_id, "captured_at": at, "crawl_date": at.date()}
    article = example_row(
        ArticleRow, text=text, content_digest=f"sha256:{text}", **{"url": "https://a.example/x", **about, **changes}
    )
    capture = example_row(CaptureRow, url=article.url, site=article.site, **about)
    return [article, capture]


def revisit(capture_id, at, *, of, url="https://a.example/x"):
    about = {"capture_id": capture_id, "captured_at": at, "crawl_date": at.date(), "url": url}
    return [example_row(CaptureRow, class_="revisit", record_type="revisit", refers_to_capture_id=of, **about)]


def reject(capture_id, at, **changes):
    about = {"capture_id": capture_id, "captured_at": at, "crawl_date": at.date()}
    return [example_row(RejectRow, **about, **changes), example_row(CaptureRow, class_="reject", **about)]


@pytest.fixture
def ask(tmp_path):
    """Publish rows and ask: ``ask(rows, sql)`` gives dictionaries."""

    def publish_and_ask(rows, sql):
        for day in sorted({row.crawl_date for row in rows}):
            data = {table.name: table.schema.empty_table() for table in ALL_TABLES}
            for table in (CAPTURES, ARTICLES, REJECTS):
                data[table.name] = to_arrow(
                    table, [row for row in rows if isinstance(row, table.row) and row.crawl_date == day]
                )
            publish_partitions(tables_folder(tmp_path), day, data, publication_id=f"of-{day}")
        with connect(tmp_path) as session:
            return session.sql(sql).to_arrow_table().to_pylist()

    return publish_and_ask


def test_the_newest_reading_is_the_article(ask):
    rows = reading("b", moment(1), title="New") + reading("a", moment(0), title="Old")
    rows += reading("z", moment(0), article_id="other", title="Other")
    assert ask(rows, "select article_id, title, readings from latest_articles order by title") == [
        {"article_id": "3f2a9c0b1d4e5f60", "title": "New", "readings": 2},
        {"article_id": "other", "title": "Other", "readings": 1},
    ]


def test_two_readings_of_one_moment_give_one_article(ask):
    rows = reading("a", moment(), title="A") + reading("b", moment(), title="B")
    assert ask(rows, "select title from latest_articles") == [{"title": "B"}]


def test_a_revisit_counts_as_a_look_and_adds_no_article(ask):
    rows = reading("a", moment(0)) + revisit("r", moment(3), of="a")
    assert ask(rows, "select capture_id, readings, last_seen_at from latest_articles") == [
        {"capture_id": "a", "readings": 2, "last_seen_at": moment(3)}
    ]
    assert ask(rows, "select count(*) as n from articles") == [{"n": 1}]


def test_a_revisit_under_another_url_is_no_look_at_this_article(ask):
    rows = reading("a", moment(0)) + revisit("r", moment(3), of="a", url="https://a.example/y")
    assert ask(rows, "select readings from latest_articles") == [{"readings": 1}]


def test_revisions_are_numbered_and_say_what_changed(ask):
    rows = (
        reading("a", moment(0), text="one", title="T")
        + reading("b", moment(1), text="one", title="T")
        + reading("c", moment(2), text="two", title="T2", authors=("New",))
        + reading("d", moment(3), text="three", title="T2", authors=("New",))
    )
    sql = """select revision, title, previous_title, text, previous_text, changed, readings, first_seen_at, last_seen_at
             from revisions order by revision"""
    one, two, three = ask(rows, sql)
    assert (one["revision"], one["changed"], one["previous_title"], one["readings"]) == (1, [], None, 2)
    assert (one["first_seen_at"], one["last_seen_at"]) == (moment(0), moment(1))
    assert two["changed"] == ["title", "text", "authors"]
    assert (two["previous_title"], two["title"]) == ("T", "T2")
    assert (three["revision"], three["changed"], three["previous_text"]) == (3, ["text"], "two")


def test_a_changed_standfirst_is_a_change(ask):
    lede = "Traffic is back on the bridge."
    rows = (
        reading("a", moment(0), text="one", standfirst=None)
        + reading("b", moment(1), text="two", standfirst=lede)
        + reading("c", moment(2), text="three", standfirst=lede)
        + reading("d", moment(3), text="four", standfirst="Traffic is back, slowly.")
    )
    assert ask(rows, "select changed from revisions where revision > 1 order by revision") == [
        {"changed": ["standfirst", "text"]},
        {"changed": ["text"]},
        {"changed": ["standfirst", "text"]},
    ]


def test_content_that_comes_back_is_a_revision_again(ask):
    rows = reading("a", moment(0), text="one") + reading("b", moment(1), text="two") + revisit("r", moment(2), of="a")
    revisions = ask(rows, "select revision, text, capture_id, first_seen_at from revisions order by revision")
    assert [row["text"] for row in revisions] == ["one", "two", "one"]
    assert (revisions[2]["capture_id"], revisions[2]["first_seen_at"]) == ("r", moment(2))
    assert ask(rows, "select text from latest_articles") == [{"text": "one"}]


def test_the_first_revision_without_a_title_changes_when_it_gets_one(ask):
    rows = reading("a", moment(0), text="one", title=None) + reading("b", moment(1), text="two", title="T")
    assert ask(rows, "select changed from revisions where revision = 2") == [{"changed": ["title", "text"]}]


def test_article_history_takes_either_address(ask):
    rows = reading("a", moment(0), text="one") + reading("b", moment(1), text="two")
    rows += reading("z", moment(1), article_id="other", url="https://b.example/", canonical_url="https://b.example/")
    for address in ("https://a.example/x", "https://thinlinenews.com/2026/11/bridge-reopens/"):
        assert ask(rows, f"select text from article_history('{address}')") == [{"text": "one"}, {"text": "two"}]


def test_seen_between_shows_the_record_as_it_stood(ask):
    rows = reading("a", moment(0), text="one") + reading("b", moment(2), text="two") + revisit("r", moment(4), of="b")
    for first, last, texts in [
        ("2026-11-22", "2026-11-23", ["one"]),
        ("2026-11-22", "2026-11-24", ["two"]),
        ("2026-11-25", "2026-11-26", ["two"]),
        ("2026-11-27", "2026-11-30", []),
    ]:
        found = ask(rows, f"select text from seen_between('{first}', '{last}')")
        assert [row["text"] for row in found] == texts


def test_articles_per_day_counts_by_utc_day_and_keeps_the_undated(ask):
    def published(name, at, precision="second"):
        return reading(name, moment(3), article_id=name, published_at=at, published_precision=precision, words=10)

    rows = (
        published("a", moment(0, 6))
        + published("b", moment(0, 8))
        + published("c", moment(0, 22))
        + published("d", moment(0, 0), "day")
        + published("e", None, None)
    )
    assert ask(rows, "select * from articles_per_day order by published_date nulls last") == [
        {
            "site": "thinlinenews",
            "published_date": DAY,
            "articles": 4,
            "words": 40,
            "first_published_at": moment(0, 6),
            "median_published_at": moment(0, 8),
            "last_published_at": moment(0, 22),
        },
        {
            "site": "thinlinenews",
            "published_date": None,
            "articles": 1,
            "words": 10,
            "first_published_at": None,
            "median_published_at": None,
            "last_published_at": None,
        },
    ]


def test_coverage_gaps_tell_silence_from_not_looking(ask):
    def published(name, captured_days, published_days):
        at = moment(published_days)
        return reading(name, moment(captured_days), article_id=name, published_at=at)

    rows = (
        published("a", 0, -5)
        + published("b", 0, 0)
        + reject("r1", moment(1))
        + reject("r2", moment(2))
        + published("c", 4, 4)
        + reject("r3", moment(5))
        + published("future", 4, 400)
    )
    assert ask(rows, "select * from coverage_gaps order by first_date") == [
        {
            "site": "thinlinenews",
            "first_date": date(2026, 11, 18),
            "last_date": date(2026, 11, 21),
            "days": 4,
            "crawl_days": 0,
        },
        {
            "site": "thinlinenews",
            "first_date": date(2026, 11, 23),
            "last_date": date(2026, 11, 25),
            "days": 3,
            "crawl_days": 2,
        },
        {
            "site": "thinlinenews",
            "first_date": date(2026, 11, 27),
            "last_date": date(2026, 11, 27),
            "days": 1,
            "crawl_days": 1,
        },
    ]


def test_a_site_that_was_crawled_and_published_nothing_is_one_gap(ask):
    rows = reject("r1", moment(0)) + reject("r2", moment(3))
    assert ask(rows, "select first_date, days, crawl_days from coverage_gaps") == [
        {"first_date": DAY, "days": 4, "crawl_days": 2}
    ]


def test_rejects_are_counted_by_reason_with_an_example(ask):
    rows = (
        reject("a", moment(0), url="https://a.example/1")
        + reject("b", moment(1), url="https://a.example/1")
        + reject("c", moment(2), url="https://a.example/2", detail="newest")
        + reject("d", moment(0), reason="no_text")
    )
    listing, no_text = ask(rows, "select * from rejects_by_reason order by reason")
    assert (listing["rejects"], listing["pages"]) == (3, 2)
    assert (listing["example_url"], listing["example_detail"]) == ("https://a.example/2", "newest")
    assert (no_text["reason"], no_text["rejects"]) == ("no_text", 1)


def test_provenance_leads_to_the_bytes_of_a_revisit_too(ask):
    article, capture = reading("late", moment(1))
    original = example_row(CaptureRow, capture_id="first", captured_at=moment(0), warc_file="w1", warc_offset=7)
    late = example_row(
        CaptureRow,
        **{"capture_id": "late", "captured_at": moment(1), "crawl_date": capture.crawl_date},
        record_type="revisit",
        refers_to_capture_id="first",
        warc_file="w2",
        warc_offset=9,
    )
    row, *more = ask([article, late, original], "select * from provenance")
    assert not more
    assert (row["warc_file"], row["warc_offset"]) == ("w2", 9)
    assert (row["original_capture_id"], row["original_warc_file"], row["original_warc_offset"]) == ("first", "w1", 7)
    assert row["announced_by"] == ["feed", "news_sitemap"]


def test_every_reading_has_its_provenance(ask):
    rows = reading("a", moment(0)) + reading("b", moment(1), text="two")
    assert ask(rows, "select capture_id, original_capture_id from provenance order by all") == [
        {"capture_id": "a", "original_capture_id": None},
        {"capture_id": "b", "original_capture_id": None},
    ]
