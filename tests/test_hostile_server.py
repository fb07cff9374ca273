"""Whatever a server answers, the crawl reads what can be read, archives what came, and comes to an end."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from crawler import CrawlOptions, crawl, verify

LINK = b"<a href='/2026/11/22/%s/'>x</a>"
BOMB = gzip.compress(bytes(60_000_000))


def raw(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_pages_with_odd_headers_are_read_all_the_same(web: Any, one_site: Path, kit: Any) -> None:
    """Sections, each with something that is not as it should be, each linking a story of its own."""
    odd = {
        "latin-one-in-a-header": (b"X-Ort: K\xf6ln",),
        "gzip-that-is-none": (b"Content-Encoding: gzip",),
        "brotli-that-is-none": (b"Content-Encoding: br",),
        "a-digit-that-is-none": (b"Retry-After: \xb2",),
        "a-wait-of-five-thousand-digits": (b"Retry-After: " + b"9" * 5000,),
        "a-year-of-twenty-digits": (b"Retry-After: Sun, 22 Nov 99999999999999999999 09:20:00 GMT",),
        "an-etag-that-cannot-be-sent-back": (b'ETag: "a\x1bb"',),
    }
    sections = "".join(f'<a href="/part{n}/">Section</a>' for n, _ in enumerate(odd))
    web.pages["/"] = kit.answer(
        f"<nav>{sections}</nav><a href='http://127.0.0.1:{'9' * 5000}/2026/11/22/a-port-of-many-digits/'>x</a>"
    )
    for n, (name, headers) in enumerate(odd.items()):
        web.pages[f"/part{n}/"] = raw(LINK % f"the-story-behind-{name}".encode(), *headers)
    report = crawl(one_site)
    log = {line["url"].removeprefix(web.base): line for line in kit.log_lines(one_site)}
    for name in odd:
        assert f"/2026/11/22/the-story-behind-{name}/" in web.paths(), name
    assert log["/part1/"]["reason"] == "protocol"
    assert report.attempts == len(kit.log_lines(one_site)) == report.captured
    web.pages["/bomb"] = raw(BOMB, b"Content-Encoding: gzip")
    web.pages["/far"] = raw(b"", b"Retry-After: Fri, 31 Dec 9999 23:59:59 -1200", status=b"503 Busy")
    again = [f"{web.base}/part{n}/" for n, _ in enumerate(odd)]
    more = crawl(one_site, CrawlOptions(urls=(*again, f"{web.base}/bomb", f"{web.base}/far")))
    assert more.failed == 0, "what is sent back to the server can be sent"
    log = {line["url"].removeprefix(web.base): line for line in kit.log_lines(one_site)}
    assert (log["/bomb"]["outcome"], log["/bomb"]["reason"]) == ("captured", "too_large")
    assert log["/far"]["status"] == 503
    assert list(verify(one_site)) == []


def test_a_loop_of_redirects_ends_for_what_a_person_asked_for_too(web: Any, one_site: Path, kit: Any) -> None:
    web.pages |= {
        "/a": raw(b"", b"Location: /b", status=b"302 Found"), "/b": raw(b"", b"Location: /a", status=b"302 Found"),
        "/c": raw(b"", "Location: /é".encode(), status=b"302 Found"),
    }  # fmt: skip
    report = crawl(one_site, CrawlOptions(urls=(f"{web.base}/a", f"{web.base}/c"), for_seconds=20))
    assert report.ended_because == "nothing_due"
    assert len([p for p in web.paths() if p in ("/a", "/b")]) == 6
    assert "/%C3%A9" in web.paths(), "a Location in raw UTF-8 is that"


def test_a_site_that_wants_to_be_left_alone_for_a_day_does_not_hold_the_crawl(web: Any, home: Path, kit: Any) -> None:
    """By Crawl-delay, or by 429 and Retry-After to robots.txt itself; another site is crawled to its end meanwhile."""
    patient = raw(b"User-agent: *\nCrawl-delay: 86400\n")
    web.pages |= {"/robots.txt": lambda h: patient if h["host"].startswith("slow") else busy, "/": raw(b"<p>home</p>")}
    busy = raw(b"", b"Retry-After: 86400", status=b"429 Too Many Requests")
    stanza = 'name = "{0}"\nhome = "http://{0}.localhost:{1}/"\ndelay_seconds = 0'
    kit.write_sites(home, stanza.format("slow", web.port), stanza.format("busy", web.port))
    report = crawl(home, CrawlOptions(for_seconds=20))
    assert (report.ended_because, report.attempts) == ("nothing_due", 2)
    assert report.due == 2, "their home pages are the next crawl's"
    assert web.paths() == ["/robots.txt"] * 2
    crawl(home)
    assert web.paths() == ["/robots.txt"] * 2, "which keeps away from them as well"


def test_a_robots_that_breaks_off_is_asked_for_again(web: Any, one_site: Path, kit: Any) -> None:
    answers = [b"", kit.answer("User-agent: *\nDisallow:", content_type="text/plain")]
    web.pages |= {"/robots.txt": lambda _: answers.pop(0), "/a": kit.answer("<p>a</p>")}
    report = crawl(one_site, CrawlOptions(urls=(f"{web.base}/a",)))
    assert (report.captured, report.failed, report.reasons) == (2, 1, {"disconnect": 1})
    assert web.paths() == ["/robots.txt", "/robots.txt", "/a"]


def test_interim_answers_count_among_the_headers_and_end_with_them() -> None:
    from crawler.wire.tap import MAX_HEADER_BYTES, Tap

    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    tap = Tap(limit_bytes=10_000_000)
    assert tap.received(interim * 1000 + b"HTTP/1.1 200 OK\r\n\r\nhello")
    assert tap.interim_and_final() == (interim * 1000, b"HTTP/1.1 200 OK\r\n\r\nhello")
    tap, sent = Tap(limit_bytes=10_000_000), 0
    while tap.received(interim * 100):
        sent += len(interim) * 100
    assert sent <= MAX_HEADER_BYTES
    assert (tap.truncated, tap.headers_over, len(tap.response)) == ("length", True, MAX_HEADER_BYTES)
