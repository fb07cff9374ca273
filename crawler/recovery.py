"""An archive as a crash left it in, a whole one out: torn files cut, lost captures entered. Fetches nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.archive import RecoveredCapture, read_closed_file, repair_open_file
from crawler.crawl_log import Attempt, CrawlLog, crawl_logs, logged_captures, mend
from crawler.errors import ArchiveLocked
from crawler.frontier import Frontier


def hold_lock(home: Path) -> FileLock:
    """The archive's lock, held; ArchiveLocked names who has it. The kernel frees it when its holder dies."""
    lock = FileLock(home / ".crawl.lock")
    note = home / ".crawl.holder.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ArchiveLocked(home, holder=_holder(note)) from None
    note.write_text(
        json.dumps({"pid": os.getpid(), "since": datetime.now().astimezone().isoformat(timespec="seconds")})
    )
    return lock


def _holder(note: Path) -> str:
    try:
        held = json.loads(note.read_text())
        return f"process {held['pid']}, since {held['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"


def recover(archive: Path, frontier: Frontier, log: CrawlLog, *, clock: Callable[[], datetime]) -> int:
    """How many captures were on the disk, but not in the ledger or not in a crawl log, and are now in both.

    Files that a dead process left open are cut to their last whole member, indexed and closed. Files that were closed
    in the moment of the crash are read again. Only files that the ledger does not know as closed are looked at.
    """
    known = frontier.closed_files()
    left_open = sorted(archive.glob("crawl_date=*/*.warc.gz.open"))
    unknown = sorted(p for p in archive.glob("crawl_date=*/*.warc.gz") if _name(archive, p) not in known)
    logs = crawl_logs(archive)
    newest = sorted({path.parent for path in logs})[-2:]  # only a file that was being written can be torn
    for path in logs:
        if path.parent in newest:
            mend(path)
    if not left_open and not unknown:
        return 0
    found: list[RecoveredCapture] = []
    for path in (*left_open, *unknown):
        repaired = repair_open_file(path) if path.suffix == ".open" else read_closed_file(path)
        found += repaired.captures
        if repaired.closed is not None:
            frontier.enter_recovered((c.url, c) for c in repaired.captures)
            frontier.close_file(repaired.closed, now=clock())
    wanted = {c.captured_at.date().isoformat() for c in found}
    lines = {
        capture_id
        for path in logs
        if path.parent.name.removeprefix("crawl_date=") in wanted
        for capture_id in logged_captures(path)
    }
    lost = [c for c in found if c.capture_id not in lines]
    for c in lost:
        log.write(
            Attempt(
                at=c.captured_at, site=c.site or "", url=c.url, kind=c.kind or "page", outcome="recovered",
                reason="crash", status=c.status, written=c,
            )
        )  # fmt: skip
    log.sync()
    return len(lost)


def _name(archive: Path, path: Path) -> str:
    return path.relative_to(archive).as_posix()
