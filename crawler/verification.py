"""An archive in, everything that is wrong with its WARC files and ledger out. Reads only; mends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.archive import Problem, verify_warc
from crawler.archive.provenance import imported_files
from crawler.errors import ArchiveLocked, FrontierFailed
from crawler.frontier.store import Frontier
from crawler.recovery import hold_lock


def verify(home: Path, on_file: Callable[[str, int, int], None] | None = None) -> Iterator[Problem]:
    """Every problem of the archive at `home`, file by file. `on_file` gets name, number and how many there are.

    WARC files: each gzip member whole, one record in each, lengths and digests right, SHA-256 as noted when the file
    was closed or imported. The ledger: each file there, and with as many captures as were acknowledged in it.
    """
    archive = home / "archive"
    expected, counts, problems = _ledger(home)
    yield from problems
    imported = imported_files(archive)
    expected |= imported
    files = sorted(archive.glob("crawl_date=*/*.warc.gz")) + sorted((archive / "imported").glob("**/*.warc*"))
    files = [f for f in files if f.name.endswith((".warc", ".warc.gz"))]
    present = set()
    for number, path in enumerate(files, start=1):
        name = path.relative_to(archive).as_posix()
        if on_file is not None:
            on_file(name, number, len(files))
        present.add(name)
        yield from verify_warc(path, name=name, expected_sha256=expected.get(name))
        if name.startswith("crawl_date=") and name not in expected:
            yield Problem(
                warc_file=name, offset=None, kind="not_in_ledger",
                detail="closed, but the ledger does not know it; the next crawl reads it in",
            )  # fmt: skip
    for name in sorted((expected.keys() | counts.keys()) - present):
        if not (archive / f"{name}.open").exists() and not (archive / name).exists():
            detail = f"the ledger has {counts.get(name, 0)} captures in it"
            if name in imported:
                detail = "it was imported, and is not there; import it again"
            yield Problem(warc_file=name, offset=None, kind="missing", detail=detail)
    yield from _left_open(home, archive)


def _ledger(home: Path) -> tuple[dict[str, str], dict[str, int], list[Problem]]:
    path = home / "frontier.sqlite"
    if not path.exists():
        return {}, {}, []
    try:
        frontier = Frontier(path, owner="verify")
        try:
            problems = [
                Problem(warc_file="frontier.sqlite", offset=None, kind="ledger", detail=line)
                for line in frontier.damage()
            ]
            closed = frontier.closed_files()
            counts = frontier.ledger_counts()
        finally:
            frontier.close()
    except FrontierFailed as error:
        return {}, {}, [Problem(warc_file="frontier.sqlite", offset=None, kind="ledger", detail=error.cause)]
    for name, (_, captures) in closed.items():
        if counts.get(name, 0) != captures:
            problems.append(
                Problem(
                    warc_file=name, offset=None, kind="count",
                    detail=f"holds {captures} captures, the ledger has {counts.get(name, 0)}",
                )
            )  # fmt: skip
    return {name: digest for name, (digest, _) in closed.items()}, counts, problems


def _left_open(home: Path, archive: Path) -> Iterator[Problem]:
    """Files still open are a crash's, unless a crawl is running."""
    left = sorted(archive.glob("crawl_date=*/*.open"))
    if not left:
        return
    try:
        lock = hold_lock(home)
    except ArchiveLocked:
        return
    lock.release()
    for path in left:
        yield Problem(
            warc_file=path.relative_to(archive).as_posix(), offset=None, kind="left_open",
            detail="a crawl died while writing it; the next crawl repairs it",
        )  # fmt: skip
