"""An article has one address and one id, however a reader came to it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.urls import article_id, canonical_url, refuse_declared

NEWS = "https://thinlinenews.com/news/six-allied-fighters-killed"
STORY = "https://thinlinenews.com/2024/02/six-allied-fighters-killed/"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (f"{STORY}?utm_source=feed&utm_medium=rss&fbclid=Iw0&gclid=x", STORY),
        (f"{STORY}?at_medium=RSS&at_campaign=KARANGA", STORY),
        (f"{STORY}#comments", STORY),
        (f"{STORY}amp/", STORY),
        ("https://thinlinenews.com/2024/02/six-allied-fighters-killed/print", STORY.rstrip("/")),
        (f"{STORY}?amp=1", STORY),
        (f"{STORY}?print=1&id=7", f"{STORY}?id=7"),
        (f"{STORY}?outputType=amp", STORY),
        ("https://thinlinenews.com/story.amp.html", "https://thinlinenews.com/story.html"),
        ("HTTPS://ThinLineNews.COM:443/2024/02/six-allied-fighters-killed/", STORY),
        ("http://name:word@thinlinenews.com.:80/a%7eb/%c3%bc", "http://thinlinenews.com/a~b/%C3%BC"),
        ("https://bücher.example/grüße?q=ä", "https://xn--bcher-kva.example/gr%C3%BC%C3%9Fe?q=%C3%A4"),
        ("https://thinlinenews.com", "https://thinlinenews.com/"),
        # What may say which article it is stays.
        ("https://thinlinenews.com/index.php?p=123&page=2", "https://thinlinenews.com/index.php?p=123&page=2"),
        ("https://thinlinenews.com/tag/amp", "https://thinlinenews.com/tag/amp"),
        ("http://news.localhost:8001/a", "http://news.localhost:8001/a"),
        ("urn:uuid:1234", "urn:uuid:1234"),
    ],
)
def test_what_does_not_name_the_article_is_dropped(found: str, expected: str) -> None:
    assert canonical_url(found) == expected


@pytest.mark.parametrize(
    "declared",
    [
        "/2024/02/six-allied-fighters-killed",
        "https://www.thinlinenews.com/2024/02/six-allied-fighters-killed/?utm_source=x",
        "https://thinlinenews.com/?p=4711",
        "https://amp.thinlinenews.com/news/six-fighters-killed-in-strike",
    ],
)
def test_the_page_may_name_its_own_address(declared: str) -> None:
    assert refuse_declared(STORY, declared) is None
    assert canonical_url(STORY, declared) == canonical_url(declared if "//" in declared else STORY.rstrip("/"))


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("https://thinlinenews.com/", "home_page"),
        ("/", "home_page"),
        ("https://thinlinenews.com/news/", "section_page"),
        ("https://wire.example/2024/02/six-allied-fighters-killed/", "other_domain"),
        ("https://thinlinenews.com/2024/02/council-votes-against-bridge/", "other_article"),
        ("javascript:void(0)", "scheme"),
        ("http://[broken", "scheme"),
    ],
)
def test_an_implausible_canonical_is_not_believed(declared: str, reason: str) -> None:
    assert refuse_declared(NEWS, declared) == reason
    assert canonical_url(NEWS, declared) == NEWS


def test_later_pages_of_an_article_may_name_the_first() -> None:
    assert refuse_declared(f"{STORY}2", STORY) is None


@pytest.mark.parametrize(
    "other",
    [
        "http://thinlinenews.com/2024/02/six-allied-fighters-killed/",
        "https://www.thinlinenews.com/2024/02/six-allied-fighters-killed",
        f"{STORY}?utm_campaign=x#top",
    ],
)
def test_the_id_is_one_over_schemes_www_and_slashes(other: str) -> None:
    assert article_id(other) == article_id(STORY)
    assert article_id("https://a.example/?b=1&a=2") == article_id("https://a.example/?a=2&b=1")


def test_other_articles_have_other_ids() -> None:
    urls = [STORY, f"{STORY}?id=2", "https://thinlinenews.com/2024/", "https://m.thinlinenews.com/", "urn:a", "urn:b"]
    ids = {article_id(url) for url in urls}
    assert len(ids) == len(urls)
    assert all(len(each) == 16 and set(each) <= set("0123456789abcdef") for each in ids)


_SEEN = "/ amp .amp .html print a-b-c-d 2024 %7e %zz %C3 ü ? & = amp=1 utm_x=1 # ; + [ ] // .. x : @"
_PIECES = st.sampled_from([*_SEEN.split(), " ", "\t", "\ud800"])
_URLS = st.builds(
    lambda host, pieces: host + "".join(pieces),
    st.sampled_from(
        ["http://a.example", "HTTPS://WWW.Bücher.example:443/", "http://[::1]:80", "https://a..b/", "ftp:", ""]
    ),
    st.lists(_PIECES, max_size=12),
)


@given(_URLS | st.text(max_size=40))
@example("http://a.example/a-b-c-d/amp.amp")
@example("http://[::1]:80@]")
@example("http://[::1]:80@[:")
def test_twice_is_once(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert article_id(once) == article_id(url)


@given(_URLS, _URLS)
@example("http://a.example/", "http://a.example/%7e%zz")
def test_any_declared_canonical_gives_an_address_in_its_final_form(url: str, declared: str) -> None:
    chosen = canonical_url(url, declared)
    assert canonical_url(chosen) == chosen
