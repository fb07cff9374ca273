"""A kill or a power cut at any write, fsync, rename or removal loses nothing that was acknowledged and forgets no URL.

A crawl is recorded, operation by operation; then every disk that a crash could have left is made, mended as the next
crawl mends it, and asked for everything that had been promised by then.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults import little_site
from faults.disk import Disk, State
from faults.journal import Did, Operation, read_journal
from faults.promises import Promised, broken_promises, mended
from faults.shim import compiled, watched

from crawler import CrawlOptions

TORN = 2  # disks with some of what was not flushed, for each moment
TORN_NAMES = 12  # and for each in which a name changed: it is flushed soon after
NAMES = (Did.RENAME, Did.UNLINK, Did.MKDIR)


@pytest.fixture
def recorded(web: Any, one_site: Path, kit: Any, tmp_path: Path) -> tuple[Disk, list[Operation]]:
    """A crawl of all, and a second one that finds most unchanged: the disk before them, and what they did to it."""
    little_site.fill(web, kit)
    library, journal, before = compiled(tmp_path), tmp_path / "journal", Disk(one_site)
    for options in (CrawlOptions(), CrawlOptions(refresh=True)):
        done = watched(library, one_site, options, journal=journal)
        assert done.returncode == 0, done.stderr
    assert set(web.pages) <= set(web.paths())
    operations = list(read_journal(journal))
    kinds = {op.did for op in operations}
    assert {Did.OPEN, Did.WRITE, Did.TRUNCATE, Did.SYNC, Did.RENAME, Did.UNLINK, Did.MKDIR, Did.SEND} <= kinds
    return before, operations


def moments(disk: Disk, operations: list[Operation]) -> Iterator[tuple[int, Disk, Promised]]:
    """After each operation: its number, the disk, what is promised. The same objects, which go on."""
    promised = Promised()
    for number, op in enumerate(operations):
        disk.apply(op)
        promised.note(op)
        yield number, disk, promised


def crashes(disk: Disk, number: int, op: Operation) -> Iterator[tuple[str, State]]:
    """The disks that a crash just after this operation could leave, each with a name."""
    yield f"killed after operation {number}", disk.killed()
    yield f"power cut after operation {number}", disk.cut()
    for seed in range(TORN_NAMES if op.did in NAMES else TORN):
        yield f"power cut after operation {number} that left some, seed {seed}", disk.torn(random.Random(seed + number))


def check(state: State, name: str, promised: Promised, folder: Path) -> list[str]:
    """What is wrong after the archive in this state was opened again; each with the moment."""
    home = state.write(folder / "crashed")
    try:
        trouble = mended(home)
        wrong = [f"could not be opened: {trouble}"] if trouble else broken_promises(home, promised)
    except Exception as error:
        wrong = [f"{type(error).__name__}: {error}"]
    shutil.rmtree(home)
    return [f"{name}: {one}" for one in wrong]


def wrong_after_crashes(disk: Disk, operations: list[Operation], numbers: set[int], folder: Path) -> list[str]:
    wrong: list[str] = []
    seen: set[tuple[str, int, int]] = set()
    for number, now, promised in moments(disk, operations):
        if number in numbers:
            for name, state in crashes(now, number, operations[number]):
                what = (state.digest, len(promised.captures), len(promised.urls))
                if what not in seen:
                    seen.add(what)
                    wrong += check(state, name, promised, folder)
    print(f"{len(numbers)} moments, {len(seen)} disks that differ")
    return wrong


def worth_a_crash(operations: list[Operation]) -> list[int]:
    """The moments after which the disk, or what was promised of it, is another."""
    return [n for n, op in enumerate(operations) if op.changes or op.did == Did.MARK]


def test_after_some_operations(recorded: tuple[Disk, list[Operation]], tmp_path: Path) -> None:
    disk, operations = recorded
    dice = random.Random(5)
    rare = dice.sample([n for n, op in enumerate(operations) if op.did in NAMES], 5)
    some = dice.sample(worth_a_crash(operations), 16)
    assert wrong_after_crashes(disk, operations, {*rare, *some}, tmp_path) == []


@pytest.mark.thorough
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("share", range(8))
def test_after_every_operation(recorded: tuple[Disk, list[Operation]], tmp_path: Path, share: int) -> None:
    disk, operations = recorded
    mine = set(worth_a_crash(operations)[share::8])
    assert wrong_after_crashes(disk, operations, mine, tmp_path) == []


def crash_of_the_repair(state: State, promised: Promised, library: Path, folder: Path, name: str, every: int) -> int:
    """Mends this disk while that is recorded, and crashes the mending after every so many operations; how many."""
    home, journal = state.write(folder / "to mend"), folder / "journal of the repair"
    before = Disk(home)
    done = watched(library, home, None, journal=journal)
    assert (done.returncode, done.stdout) == (0, ""), f"{name}: {done.stderr}"
    assert broken_promises(home, promised) == [], name
    shutil.rmtree(home)
    operations = list(read_journal(journal))
    journal.unlink()
    numbers = set(worth_a_crash(operations)[::every])
    wrong = []
    for number, now, _ in moments(before, operations):
        if number in numbers:
            for moment, crashed in crashes(now, number, operations[number]):
                wrong += check(crashed, f"{name}; then, while it was mended, {moment}", promised, folder)
    assert wrong == []
    return len(numbers)


def crash_some_repairs(
    recorded: tuple[Disk, list[Operation]], folder: Path, *, repairs: int, every: int, seed: int
) -> None:
    disk, operations = recorded
    library, dice = compiled(folder), random.Random(seed)
    writes = [n for n, op in enumerate(operations) if op.did in (Did.WRITE, Did.RENAME)]
    numbers, done = set(dice.sample(writes[len(writes) // 5 :], repairs)), 0
    for number, now, promised in moments(disk, operations):
        if number in numbers:
            for name, state in list(crashes(now, number, operations[number]))[::2]:
                done += crash_of_the_repair(state, promised, library, folder, name, every)
    assert done > repairs


def test_a_crash_while_the_next_start_mends(recorded: tuple[Disk, list[Operation]], tmp_path: Path) -> None:
    crash_some_repairs(recorded, tmp_path, repairs=1, every=7, seed=3)


@pytest.mark.thorough
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", range(4))
def test_a_crash_at_every_operation_while_the_next_start_mends(
    recorded: tuple[Disk, list[Operation]], tmp_path: Path, seed: int
) -> None:
    crash_some_repairs(recorded, tmp_path, repairs=4, every=1, seed=seed)


def test_a_killed_crawl_and_then_a_power_cut_while_it_is_mended(
    web: Any, one_site: Path, kit: Any, tmp_path: Path
) -> None:
    """What the killed process wrote is still on its way to the disk when the next one begins."""
    kill_and_cut(web, one_site, kit, tmp_path, at=260, every=7)


@pytest.mark.thorough
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("at", range(60, 560, 50))
def test_a_killed_crawl_and_then_a_power_cut_at_any_moment_while_it_is_mended(
    web: Any, one_site: Path, kit: Any, tmp_path: Path, at: int
) -> None:
    kill_and_cut(web, one_site, kit, tmp_path, at=at, every=1)


def kill_and_cut(web: Any, home: Path, kit: Any, folder: Path, *, at: int, every: int) -> None:
    little_site.fill(web, kit)
    library, journal, disk = compiled(folder), folder / "journal", Disk(home)
    assert watched(library, home, CrawlOptions(), journal=journal, fault=f"kill:{at}").returncode == -9
    of_the_crawl = len(list(read_journal(journal)))
    assert watched(library, home, None, journal=journal).returncode == 0
    operations = list(read_journal(journal))
    numbers = set(worth_a_crash(operations)[::every]) & set(range(of_the_crawl, len(operations)))
    assert len(numbers) > 5
    assert wrong_after_crashes(disk, operations, numbers, folder) == []
