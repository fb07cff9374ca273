"""Our CDXJ is what cdxj-indexer writes, line for line; its keys are our own, its `surt` package being AGPL."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import warnings
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from awkward import AWKWARD
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, RevisitOf, write_cdxj
from crawler.archive.surt import surt_key

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # surt 0.3.1 has escapes in its strings that Python warns of when it compiles them
    from cdxj_indexer.main import CDXJIndexer

ODD_RESPONSES = [
    *(case.block for case in AWKWARD.values()),
    *(case.wire for case in AWKWARD.values() if case.interim),
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\nhello",
    b"HTTP/1.1 200\r\ncontent-type:\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/\r\n plain\r\ncontent-type: second\r\n\r\nhello",
    b"HTTP/1.1 200 OK\nContent-Type: \xfcber/caf\xc3\xa9\n\nhello",
    b"HTTP/1.1 301 Moved\r\nLocation: /b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: a/b\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: a/b",
    b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nhello",
    b"SSH-2.0-x y z\r\nContent-Type: a/b\r\n\r\nhello",
    b"\r\nHTTP/1.1 200 OK\r\n\r\nhello",
    b"one line that is no HTTP",
    b"HTTP/1.1\r\nno colon\r\n\r\nx",
    b"word\r\na:b\r\n\r\nx",
    b"",
]
URLS = """
http://www.archive.org|http://archive.org/goo/|http://archive.org/goo/?|http://archive.org/goo/?b&a|http://a.org/?a=2&b&a=1
http://archive.org:8080/x|http://archive.org:80/x|https://archive.org:443/x|http://archive.org:443/x|https://archive.org:80/
https://www2.example.com/A/B?C=D#frag|http://WWW.Example.COM/%41%42|http://example.com/a//b/./c/../d|http://a.org/../x
http://user:pass@example.com/x|http://user@example.com:81/x|http://127.0.0.1:8000/a|http://[::1]:8000/a|http://2130706433/x
http://0177.0.0.1/|http://1.2/|http://0..9/x|http://09.1.1.1/|http://300.1.1.1/|http://1.2.3.256/|http://1.2.3.4.5/
http://münchen.example/straße?q=ü|http://xn--mnchen-3ya.example/|http://example.com/%C3%BC?x=%25%32%35|http://a.org/a b
http://example.com/a;jsessionid=1234|http://example.com/x?jsessionid=0123456789abcdef0123456789abcdef&a=1
http://example.com/x?a=1&PHPSESSID=0123456789abcdef0123456789abcdef|http://example.com/x?cfid=1&cftoken=2&z=3
http://example.com/(S(4hqa0555fwsecu455xqckv45))/mileg.aspx|http://example.com/(4hqa0555fwsecu455xqckv45)/mileg.aspx
dns:example.com|whois:example.com|ftp://ftp.example.com/a/B|mailto:a@b.example|urn:uuid:abc|metadata://gnu.org/wget/M.txt
http://http://example.com/x|http:////example.com/y|http:///example.com/y|http://example.com:/y|http://example.com:99999/y
http://example.com:abc/y|http://example.com..uk./y|http://example.com?x=1|http://example.com?|http://example.com/?&
http://example.com/?=|http://example.com/?a=b=c&a=b|HTTP://EXAMPLE.com:80/|http://www.www.com/|http://www.com/
http://www12.foo.com/|example.com/foo|http://demo.localhost:8123/news/1|http://a_b.example/x|http://exa%6Dple.com/
http://example.com/%23x|http://example.com/a?b=%23#c|http://example.com/~a%7Eb|http://example.com/?A=B&a=b|filedesc:foo|http://?
""".replace("\n", "|")
PIECES = st.sampled_from(
    [*"abzABZ0129./?&=:@#%[]()!;,-_~+ ü日'\"", "//", "www.", "http://", "..", "%25", "%2e", "sid="]
)


def indexer(warc: Path) -> str:
    main = "from cdxj_indexer.main import main; main()"
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", main, "--sort", str(warc)], check=True, capture_output=True, text=True
    ).stdout


def theirs(url: str) -> str:
    return str(CDXJIndexer(io.StringIO(), []).get_url_key(url))


@pytest.mark.parametrize("url", [url for url in URLS.split("|") if url])
def test_the_key_of_an_awkward_url(url: str) -> None:
    assert surt_key(url) == theirs(url)


@given(st.sampled_from(["http://example.com/", "http://example.com?", "https://www.a.example:81/"]), st.lists(PIECES))
def test_the_key_of_any_path_and_query(start: str, pieces: list[str]) -> None:
    url = start + "".join(pieces)
    assert surt_key(url) == theirs(url)


@given(st.lists(st.sampled_from([*"ab.01", "www.", "0x", "..", "ü", "%41", "_", "example."]), max_size=8))
def test_the_key_of_any_host(pieces: list[str]) -> None:
    url = f"http://{''.join(pieces)}/x"
    assert surt_key(url) == theirs(url)


def test_the_index_written_beside_our_files(tmp_path: Path) -> None:
    notes = CaptureNotes(site="a", kind="page")
    with closing(ArchiveWriter(tmp_path, software="x", contact=None, host="h")) as writer:
        for number, response in enumerate(ODD_RESPONSES):
            exchange = Exchange(
                url=f"http://www.Example.com:80/{number % 3}?b=%7E&A=1",
                started_at=datetime(2026, 11, 22, 1, number // 60, number % 60, 999999, tzinfo=UTC),
                request=b"GET / HTTP/1.1\r\n\r\n",
                response=response,
                ip_address="192.0.2.1",
            )
            written = writer.write(exchange, notes)
            if number == 0:
                first = RevisitOf(
                    profile="identical-payload-digest",
                    capture_id=written.capture_id,
                    url=exchange.url,
                    captured_at=written.captured_at,
                    payload_digest=written.payload_digest,
                )
                writer.write(exchange, notes, revisit_of=first)
    warc = tmp_path / written.warc_file
    index = warc.with_name(warc.name.replace(".warc.gz", ".cdxj"))
    as_written = index.read_text()
    assert as_written == indexer(warc)
    assert as_written.count("\n") == len(ODD_RESPONSES) + 1
    assert write_cdxj(warc, name=written.warc_file) == index
    assert index.read_text() == as_written


def test_the_indexes_of_a_whole_crawl(demo: Any) -> None:
    """Of every file that the demo's two crawls left, as they stand beside them."""
    files = sorted(demo.home.glob("archive/crawl_date=*/*.warc.gz"))
    assert len(files) >= 2
    for warc in files:
        written = warc.with_name(warc.name.replace(".warc.gz", ".cdxj")).read_text()
        assert written == indexer(warc)
        assert written.count("\n") > 10


@pytest.mark.parametrize("ending", [".warc", ".warc.gz"])
def test_the_index_of_foreign_files(tmp_path: Path, ending: str) -> None:
    warc = tmp_path / f"foreign{ending}"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with warc.open("wb") as out:
        for number, kind in enumerate(["warcinfo", "response", "resource", "metadata", "revisit", "conversion"]):
            block = (http if kind in ("response", "revisit") else b"") + b"body" * number * (kind != "revisit")
            head = (
                f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://example.com/{number}\r\n"
                f"WARC-Date: 2019-01-02T03:04:0{number}Z\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
                f"Content-Type: text/x; y=z\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            record = head.encode() + block + b"\r\n\r\n"
            out.write(gzip.compress(record) if ending.endswith("gz") else record)
    write_cdxj(warc, name=warc.name)
    assert (tmp_path / "foreign.cdxj").read_text() == indexer(warc)
