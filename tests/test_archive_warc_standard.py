"""What we write is WARC/1.1 as others read it: linked records, one member each, bytes as received."""

from __future__ import annotations

import gzip
import hashlib
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import (
    Announcement,
    ArchiveWriter,
    CaptureNotes,
    ClosedFile,
    Exchange,
    WriterClosed,
    Written,
    payload_digest_of,
)

AT = datetime(2026, 11, 22, 9, 20, 30, 123456, tzinfo=UTC)
NOTES = CaptureNotes(
    site="thinlinenews",
    kind="article",
    announcements=(Announcement(channel="feed", source_url="http://news.example/feed", title="“Fire”\r\nX: y \ud83d"),),
    signals=("X-Robots-Tag: noarchive",),
)
PLAIN = b"HTTP/1.1 200 Very  Fine\r\nSET-cookie: a=1\r\nset-Cookie: b=2\r\nX-Odd :  \xe9\r\n folded\r\n\r\n<p>Hello</p>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n"


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def exchange(response: bytes, **more: object) -> Exchange:
    told: dict[str, object] = {
        "url": "http://news.example/a?b=%7E1",
        "started_at": AT,
        "request": b"GET /a?b=%7E1 HTTP/1.1\r\nHost: news.example\r\n\r\n",
        "response": response,
        "ip_address": "192.0.2.7",
        "protocols": ("http/1.1", "tls/1.3"),
        "cipher_suite": "TLS_AES_128_GCM_SHA256",
        "certificate_sha256": "ab" * 32,
        "elapsed_seconds": 0.25,
    }
    return Exchange(**(told | more))  # type: ignore[arg-type]


def write(archive: Path, *exchanges: Exchange) -> tuple[Path, list[Written]]:
    writer = ArchiveWriter(archive, software="broadsheet/test", contact="mailto:desk@news.example", host="h")
    written = [writer.write(one, NOTES) for one in exchanges]
    writer.close()
    return next(archive.rglob("*.warc.gz")), written


def records(warc: Path) -> Iterator[tuple[dict[str, list[str]], bytes]]:
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            headers: dict[str, list[str]] = {}
            for name, value in record.rec_headers.headers:
                headers.setdefault(name, []).append(value)
            yield headers, record.raw_stream.read()


def warcio_check(warc: Path) -> int:
    return subprocess.run(
        [sys.executable, "-c", "from warcio.cli import main; main()", "check", str(warc)], check=False
    ).returncode


def test_a_file_begins_with_warcinfo_that_names_it_and_us(tmp_path: Path) -> None:
    warc, _ = write(tmp_path, exchange(PLAIN))
    headers, block = next(records(warc))
    assert headers["WARC-Type"] == ["warcinfo"]
    assert headers["WARC-Filename"] == [warc.name]
    for line in (b"software: broadsheet/test", b"robots: obey", b"operator: mailto:desk@news.example", b"hostname: h"):
        assert line in block


def test_request_response_and_metadata_are_linked(tmp_path: Path) -> None:
    warc, [written] = write(tmp_path, exchange(PLAIN))
    (info, _), (request, sent), (response, received), (metadata, _) = records(warc)
    assert [r["WARC-Type"][0] for r in (request, response, metadata)] == ["request", "response", "metadata"]
    assert response["WARC-Record-ID"] == [f"<urn:uuid:{written.capture_id}>"]
    assert request["WARC-Concurrent-To"] == metadata["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    for record in (request, response, metadata):
        assert record["WARC-Warcinfo-ID"] == info["WARC-Record-ID"]
        assert record["WARC-Target-URI"] == ["http://news.example/a?b=%7E1"]
        assert record["WARC-Date"] == ["2026-11-22T09:20:30.123456Z"]
    assert response["WARC-IP-Address"] == ["192.0.2.7"]
    assert response["WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert response["WARC-Cipher-Suite"] == ["TLS_AES_128_GCM_SHA256"]
    assert received == PLAIN
    assert sent.startswith(b"GET /a?b=%7E1 HTTP/1.1\r\n")


def test_metadata_says_who_announced_the_url_on_one_line_each(tmp_path: Path) -> None:
    warc, _ = write(tmp_path, exchange(PLAIN))
    *_, (_, block) = records(warc)
    lines = block.decode().split("\r\n")
    assert "via: http://news.example/feed" in lines
    assert "fetchTimeMs: 250" in lines
    assert "site: thinlinenews" in lines
    assert "signal: X-Robots-Tag: noarchive" in lines
    assert f"certificateSha256: {'ab' * 32}" in lines
    assert sum(line.startswith("announcement: {") for line in lines) == 1
    assert not any(line.startswith("X: y") for line in lines)


def test_each_record_is_one_gzip_member_at_its_offset(tmp_path: Path) -> None:
    warc, written = write(tmp_path, exchange(PLAIN), exchange(CHUNKED))
    data = warc.read_bytes()
    for one, response in zip(written, (PLAIN, CHUNKED), strict=True):
        record = gzip.decompress(data[one.offset : one.offset + one.length])
        assert record.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
        assert record.endswith(b"\r\n\r\n" + response + b"\r\n\r\n")


def test_warcio_finds_all_digests_right(tmp_path: Path) -> None:
    partial = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nbegi"
    gzipped = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"body")
    odd = [exchange(r) for r in (PLAIN, gzipped, b"", b"SSH-2.0 hi\r\n", b"HTTP/1.1 204 No Content\r\n\r\n")]
    warc, _ = write(tmp_path, *odd, exchange(partial, truncated="disconnect"))
    assert warcio_check(warc) == 0


def test_the_payload_digest_of_a_chunked_response_is_that_of_the_entity(tmp_path: Path) -> None:
    """The standard's reading (iipc/warc-specifications#22); `warcio check` sums the chunks (webrecorder/warcio#75)."""
    warc, [written] = write(tmp_path, exchange(CHUNKED))
    unchunked = b"HTTP/1.1 200 OK\r\n\r\nhello world"
    assert written.payload_digest == payload_digest_of(unchunked)[0]
    assert written.body_bytes == len(b"hello world")
    assert warcio_check(warc) == 1


def test_interim_answers_are_kept_and_not_taken_for_the_response(tmp_path: Path) -> None:
    raw = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\ngone"
    warc, [written] = write(tmp_path, exchange(raw))
    assert (written.status, written.body_bytes) == (404, 4)
    assert [block for headers, block in records(warc) if headers["WARC-Type"] == ["response"]] == [raw]


def test_what_is_no_http_is_kept_without_payload_digest(tmp_path: Path) -> None:
    warc, [written] = write(tmp_path, exchange(b"SSH-2.0-OpenSSH\r\n"))
    assert (written.status, written.payload_digest) == (None, None)
    headers, block = next(r for r in records(warc) if r[0]["WARC-Type"] == ["response"])
    assert "WARC-Payload-Digest" not in headers
    assert block == b"SSH-2.0-OpenSSH\r\n"


def test_a_cut_response_says_why(tmp_path: Path) -> None:
    warc, _ = write(tmp_path, exchange(PLAIN, truncated="time"))
    assert [h["WARC-Truncated"] for h, _ in records(warc) if "WARC-Truncated" in h] == [["time"]]


def test_no_secret_reaches_the_archive(tmp_path: Path) -> None:
    secrets = b"cookie: id=SECRET;\r\n more=SECRET\r\nAuthorization: Basic SECRET\r\n"
    request = b"GET / HTTP/1.1\r\n" + secrets + b"Host: x\r\n\r\nCookie: body"
    warc, _ = write(tmp_path, exchange(PLAIN, request=request))
    assert b"SECRET" not in gzip.decompress(warc.read_bytes())
    _, (_, sent), _, (_, metadata) = records(warc)
    assert sent == b"GET / HTTP/1.1\r\ncookie:\r\nAuthorization:\r\nHost: x\r\n\r\nCookie: body"
    assert b"redacted: cookie\r\nredacted: Authorization\r\n" in metadata


@pytest.mark.parametrize("url", ["", "http://a/\r\nWARC-Type: x", " http://a/", "http://a/\ud800"])
def test_a_url_that_would_break_the_record_is_refused(tmp_path: Path, url: str) -> None:
    writer = ArchiveWriter(tmp_path, software="x", contact=None)
    with pytest.raises(ValueError, match="WARC-Target-URI"):
        writer.write(exchange(PLAIN, url=url), NOTES)
    writer.close()


def test_rotation_by_size_age_and_midnight(tmp_path: Path) -> None:
    clock, closed = Clock(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)), list[ClosedFile]()
    writer = ArchiveWriter(
        tmp_path, software="x", contact=None, host="h", clock=clock, on_closed=closed.append, max_bytes=2000
    )
    files = [writer.write(exchange(PLAIN), NOTES).warc_file for _ in range(3)]
    assert len(set(files)) == 2
    clock.at += timedelta(hours=1)
    files.append(writer.write(exchange(PLAIN), NOTES).warc_file)
    clock.at += timedelta(minutes=31)
    files.append(writer.write(exchange(PLAIN, started_at=clock.at), NOTES).warc_file)
    writer.close()
    writer.close()
    assert files[3:] == [
        "crawl_date=2026-11-22/broadsheet-20261122233000000-00003-h.warc.gz",
        "crawl_date=2026-11-23/broadsheet-20261123000100000-00004-h.warc.gz",
    ]
    assert [file.warc_file for file in closed] == sorted(set(files))
    assert sum(file.captures for file in closed) == len(files)
    for file in closed:
        path = tmp_path / file.warc_file
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
        assert path.stat().st_size == file.bytes
        assert path.with_name(path.name.replace(".warc.gz", ".cdxj")).exists()


def test_a_file_is_open_until_it_is_closed_and_never_shared(tmp_path: Path) -> None:
    clock = Clock(AT)
    first, second = (ArchiveWriter(tmp_path, software="x", contact=None, host="h", clock=clock) for _ in range(2))
    one, two = first.write(exchange(PLAIN), NOTES), second.write(exchange(PLAIN), NOTES)
    assert one.warc_file != two.warc_file
    assert (tmp_path / (one.warc_file + ".open")).exists()
    first.close()
    assert (tmp_path / one.warc_file).exists()
    assert not (tmp_path / (one.warc_file + ".open")).exists()
    second.close()
    with pytest.raises(WriterClosed):
        first.write(exchange(PLAIN), NOTES)


def test_a_disk_that_fills_up_tears_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a module imported under the limit would be cut for all
    writer = ArchiveWriter(tmp_path, software="x", contact=None, host="h")
    writer.write(exchange(PLAIN), NOTES)
    path = next(tmp_path.rglob("*.open"))
    before = path.stat().st_size
    limits, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before + 500, limits[1]))
        with pytest.raises(OSError, match="large"):
            writer.write(exchange(PLAIN), NOTES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.stat().st_size == before
    writer.write(exchange(CHUNKED), NOTES)
    writer.close()
    blocks = [
        block for headers, block in records(next(tmp_path.rglob("*.warc.gz"))) if headers["WARC-Type"] == ["response"]
    ]
    assert blocks == [PLAIN, CHUNKED]


def test_the_face_of_the_archive_loads_no_framework() -> None:
    code = "import sys, crawler.archive; print({'scrapy', 'twisted', 'dagster', 'warcio'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "set()"
