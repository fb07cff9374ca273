"""Publication and modification times: where they are read, what an offset is taken from, which day 03/04 is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.moments import parse_moment

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)
EAST = timezone(timedelta(hours=2))


def read(
    head: str = "", above: str = "", *, url: str = "https://news.example.org/story", lang: str = "en"
) -> Extraction:
    page = (
        f"<html lang='{lang}'><head><title>A story</title>{head}</head><body><article><h1>A story</h1>"
        f"{above}{BODY}</article></body></html>"
    )
    got = extract(page.encode(), url=url)
    assert isinstance(got, Extraction)
    return got


def ld(**fields: str) -> str:
    import json

    return (
        f'<script type="application/ld+json">'
        f"{json.dumps({'@type': 'NewsArticle', 'headline': 'A story', **fields})}</script>"
    )


@pytest.mark.parametrize(
    ("written", "meant", "precision"),
    [
        ("2026-11-22T09:20:30Z", datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "second"),
        ("2026-11-22T09:20+0200", datetime(2026, 11, 22, 9, 20, tzinfo=EAST), "minute"),
        ("2026-11-22 09:20:30.123456+02:00", datetime(2026, 11, 22, 9, 20, 30, 123456, tzinfo=EAST), "second"),
        ("20261122T092030Z", datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "second"),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC), "day"),
        ("Sun, 22 Nov 2026 09:20:30 GMT", datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "second"),
        ("Sun Nov 22 2026 09:20:30 GMT+0200 (EET)", datetime(2026, 11, 22, 9, 20, 30, tzinfo=EAST), "second"),
        ("1795339230", datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "second"),
        ("1795339230000", datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC), "second"),
        ("22. November 2026, 9.20 Uhr", datetime(2026, 11, 22, 9, 20, tzinfo=UTC), "minute"),
        ("22.11.2026, 9:20 Uhr", datetime(2026, 11, 22, 9, 20, tzinfo=UTC), "minute"),
        ("05.04.2025 - Güncelleme : 06.04.2025", datetime(2025, 4, 5, tzinfo=UTC), "day"),
        ("05.04.2025 15.30 - Güncelleme : 06.04.2025", datetime(2025, 4, 5, 15, 30, tzinfo=UTC), "minute"),
        ("le 22 novembre 2026 à 9h20", datetime(2026, 11, 22, 9, 20, tzinfo=UTC), "minute"),
        ("22 de noviembre de 2026", datetime(2026, 11, 22, tzinfo=UTC), "day"),
        ("November 22, 2026 at 9:20 pm", datetime(2026, 11, 22, 21, 20, tzinfo=UTC), "minute"),
        ("12:05am, Nov 22, 2026", datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "minute"),
        ("15:56 BST, 27 April 2024", datetime(2024, 4, 27, 15, 56, tzinfo=timezone(timedelta(hours=1))), "minute"),
        ("2026年11月22日 9時20分", datetime(2026, 11, 22, 9, 20, tzinfo=UTC), "minute"),
        ("22 ноября 2026, 09:20", datetime(2026, 11, 22, 9, 20, tzinfo=UTC), "minute"),
        ("22/11/2026", datetime(2026, 11, 22, tzinfo=UTC), "day"),
        ("11/22/2026", datetime(2026, 11, 22, tzinfo=UTC), "day"),
    ],
)
def test_ways_of_writing_a_date(written: str, meant: datetime, precision: str) -> None:
    moment = parse_moment(written)
    assert moment is not None
    assert moment.at == meant
    assert moment.precision == precision


@pytest.mark.parametrize(
    "nonsense", ["", "yesterday", "5 hours ago", "2026-13-45", "99/99/2026", "0001-01-01", "call 555 0123", "\x00"]
)
def test_what_is_no_date(nonsense: str) -> None:
    assert parse_moment(nonsense) is None


def test_json_ld_comes_first_and_keeps_its_offset() -> None:
    got = read(
        '<meta property="article:published_time" content="2026-11-20T00:00:00Z">'
        + ld(datePublished="2026-11-22T09:20:30+02:00", dateModified="2026-11-22T10:00:00+02:00")
    )
    assert got.published_at == datetime(2026, 11, 22, 9, 20, 30, tzinfo=EAST)
    assert got.published_at.utcoffset() == timedelta(hours=2)
    assert (got.published_source, got.published_precision) == ("json-ld", "second")
    assert got.published_raw == "2026-11-22T09:20:30+02:00"
    assert got.modified_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_dates_of_other_nodes_do_not_count() -> None:
    other = (
        '<script type="application/ld+json">'
        '{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Another","datePublished":"2019-01-01T10:00:00Z"}]}</script>'
    )
    assert (
        read(other + '<meta property="article:published_time" content="2026-11-22T09:20:30Z">').published_source
        == "meta"
    )


def test_a_day_takes_its_time_from_the_next_source() -> None:
    got = read(ld(datePublished="2026-11-22"), '<time datetime="2026-11-22T09:20:30+02:00">today</time>')
    assert got.published_at == datetime(2026, 11, 22, 9, 20, 30, tzinfo=EAST)
    assert got.published_source == "time"


def test_a_time_without_offset_is_utc() -> None:
    got = read(ld(datePublished="2026-11-22T09:20:30"))
    assert got.published_at == datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("other", ["2026-11-22T09:20:30+02:00", "2026-11-22T07:20:30Z", "2026-11-23T18:00:00+02:00"])
def test_another_date_of_the_page_lends_its_offset(other: str) -> None:
    """The same wall time, the same instant, or a modified time of the same site."""
    got = read(ld(datePublished="2026-11-22T09:20:30", dateModified=other))
    assert got.published_at == datetime(2026, 11, 22, 9, 20, 30, tzinfo=EAST)


@pytest.mark.parametrize(
    ("lang", "url", "day"),
    [
        ("en-US", "https://news.example.com/story", datetime(2026, 3, 4, tzinfo=UTC)),
        ("en-GB", "https://news.example.com/story", datetime(2026, 4, 3, tzinfo=UTC)),
        ("en", "https://news.example.co.za/story", datetime(2026, 4, 3, tzinfo=UTC)),
        ("fr", "https://news.example.com/story", datetime(2026, 4, 3, tzinfo=UTC)),
    ],
)
def test_day_first_or_month_first(lang: str, url: str, day: datetime) -> None:
    assert read(above='<span class="date">03/04/2026</span>', lang=lang, url=url).published_at == day


def test_the_url_names_the_day() -> None:
    got = read(url="https://news.example.org/2026/11/22/story")
    assert got.published_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert (got.published_source, got.published_precision) == ("url", "day")


def test_dates_of_rails_do_not_count() -> None:
    got = read(above='<aside><time datetime="2020-01-01T10:00:00Z">then</time></aside>')
    assert got.published_at is None


def test_visible_time_beside_the_byline() -> None:
    got = read(above="<p>By Jane Doe, Sunday, 22 November 2026, 4.34 pm</p>")
    assert got.published_at == datetime(2026, 11, 22, 16, 34, tzinfo=UTC)
    assert got.published_source == "text"


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("<p>Updated 25 November 2026</p><p>Published 22 November 2026</p>", 22),
        ("<div class='meta'>Letzte Änderung: 25.11.2026 Erschienen am: 22.11.2026</div>", 22),
        ("<div><i class='icon-calendar'></i> 22.11.2026</div>", 22),
        ("<p>© 25 November 2026 Example News</p><span class='date'>22 November 2026</span>", 22),
        ("<h2>A year of floods</h2><p class='post-date'>Sonntag, 22. November 2026</p>", 22),
        ("<abbr class='published' title='2026-11-22T10:52:00+02:00'>10:52</abbr>", 22),
        ("<span property='dc:date' content='2026-11-22T10:52:00+02:00'></span>", 22),
        ("<p class='card'>3 May 2026</p>" * 3 + "<b>22 Nov 2026</b>", 22),
        ("<p><b>Registriert:</b> 18.11.2026, 05:56</p><p>von r23 » 22.11.2026, 05:42</p>", 22),
        ("<p class='date'>25 Nov 2026</p><p>This story was first published on 22 Nov 2026 and is kept up.</p>", 22),
        ("<p class='date'>25.11.2026</p><p>Dieser Text ist zuerst am 22. November 2026 erschienen.</p>", 22),
        ("<p class='date'>22 Nov 2026</p><p>The law, first published on 3 March 1998, is old.</p>", 22),
    ],
)
def test_dates_that_a_page_shows(above: str, day: int) -> None:
    got = read(above=above, lang="de", url="https://news.example.com/story")
    assert got.published_at is not None
    assert (got.published_at.month, got.published_at.day) == (11, day)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example.org/2026/november/22/story", 22),
        ("https://news.example.org/news/22-11-2026-story", 22),
        ("https://news.example.org/news/22112026_story", 22),
        ("https://news.example.org/news/story-99112026", None),
    ],
)
def test_days_in_addresses(url: str, day: int | None) -> None:
    got = read(url=url)
    assert (got.published_at and got.published_at.day) == day


@pytest.mark.parametrize(
    ("evidence", "url", "month"),
    [
        ("", "https://news.example.com/2026/03/04/story", 3),
        ("", "https://news.example.com/2026/04/03/story", 4),
        ("<p>As of 4 March 2026.</p>", "https://news.example.com/story", 3),
        ("<p>Also read: 25/03/2026</p>", "https://news.example.com/story", 4),
        ("<p>Also read: 03/25/2026</p>", "https://news.example.com/story", 3),
    ],
)
def test_other_dates_settle_which_is_the_month(evidence: str, url: str, month: int) -> None:
    head = '<meta name="publish-date" content="03/04/2026 10:00">'
    for lang in ("en-US", "en-GB"):
        assert read(head, evidence, lang=lang, url=url).published_at == datetime(2026, month, 7 - month, 10, tzinfo=UTC)


def test_an_instant_is_shown_on_the_day_of_its_site() -> None:
    got = read(ld(datePublished="2026-11-22T23:30:00Z"), url="https://news.example.de/story")
    assert got.published_at == datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert got.published_at.day == 23
    late = read(ld(datePublished="2026-11-23T02:30:00Z"), url="https://news.example.com/2026/11/22/story")
    assert late.published_at is not None
    assert late.published_at.day == 22
    stated = read(ld(datePublished="2026-11-22T23:30:00-05:00"), url="https://news.example.de/story")
    assert stated.published_at is not None
    assert stated.published_at.utcoffset() == timedelta(hours=-5)


def test_the_time_of_change_stands_in_only_where_nothing_else_is_said() -> None:
    changed = '<meta property="article:modified_time" content="2026-11-22T09:20:30Z">'
    assert read(changed).published_source == "modified"
    assert read(changed, "<p class='date'>20 November 2026</p>").published_source == "text"


def test_a_builders_time_gives_way_to_the_date_it_shows() -> None:
    built = ld(datePublished="Nov 22, 2026", dateModified="Nov 22, 2026")
    page = (
        f"<html lang='en' data-wf-page='1'><head><title>A story</title>{built}</head><body><article><h1>A story</h1>"
        f"<p class='date'>March 4, 2025</p>{BODY}</article></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert got.published_at == datetime(2025, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "shown", "day"),
    [
        ("2026-11-22T09:20:30Z", "4 March 2025", 4),  # imported on 22 November
        ("2026-11-22T09:20:30Z", "20 November 2026", 22),  # put out anew
        ("2026-11-22T11:20:30Z", "4 March 2025", 22),
        ("2026-11-22T09:20:30Z", "4 March 2027", 22),
    ],
)
def test_a_time_of_change_that_is_given_as_of_publication_gives_way_to_a_far_earlier_date(
    changed: str, shown: str, day: int
) -> None:
    stated = ld(datePublished="2026-11-22T09:20:30Z", dateModified=changed)
    got = read(stated, f"<p class='date'>{shown}</p>")
    assert got.published_at is not None
    assert got.published_at.day == day
    assert read(stated, f"<p>The bridge was closed on {shown}, and is now open.</p>").published_source == "json-ld"


def test_dates_of_scholarly_articles() -> None:
    received = "<p class='date'>4 April 2026</p>"
    got = read('<meta name="DC.Date" content="2026-06-25"><meta name="citation_date" content="2026-06-25">', received)
    assert (got.published_at, got.published_source) == (datetime(2026, 6, 25, tzinfo=UTC), "meta")


@pytest.mark.parametrize("look", ["page under-menu", "layout-sidebar-left", "lg:mr-[--sidebar-width]", "has-sidebar"])
def test_a_box_that_is_named_for_what_is_beside_it_is_no_rail(look: str) -> None:
    page = (
        f"<html lang='en'><title>A story</title><body><div class='{look}'><h1>A story</h1><span>22 November 2026</span>"
        f"{BODY}</div><section><p>3 May 2026</p><p>4 May 2026</p></section></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert got.published_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_hours_of_opening_are_no_offset() -> None:
    moment = parse_moment("19.1.2026, 10:00-11:30 Uhr")
    assert moment is not None
    assert not moment.has_offset


def test_a_meta_element_of_any_date_gives_way_to_the_date_beside_the_headline() -> None:
    shown = "<p class='date'>20 November 2026</p>"
    loose = read('<meta name="date" content="2026-11-22T09:20:30Z">', shown)
    assert (loose.published_at, loose.published_source) == (datetime(2026, 11, 20, tzinfo=UTC), "text")
    plain = read('<meta property="article:published_time" content="2026-11-22T09:20:30Z">', shown)
    assert plain.published_source == "meta"
    without_h1 = (
        '<html lang="en"><title>A story</title><meta name="date" content="2026-11-22T09:20:30Z"><body><article>'
        f"<h2>A story</h2>{shown}{BODY}</article></body></html>"
    )
    got = extract(without_h1.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert (got.published_at, got.published_source) == (datetime(2026, 11, 20, tzinfo=UTC), "text")
    masthead = read('<meta name="date" content="2026-11-22T09:20:30Z">', "<p class='date'>20 November 2028</p>")
    assert masthead.published_source == "meta"


def test_a_time_element_of_the_same_instant_gives_the_offset() -> None:
    got = read(ld(datePublished="2026-11-23T03:20:30Z"), '<time datetime="2026-11-22T23:20:30-04:00">last night</time>')
    assert got.published_at == datetime(2026, 11, 23, 3, 20, 30, tzinfo=UTC)
    assert got.published_at.day == 22
