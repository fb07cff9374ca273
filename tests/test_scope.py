"""What belongs to a site, what a URL looks like in the frontier, and whose it is."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.intake.scope import Allowed, Refused, Scope, normalise, registrable_domain
from crawler.site import Site
from crawler.urls import host_of, path_and_query

TIMES = Site(name="times", home="https://www.times.co.uk/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/A?B=C#d", "https://example.org/A?B=C"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org:080/", "http://example.org/"),
        ("http://example.org:/x", "http://example.org/x"),
        ("https://me:pw@example.org/", "https://example.org/"),
        ("  https://example.org/a\tb\n ", "https://example.org/ab"),
        ("https://example.org/a%7Eb/~c/%e4", "https://example.org/a%7Eb/~c/%e4"),
        ("https://example.org/a//b/./c/../d?", "https://example.org/a//b/./c/../d?"),
        ("https://example.org/grün stück?q=ä\"<>", "https://example.org/gr%C3%BCn%20st%C3%BCck?q=%C3%A4%22%3C%3E"),
        ("https://example.org/'{}|^`[]?'{}|^`[]", "https://example.org/'{}|^`[]?'{}|^`[]"),
        ("https://example.org?q=1", "https://example.org/?q=1"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://日本語。example/", "https://xn--wgv71a119e.example/"),
        ("https://b%C3%BCcher.example/", "https://xn--bcher-kva.example/"),
        ("https:\\\\example.org\\a\\b?c\\d", "https://example.org/a/b?c\\d"),
        ("https:///example.org/a", "https://example.org/a"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://127.1./", "http://127.0.0.1/"),
        ("http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]/"),
        ("http://[::FFFF:127.0.0.1]:81/", "http://[::ffff:7f00:1]:81/"),
        ("https://a_b.example.org/", "https://a_b.example.org/"),
    ],
)  # fmt: skip
def test_the_frontiers_form(url: str, expected: str) -> None:
    if "ffff" in expected:  # Python 3.13 writes mapped addresses as ::ffff:127.0.0.1
        assert normalise(url) in (expected, expected.replace("7f00:1", "127.0.0.1"))
    else:
        assert normalise(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "#top", "/path", "mailto:me@example.org", "javascript:void(0)", "tel:+441234", "ftp://example.org/",
        "data:,x",
        "https://", "https://:80/", "https://exa mple.org/",
        "https://example.org:70000/", "https://example.org:x/",
        "http://256.1.1.1/", "http://1.2.3.4.5/", "http://0x100000000/", "http://[::1", "http://[fe80::1%eth0]/",
        "http://a..b/", "http://.a/", "http://08.1/", "https://%zz.example/", "https://xn--\u2028.example/", "http://./",
    ],
)  # fmt: skip
def test_what_is_no_web_address_has_no_form(url: str) -> None:
    assert normalise(url) is None


BASE = "https://example.org/a/b/c?x=y"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("", BASE),
        ("#top", BASE),
        ("?", "https://example.org/a/b/c?"),
        ("?q", "https://example.org/a/b/c?q"),
        ("d", "https://example.org/a/b/d"),
        ("./d/../e/", "https://example.org/a/b/e/"),
        ("../../../d", "https://example.org/d"),
        ("..", "https://example.org/a/"),
        (".", "https://example.org/a/b/"),
        ("/d//e?", "https://example.org/d//e?"),
        ("/a/../d", "https://example.org/d"),
        ("//other.org/d", "https://other.org/d"),
        ("\\\\other.org\\d", "https://other.org/d"),
        ("http://other.org", "http://other.org/"),
        ("https:d", "https://example.org/a/b/d"),
        ("d:e", None),
        ("./d:e", "https://example.org/a/b/d:e"),
        ("d?u=http://x/\\y", "https://example.org/a/b/d?u=http://x/\\y"),
    ],
)
def test_references_are_resolved_as_browsers_do(reference: str, expected: str | None) -> None:
    assert normalise(reference, BASE) == expected


def test_a_reference_without_a_usable_base_has_no_form() -> None:
    assert normalise("d", "mailto:x") is None
    assert normalise("d", "also/relative") is None


urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "HTTPS", "https"]),
    st.sampled_from(["example.org", "EXAMPLE.org:443", "münchen.de", "u:p@h", "127.1", "[::1]:8080", "a.b.", "x:80"]),
    st.text(max_size=30).map(lambda text: "/" + text),
    st.text(max_size=20),
)


@given(url=st.one_of(urls, st.text(max_size=60)), base=st.one_of(st.none(), urls))
def test_the_form_of_the_form_is_itself(url: str, base: str | None) -> None:
    form = normalise(url, base)
    if form is not None:
        assert normalise(form) == form
        assert normalise(form, base) == form
        assert form.isascii()
        assert form.isprintable()
        assert not {" ", "#", '"', "<", ">"} & set(form)
        assert host_of(form) == (
            f"[{urlsplit(form).hostname}]" if "[" in urlsplit(form).netloc else urlsplit(form).hostname
        )


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"<>#?\\'), max_size=40))
def test_path_and_query_stay_byte_for_byte(text: str) -> None:
    assert normalise(f"https://example.org/{text}?{text}") == f"https://example.org/{text}?{text}"
    assert path_and_query(f"https://example.org/{text}?{text}") == (f"/{text}", text)


@pytest.mark.parametrize(
    ("url_or_host", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("news.bbc.co.uk:8080", "bbc.co.uk"),
        ("WWW.Example.org.", "example.org"),
        ("some.github.io", "some.github.io"),
        ("github.io", "github.io"),
        ("co.uk", "co.uk"),
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("http://gazette.localhost:8800/x", "gazette.localhost"),
        ("www.gazette.localhost", "gazette.localhost"),
        ("localhost", "localhost"),
        ("news.internal", "news.internal"),
        ("http://127.0.0.7:8800/", "127.0.0.7"),
        ("http://[::1]:8800/", "[::1]"),
        ("[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_whose_a_host_is(url_or_host: str, domain: str) -> None:
    assert registrable_domain(url_or_host) == domain


def test_domains_are_told_apart_without_network_or_cache(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import tldextract

    from crawler import urls as module

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TLDEXTRACT_CACHE", str(tmp_path))
    assert module._extract_suffix.suffix_list_urls == ()
    assert isinstance(module._extract_suffix, tldextract.TLDExtract)
    assert registrable_domain("never-asked-before.example.co.nz") == "example.co.nz"
    assert not list(tmp_path.rglob("*"))


def refused(url: str, site: Site = TIMES, *, depth: int = 0) -> tuple[str, str] | None:
    verdict = Scope(site).check(url, depth=depth)
    return (verdict.reason, verdict.detail) if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.times.co.uk/",
        "http://times.co.uk/news/2026/11/22/a-story",
        "https://sport.times.co.uk:8443/live?page=2",
        "https://www.times.co.uk/2026/11/11/11/11-11",
        "https://www.times.co.uk/news/news/what-is-new",
        "https://www.times.co.uk/sitemap.xml.gz",
        "https://www.times.co.uk/tech/the-rise-of-open.ai",
        "https://www.times.co.uk/events/how-it-happened",
        "https://www.times.co.uk/article?sid=1234",
        "https://www.times.co.uk/calendar-girls-return-to-the-stage",
    ],
)
def test_a_sites_own_pages_are_allowed(url: str) -> None:
    assert refused(url) is None


@pytest.mark.parametrize(
    ("url", "reason", "detail"),
    [
        ("ftp://www.times.co.uk/", "scheme", "'ftp' is neither http nor https"),
        ("https://www.post.co.uk/", "other_host", "www.post.co.uk is not of times.co.uk"),
        ("https://times.co.uk.evil.example/", "other_host", "times.co.uk.evil.example is not of times.co.uk"),
        ("https://nottimes.co.uk/", "other_host", "nottimes.co.uk is not of times.co.uk"),
        ("https://www.times.co.uk/" + "a" * 2060, "too_long", "2084 characters, at most 2083"),
        ("https://www.times.co.uk/pic.JPG", "file_type", ".jpg is not a page"),
        ("https://www.times.co.uk/report.pdf?dl=1", "file_type", ".pdf is not a page"),
        ("https://www.times.co.uk/archive.tar.gz", "file_type", ".gz is not a page"),
        ("https://www.times.co.uk/a/b/a/b/a/b", "trap", "path repeats 'a/b'"),
        ("https://www.times.co.uk/x/x/x", "trap", "path repeats 'x'"),
        ("https://www.times.co.uk/a/1/b/2/a/3/c/a/d/a", "trap", "path repeats 'a'"),
        ("https://www.times.co.uk" + "".join(f"/{n}" for n in range(21)), "trap", "21 path segments, at most 20"),
        ("https://www.times.co.uk/?" + "a" * 1025, "trap", "query of 1025 characters, 1 parameters"),
        ("https://www.times.co.uk/?" + "a=1&" * 20, "trap", "query of 80 characters, 21 parameters"),
        ("https://www.times.co.uk/a;jsessionid=0A1B2C", "trap", "session id in ';jsessionid=0A1B2C'"),
        ("https://www.times.co.uk/?PHPSESSID=k3j4h5", "trap", "session id in '?PHPSESSID=k3j4h5'"),
        ("https://www.times.co.uk/?sid=0123456789abcdef0", "trap", "session id in '?sid=0123456789abcdef0'"),
        ("https://www.times.co.uk/events/2031-07", "trap", "calendar page '/events/2031-07'"),
        ("https://www.times.co.uk/calendar/list/2031/7/", "trap", "calendar page '/calendar/list/2031/7'"),
        ("https://www.times.co.uk/d?month=7&year=2031", "trap", "calendar page '?month=7&year='"),
    ],
)
def test_refusals_say_why(url: str, reason: str, detail: str) -> None:
    assert refused(url) == (reason, detail)


def test_hosts_of_the_sites_owner_belong_to_it() -> None:
    site = Site(name="times", home="https://www.times.co.uk/", hosts=("times.example",))
    assert refused("https://times.example/a", site) is None
    assert refused("https://cdn.times.example/a", site) is None
    assert refused("https://mytimes.example/a", site) is not None


def test_what_is_named_in_sites_toml_is_asked_for_wherever_it_is() -> None:
    site = Site(name="times", home="https://www.times.co.uk/", feeds=("https://Feeds.example/times",), include=("/n/",))
    assert Scope(site).check("https://feeds.example/times") == Allowed(detail="named in sites.toml")
    assert refused("https://feeds.example/post", site) is not None
    assert refused("https://www.times.co.uk/", site) is None


def test_patterns_are_searched_in_the_whole_url_and_exclude_wins() -> None:
    site = Site(
        name="times", home="https://www.times.co.uk/", include=("/news/", "^https://sport"), exclude=(r"/live\b",)
    )
    assert refused("https://www.times.co.uk/news/a", site) is None
    assert refused("https://sport.times.co.uk/a", site) is None
    assert refused("https://www.times.co.uk/travel/a", site) == ("pattern", "matches no include pattern")
    assert refused("https://www.times.co.uk/news/live", site) == ("pattern", r"exclude '/live\\b'")


def test_links_are_followed_only_so_far_from_home() -> None:
    site = Site(name="times", home="https://www.times.co.uk/", max_depth=1)
    assert refused("https://www.times.co.uk/a", site, depth=1) is None
    assert refused("https://www.times.co.uk/a", site, depth=2) == ("depth", "2 links from home, at most 1")


def test_sites_on_bare_addresses_keep_to_themselves() -> None:
    site = Site(name="lab", home="http://127.0.0.7:8800/")
    assert refused("http://127.0.0.7:8800/a", site) is None
    assert refused("http://127.0.0.8:8800/a", site) is not None
    six = Site(name="lab", home="http://[::1]:8800/")
    assert refused("http://[::1]:8800/a", six) is None


def test_the_public_suffix_list_is_bundled_and_dated_and_nothing_is_fetched() -> None:
    code = (
        "import socket; socket.create_connection = socket.getaddrinfo = socket.socket.connect = None\n"
        "from crawler.urls import registrable_domain, suffix_list_date\n"
        "print(registrable_domain('https://www.news.co.uk/a'), registrable_domain('https://me.github.io/'))\n"
        "print(suffix_list_date())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    domains, dated = done.stdout.splitlines()
    assert domains == "news.co.uk me.github.io"
    assert date(2025, 4, 7) <= date.fromisoformat(dated) <= datetime.now(UTC).date()
    assert done.stderr == ""
