"""Sixty-odd awkward responses, over plain connections and over TLS: what the server sent is what is archived.

That is header order, case, repeats, reason and version, byte for byte, also where the parser of HTTP refuses them;
and beside them who sent it, and under which protection.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from awkward import AWKWARD, Awkward, message
from hypothesis import given
from hypothesis import strategies as st

from crawler import CrawlOptions, crawl, verify
from crawler.archive import Remainder, open_records, read_head


def archived(home: Path) -> dict[str, dict[str, Any]]:
    """URL → record type → the first record of it: its fields, and its block."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with path.open("rb") as stream:
            for record in open_records(stream, name=path.name):
                found.setdefault(record.url or "", {}).setdefault(record.record_type, (record, record.read()))
    return found


def notes(block: bytes) -> dict[str, str]:
    return dict(line.partition(": ")[::2] for line in block.decode().split("\r\n"))


def crawled(web: Any, home: Path, kit: Any) -> dict[str, dict[str, Any]]:
    """The table served and crawled: its name → the first records of it and, as `log`, the first line of it.

    What made no sense is tried again after a second: those come last, so that each is tried once.
    """
    kit.write_sites(home, f'name = "awkward"\nhome = "{web.base}/"\ndelay_seconds = 0')
    order = sorted(AWKWARD, key=lambda name: (AWKWARD[name].reason == "protocol", AWKWARD[name].truncated == "time"))
    for number, name in enumerate(order):
        case, path = AWKWARD[name], f"/{number}"
        web.pages[path] = case.wire
        (web.hangs_up_after if case.hangs_up else web.stays_after).add(path)
        if case.pieces:
            web.in_pieces[path] = case.pieces
    crawl(home, CrawlOptions(urls=tuple(web.base + path for path in web.pages), max_pages=len(web.pages)))
    lines: dict[str, dict[str, Any]] = {}
    for line in kit.log_lines(home):
        lines.setdefault(line["url"], line)
    records = archived(home)
    urls = [f"{web.base}/{number}" for number in range(len(order))]
    return {name: records[url] | {"log": lines[url]} for name, url in zip(order, urls, strict=True)}


@pytest.mark.parametrize("over", ["plain", "tls"])
def test_what_was_sent_is_archived(over: str, request: pytest.FixtureRequest, home: Path, kit: Any) -> None:
    assert len(AWKWARD) >= 60
    web = request.getfixturevalue("web" if over == "plain" else "secure_web")
    found, wrong = crawled(web, home, kit), {}
    for name, case in AWKWARD.items():
        response, block = found[name]["response"]
        told = notes(found[name]["metadata"][1])
        is_as_sent = {
            "bytes": block == case.block,
            "truncated": response.get("WARC-Truncated") == case.truncated,
            "status": found[name]["log"]["status"] == case.status,
            "reason": found[name]["log"].get("reason") == case.reason,
            "peer": {found[name][kind][0].get("WARC-IP-Address") for kind in ("request", "response")} == {web.host},
            "interim": json.loads(told.get("interim", '""')).encode("latin-1") == case.interim,
            "tls": ("certificateSha256" in told, response.get("WARC-Cipher-Suite") is not None) == (over == "tls",) * 2,
        }
        if problems := [what for what, holds in is_as_sent.items() if not holds]:
            wrong[name] = (problems, found[name]["log"], block[:200])
    assert wrong == {}
    assert list(verify(home)) == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
def test_version_cipher_and_certificate_are_archived(
    version: ssl.TLSVersion, secure_web: Any, home: Path, kit: Any
) -> None:
    """As another client of the same server has them."""
    secure_web.tls.minimum_version = secure_web.tls.maximum_version = version
    secure_web.pages["/a"] = kit.answer("hello")
    kit.write_sites(home, f'name = "secure"\nhome = "{secure_web.base}/"\ndelay_seconds = 0')
    assert crawl(home, CrawlOptions(urls=(f"{secure_web.base}/a",))).failed == 0
    client = ssl.create_default_context()  # finds the test's authority where the crawl finds it
    with (
        socket.create_connection((secure_web.host, secure_web.port)) as plain,
        client.wrap_socket(plain, server_hostname=secure_web.host) as other,
    ):
        cipher, certificate = other.cipher(), other.getpeercert(binary_form=True)
    assert cipher is not None
    assert certificate is not None
    found = archived(home)[f"{secure_web.base}/a"]
    for kind in ("request", "response"):
        record, _ = found[kind]
        assert record.all("WARC-Protocol") == ("http/1.1", {"TLSv1_2": "tls/1.2", "TLSv1_3": "tls/1.3"}[version.name])
        assert record.all("WARC-Cipher-Suite") == (cipher[0],)
    assert notes(found["metadata"][1])["certificateSha256"] == hashlib.sha256(certificate).hexdigest()


REFUSED = b"X-Odd : 1"  # a space before the colon, which the parser does not take


def test_a_large_response_that_the_parser_refuses_is_received_to_its_end(web: Any, one_site: Path, kit: Any) -> None:
    """The connection is used no more, and nothing is waited for once all that the head promises has come."""
    whole = message(REFUSED, b"Content-Length: 3000000", body=b"x" * 3_000_000)
    cut = message(REFUSED, b"Content-Length: 9000", body=b"y" * 5000)
    web.pages |= {"/whole": whole, "/cut": cut}
    web.hangs_up_after.add("/cut")
    begun = time.monotonic()
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/whole", f"{web.base}/cut"), max_pages=2))
    assert time.monotonic() - begun < 10
    found = archived(one_site)
    response, block = found[f"{web.base}/whole"]["response"]
    assert (response.get("WARC-Truncated"), block == whole) == (None, True)
    response, block = found[f"{web.base}/cut"]["response"]
    assert (response.get("WARC-Truncated"), block == cut) == ("disconnect", True)


def test_a_refused_response_without_end_is_cut(web: Any, one_site: Path, kit: Any) -> None:
    web.pages |= {
        "/body": lambda _: message(REFUSED, body=b"x" * 12_000_000),
        "/head": lambda _: message(REFUSED, b"X-Long: " + b"y" * 12_000_000),
    }
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/body", f"{web.base}/head"), max_pages=2))
    found = archived(one_site)
    response, block = found[f"{web.base}/body"]["response"]
    assert response.get("WARC-Truncated") == "length"
    assert 10_000_000 < len(block) < 10_100_000
    response, block = found[f"{web.base}/head"]["response"]
    assert response.get("WARC-Truncated") == "length"
    assert len(block) == 65_536


def test_interim_responses_that_nothing_follows_are_archived(web: Any, one_site: Path, kit: Any) -> None:
    web.pages["/a"] = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    web.hangs_up_after.add("/a")
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/a",), max_pages=1))
    response, block = archived(one_site)[f"{web.base}/a"]["response"]
    assert (response.get("WARC-Truncated"), block) == ("disconnect", web.pages["/a"])


@pytest.mark.parametrize("name", [name for name, case in AWKWARD.items() if case.status is not None])
def test_what_is_meant_is_read_from_it(name: str, write_warc: Any, home: Path) -> None:
    from pipelines.captures import read_captures

    case: Awkward = AWKWARD[name]
    [written] = write_warc([("http://a.example/", case.block)])
    [(capture, body)] = read_captures(home / "archive" / written.warc_file, warc_file=written.warc_file)
    assert (capture.status, body) == (case.status, case.body)
    head = read_head(case.block)
    assert head is not None
    assert case.block.startswith(head.status_line)


WHOLE_BY_THEIR_HEADS = [
    name for name, case in AWKWARD.items() if case.status is not None and case.truncated is None and not case.hangs_up
]


@given(st.sampled_from(WHOLE_BY_THEIR_HEADS), st.lists(st.integers(1, 40), min_size=1))
def test_a_response_is_whole_with_its_last_byte(name: str, lengths: list[int]) -> None:
    """However it comes in; until then more is expected. So the connection of a refused one is not waited upon."""
    wire, rest, at = AWKWARD[name].wire, Remainder(), 0
    for length in itertools.cycle(lengths):
        assert not rest.is_over
        rest.feed(wire[at : at + length])
        at += length
        if at >= len(wire):
            break
    assert rest.is_over
