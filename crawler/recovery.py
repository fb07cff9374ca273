"""An archive as a crash left it in, a whole one out: torn files cut, lost captures entered. Fetches nothing."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from crawler.archive import EXTENTS_ENDING, ArchiveError, read_closed_file, repair_open_file
from crawler.crawl_log import Attempt, CrawlLog, crawl_logs, logged_captures, mend
from crawler.errors import ArchiveLocked, CrawlError
from crawler.frontier.store import Frontier


def hold_lock(home: Path) -> FileLock:
    """The archive's lock, held; ArchiveLocked names who has it. The kernel frees it when its holder dies.

    The note of who holds it stays behind, and means nothing without the lock.
    """
    lock = FileLock(home / ".crawl.lock")
    note = home / ".crawl.holder.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ArchiveLocked(home, holder=_holder(note)) from None
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        note.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
    except OSError:
        lock.release()
        raise
    return lock


def _holder(note: Path) -> str:
    try:
        held = json.loads(note.read_text())
        if held["host"] == socket.gethostname() and not psutil.pid_exists(held["pid"]):
            return "another process"  # which has not written its own note yet
        return f"process {held['pid']} on {held['host']}, since {held['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"


def recover(archive: Path, frontier: Frontier, log: CrawlLog, *, clock: Callable[[], datetime]) -> int:
    """How many captures were on the disk, but not in the ledger or not in a crawl log, and are now in both.

    Files that a dead process left open are cut to their last whole member, indexed and closed. Files that were closed
    in the moment of the crash are read again. Only files that the ledger does not know as closed are looked at.
    """
    known = frontier.closed_files()
    left_open = sorted(archive.glob("crawl_date=*/*.warc.gz.open"))
    for unfinished in archive.glob("crawl_date=*/*.cdxj.open"):
        unfinished.unlink()  # an index that was being written; it is made again
    unknown = sorted(p for p in archive.glob("crawl_date=*/*.warc.gz") if _name(archive, p) not in known)
    repaired = []
    for path in (*left_open, *unknown):
        entered = frontier.offsets_in(_name(archive, path).removesuffix(".open"))
        mended = repair_open_file if path.suffix == ".open" else read_closed_file
        try:
            repaired.append(mended(path, entered=entered))
        except ArchiveError as error:  # it needs a person first
            raise CrawlError(str(error)) from error
    found = [c for one in repaired for c in one.captures]
    wanted = {f"crawl_date={c.captured_at.date().isoformat()}" for c in found}
    logs = crawl_logs(archive)
    newest = sorted({path.parent.name for path in logs})[-2:]  # only a file that was being written can be torn
    lines: set[str] = set()
    for path in logs:
        if path.parent.name in wanted or path.parent.name in newest:
            mend(path)
        if path.parent.name in wanted:
            lines.update(logged_captures(path))
    for c in found:
        if c.capture_id in lines:
            continue
        log.write(
            Attempt(
                at=c.captured_at, site=c.site or "", url=c.url, kind=c.kind or "page", outcome="recovered",
                reason="crash", status=c.status, written=c,
            )
        )  # fmt: skip
    log.sync()
    # In this order: a capture that the ledger has is taken to have its line, and a file that it knows as closed to be
    # whole, with an index, and all its captures entered. A crash before that, and the next start does it again.
    frontier.enter_recovered((c.url, c) for c in found)
    for one in repaired:
        if one.closed is not None:
            frontier.close_file(one.closed, now=clock())
    for notes in archive.glob(f"crawl_date=*/*{EXTENTS_ENDING}"):
        notes.unlink()
    return len(found)


def _name(archive: Path, path: Path) -> str:
    return path.relative_to(archive).as_posix()
