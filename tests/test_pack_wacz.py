"""`broadsheet pack` puts captures into one WACZ file: valid, replayed whole, its records byte for byte ours."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from oracles import replaying, run_oracle
from replay import bodies_by_place, place_of, replayed, with_bodies

from crawler.archive import RevisitOf, open_records
from pipelines.cli import run

PROGRAM = Path(sys.executable).with_name("broadsheet")
NOVEMBER_22, NOVEMBER_23 = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)


def page(kit: Any, title: str) -> bytes:
    return bytes(kit.answer(f"<!doctype html><title>{title}</title><p>{title}, at some length"))


@pytest.fixture
def two_days(home: Path, kit: Any, write_warc: Callable[..., list[Any]]) -> Path:
    """Two sites, two days in three files; on the second day one page of each is as it was."""
    stanza = 'name = "{0}"\nhome = "http://{0}.example/"'
    kit.write_sites(home, stanza.format("alpha"), stanza.format("beta"))
    for site in ("alpha", "beta"):
        base = f"http://{site}.example"
        first = write_warc([(f"{base}/{n}", page(kit, f"{site} {n}")) for n in range(3)], at=NOVEMBER_22, site=site)
        earlier = RevisitOf(
            profile="identical-payload-digest", capture_id=first[0].capture_id, url=f"{base}/0",
            captured_at=first[0].captured_at, payload_digest=first[0].payload_digest,
        )  # fmt: skip
        write_warc([(f"{base}/0", page(kit, f"{site} 0"))], at=NOVEMBER_23, site=site, revisit_of=earlier)
        not_modified = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
        earlier = replace(
            earlier, profile="server-not-modified", capture_id=first[1].capture_id, url=f"{base}/1",
            captured_at=first[1].captured_at, payload_digest=first[1].payload_digest,
        )  # fmt: skip
        write_warc([(f"{base}/1", not_modified)], at=NOVEMBER_23, site=site, revisit_of=earlier)
    return home


def packed(home: Path, out: Path, *options: str) -> zipfile.ZipFile:
    assert run(["pack", "--wacz", str(out), "--home", str(home), *options]) == 0
    return zipfile.ZipFile(out)


def index_of(wacz: zipfile.ZipFile) -> list[dict[str, str]]:
    lines = gzip.decompress(wacz.read("indexes/index.cdx.gz")).decode().splitlines()
    assert lines == sorted(lines)
    return [json.loads(line.split(" ", 2)[2]) for line in lines]


def urls(wacz: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Type and path of every capture in the package, in order."""
    found = []
    for name in wacz.namelist():
        if name.startswith("archive/"):
            with wacz.open(name) as stream:
                for record in open_records(stream, name=name):  # type: ignore[arg-type]
                    if record.record_type in ("response", "revisit"):
                        found.append((record.record_type, (record.url or "").removeprefix("http://")))
    return found


def test_a_package_describes_itself_and_what_is_in_it(two_days: Path, tmp_path: Path) -> None:
    wacz = packed(two_days, tmp_path / "a.wacz", "--title", "Zwei Tage", "--description", "Α to Ω")
    package = json.loads(wacz.read("datapackage.json"))
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert (package["title"], package["description"]) == ("Zwei Tage", "Α to Ω")
    described = {each["path"]: each for each in package["resources"]}
    assert described.keys() == set(wacz.namelist()) - {"datapackage.json", "datapackage-digest.json"}
    for path, each in described.items():
        data = wacz.read(path)
        assert (each["bytes"], each["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        assert path.startswith("pages/") or path.endswith(".idx") or wacz.getinfo(path).compress_type == 0
    digest = json.loads(wacz.read("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(wacz.read('datapackage.json')).hexdigest()}"
    header, *pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").decode().splitlines()]
    assert header["format"] == "json-pages-1.0"
    assert [(p["url"], p["ts"], p["title"]) for p in pages[:2]] == [
        ("http://alpha.example/0", "2026-11-22T09:00:00Z", "alpha 0"),
        ("http://alpha.example/1", "2026-11-22T09:00:01Z", "alpha 1"),
    ]
    assert len({p["id"] for p in pages}) == len(pages) == 6


def test_everything_is_whole_files_byte_for_byte(two_days: Path, tmp_path: Path) -> None:
    wacz = packed(two_days, tmp_path / "a.wacz")
    files = sorted((two_days / "archive").rglob("*.warc.gz"))
    assert [n for n in wacz.namelist() if n.startswith("archive/")] == [f"archive/{path.name}" for path in files]
    for path in files:
        assert wacz.read(f"archive/{path.name}") == path.read_bytes()


def test_each_line_of_the_index_leads_to_its_record(two_days: Path, tmp_path: Path) -> None:
    """In the package itself, by position, as replay tools read it; and each line of index.idx to its block."""
    wacz = packed(two_days, tmp_path / "a.wacz", "--site", "alpha")
    data = (tmp_path / "a.wacz").read_bytes()
    lines = index_of(wacz)
    assert len(lines) == 4, "three pages and a revisit; a 304 would be replayed as an empty page"
    for line in lines:
        info = wacz.getinfo(f"archive/{line['filename']}")
        begins = info.header_offset + 30 + sum(entry_lengths(data, info.header_offset))
        at = begins + int(line["offset"])
        record = gzip.decompress(data[at : at + int(line["length"])])
        assert f"WARC-Target-URI: {line['url']}\r\n".encode() in record
    meta, *blocks = wacz.read("indexes/index.idx").decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    packed_index = wacz.read("indexes/index.cdx.gz")
    for block in blocks:
        surt, moment, place = block.split(" ", 2)
        where = json.loads(place)
        piece = packed_index[where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == f"sha256:{hashlib.sha256(piece).hexdigest()}"
        assert gzip.decompress(piece).decode().startswith(f"{surt} {moment} ")


def entry_lengths(data: bytes, at: int) -> tuple[int, int]:
    """Lengths of name and extra field in a local file header of a ZIP file."""
    return int.from_bytes(data[at + 26 : at + 28], "little"), int.from_bytes(data[at + 28 : at + 30], "little")


def test_a_site_alone(two_days: Path, tmp_path: Path) -> None:
    assert {url.partition("/")[0] for _, url in urls(packed(two_days, tmp_path / "a.wacz", "--site", "beta"))} == {
        "beta.example"
    }


def test_a_day_brings_the_captures_that_its_revisits_stand_for(two_days: Path, tmp_path: Path) -> None:
    """And with them their requests, their metadata and the warcinfo of their files, as they were."""
    out = tmp_path / "a.wacz"
    wacz = packed(two_days, out, "--crawl-date", "2026-11-23", "--site", "alpha")
    assert sorted(urls(wacz)) == [
        ("response", "alpha.example/0"), ("response", "alpha.example/1"),
        ("revisit", "alpha.example/0"), ("revisit", "alpha.example/1"),
    ]  # fmt: skip
    [name] = [n for n in wacz.namelist() if n.endswith("-part.warc.gz")]
    original = next(two_days.rglob(Path(name).name.replace("-part", ""))).read_bytes()
    members, rest = [], wacz.read(name)
    while rest:
        length = member_length(rest)
        members.append(rest[:length])
        rest = rest[length:]
    kinds = [gzip.decompress(m).split(b"WARC-Type: ")[1].split(b"\r\n")[0].decode() for m in members]
    assert kinds == ["warcinfo", *["request", "response", "metadata"] * 2]
    assert all(member in original for member in members)
    assert packed(two_days, out, "--force", "--since", "2026-11-23", "--site", "alpha").namelist() == wacz.namelist()
    assert {url for _, url in urls(packed(two_days, out, "--force", "--until", "2026-11-22"))} == {
        f"{site}.example/{n}" for site in ("alpha", "beta") for n in range(3)
    }


def member_length(data: bytes) -> int:
    import zlib

    inflate = zlib.decompressobj(31)
    inflate.decompress(data)
    return len(data) - len(inflate.unused_data)


def test_imported_files_are_of_the_site_that_their_urls_are_of(
    two_days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where they are not compressed; two of one name keep apart."""
    for folder, site in (("one", "alpha"), ("two", "elsewhere")):
        record = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://{site}.example/old\r\n"
            f"WARC-Date: 2019-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:uuid:{folder}>\r\n"
            "Content-Type: application/http\r\nContent-Length: 28\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<title>x\r\n\r\n"
        ).replace("Length: 28", "Length: 27")
        (two_days / "archive" / "imported" / folder).mkdir(parents=True)
        (two_days / "archive" / "imported" / folder / "same.warc").write_text(record, newline="")
    everything = packed(two_days, tmp_path / "a.wacz")
    assert {"archive/same.warc", "archive/same-2.warc"} <= set(everything.namelist())
    of_alpha = urls(packed(two_days, tmp_path / "b.wacz", "--site", "alpha", "--until", "2020-01-01"))
    assert of_alpha == [("response", "alpha.example/old")]


def test_titles_are_those_of_the_tables_where_there_are_any(demo: Any, tmp_path: Path) -> None:
    from warehouse import run_sql

    wacz = packed(demo.home, tmp_path / "a.wacz", "--site", "thinline")
    said = {p["id"]: p.get("title") for p in map(json.loads, wacz.read("pages/pages.jsonl").decode().splitlines())}
    with run_sql(demo.home, "select capture_id, title from articles where site = 'thinline'") as result:
        titles = dict(result.rows())
    assert len(titles) > 3
    assert {capture: said[capture] for capture in titles} == titles


def test_a_dry_run_says_what_would_be_packed(
    two_days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pack", "--wacz", str(tmp_path / "a.wacz"), "--home", str(two_days), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "10 captures" in said
    assert "would be packed" in said
    assert not (tmp_path / "a.wacz").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--wacz", "there.wacz"], "--force"),
        (["--wacz", "a.zip"], "has to end in .wacz"),
        (["--wacz", "nowhere/a.wacz"], "no such folder"),
        (["--wacz", "a.wacz", "--site", "alhpa"], 'did you mean "alpha"?'),
        (["--wacz", "a.wacz", "--since", "2026-11-23", "--until", "2026-11-22"], "no day is in between"),
        (["--wacz", "a.wacz", "--since", "yesterday"], "no day"),
        (["--wacz", "a.wacz", "--until", "2020-01-01"], "2020-01-01 and earlier"),
    ],
)
def test_mistakes(
    options: list[str], complaint: str, two_days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.wacz").write_bytes(b"precious")
    assert run(["pack", "--home", str(two_days), *options]) == 2
    assert complaint in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "there.wacz").read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir() if "wacz" in p.name] == ["there.wacz"]


def test_what_stands_before_a_damage_is_packed_and_the_damage_told(
    two_days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = max((two_days / "archive").rglob("*.warc.gz"), key=lambda path: path.stat().st_size)
    with torn.open("rb") as stream:
        last = [r.offset for r in open_records(stream, name=torn.name) if r.record_type == "response"][-1]
    torn.write_bytes(torn.read_bytes()[: last + 50])
    assert run(["pack", "--wacz", str(tmp_path / "a.wacz"), "--home", str(two_days)]) == 1
    assert torn.name in capsys.readouterr().out.replace("\n", "")
    wacz = zipfile.ZipFile(tmp_path / "a.wacz")
    assert len(urls(wacz)) == 9
    assert any(name.endswith("-part.warc.gz") for name in wacz.namelist())


def test_ctrl_c_leaves_no_half_file(home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]]) -> None:
    body = os.urandom(1_000_000)
    response = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    write_warc([(f"http://a.example/{n}", response) for n in range(60)])
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.wacz").write_bytes(b"of before")
    child = subprocess.Popen(
        [PROGRAM, "pack", "--wacz", out / "a.wacz", "--home", home, "--force"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(out.glob(".a.wacz*")):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert said.decode().strip().endswith("broadsheet: interrupted")
    assert [(p.name, p.read_bytes()) for p in out.iterdir()] == [("a.wacz", b"of before")]


def test_a_disk_that_is_full_leaves_no_half_file(
    two_days: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a module imported under the limit would be cut for all
    limits, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    out = tmp_path / "out"
    out.mkdir()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
        code = run(["pack", "--wacz", str(out / "a.wacz"), "--home", str(two_days)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert code == 1
    assert list(out.iterdir()) == []


def test_py_wacz_finds_packages_valid(oracles: Path, two_days: Path, tmp_path: Path) -> None:
    for number, options in enumerate(([], ["--site", "alpha", "--crawl-date", "2026-11-23"], ["--title", "x"])):
        out = tmp_path / f"{number}.wacz"
        packed(two_days, out, *options)
        checked = run_oracle(oracles / "wacz", "validate", "-f", out)
        assert "Validation succeeded, the passed WACZ is valid" in checked.stdout, checked.stdout + checked.stderr
    shutil.copy(out, spoilt := tmp_path / "spoilt.wacz")
    data = bytearray(spoilt.read_bytes())
    data[data.index(b"\x1f\x8b") + 50] ^= 1  # in the first member of the first WARC file
    spoilt.write_bytes(data)
    assert run_oracle(oracles / "wacz", "validate", "-f", spoilt).returncode != 0, "it would notice"


@pytest.mark.thorough
@pytest.mark.parametrize("options", [[], ["--site", "cityline", "--site", "seetalbote"]])
def test_pywb_opens_a_package_and_replays_every_capture(
    options: list[str], oracles: Path, demo: Any, tmp_path: Path
) -> None:
    """Every moment of a 304 too, with the page that it confirms."""
    out = tmp_path / "demo.wacz"
    packed(demo.home, out, *options)
    assert "is valid" in run_oracle(oracles / "wacz", "validate", "-f", out).stdout
    folder = tmp_path / "pywb"
    folder.mkdir()
    for arguments in (["init", "ours"], ["add", "--unpack-wacz", "ours", str(out)]):
        done = run_oracle(oracles / "wb-manager", *arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
    warcs = sorted((demo.home / "archive").glob("crawl_date=*/*.warc.gz"))
    captures = list(with_bodies(warcs, demo.home / "archive"))
    meant = bodies_by_place(captures)
    wrong, number = [], 0
    with replaying(oracles, folder) as base:
        for capture, _ in captures:
            if options and capture.site not in options:
                continue
            number += 1
            status, got = replayed(base, f"{capture.captured_at:%Y%m%d%H%M%S}", capture.url)
            if got not in meant[place_of(capture)] or (capture.status != 304 and status != capture.status):
                wrong.append((capture.url, capture.captured_at, capture.status, status, got[:80]))
    print(f"{number} captures of the package replayed")
    assert number > (50 if options else 300)
    assert wrong == []
