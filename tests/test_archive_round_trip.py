"""Whatever came over the wire is read back the same: bytes, headers, notes; bodies decoded as the server meant them."""

from __future__ import annotations

import gzip
import random
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive import Announcement, ArchiveWriter, CaptureNotes, Exchange, payload_digest_of
from pipelines.captures import Capture, read_captures, read_exchange
from pipelines.codings import decode

AT = datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC)
TEXT = st.text(max_size=30)
LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=20)
HEADER = st.tuples(st.binary(max_size=12), st.binary(max_size=20)).map(
    lambda pair: b": ".join(part.replace(b"\n", b"").replace(b"\r", b"") for part in pair)
)
TIMES = st.integers(0, 4 * 10**15).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
ANNOUNCEMENTS = st.builds(
    Announcement,
    channel=st.sampled_from(["feed", "sitemap", "home"]),
    source_url=st.none() | TEXT,
    title=st.none() | TEXT,
    published_raw=st.none() | TEXT,
    seen_at=st.none() | TIMES,
)


@st.composite
def http_responses(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A response, and the entity body in it."""
    body = draw(st.binary(max_size=400))
    headers = draw(
        st.lists(HEADER.filter(lambda h: h[:1] not in (b" ", b"\t") and b"oding" not in h.lower()), max_size=5)
    )
    wire = body
    if draw(st.booleans()):
        headers.insert(draw(st.integers(0, len(headers))), b"tRansfer-encoding: chunked")
        cuts = sorted(draw(st.sets(st.integers(1, max(1, len(body) - 1)), max_size=4))) if len(body) > 1 else []
        pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True) if a < b]
        wire = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    reason = draw(st.binary(max_size=10)).replace(b"\r", b"").replace(b"\n", b"")
    head = b"\r\n".join([b"HTTP/1.%d %d %s" % (draw(st.integers(0, 1)), draw(st.integers(200, 599)), reason), *headers])
    return head + b"\r\n\r\n" + wire, body


def written_and_read(exchange: Exchange, notes: CaptureNotes) -> tuple[Capture, bytes, bytes, bytes | None]:
    with tempfile.TemporaryDirectory() as folder:
        writer = ArchiveWriter(Path(folder), software="x", contact=None, host="h")
        written = writer.write(exchange, notes)
        writer.close()
        path = Path(folder) / written.warc_file
        [(capture, body)] = read_captures(path, warc_file=written.warc_file)
        raw = read_exchange(path, offset=capture.offset, length=capture.length)
        assert (capture.capture_id, capture.offset, capture.length) == (
            written.capture_id,
            written.offset,
            written.length,
        )
        assert (capture.status, capture.payload_bytes) == (written.status, written.body_bytes)
        return capture, body, raw.block, raw.request


@settings(max_examples=80, deadline=None)
@given(
    response=http_responses(),
    announcements=st.lists(ANNOUNCEMENTS, max_size=3).map(tuple),
    signals=st.lists(LINE, max_size=3).map(tuple),
    path=st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), max_size=20),
    at=TIMES,
)
def test_an_http_exchange_is_read_as_it_was_written(
    response: tuple[bytes, bytes],
    announcements: tuple[Announcement, ...],
    signals: tuple[str, ...],
    path: str,
    at: datetime,
) -> None:
    wire, entity = response
    request = b"GET /" + path.encode() + b" HTTP/1.1\r\n\r\n"
    exchange = Exchange(
        url=f"http://a.example/{path}", started_at=at, request=request, response=wire, ip_address="2001:db8::1"
    )
    notes = CaptureNotes(site="a", kind="page", announcements=announcements, signals=signals)
    capture, body, block, sent = written_and_read(exchange, notes)
    assert (block, body, sent) == (wire, entity, request)
    assert (capture.url, capture.captured_at, capture.ip_address) == (exchange.url, at, "2001:db8::1")
    assert (capture.announcements, capture.signals) == (announcements, signals)
    assert capture.payload_digest == payload_digest_of(wire)[0]


@settings(max_examples=80, deadline=None)
@given(response=st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: b"HTTP/1.1 200\r\n" + b))
def test_bytes_that_are_hardly_http_come_back_too(response: bytes) -> None:
    exchange = Exchange(url="https://a.example/", started_at=AT, request=b"", response=response, ip_address=None)
    _, _, block, sent = written_and_read(exchange, CaptureNotes(site=None, kind="page"))
    assert (block, sent) == (response, b"")


PAGE = b"<p>" + b"The council met on Tuesday. " * 400
ENCODED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]),
    "deflate": zlib.compress(PAGE),
    "br": brotli.compress(PAGE),
    "zstd": zstandard.compress(PAGE[:50]) + zstandard.compress(PAGE[50:]),
}


@pytest.mark.parametrize("coding", ENCODED)
def test_each_coding_is_undone(coding: str) -> None:
    assert decode(ENCODED[coding], [coding]) == (PAGE, None)


def test_raw_deflate_is_taken_as_browsers_do() -> None:
    assert decode(zlib.compress(PAGE)[2:-4], ["deflate"]) == (PAGE, None)


def test_several_codings_are_undone_last_first() -> None:
    assert decode(brotli.compress(gzip.compress(PAGE)), ["gzip", "br"]) == (PAGE, None)


@pytest.mark.parametrize("coding", ENCODED)
def test_a_body_that_is_not_what_its_header_says_stays_as_it_is(coding: str) -> None:
    body, problem = decode(PAGE, [coding])
    assert body == PAGE
    assert "although its header says so" in (problem or "")


def test_an_unknown_coding_leaves_the_body_alone() -> None:
    body, problem = decode(PAGE, ["utf-8"])
    assert body == PAGE
    assert "'utf-8' is not known" in (problem or "")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_breaks_off_gives_what_could_be_read(coding: str) -> None:
    page = bytes(range(256)) * 20 + PAGE * 40
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstandard.compress}[coding]
    noise = random.Random(1).randbytes(400_000)
    body, problem = decode(pack(noise + page)[:300_000], [coding])
    assert noise.startswith(body)
    assert len(body) > 100_000
    assert problem == "compressed body breaks off early"


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(80_000_000), 9)),
        ("br", brotli.compress(bytes(80_000_000), quality=3)),
        ("zstd", zstandard.compress(bytes(80_000_000))),
    ],
)
def test_a_bomb_stops_at_50_megabytes(coding: str, bomb: bytes) -> None:
    body, problem = decode(bomb, [coding])
    assert len(body) == 50_000_000
    assert "cut there" in (problem or "")


def test_a_capture_says_what_was_wrong_with_its_body() -> None:
    wire = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n"
    exchange = Exchange(url="http://a.example/", started_at=AT, request=b"", response=wire, ip_address=None)
    capture, body, _, _ = written_and_read(exchange, CaptureNotes(site=None, kind="page"))
    assert body == b"<p>"
    assert capture.decode_problem == "chunked body ends early"
    assert capture.captured_at == AT
