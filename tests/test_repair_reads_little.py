"""The notes beside an open WARC file spare its repair from reading it, and whatever a crash makes of them, say nothing
wrong."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import (
    ArchiveWriter,
    CaptureNotes,
    Exchange,
    Written,
    repair_open_file,
    verify_warc,
)
from crawler.archive.extents import extents_path

AT = datetime(2026, 11, 22, 23, 59, 50, tzinfo=UTC)
CAPTURES = 10


@pytest.fixture
def left(tmp_path: Path) -> tuple[Path, list[Written]]:
    """A WARC file that was left open, its notes beside it, and what is in it; all but the last two were flushed."""
    writer = ArchiveWriter(
        tmp_path / "crawl", software="x", contact=None, host="h", clock=lambda: AT, on_closed=lambda _: None
    )
    dice, written = random.Random(3), []
    for number in range(CAPTURES):
        if number == CAPTURES - 2:
            writer.sync()
        exchange = Exchange(
            url=f"http://a.example/{number}", started_at=AT + timedelta(seconds=2 * number),
            request=b"GET / HTTP/1.1\r\n\r\n", response=b"HTTP/1.1 200 OK\r\n\r\n" + dice.randbytes(400),
            ip_address="192.0.2.1",
        )  # fmt: skip
        written.append(writer.write(exchange, CaptureNotes(site="a", kind="article")))
    [path] = (tmp_path / "crawl").rglob("*.open")
    shutil.copytree(path.parent, tmp_path / "left" / path.parent.name)
    writer.close()
    return tmp_path / "left" / path.parent.name / path.name, written


def copies(path: Path, number: int) -> Path:
    folder = path.parent.parent.parent / f"copy {number}" / path.parent.name
    return Path(shutil.copytree(path.parent, folder)) / path.name


def test_notes_are_of_what_was_flushed(left: tuple[Path, list[Written]]) -> None:
    path, written = left
    ends = [int(line.split(",")[1]) for line in extents_path(path).read_text().splitlines()]
    assert len(ends) == CAPTURES - 2 + 1
    assert written[CAPTURES - 3].offset < ends[-1] < written[CAPTURES - 2].offset


@pytest.mark.parametrize("seed", range(20))
def test_with_any_rest_of_the_notes_the_repair_comes_to_the_same(left: tuple[Path, list[Written]], seed: int) -> None:
    path, written = left
    dice = random.Random(seed)
    entered = {one.offset for one in written if dice.random() < 0.7}
    cut = dice.choice([path.stat().st_size, written[-3].offset + written[-3].length + dice.randrange(3000)])
    without, torn = copies(path, 0), copies(path, 1)
    notes = extents_path(torn).read_bytes()
    lines = [line for line in notes.splitlines(keepends=True) if dice.random() < 0.8]
    dice.shuffle(lines)
    notes = bytearray(b"".join(lines))
    for _ in range(dice.randrange(3)):  # sectors that never reached the disk
        at = dice.randrange(len(notes))
        notes[at : at + 64] = bytes(len(notes[at : at + 64]))
    extents_path(torn).write_bytes(notes)
    extents_path(without).unlink()
    for one in (without, torn):
        with one.open("r+b") as file:
            file.truncate(cut)
    plain, noted = repair_open_file(without), repair_open_file(torn, entered=entered)
    assert noted.closed == plain.closed
    assert (noted.cut_bytes, noted.kept) == (plain.cut_bytes, None)
    assert noted.captures == tuple(c for c in plain.captures if c.offset not in entered)
    [index], [other] = without.parent.glob("*.cdxj"), torn.parent.glob("*.cdxj")
    assert index.read_bytes() == other.read_bytes()


def test_what_was_flushed_and_entered_is_not_read_again(left: tuple[Path, list[Written]]) -> None:
    """So that a bit that flipped meanwhile is not found by the repair, but by verify."""
    path, written = left
    data = bytearray(path.read_bytes())
    data[written[2].offset + 200] ^= 1
    path.write_bytes(data)
    repaired = repair_open_file(path, entered={one.offset for one in written[:-2]})
    assert repaired.closed is not None
    assert (repaired.cut_bytes, repaired.closed.captures) == (0, CAPTURES)
    assert [c.capture_id for c in repaired.captures] == [one.capture_id for one in written[-2:]]
    [problem] = verify_warc(path.with_name(path.name.removesuffix(".open")), name="x")
    assert (problem.offset, problem.kind) == (written[2].offset, "damaged")


def test_a_disk_that_takes_no_notes_is_no_trouble(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, software="x", contact=None, host="h", clock=lambda: AT, on_closed=lambda _: None)
    exchange = Exchange(url="http://a.example/", started_at=AT, request=b"", response=b"x", ip_address=None)
    writer.write(exchange, CaptureNotes(site=None, kind="page"))
    assert writer._file is not None
    assert writer._file._notes._file is not None
    writer._file._notes._file.close()

    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            return None

    writer._file._notes._file = Full()  # type: ignore[assignment]
    writer.sync()
    assert writer._file._notes._file is None
    writer.write(exchange, CaptureNotes(site=None, kind="page"))
    writer.close()
