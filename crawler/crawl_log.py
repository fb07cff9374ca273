"""Attempts in, one JSON line each out, in files beside the WARC files. Counts nothing, decides nothing."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from crawler.archive import Written, make_folder, sync_folder
from crawler.redaction import without_userinfo

# More than is ever appended between two flushes, a tenth of a second apart: 7,000 lines.
_UNSYNCED_BYTES = 1 << 22
# What a URL or a remark holds has its quotation marks escaped, so that this is found only where we wrote it. Reading
# the lines as JSON takes twenty times as long.
_CAPTURE_ID = re.compile(rb'"capture_id":"([0-9a-f-]{36})"')


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to fetch one URL: captured, failed, refused, or recovered after a crash."""

    at: datetime
    site: str
    url: str
    kind: str
    outcome: str
    via: tuple[str, ...] = ()
    reason: str | None = None
    detail: str | None = None
    status: int | None = None
    written: Written | None = None
    elapsed_seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        w = self.written
        return {
            "attempt_id": str(uuid.uuid4()),
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "site": self.site,
            "url": self.url,
            "kind": self.kind,
            "via": list(self.via),
            "outcome": self.outcome,
            "reason": self.reason,
            "detail": without_userinfo(self.detail) if self.detail else self.detail,
            "status": self.status,
            "capture_id": w.capture_id if w else None,
            "warc_file": w.warc_file if w else None,
            "offset": w.offset if w else None,
            "length": w.length if w else None,
            "record_type": w.record_type if w else None,
            "payload_digest": w.payload_digest if w else None,
            "body_bytes": w.body_bytes if w else None,
            "elapsed_seconds": round(self.elapsed_seconds, 6),
        }


class CrawlLog:
    """The crawl log of one process: a file per UTC day, opened at the day's first attempt.

    Lines wait in memory for `sync`. Whoever calls that after the WARC file's can be sure that no line on the disk
    names bytes that a power cut took.
    """

    def __init__(self, archive: Path, *, prefix: str, host: str, clock: Callable[[], datetime]) -> None:
        self._archive, self._prefix, self._host, self._clock = archive, prefix, host, clock
        self._files: dict[str, _LogFile] = {}  # by day: around midnight two, for what began before it

    def write(self, attempt: Attempt) -> None:
        """Take one line; it is on the disk after the next `sync`."""
        day = attempt.at.strftime("%Y-%m-%d")
        if day not in self._files:
            stamp = self._clock().strftime("%Y%m%d%H%M%S%f")[:17]
            name = f"{self._prefix}-{stamp}-{self._host}-{os.getpid()}.crawl.jsonl"
            self._files[day] = _LogFile(self._archive / f"crawl_date={day}" / name)
        line = json.dumps(attempt.to_json(), ensure_ascii=False, separators=(",", ":"))
        self._files[day].lines.append(line.encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> None:
        """Append what was taken, and flush it. OSError where the disk refuses: the file is then as it was before."""
        for file in self._files.values():
            file.sync()
        for old in sorted(self._files)[:-2]:
            self._files.pop(old).close()

    def close(self, *, sync: bool = True) -> None:
        """`sync`, then let go of the files.

        Without `sync` where the bytes of what the lines tell of may not be on the disk: no line outlives its capture. A
        capture that did get there has its line from the next start.
        """
        try:
            if sync:
                self.sync()
        finally:
            while self._files:
                self._files.popitem()[1].close()


class _LogFile:
    def __init__(self, path: Path) -> None:
        self.lines: list[bytes] = []
        self._path = path
        self._file: FileIO | None = None
        self._size = 0
        self._unsure: OSError | None = None

    def sync(self) -> None:
        if self._unsure is not None:
            raise self._unsure
        if not self.lines:
            return
        if self._file is None:
            make_folder(self._path.parent)
            self._file = self._path.open("xb", buffering=0)
            sync_folder(self._path.parent)
        data = b"".join(self.lines)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._undo(self._file)
            raise
        try:
            os.fsync(self._file.fileno())
        except OSError as problem:
            self._unsure = problem  # as in OpenFile.sync: a second try would say yes and mean nothing
            raise
        self.lines, self._size = [], self._size + len(data)

    def _undo(self, file: FileIO) -> None:
        try:
            file.truncate(self._size)
            file.seek(self._size)
        except OSError as problem:
            self._unsure = problem  # half a line is there, and `mend` will cut it: nothing may follow it
            raise

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def crawl_logs(archive: Path) -> list[Path]:
    """Every crawl log of the archive, oldest day first."""
    return sorted(archive.glob("crawl_date=*/*.crawl.jsonl"))


def mend(log: Path) -> int:
    """Cut what a crash left half written, and flush the rest; how many bytes went.

    A power cut leaves half a line, or a hole of zeros with whole lines behind it, where the last pages reached the disk
    out of order. No line holds a zero byte, and nothing behind the first damage was acknowledged.
    """
    with log.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _UNSYNCED_BYTES))
        tail = file.read()
        hole = tail.find(b"\0")
        whole = start + tail.rfind(b"\n", 0, hole if hole >= 0 else len(tail)) + 1
        if whole < size:
            file.truncate(whole)
        os.fsync(file.fileno())
    return size - whole


def logged_captures(log: Path) -> Iterator[str]:
    """The capture ids that the log names."""
    with log.open("rb") as file:
        for line in file:
            if named := _CAPTURE_ID.search(line):
                yield named[1].decode()
