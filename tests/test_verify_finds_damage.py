"""`broadsheet verify` finds every cut, flipped bit and missing file among the WARC files, a crawl's own or imported."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import verify
from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, import_warcs
from crawler.custody import Custody
from crawler.intake.candidates import asked_for
from crawler.sites import load_sites
from pipelines.cli import run

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CAPTURES = 12


def exchange(number: int) -> Exchange:
    body = random.Random(number).randbytes(500) if number % 3 else b"<p>the same words again and again</p>" * 40
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Exchange(
        url=f"http://a.localhost/{number}", started_at=AT + timedelta(seconds=number),
        request=b"GET / HTTP/1.1\r\n\r\n", response=head + body, ip_address="127.0.0.1",
    )  # fmt: skip


@pytest.fixture
def files(home: Path, kit: Any, tmp_path: Path) -> list[Path]:
    """The WARC files of an archive: two of a crawl's own, one that was imported, one that was imported unpacked."""
    kit.write_sites(home, 'name = "a"\nhome = "http://a.localhost/"')
    now = AT
    custody = Custody(home, load_sites(home / "sites.toml"), clock=lambda: now)
    for number in range(CAPTURES):
        now = AT + timedelta(minutes=10 * number)  # a new file each hour
        candidate = asked_for(f"http://a.localhost/{number}", custody.sites["a"], batch="b", now=now)
        visit = custody.begin(custody.frontier.take(candidate, now=now))
        custody.capture(visit, exchange(number))
        custody.finish(visit)
        custody.flush()
    assert custody.close().error is None
    foreign = ArchiveWriter(tmp_path / "elsewhere", software="x", contact=None, host="h", clock=lambda: AT)
    for number in range(4):
        foreign.write(exchange(number), CaptureNotes(site=None, kind="page"))
    foreign.close()
    [packed] = (tmp_path / "elsewhere").rglob("*.warc.gz")
    unpacked = tmp_path / "unpacked.warc"
    unpacked.write_bytes(gzip.decompress(packed.read_bytes()))
    other = ArchiveWriter(tmp_path / "other", software="y", contact=None, host="i", clock=lambda: AT)
    other.write(exchange(7), CaptureNotes(site=None, kind="page"))
    other.close()
    report = import_warcs([unpacked, *(tmp_path / "other").rglob("*.warc.gz")], home)
    assert [file.outcome for file in report.files] == ["imported", "imported"]
    found = [path for path in home.glob("archive/**/*") if path.name.endswith((".warc", ".warc.gz"))]
    assert len(found) == 4
    assert list(verify(home)) == []
    return found


def blamed(home: Path, path: Path) -> bool:
    """Whether verify says that something is wrong, and only with this file."""
    problems = list(verify(home))
    return bool(problems) and {p.warc_file for p in problems} == {path.relative_to(home / "archive").as_posix()}


def damage(home: Path, files: list[Path], *, cuts: int, flips: int, seed: int) -> None:
    dice = random.Random(seed)
    whole = {path: path.read_bytes() for path in files}
    found = 0
    for _ in range(cuts):
        path = dice.choice(files)
        data = whole[path]
        between = [at for at in range(len(data)) if data.startswith((b"\x1f\x8b\x08", b"WARC/1."), at)]
        anywhere = [dice.randrange(len(data)) for _ in range(6)]
        path.write_bytes(data[: dice.choice([0, 1, len(data) - 1, dice.choice(between), *anywhere])])
        found += blamed(home, path)
        path.write_bytes(data)
    assert found == cuts
    for _ in range(flips):
        path = dice.choice(files)
        data = bytearray(whole[path])
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
        found += blamed(home, path)
        path.write_bytes(whole[path])
    assert found == cuts + flips
    assert list(verify(home)) == []


def test_some_cuts_and_flipped_bits(home: Path, files: list[Path]) -> None:
    damage(home, files, cuts=20, flips=20, seed=1)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_two_hundred_cuts_and_two_hundred_flipped_bits(home: Path, files: list[Path]) -> None:
    damage(home, files, cuts=200, flips=200, seed=2)


def test_a_missing_file(home: Path, files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    for path in files:
        data = path.read_bytes()
        path.unlink()
        assert [p.kind for p in verify(home)] == ["missing"]
        assert blamed(home, path)
        path.write_bytes(data)
    path.unlink()
    assert run(["verify", "--home", str(home)]) == 1
    assert path.name in capsys.readouterr().out


def test_a_file_that_is_another(home: Path, files: list[Path]) -> None:
    """Whole, and well formed, but not the bytes that were archived."""
    first, second = (path for path in files if path.parent.name != "imported")
    first.write_bytes(second.read_bytes())
    assert blamed(home, first)
