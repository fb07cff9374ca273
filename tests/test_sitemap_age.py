"""Which sub-sitemaps are worth a request: by their index's dates, by their address, by what was in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import Found
from crawler.discovery.sitemap_age import (
    Contents,
    Judged,
    KnownSitemap,
    Ration,
    after_reading,
    is_alive,
    judge,
    read_of,
    span_of_sitemap,
)
from crawler.discovery.spans import Span, span_of_date

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
HOST = "https://times.example"
TODAY = int(NOW.timestamp() // 86_400)


def sitemap(path: str, modified: str | None = None) -> Found:
    return Found(url=f"{HOST}/{path}", kind="sitemap", channel="sitemap", modified_raw=modified)


def article(path: str, modified: str | None = None) -> Found:
    return Found(url=f"{HOST}/{path}", kind="article", channel="sitemap", modified_raw=modified)


def contents_of(
    items: list[Found], before: Contents | None, *, new: int, announced_anew: bool, now: datetime
) -> Contents:
    return after_reading(read_of(items, now=now), before, new=new, announced_anew=announced_anew, now=now)


def fates(judged: list[Judged]) -> dict[str, str]:
    return {j.found.url.removeprefix(f"{HOST}/"): j.fate for j in judged}


def first_reading(*children: Found, **more: bool) -> dict[str, str]:
    return fates(judge(children, lambda _: None, read_before=False, sparing=more.get("sparing", False), now=NOW))


def later_reading(known: dict[str, KnownSitemap], *children: Found) -> dict[str, str]:
    return fates(
        judge(children, lambda url: known.get(url.removeprefix(f"{HOST}/")), read_before=True, sparing=False, now=NOW)
    )


def test_the_index_says_when_each_of_its_sitemaps_changed() -> None:
    assert first_reading(
        sitemap("a.xml", "2026-11-21"),
        sitemap("b.xml", "2026-10-01"),
        sitemap("c.xml", "Sun, 01 Mar 2020 08:00:00 GMT"),
    ) == {"a.xml": "due", "b.xml": "known", "c.xml": "known"}


def test_the_address_says_it_where_the_index_does_not() -> None:
    assert first_reading(
        sitemap("sitemap-2011-03.xml"), sitemap("sitemap-2026-11.xml"), sitemap("map?yyyy=2011&mm=03&dd=04"),
        sitemap("map?yyyy=2026&mm=11&dd=20"),
    ) == {
        "sitemap-2011-03.xml": "known", "sitemap-2026-11.xml": "due", "map?yyyy=2011&mm=03&dd=04": "known",
        "map?yyyy=2026&mm=11&dd=20": "due",
    }  # fmt: skip


def test_an_old_one_that_was_changed_of_late_is_read() -> None:
    assert first_reading(sitemap("sitemap-2011-03.xml", "2026-11-20"))["sitemap-2011-03.xml"] == "due"


def test_a_few_of_which_nothing_is_known_are_all_read_at_once() -> None:
    names = ["wp-sitemap-posts-post-1.xml", "wp-sitemap-posts-page-1.xml", "wp-sitemap-users-1.xml"]
    assert first_reading(*map(sitemap, names)) == dict.fromkeys(names, "due")
    assert first_reading(*map(sitemap, names), sparing=True) == dict.fromkeys(names, "doubtful")


def test_many_of_which_nothing_is_known_wait_for_the_ration_from_both_ends() -> None:
    judged = judge(
        [sitemap(f"sitemap-{n}.xml") for n in range(1, 101)], lambda _: None, read_before=False, sparing=False, now=NOW
    )
    assert {j.fate for j in judged} == {"doubtful"}
    assert len(judged) == 100
    assert [j.found.url.rpartition("-")[2] for j in judged[:4]] == ["100.xml", "1.xml", "99.xml", "2.xml"]


def test_a_series_of_numbers_is_none_of_years() -> None:
    found = first_reading(*(sitemap(f"sitemap-{n}.xml") for n in range(1900, 3000)))
    assert found["sitemap-2011.xml"] == "doubtful"


def test_what_is_new_in_an_index_that_was_read_before_is_read() -> None:
    known = {f"sitemap-{n}.xml": KnownSitemap(modified_raw=None) for n in range(1, 100)}
    children = [sitemap(f"sitemap-{n}.xml") for n in range(1, 101)]
    found = later_reading(known, *children)
    assert [name for name, fate in found.items() if fate == "due"] == ["sitemap-100.xml"]
    assert set(found.values()) == {"due", "as_it_is"}


def test_a_dead_one_wakes_when_its_index_gives_it_a_later_date() -> None:
    known = {n: KnownSitemap(modified_raw="2020-03-01") for n in ("a.xml", "b.xml", "c.xml", "d.xml")}
    assert later_reading(
        known, sitemap("a.xml", "2020-03-01"), sitemap("b.xml", "2026-11-22"), sitemap("c.xml", "2020-02-01"),
        sitemap("d.xml", "2020-03-01T00:00:00Z"),
    ) == {"a.xml": "as_it_is", "b.xml": "due", "c.xml": "as_it_is", "d.xml": "as_it_is"}  # fmt: skip


def test_a_date_that_announced_nothing_twice_is_believed_no_more() -> None:
    for vain, fate in ((0, "due"), (1, "due"), (2, "as_it_is")):
        known = KnownSitemap(modified_raw="2026-11-20", contents=Contents(vain=vain))
        (judged,) = judge(
            [sitemap("a.xml", "2026-11-22")], lambda _, k=known: k, read_before=True, sparing=False, now=NOW
        )
        assert judged.fate == fate
        assert judged.says_when is (fate == "due"), "or the frontier would visit it for its date"


def test_an_index_made_anew_at_every_request_is_not_believed() -> None:
    """All its dates are of this minute: those of 2011 too."""
    stamps = [(NOW - timedelta(seconds=n % 50)).isoformat() for n in range(240)]
    children = [sitemap(f"sitemap-{2006 + n // 12}-{n % 12 + 1:02}.xml", stamps[n]) for n in range(240)]
    found = first_reading(*children)
    assert [name for name, fate in found.items() if fate == "due"] == ["sitemap-2025-12.xml"], "the newest by address"
    assert set(found.values()) == {"due", "known"}
    known = {name: KnownSitemap(modified_raw=(NOW - timedelta(days=1)).isoformat()) for name in found}
    assert set(later_reading(known, *children).values()) == {"as_it_is"}


def test_sixty_regions_that_all_changed_today_are_believed() -> None:
    found = first_reading(*(sitemap(f"region-{name}.xml", "2026-11-22") for name in range(60)))
    assert set(found.values()) == {"due"}


def test_where_nothing_is_alive_by_what_it_says_the_newest_is_looked_at() -> None:
    found = first_reading(sitemap("sitemap-2013.xml"), sitemap("sitemap-2015.xml"), sitemap("sitemap-2014.xml"))
    assert found == {"sitemap-2013.xml": "known", "sitemap-2015.xml": "due", "sitemap-2014.xml": "known"}
    again = first_reading(sitemap("sitemap-2013.xml"), sitemap("sitemap-2015.xml"), sparing=True)
    assert set(again.values()) == {"known"}, "but not below an index that was read on the ration"


@pytest.mark.parametrize(
    ("items", "alive"),
    [
        ([article("a", "2026-11-20"), article("b", "2011-03-04")], True),
        ([article("a", "2011-03-05"), article("b", "2011-03-04")], False),
        ([article("2026/11/20/a"), article("2011/03/04/b")], True),
        ([article("2011/03/04/a")], False),
        ([article("a"), article("b")], False),
        ([article("a", "2099-01-01"), article("b", "2011-03-04")], False),
        ([sitemap("x-2011.xml"), sitemap("x-2026.xml")], True),
        ([], False),
    ],
)
def test_what_was_in_it_decides_once_it_was_read(items: list[Found], alive: bool) -> None:
    contents = contents_of(items, None, new=len(items), announced_anew=False, now=NOW)
    assert is_alive(f"{HOST}/sitemap-57.xml", None, contents, now=NOW) is alive


def test_undated_articles_are_compared_with_those_of_before() -> None:
    url, items = f"{HOST}/all.xml", [article("a"), article("b")]
    first = contents_of(items, None, new=2, announced_anew=False, now=NOW)
    assert not is_alive(url, None, first, now=NOW), "all is new at the first reading, which tells nothing"
    second = contents_of([*items, article("c")], first, new=1, announced_anew=False, now=NOW)
    assert is_alive(url, None, second, now=NOW)
    third = contents_of([*items, article("c")], second, new=0, announced_anew=False, now=NOW + timedelta(days=20))
    assert is_alive(url, None, third, now=NOW + timedelta(days=20))
    assert not is_alive(url, None, third, now=NOW + timedelta(days=40))


def test_an_old_one_in_which_one_article_was_edited_is_left_to_its_index_again() -> None:
    items = [article("a", "2011-03-05"), article("b", "2026-11-22")]
    contents = contents_of(items, None, new=2, announced_anew=True, now=NOW)
    assert not is_alive(f"{HOST}/sitemap-57.xml", "2026-11-22", contents, now=NOW)
    grown = contents_of(items, contents, new=1, announced_anew=True, now=NOW)
    assert is_alive(f"{HOST}/sitemap-57.xml", "2026-11-22", grown, now=NOW)


def test_the_time_that_a_sitemap_is_of() -> None:
    march = span_of_date("2011-03")
    assert march
    assert span_of_sitemap(f"{HOST}/sitemap-2011-03.xml", None, None) == march
    assert span_of_sitemap(f"{HOST}/sitemap-7.xml", None, None) is None
    until = span_of_sitemap(f"{HOST}/sitemap-7.xml", None, "2011-03-04")
    assert until == Span(datetime(1970, 1, 1, tzinfo=UTC), datetime(2011, 3, 5, tzinfo=UTC))
    read = contents_of(
        [article("a", "2011-03-05"), article("b", "2011-03-09")], None, new=2, announced_anew=False, now=NOW
    )
    assert span_of_sitemap(f"{HOST}/sitemap-7.xml", read, None) == Span(
        datetime(2011, 3, 5, tzinfo=UTC), datetime(2011, 3, 10, tzinfo=UTC)
    )


def test_one_request_in_a_hundred_may_prove_dead() -> None:
    assert Ration().allows_a_look
    assert Ration(requests=10, dead=1).allows_a_look
    assert not Ration(requests=299, dead=2).allows_a_look
    assert Ration(requests=300, dead=2).allows_a_look
    assert not Ration(requests=10_000, dead=100).allows_a_look


@given(
    st.builds(
        Contents, oldest=st.none() | st.integers(0, 30_000), newest=st.none() | st.integers(0, 30_000),
        undated=st.booleans(), index=st.booleans(), grew=st.none() | st.integers(0, 30_000), vain=st.integers(0, 5),
        walked=st.none() | st.tuples(st.integers(0, 30_000), st.integers(0, 30_000)),
    )
)  # fmt: skip
def test_what_is_remembered_comes_back(contents: Contents) -> None:
    assert Contents.from_text(contents.to_text()) == contents


@pytest.mark.parametrize("text", [None, "", "null", "[]", "{", '{"x": 1}', '{"walked": [1]}', "5"])
def test_a_memory_that_is_none_is_learned_anew(text: str | None) -> None:
    assert Contents.from_text(text) is None


@given(st.lists(st.tuples(st.text("0123456789-./?=&ym", max_size=20), st.none() | st.text(max_size=20)), max_size=60))
def test_each_sitemap_has_one_fate_whatever_is_written(pairs: list[tuple[str, str | None]]) -> None:
    children = [sitemap(*pair) for pair in dict(pairs).items()]
    judged = judge(children, lambda _: None, read_before=False, sparing=False, now=NOW)
    assert sorted(j.found.url for j in judged) == sorted(c.url for c in children)
