"""Dates as feeds, sitemaps and addresses write them, and the span of time that each can mean."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.spans import Span, hull, span_in_article_url, span_in_sitemap_url, span_of_date

DAY = timedelta(days=1)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22T09:20:30Z",
        "2026-11-22T10:20:30+01:00",
        "2026-11-22T10:20:30+0100",
        "2026-11-22T09:20:30.1234567Z",
        "2026-11-22 09:20:30",
        "20261122T092030Z",
        "Sun, 22 Nov 2026 09:20:30 GMT",
        "Sun, 22 Nov 2026 10:20:30 +0100",
        "Mon, 22 Nov 2026 04:20:30 EST",  # a wrong weekday, an old zone
        "22 Nov 2026 09:20:30",
        " \n 2026-11-22T09:20:30Z\t",
        "1795339230",
        "1795339230000",
    ],
)
def test_moments(raw: str) -> None:
    assert span_of_date(raw) == Span(at(2026, 11, 22, 9, 20, 30), at(2026, 11, 22, 9, 20, 31))


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22", "20261122", "2026/11/22", "2026.11.22", "22.11.2026", "22/11/2026", "11/22/2026", "22-11-2026",
        "22 Nov 2026", "22. November 2026", "November 22, 2026", "Nov 22nd, 2026", "22 de noviembre de 2026",
        "22 novembre 2026", "2026-11-22T9:20", "Sunday, November 22, 2026", "2026/11/22 09:20",
    ],
)  # fmt: skip
def test_days(raw: str) -> None:
    assert span_of_date(raw) == Span(at(2026, 11, 22), at(2026, 11, 23))


@pytest.mark.parametrize(
    ("raw", "start", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("März 2026", at(2026, 3, 1), at(2026, 4, 1)),
        ("Décembre 2026", at(2026, 12, 1), at(2027, 1, 1)),
        ("03/04/2026", at(2026, 3, 4), at(2026, 4, 4)),  # the third of April or the fourth of March
        ("03.04.2026", at(2026, 4, 3), at(2026, 4, 4)),
        ("5 août 2026", at(2026, 8, 5), at(2026, 8, 6)),
    ],
)
def test_longer_spans(raw: str, start: datetime, end: datetime) -> None:
    assert span_of_date(raw) == Span(start, end)


@pytest.mark.parametrize(
    "raw",
    [None, "", " ", "yesterday", "2026-13-45", "31.02.2026", "0000-00-00", "0000-00-00 00:00:00", "9" * 40,
     "Sun, 99 Nov 99999999999999999999 09:20:30 GMT", "0001-01-01T00:00:00+01:00", "-", "12"],
)  # fmt: skip
def test_what_is_no_date(raw: str | None) -> None:
    assert span_of_date(raw) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{1,4}[-/. ]\d{1,4}[-/. ]\d{1,4}( \d\d:\d\d)?", fullmatch=True))
def test_any_text_is_read_without_stumbling(raw: str) -> None:
    span = span_of_date(raw)
    assert span is None or span.start < span.end


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [
        ("sitemap-2011-03.xml", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap_201103.xml.gz", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap.xml?yyyy=2011&mm=03&dd=04", at(2011, 3, 4), at(2011, 3, 5)),
        ("sitemap?mm=3&yyyy=2011", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap.php?year=2011", at(2011, 1, 1), at(2012, 1, 1)),
        ("sitemap.php?dd=4&year=2011", at(2011, 1, 1), at(2012, 1, 1)),
        ("sitemap.php?date=2011-03-04", at(2011, 3, 4), at(2011, 3, 5)),
        ("wp-sitemap-posts-post-2011-12.xml", at(2011, 12, 1), at(2012, 1, 1)),
        ("sitemaps/2011/03/04.xml", at(2011, 3, 4), at(2011, 3, 5)),
        ("sitemaps/2011/mar/articles.xml", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap-march-2011.xml", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap-03-2011.xml", at(2011, 3, 1), at(2011, 4, 1)),
        ("sitemap_20110304.xml", at(2011, 3, 4), at(2011, 3, 5)),
        ("sitemap-2011.xml", at(2011, 1, 1), at(2012, 1, 1)),
        ("sitemap-2011-q2.xml", at(2011, 4, 1), at(2011, 7, 1)),
        ("sitemap-2010-2015.xml", at(2010, 1, 1), at(2016, 1, 1)),
        ("2011/sitemap_07.xml", at(2011, 1, 1), at(2012, 1, 1)),
        ("sitemap-2011-2.xml", at(2011, 1, 1), at(2012, 1, 1)),  # February, or the second part: the whole year
        ("sitemap-2011-02-2.xml", at(2011, 2, 1), at(2011, 3, 1)),
        ("2026/sitemap-2005-07.xml", at(2005, 7, 1), at(2005, 8, 1)),  # a year alone may be a number
        ("sitemap?yyyy=2005&mm=07&part=2026", at(2005, 7, 1), at(2005, 8, 1)),
        ("2011-03/sitemap-2026-11.xml", at(2011, 3, 1), at(2026, 12, 1)),  # either may be meant
    ],
)
def test_dates_in_addresses_of_sitemaps(path: str, start: datetime, end: datetime) -> None:
    assert span_in_sitemap_url(f"https://times.example/{path}") == Span(start, end)


@pytest.mark.parametrize(
    "path", ["sitemap.xml", "sitemap-12.xml", "sitemap-99999.xml", "news-sitemap.xml?page=3", "s/123456789.xml",
             "sitemap?m=7", "post-sitemap42.xml", "sitemap-1899.xml", "may.xml"],
)  # fmt: skip
def test_addresses_of_sitemaps_that_name_no_time(path: str) -> None:
    assert span_in_sitemap_url(f"https://times2011.example/{path}") is None


@pytest.mark.parametrize(
    ("path", "start", "days"),
    [
        ("2011/03/04/ferry-reopens/", at(2011, 3, 4), 1),
        ("2011/3/4/ferry-reopens", at(2011, 3, 4), 1),
        ("news/2011-03-04-ferry.html", at(2011, 3, 4), 1),
        ("world/2011/mar/04/ferry", at(2011, 3, 4), 1),
        ("news/ferry-20110304.html", at(2011, 3, 4), 1),
        ("2011/0304/ferry", at(2011, 3, 4), 1),
        ("2011/03/ferry-reopens", at(2011, 3, 1), 31),
    ],
)
def test_dates_in_addresses_of_articles(path: str, start: datetime, days: int) -> None:
    assert span_in_article_url(f"https://times.example/{path}") == Span(start, start + days * DAY)


@pytest.mark.parametrize(
    "path",
    ["news/the-best-films-of-2011", "2011/", "news/story-12345678", "2011/13/a", "a?date=2011-03-04", "q/20119999-x"],
)
def test_addresses_of_articles_that_name_no_day(path: str) -> None:
    assert span_in_article_url(f"https://times.example/{path}") is None


def test_spans_touch_and_hold_each_other() -> None:
    march, day = span_of_date("2011-03"), span_of_date("2011-03-31")
    april = span_of_date("2011-04")
    assert march
    assert day
    assert april
    assert march.touches(day)
    assert day.within(march)
    assert not march.touches(april)
    assert hull(march, None, april) == Span(march.start, april.end)
    assert hull(None) is None


def test_a_hundred_thousand_addresses_in_seconds() -> None:
    start = time.process_time()
    for n in range(100_000):
        span_in_sitemap_url(f"https://times.example/sitemaps/{1990 + n % 36}/{n % 12 + 1:02}/part-{n}.xml?page={n % 7}")
    assert time.process_time() - start < 8
