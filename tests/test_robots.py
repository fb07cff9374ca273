"""robots.txt, RFC 9309 to the letter: whose rules, which rule, and what an answer without rules means."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler.manners.robots import Allowed, Refused, RobotsRules, parse_robots

SITE = "https://example.org"


def rules(text: str | bytes, agent: str = "Broadsheet", **more: str) -> RobotsRules:
    return parse_robots(200, text if isinstance(text, bytes) else text.encode(), agent=agent, **more)  # type: ignore[arg-type]


def allowed(found: RobotsRules, path: str) -> bool:
    return isinstance(found.allows(SITE + path), Allowed)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 304, 301])
def test_an_unavailable_file_allows_everything(status: int) -> None:
    assert parse_robots(status, b"User-agent: *\nDisallow: /", agent="Broadsheet").allows(SITE + "/") == Allowed()


@pytest.mark.parametrize(
    ("status", "words"), [(500, "answered 500"), (503, "answered 503"), (None, "could not be fetched")]
)
def test_an_unreachable_file_forbids_everything_and_says_so(status: int | None, words: str) -> None:
    found = parse_robots(status, b"User-agent: *\nAllow: /", agent="Broadsheet")
    assert found.allows(SITE + "/") == Refused(reason="robots", detail=f"robots.txt {words}")
    assert allowed(found, "/robots.txt")


def test_a_refusal_names_the_line() -> None:
    found = rules("User-agent: *\nDisallow: /private/  # not yours\nAllow: /private/open")
    assert found.allows(SITE + "/private/a") == Refused(reason="robots", detail="Disallow: /private/")
    assert found.allows(SITE + "/private/open/a") == Allowed(detail="Allow: /private/open")
    assert found.allows(SITE + "/public") == Allowed()


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("User-agent: Broadsheet\nDisallow: /\n\nUser-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: broadSHEET\nDisallow: /other", False),
        ("User-agent: Broadsheet/2.0 (news)\nDisallow: /", True),
        ("User-agent: Broad\nDisallow: /", False),
        ("User-agent: Broadsheet-Images\nDisallow: /", False),
        ("User-agent: a\nUser-agent: Broadsheet\nUser-agent: b\nDisallow: /", True),
        ("User-agent: a\n\n# comment\nUser-agent: Broadsheet\nDisallow: /", True),
        # Protego 0.7 ends the group at lines that the standard passes over (§2.2.4)
        ("User-agent: Broadsheet\nNoai: yes\nUser-agent: b\nDisallow: /", True),
        ("User-agent: Broadsheet\nSitemap: https://example.org/s.xml\nUser-agent: b\nDisallow: /", True),
        ("User-agent: Broadsheet\nCrawl-delay: 5\nUser-agent: b\nDisallow: /", True),
        (
            "User-agent: Broadsheet\nDisallow: /x\nUser-agent: b\nDisallow: /y\nUser-agent: Broadsheet\nDisallow: /",
            True,
        ),
        ("User-agent: Broadsheet\nAllow: /x\nUser-agent: b\nDisallow: /", False),
        ("Disallow: /\nUser-agent: *\nAllow: /x", False),
        ("User-agent: *bot\nDisallow: /", False),
        ("User-agent: * # everybody\nDisallow: /", True),
        ("User-agent: a\nContent-Signal: ai-train=no\nUser-agent: Broadsheet\nDisallow: /", True),
        ("User-agent: Broadsheet\nDisallow: /a\nCrawl-delay: 3\nDisallow: /", True),
        ("\ufeffUser-agent: *\nDisallow: /", True),
        ("User-agent: *\rDisallow: /\r", True),
        ("user-AGENT : *\r\n  disallow :/  \r\n", True),
        ("User-agent *\nDisallow /", True),
        ("Useragent: *\nDissallow: /", True),
        ("<html><body>Not found</body></html>", False),
        ("", False),
    ],
)
def test_whose_rules_they_are(text: str, refuses: bool) -> None:
    assert allowed(rules(text), "/page") is not refuses


@pytest.mark.parametrize(
    ("text", "path", "allows"),
    [
        # RFC 9309 §2.2.2 and §5.2: the longest match decides, Allow where they tie
        ("Allow: /example/page/\nDisallow: /example/page/disallowed.gif", "/example/page/disallowed.gif", False),
        ("Disallow: /example\nAllow: /example", "/example", True),
        ("Disallow: /\nAllow: /$", "/", True),
        ("Disallow: /\nAllow: /$", "/a", False),
        ("Disallow: /a\nAllow: /*b", "/a/b", True),
        ("Disallow: /*.gif$", "/a/b.gif", False),
        ("Disallow: /*.gif$", "/a/b.gif?x", True),
        ("Disallow: /*.gif$", "/b.gif.gif", False),
        ("Disallow: /a*b*c", "/a/x/c/b", True),
        ("Disallow: /a*b*c", "/a/x/b/c/d", False),
        ("Disallow: /a**b", "/a/b", False),
        ("Disallow: *print", "/story/print", False),
        ("Disallow: /*?", "/a", True),
        ("Disallow: /*?", "/a?", False),
        ("Disallow: /fish", "/Fish", True),
        ("Disallow: /fish/", "/fish", True),
        ("Disallow:", "/a", True),
        ("Disallow: private/", "/private/a", False),
        ("Disallow: https://example.org/private/", "/private/a", False),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /a$b", "/a", True),
        # percent-encoding, the table of §2.2.2
        ("Disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", False),
        ("Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", False),
        ("Disallow: /foo/bar/U+E38384", "/foo/bar/%E3%83%84", True),
        ("Disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        ("Disallow: /foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", False),
        ("Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("Disallow: /foo/bar/baz", "/foo/bar/%62%61%7a", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        ("Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-b.html", True),
        ("Disallow: /path/foo-%24", "/path/foo-$", False),
        ("Disallow: /*/print", "/a?x=/print", False),
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_which_rule_decides(text: str, path: str, allows: bool) -> None:
    assert allowed(rules("User-agent: *\n" + text), path) is allows


def test_patterns_in_other_encodings_match_their_bytes() -> None:
    assert not allowed(rules(b"User-agent: *\nDisallow: /gr\xfcn"), "/gr%FCn")


def test_reads_500_kib_and_no_half_line() -> None:
    start = b"User-agent: *\nDisallow: /early\n"
    body = (
        start
        + b"#" * (500 * 1024 - len(start) - len("\nDisallow: /\n") + 1)
        + b"\nDisallow: /private\nDisallow: /late\n"
    )
    found = rules(body)
    assert found.truncated
    assert not allowed(found, "/early")
    assert allowed(found, "/late")
    assert allowed(found, "/public")  # the cut line read "Disallow: /"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("2,5", 2.5),
        ("10s", 10.0),
        ("0", 0.0),
        ("-1", None),
        ("nan", None),
        ("soon", None),
        ("inf", None),
    ],
)
def test_crawl_delay_in_seconds(value: str, seconds: float | None) -> None:
    assert rules(f"User-agent: *\nCrawl-delay: {value}").crawl_delay_seconds == seconds


def test_crawl_delay_of_ones_own_group() -> None:
    text = "User-agent: *\nCrawl-delay: 60\n\nUser-agent: Broadsheet\nDisallow:\nCrawl-delay: 2"
    assert rules(text).crawl_delay_seconds == 2
    assert rules(text, agent="Other").crawl_delay_seconds == 60
    assert rules("Crawl-delay: 9").crawl_delay_seconds is None


def test_sitemaps_belong_to_everybody() -> None:
    text = (
        "Sitemap: https://example.org/a.xml\nUser-agent: other\nsitemap:https://cdn.example/b.xml # news\n"
        "Disallow: /\nSitemap: /c.xml\nSite-map: https://example.org/a.xml\nSitemap: none"
    )
    assert rules(text).sitemaps == ("https://example.org/a.xml", "https://cdn.example/b.xml")
    with_base = rules(text, url="https://example.org/robots.txt").sitemaps
    assert with_base[:3] == ("https://example.org/a.xml", "https://cdn.example/b.xml", "https://example.org/c.xml")


def test_a_whole_user_agent_is_cut_to_its_token() -> None:
    text = "User-agent: broadsheet\nDisallow: /"
    assert not allowed(rules(text, agent="Broadsheet/0.1 (+https://example.org/bot)"), "/")


pieces = st.lists(st.sampled_from(["a", "b", "/", "*", "%61", ".html", "?"]), max_size=6).map("".join)
# Wildcards that add nothing count as octets of the pattern for us (RFC 9309 §2.2.2), and do not for Protego.
plain = pieces.filter(lambda pattern: "**" not in pattern and not pattern.endswith("*"))
lines = st.builds("{}: /{}{}".format, st.sampled_from(["Allow", "Disallow"]), plain, st.sampled_from(["", "$"]))


@given(lines=st.lists(lines, min_size=1, max_size=5), path=pieces.filter(lambda path: "*" not in path))
def test_decides_as_protego_does_on_plain_files(lines: list[str], path: str) -> None:
    text = "User-agent: *\n" + "\n".join(lines)
    assert allowed(rules(text), "/" + path) is Protego.parse(text).can_fetch(f"{SITE}/{path}", "Broadsheet")


def test_hostile_patterns_cost_no_time() -> None:
    found = rules("User-agent: *\n" + ("Disallow: /" + "*a" * 60 + "b$\n") * 200)
    start = time.process_time()
    assert allowed(found, "/" + "a" * 2000)
    assert time.process_time() - start < 8


def test_protegos_fault_does_not_reach_our_decisions() -> None:
    """RFC 9309 §2.2.4: other records must not interfere. Protego 0.7 ends the group at them, and lets us in."""
    for line in ("Noai: yes", "Sitemap: https://example.org/s.xml", "Host: example.org", "Clean-param: ref"):
        text = f"User-agent: Broadsheet\n{line}\nUser-agent: other\nDisallow: /private/"
        assert not allowed(rules(text), "/private/a"), line
    split = "User-agent: Broadsheet\nNoai: yes\nUser-agent: other\nDisallow: /private/"
    assert Protego.parse(split).can_fetch(f"{SITE}/private/a", "Broadsheet"), "mended? then say so where ours is"
    assert not allowed(rules("User-agent: Broadsheet\nDisallow: /a\nNoai: yes\nDisallow: /private/"), "/private/a")
