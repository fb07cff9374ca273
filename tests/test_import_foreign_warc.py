"""`broadsheet import` takes WARC files whoever wrote them, once, as they came; and what is in them can be read."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from crawler.archive import (
    ImportedFile,
    ImportProgress,
    NotMemberAligned,
    UnsupportedFormat,
    import_warcs,
    verify_warc,
)
from pipelines.captures import Capture, read_captures, read_exchange

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def record(kind: str, block: bytes, *, version: str = "1.0", **fields: str) -> bytes:
    told = {"WARC-Type": kind, "WARC-Record-ID": "<urn:uuid:AAAAAAAA-0000-4000-8000-000000000001>"}
    told |= {"WARC-Date": "2019-05-06T07:08:09Z"} | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"WARC/{version}\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def urn(number: int) -> str:
    return f"<urn:uuid:aaaaaaaa-0000-4000-8000-{number:012d}>"


def common_crawl() -> list[bytes]:
    """Bodies are stored decoded, the headers that said how they were coded are kept."""
    head = HTTP + b"X-Crawl-Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nContent-Length: 11\r\n\r\n"
    url = {"WARC_Target_URI": "https://cc.example/a", "WARC_IP_Address": "192.0.2.3"}
    return [
        record("warcinfo", b"software: Apache Nutch\r\n"),
        record("request", b"GET /a HTTP/1.1\r\n\r\n", WARC_Record_ID=urn(1), WARC_Concurrent_To=urn(2), **url),
        record(
            "response", head + b"<p>Text</p>", WARC_Record_ID=urn(2), WARC_Identified_Payload_Type="text/html", **url
        ),
        record("metadata", b"fetchTimeMs: 12\r\n", WARC_Record_ID=urn(3), WARC_Concurrent_To=urn(2), **url),
    ]


def heritrix() -> list[bytes]:
    """DNS answers, the request after the response, digests over the chunked bytes, three days in one file."""
    chunked = HTTP + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = gzip.compress(b"<p>Heritrix</p>")
    wire = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    url = {"WARC_Target_URI": "http://h.example/"}
    return [
        record("warcinfo", b"software: Heritrix/3.4\r\n"),
        record(
            "response",
            b"20190506\nh.example. 60 IN A 192.0.2.4\n",
            WARC_Target_URI="dns:h.example",
            Content_Type="text/dns",
        ),
        record("response", chunked + wire, WARC_Record_ID=urn(5), WARC_Date="2019-05-06T23:59:59Z", **url),
        record("request", b"GET / HTTP/1.0\r\n\r\n", WARC_Record_ID=urn(6), WARC_Concurrent_To=urn(5), **url),
        record("metadata", b"via: http://seed.example/\r\n", WARC_Record_ID=urn(7), WARC_Concurrent_To=urn(5), **url),
        record(
            "response",
            HTTP + b"\r\nnext day",
            WARC_Record_ID=urn(8),
            WARC_Date="2019-05-07T00:00:00.5Z",
            version="1.1",
            **url,
        ),
        record("revisit", HTTP + b"\r\n", WARC_Record_ID=urn(9), WARC_Date="2019-05-08T00:00:00Z", **url),
        record(
            "resource", b"<p>saved</p>", WARC_Record_ID="<http://h.example/odd-id>", Content_Type="text/html", **url
        ),
        record("resource", b"log", WARC_Record_ID=urn(10), WARC_Target_URI="metadata://gnu.org/software/wget/log"),
    ]


def save(path: Path, records: list[bytes], how: str = "members") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pack: dict[str, Callable[[], bytes]] = {
        "members": lambda: b"".join(map(gzip.compress, records)),
        "single": lambda: gzip.compress(b"".join(records)),
        "pairs": lambda: b"".join(gzip.compress(b"".join(records[at : at + 2])) for at in range(0, len(records), 2)),
        "blocks": lambda: gzip.compress(b"".join(records)[:300]) + gzip.compress(b"".join(records)[300:]),
        "plain": lambda: b"".join(records),
    }
    path.write_bytes(pack[how]())
    return path


def imported(home: Path, source: Path) -> tuple[ImportedFile, list[tuple[Capture, bytes]]]:
    [file] = import_warcs([source], home).files
    assert file.warc_file is not None
    path = home / "archive" / file.warc_file
    assert list(verify_warc(path, name="x", expected_sha256=file.sha256)) == []
    captures = list(read_captures(path, warc_file=file.warc_file))
    for capture, body in captures:
        assert read_exchange(path, offset=capture.offset, length=capture.length).decoded in (body, b"")
    assert path.with_name(path.name.removesuffix(".gz").removesuffix(".warc") + ".cdxj").read_text().count("\n") >= len(
        captures
    )
    return file, captures


@pytest.mark.parametrize("how", ["members", "plain"])
def test_a_file_is_kept_as_it_came(tmp_path: Path, how: str) -> None:
    source = save(tmp_path / ("cc.warc" if how == "plain" else "cc.warc.gz"), common_crawl(), how)
    file, [(capture, body)] = imported(tmp_path, source)
    assert file.warc_file == f"imported/{source.name}"
    assert (tmp_path / "archive" / file.warc_file).read_bytes() == source.read_bytes()
    assert (file.outcome, file.captures, file.records, file.recompressed) == ("imported", 1, 4, False)
    assert body == b"<p>Text</p>"
    assert capture.decode_problem == "not chunked although its header says so"
    raw = read_exchange(tmp_path / "archive" / file.warc_file, offset=capture.offset, length=capture.length)
    assert raw.request == b"GET /a HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize("how", ["single", "pairs", "blocks"])
def test_members_that_are_not_one_record_each_are_packed_anew(tmp_path: Path, how: str) -> None:
    source = save(tmp_path / "h.warc.gz", heritrix(), how)
    with pytest.raises(NotMemberAligned):
        list(read_captures(source, warc_file="x"))
    file, captures = imported(tmp_path, source)
    path = tmp_path / "archive" / str(file.warc_file)
    assert file.recompressed
    assert gzip.decompress(path.read_bytes()) == b"".join(heritrix())
    assert len(captures) == file.captures == 4
    said = json.loads(path.with_name(path.name + ".import.json").read_text())
    assert said["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert said["recompressed"] is True


@pytest.mark.parametrize("how", ["members", "plain"])
def test_heritrix_files_are_read(tmp_path: Path, how: str) -> None:
    source = save(tmp_path / ("h.warc" if how == "plain" else "h.warc.gz"), heritrix(), how)
    file, captures = imported(tmp_path, source)
    first, second, revisit, resource = (capture for capture, _ in captures)
    assert [body for _, body in captures] == [b"<p>Heritrix</p>", b"next day", b"", b"<p>saved</p>"]
    assert [day.isoformat() for day in file.crawl_dates] == ["2019-05-06", "2019-05-07", "2019-05-08"]
    assert second.captured_at.microsecond == 500_000
    assert (revisit.record_type, revisit.payload_digest) == ("revisit", None)
    assert (resource.status, resource.content_type) == (None, "text/html")
    assert resource.capture_id == str(uuid5(NAMESPACE_URL, "http://h.example/odd-id"))
    assert first.payload_digest is not None
    raw = read_exchange(tmp_path / "archive" / str(file.warc_file), offset=first.offset, length=first.length)
    assert raw.request == b"GET / HTTP/1.0\r\n\r\n"


def test_imported_twice_it_is_there_once(tmp_path: Path) -> None:
    one = save(tmp_path / "in" / "a.warc.gz", common_crawl())
    other_name = save(tmp_path / "in" / "b.warc.gz", common_crawl())
    unpacked = save(tmp_path / "in" / "c.warc", common_crawl(), "plain")
    single = save(tmp_path / "in" / "d.warc.gz", common_crawl(), "single")
    report = import_warcs([tmp_path / "in"], tmp_path)
    assert [file.outcome for file in report.files] == ["imported", "already", "already", "already"]
    assert {file.warc_file for file in report.files} == {"imported/a.warc.gz"}
    again = import_warcs([single, unpacked, other_name, one], tmp_path)
    assert again.count("already") == 4
    assert len(list((tmp_path / "archive" / "imported").iterdir())) == 3


def test_names_that_collide_are_kept_apart(tmp_path: Path) -> None:
    first = save(tmp_path / "one" / "x.warc.gz", common_crawl())
    second = save(tmp_path / "two" / "x.warc.gz", heritrix())
    third = save(tmp_path / "three" / "x.warc", heritrix()[:4], "plain")
    files = import_warcs([first, second, third], tmp_path).files
    assert len({file.warc_file for file in files}) == 3
    assert len(list((tmp_path / "archive" / "imported").glob("*.cdxj"))) == 3


@pytest.mark.parametrize(("how", "ending"), [("members", ".warc.gz"), ("single", ".warc.gz"), ("plain", ".warc")])
def test_a_torn_file_is_imported_up_to_the_damage(tmp_path: Path, how: str, ending: str) -> None:
    source = save(tmp_path / f"torn{ending}", heritrix(), how)
    source.write_bytes(source.read_bytes()[: source.stat().st_size * 4 // 5])
    file, captures = imported(tmp_path, source)
    assert file.outcome == "cut"
    assert file.problem_offset is not None
    assert f"damaged at {file.problem_offset}" in (file.problem or "")
    assert f"the {file.records} records ({len(captures)} captures) before it are whole" in (file.problem or "")
    assert 1 <= len(captures) < 4
    said = json.loads((tmp_path / "archive" / f"{file.warc_file}.import.json").read_text())
    assert said["cut_at"] == file.problem_offset
    assert import_warcs([source], tmp_path).count("already") == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no record"),
        (b"<html>", "not a WARC file"),
        (b"filedesc://x.arc 0.0.0.0 20010101000000 text/plain 10\n", "an ARC file; only WARC can be read"),
        (gzip.compress(b"filedesc://x.arc", mtime=0), "an ARC file; only WARC can be read"),
        (b"\x28\xb5\x2f\xfd...", "compressed with zstd; decompress it first"),
        (b"\x1f\x8b", "the gzip member ends after 2 bytes"),
    ],
)
def test_what_is_no_warc_file_is_named_and_keeps_nothing_else_out(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    bad, good = tmp_path / "bad.warc", save(tmp_path / "good.warc.gz", common_crawl())
    bad.write_bytes(content)
    report = import_warcs([bad, tmp_path / "missing.warc", good], tmp_path)
    assert [file.outcome for file in report.files] == ["failed", "failed", "imported"]
    assert complaint in (report.files[0].problem or "")
    assert "No such file" in (report.files[1].problem or "")
    if b"filedesc" in content:
        with pytest.raises(UnsupportedFormat):
            list(read_captures(bad, warc_file="bad.warc"))


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    save(tmp_path / "in" / "deep" / "a.WARC.GZ", common_crawl())
    save(tmp_path / "in" / "b.warc", heritrix(), "plain")
    (tmp_path / "in" / "notes.txt").write_text("not looked at")
    report = import_warcs([tmp_path / "in"], tmp_path / "home", dry_run=True)
    assert (report.count("imported"), report.captures) == (2, 5)
    assert not (tmp_path / "home").exists()


def test_an_import_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    source = save(tmp_path / "a.warc.gz", common_crawl())
    [file] = import_warcs([source], tmp_path).files
    path = tmp_path / "archive" / str(file.warc_file)
    path.rename(path.with_name(path.name + ".open"))  # as a crash before the last rename leaves it
    [again] = import_warcs([source], tmp_path).files
    assert again.outcome == "imported"
    assert verify_warc(tmp_path / "archive" / str(again.warc_file), name="x", expected_sha256=again.sha256)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[ImportProgress] = []
    import_warcs([save(tmp_path / "a.warc.gz", common_crawl())], tmp_path, on_progress=told.append)
    assert (told[-1].file, told[-1].files) == (1, 1)
    assert told[-1].bytes_done == told[-1].bytes_total


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<a href=/two>two</a>" if self.path == "/" else b"<p>\xc3\xa9 two</p>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not on this machine")
@pytest.mark.parametrize("compression", [[], ["--no-warc-compression"]])
def test_files_of_a_real_wget_are_read(tmp_path: Path, compression: list[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        options = ["--quiet", "--no-config", "--recursive", "--level=1", "--warc-file=site", "--execute=robots=off"]
        subprocess.run(["wget", *options, *compression, url], cwd=tmp_path, check=True, timeout=30)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    [source] = [path for path in tmp_path.iterdir() if path.name.startswith("site") and ".warc" in path.name]
    file, captures = imported(tmp_path, source)
    assert file.outcome == "imported"
    assert [(capture.url, body) for capture, body in captures] == [
        (url, b"<a href=/two>two</a>"),
        (f"{url}two", "<p>é two</p>".encode()),
    ]
    for capture, _ in captures:
        raw = read_exchange(tmp_path / "archive" / str(file.warc_file), offset=capture.offset, length=capture.length)
        assert (raw.request or b"").startswith(b"GET /")
