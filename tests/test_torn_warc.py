"""A crash tears a file: repair keeps every whole record, verify finds every cut and every flipped bit."""

from __future__ import annotations

import hashlib
import random
import shutil
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import (
    ArchiveError,
    ArchiveWriter,
    CaptureNotes,
    Exchange,
    TornRecord,
    Written,
    repair_open_file,
    verify_warc,
)
from pipelines.captures import read_captures

PLACES = 200
AT = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)


def exchange(number: int, body: bytes) -> Exchange:
    return Exchange(
        url=f"http://a.example/{number}",
        started_at=AT + timedelta(minutes=number),
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        ip_address="192.0.2.1",
    )


def write(archive: Path, *, captures: int = 6, close: bool) -> tuple[Path, list[Written]]:
    writer = ArchiveWriter(archive, software="x", contact=None, host="h")
    dice = random.Random(7)
    notes = CaptureNotes(site="a", kind="article")
    written = [writer.write(exchange(number, dice.randbytes(700)), notes) for number in range(captures)]
    writer.sync()
    unfinished = next(archive.rglob("*.open"))
    left_open = archive / "crashed" / unfinished.parent.name / unfinished.name
    left_open.parent.mkdir(parents=True)
    shutil.copyfile(unfinished, left_open)
    writer.close()
    return left_open if not close else archive / written[0].warc_file, written


def cuts(path: Path, count: int) -> list[int]:
    return random.Random(11).sample(range(1, path.stat().st_size), count)


def flips(size: int, count: int) -> list[tuple[int, int]]:
    dice = random.Random(13)
    return [(dice.randrange(size), 1 << dice.randrange(8)) for _ in range(count)]


def test_repair_keeps_every_whole_capture_and_nothing_else(tmp_path: Path) -> None:
    path, written = write(tmp_path / "whole", close=False)
    data = path.read_bytes()
    for cut in cuts(path, PLACES):
        torn = tmp_path / f"{cut}" / "crawl_date=2026-11-22" / path.name
        torn.parent.mkdir(parents=True)
        torn.write_bytes(data[:cut])
        repaired = repair_open_file(torn)
        whole = [one for one in written if one.offset + one.length <= cut]
        assert [(c.capture_id, c.offset, c.length, c.payload_digest, c.body_bytes) for c in repaired.captures] == [
            (one.capture_id, one.offset, one.length, one.payload_digest, one.body_bytes) for one in whole
        ]
        assert repaired.kept is None
        if repaired.closed is None:
            assert list(torn.parent.iterdir()) == []
            continue
        final = torn.with_name(torn.name.removesuffix(".open"))
        assert list(verify_warc(final, name="x", expected_sha256=repaired.closed.sha256)) == []
        assert repaired.closed.bytes + repaired.cut_bytes == cut
        assert final.stat().st_size == repaired.closed.bytes
        found = [c.capture_id for c, _ in read_captures(final, warc_file="x")]
        assert found == [one.capture_id for one in whole]
        index = final.with_name(final.name.replace(".warc.gz", ".cdxj")).read_text()
        assert index.count("\n") == repaired.closed.captures == len(whole)


def test_a_recovered_capture_says_what_it_was(tmp_path: Path) -> None:
    path, _ = write(tmp_path, captures=2, close=False)
    repaired = repair_open_file(path)
    assert [(c.url, c.site, c.kind, c.status) for c in repaired.captures] == [
        ("http://a.example/0", "a", "article", 200),
        ("http://a.example/1", "a", "article", 200),
    ]
    assert repaired.closed is not None
    assert [day.isoformat() for day in repaired.closed.crawl_dates] == ["2026-11-22", "2026-11-23"]


def test_damage_with_whole_records_behind_it_is_kept_for_a_person(tmp_path: Path) -> None:
    path, written = write(tmp_path, close=False)
    data = bytearray(path.read_bytes())
    data[written[2].offset + written[2].length // 2] ^= 4
    path.write_bytes(data)
    repaired = repair_open_file(path)
    assert [c.capture_id for c in repaired.captures] == [one.capture_id for one in written[:2]]
    assert repaired.kept is not None
    assert repaired.kept.read_bytes() == data


def test_only_a_file_that_was_left_open_is_repaired(tmp_path: Path) -> None:
    path, _ = write(tmp_path, close=True)
    with pytest.raises(ValueError, match="not a file that was left open"):
        repair_open_file(path)
    path.with_name(path.name + ".open").write_bytes(b"")
    with pytest.raises(ArchiveError, match="there is also"):
        repair_open_file(path.with_name(path.name + ".open"))


def test_verify_is_clean_on_a_whole_file(tmp_path: Path) -> None:
    path, _ = write(tmp_path, close=True)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(verify_warc(path, name="x", expected_sha256=sha256)) == []


def test_every_cut_is_found(tmp_path: Path) -> None:
    path, _ = write(tmp_path, close=True)
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    between = {at for at in range(1, len(data)) if data[at:].startswith(b"\x1f\x8b\x08")}
    for cut in [0, *cuts(path, PLACES)]:
        path.write_bytes(data[:cut])
        problems = list(verify_warc(path, name="x", expected_sha256=sha256))
        assert problems[-1].kind == "sha256", cut
        # Between two members a file alone looks whole: the sum is what tells.
        assert cut in between or problems[0].kind == "torn", cut


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    path, _ = write(tmp_path, close=True)
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    for at, bit in flips(len(data), PLACES):
        flipped = bytearray(data)
        flipped[at] ^= bit
        path.write_bytes(flipped)
        assert list(verify_warc(path, name="x", expected_sha256=sha256)), (at, bit)


def test_verify_names_what_is_wrong(tmp_path: Path) -> None:
    path, _ = write(tmp_path, close=True)
    assert [p.kind for p in verify_warc(tmp_path / "none.warc.gz", name="none")] == ["missing"]
    path.write_bytes(path.read_bytes() + b"more")
    [problem] = verify_warc(path, name="x")
    assert (problem.kind, problem.detail) == ("damaged", "no gzip member begins here, yet the file goes on")
    plain = tmp_path / "plain.warc"
    head = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
    sums = b"WARC-Block-Digest: md5:900150983cd24fb0d6963f7d28e17f72\r\nWARC-Payload-Digest: sha1:AAAA\r\n"
    plain.write_bytes(head + sums + b"Content-Length: 3\r\n\r\nabc\r\n\r\n")
    assert [p.kind for p in verify_warc(plain, name="x")] == ["payload_digest"]


def test_a_torn_file_yields_all_that_is_whole_and_then_says_where_it_ends(tmp_path: Path) -> None:
    path, written = write(tmp_path, close=True)
    path.write_bytes(path.read_bytes()[: written[3].offset + 100])
    captures = read_captures(path, warc_file="x")
    assert [next(captures)[0].capture_id for _ in range(3)] == [one.capture_id for one in written[:3]]
    with pytest.raises(TornRecord, match=f"at {written[3].offset}: the gzip member ends after 100 bytes"):
        next(captures)


def test_verify_needs_no_more_memory_for_a_large_record(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, software="x", contact=None, host="h")
    writer.write(exchange(0, bytes(20_000_000)), CaptureNotes(site=None, kind="page"))
    writer.close()
    path = next(tmp_path.rglob("*.warc.gz"))
    tracemalloc.start()
    assert list(verify_warc(path, name="x")) == []
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 4_000_000
