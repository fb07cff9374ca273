"""The same payload again, or a 304, is a revisit: the head alone, and a reference to the capture with the body."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, RevisitOf, Written, payload_digest_of
from pipelines.captures import Capture, read_captures, read_exchange

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NOTES = CaptureNotes(site="a", kind="article")
PAGE = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nAge: 0\r\n\r\n<p>Same</p>'
AGAIN = PAGE.replace(b"Age: 0", b"Age: 9")
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


def exchange(response: bytes, at: datetime = AT) -> Exchange:
    return Exchange(url="http://a.example/", started_at=at, request=b"", response=response, ip_address=None)


def earlier(written: Written, profile: str) -> RevisitOf:
    return RevisitOf(
        profile=profile,
        capture_id=written.capture_id,
        url="http://a.example/",
        captured_at=written.captured_at,
        payload_digest=written.payload_digest,
    )


def crawl_twice(
    archive: Path, response: bytes, profile: str
) -> tuple[Path, Written, Written, list[tuple[Capture, bytes]]]:
    with closing(ArchiveWriter(archive, software="x", contact=None, host="h")) as writer:
        first = writer.write(exchange(PAGE), NOTES)
        second = writer.write(exchange(response, AT + timedelta(hours=1)), NOTES, revisit_of=earlier(first, profile))
    path = archive / second.warc_file
    return path, first, second, list(read_captures(path, warc_file=second.warc_file))


def test_the_decision_needs_the_digest_before_anything_is_written() -> None:
    assert payload_digest_of(AGAIN)[0] == payload_digest_of(PAGE)[0]
    assert payload_digest_of(NOT_MODIFIED)[1:] == (304, 0)


@pytest.mark.parametrize(
    ("response", "profile"), [(AGAIN, "identical-payload-digest"), (NOT_MODIFIED, "server-not-modified")]
)
def test_a_revisit_refers_to_the_capture_with_the_body(tmp_path: Path, response: bytes, profile: str) -> None:
    path, first, second, [_, (again, body)] = crawl_twice(tmp_path, response, profile)
    assert second.record_type == again.record_type == "revisit"
    assert (again.refers_to_capture_id, again.refers_to_url, again.refers_to_at) == (
        first.capture_id,
        "http://a.example/",
        AT,
    )
    assert again.payload_digest == second.payload_digest == first.payload_digest
    assert (body, again.body_digest, again.payload_bytes, again.etag) == (b"", None, 0, '"1"')
    raw = read_exchange(path, offset=again.offset, length=again.length)
    assert raw.block == raw.http_head == response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert ("WARC-Profile", f"http://netpreserve.org/warc/1.1/revisit/{profile}") in raw.warc_headers


def test_a_revisit_says_how_much_came_though_it_stores_the_head_alone(tmp_path: Path) -> None:
    _, first, second, _ = crawl_twice(tmp_path, AGAIN, "identical-payload-digest")
    assert first.body_bytes == second.body_bytes == len(b"<p>Same</p>")


def test_warcio_reads_the_reference(tmp_path: Path) -> None:
    path, first, *_ = crawl_twice(tmp_path, NOT_MODIFIED, "server-not-modified")
    with path.open("rb") as stream:
        [headers] = [record.rec_headers for record in ArchiveIterator(stream) if record.rec_type == "revisit"]
    assert headers.get_header("WARC-Refers-To") == f"<urn:uuid:{first.capture_id}>"
    assert headers.get_header("WARC-Refers-To-Date") == "2026-11-22T09:00:00.000000Z"
    assert headers.get_header("WARC-Refers-To-Target-URI") == "http://a.example/"


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="profile is 'similar'"):
        crawl_twice(tmp_path, AGAIN, "similar")
