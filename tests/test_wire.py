"""What comes over the wire is what is in the archive, byte for byte, be it ever so odd."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

from crawler import CrawlOptions, crawl
from crawler.archive import open_records

HTML = b"<title>x</title><p>hello</p>"
GZIPPED = gzip.compress(HTML, mtime=0)


def records(home: Path) -> list[tuple[str, str, str | None, bytes]]:
    """Type, URL, WARC-Truncated and block of every record of the archive."""
    found = []
    for path in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with path.open("rb") as stream:
            reader = open_records(stream, name=path.name)
            while (record := reader.next_record()) is not None:
                block = record.read()
                found.append((record.record_type, record.url or "", record.get("WARC-Truncated"), block))
                record.finish()
    return found


def block_of(home: Path, url: str, kind: str = "response") -> tuple[str | None, bytes]:
    return next((truncated, block) for type_, u, truncated, block in records(home) if type_ == kind and u == url)


ODD = {
    "repeated and oddly cased headers": (
        b"HTTP/1.1 200 Quite Fine\r\nset-cookie: a=1\r\nSET-COOKIE: b=2\r\nconTENT-lenGTH: 28\r\nX-b:\r\nX-a: 1\r\n\r\n"
        + HTML
    ),
    "latin-1 in a header": b"HTTP/1.1 200 OK\r\nX-Ort: K\xf6ln\r\nContent-Length: 28\r\n\r\n" + HTML,
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\n<titl\r\n17;x=y\r\ne>x</title><p>hello</p>\r\n0\r\nTrailer: t\r\n\r\n"
    ),
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED,
    "no length": b"HTTP/1.1 200 OK\r\nServer: old\r\n\r\n" + HTML,
    "http 1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 28\r\nConnection: close\r\n\r\n" + HTML,
    "no reason phrase": b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
    "a reason of its own": b"HTTP/1.1 299 Nearly, But Not Quite\r\nContent-Length: 0\r\n\r\n",
}  # fmt: skip


def test_responses_are_archived_as_they_came(web: Any, one_site: Path) -> None:
    for n, response in enumerate(ODD.values()):
        web.pages[f"/odd/{n}"] = response
    crawl(one_site, CrawlOptions(urls=tuple(web.base + path for path in web.pages)))
    for n, (name, response) in enumerate(ODD.items()):
        assert block_of(one_site, f"{web.base}/odd/{n}") == (None, response), name


def test_truncations_and_what_the_parser_refuses_are_archived_too(web: Any, one_site: Path, kit: Any) -> None:
    early = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nonly this much"
    folded = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"

    def too_long(_: dict[str, str]) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12000000\r\n\r\n" + b"x" * 12_000_000

    web.pages |= {
        "/early": early,
        "/two-lengths": folded,
        "/no-http": b"220 mail.example ESMTP ready\r\n",
        "/hints": b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n" + HTML,
        "/long": too_long,
        "/a%7Eb~c?q=%C3%A4&x=[1]|": kit.answer("verbatim"),
    }  # fmt: skip
    web.hangs_up_after.add("/early")
    # Each once: what made no sense would be tried again after 2 and after 5 seconds.
    crawl(one_site, CrawlOptions(urls=tuple(web.base + path for path in web.pages), max_pages=len(web.pages)))
    log = {line["url"].removeprefix(web.base): line for line in kit.log_lines(one_site)}
    truncated, block = block_of(one_site, f"{web.base}/early")
    assert (truncated, block) == ("disconnect", early)
    assert block_of(one_site, f"{web.base}/two-lengths")[1] == folded
    assert block_of(one_site, f"{web.base}/no-http")[1] == web.pages["/no-http"]
    assert {log[p]["outcome"] for p in web.pages} == {"captured"}
    assert (log["/two-lengths"]["reason"], log["/no-http"]["reason"]) == ("protocol", "protocol")
    assert block_of(one_site, f"{web.base}/hints")[1].startswith(b"HTTP/1.1 200 OK")
    truncated, block = block_of(one_site, f"{web.base}/long")
    assert truncated == "length"
    assert 10_000_000 < len(block) < 10_100_000
    assert "/a%7Eb~c?q=%C3%A4&x=[1]|" in web.paths(), "the frontier's spelling goes out"


def test_the_request_is_archived_as_it_was_sent(web: Any, one_site: Path, kit: Any) -> None:
    web.pages["/a"] = kit.answer("hello")
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/a",)))
    sent = next(a.raw for a in web.asked if a.path == "/a")
    assert block_of(one_site, f"{web.base}/a", "request")[1] == sent
    assert b"content-length" not in sent.lower()
    assert b"\r\naccept-encoding: gzip, deflate, br\r\n" in sent.lower(), "what replay tools undo"


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(web: Any, one_site: Path, kit: Any) -> None:
    """It comes while the connection is kept for later; the next request must not get it, nor its own be shifted."""
    right = {f"/s{n}": kit.answer(f"right {n}") for n in range(3)}
    web.pages |= right
    web.says_later["/s0"] = kit.answer("wrong")
    kit.write_sites(one_site, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.3')
    report = crawl(one_site, CrawlOptions(urls=tuple(web.base + path for path in right)))
    assert (report.captured, report.failed) == (4, 0)
    for path, response in right.items():
        assert block_of(one_site, web.base + path) == (None, response)


def test_what_a_slow_server_sent_until_the_time_was_up_is_kept(web: Any, one_site: Path, kit: Any) -> None:
    import socketserver
    import threading

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
            time.sleep(20)

    with socketserver.ThreadingTCPServer(("127.0.0.2", 0), Drip) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        slow = f"http://127.0.0.2:{server.server_address[1]}"
        kit.write_sites(one_site, f'name = "slow"\nhome = "{slow}/"\ndelay_seconds = 0')
        begun = time.monotonic()
        report = crawl(one_site, CrawlOptions(for_seconds=1.0))
        server.shutdown()
    assert report.ended_because == "time"
    assert time.monotonic() - begun < 18, "what is under way gets three seconds, not thirty"
