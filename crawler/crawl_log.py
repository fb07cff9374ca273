"""Attempts in, one JSON line each out, in files beside the WARC files. Counts nothing, decides nothing."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from crawler.archive import Written


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
            "detail": self.detail,
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
    """The crawl log of one process: a file per UTC day, opened at the day's first attempt."""

    def __init__(self, archive: Path, *, prefix: str, host: str, clock: Callable[[], datetime]) -> None:
        self._archive, self._prefix, self._host, self._clock = archive, prefix, host, clock
        self._files: dict[str, BinaryIO] = {}  # by day: around midnight two, for what began before it

    def write(self, attempt: Attempt) -> None:
        """Append one line; it is on the disk after the next `sync`."""
        day = attempt.at.strftime("%Y-%m-%d")
        if day not in self._files:
            for old in sorted(self._files)[:-1]:
                self._close(self._files.pop(old))
            folder = self._archive / f"crawl_date={day}"
            folder.mkdir(parents=True, exist_ok=True)
            stamp = self._clock().strftime("%Y%m%d%H%M%S%f")[:17]
            name = f"{self._prefix}-{stamp}-{self._host}-{os.getpid()}.crawl.jsonl"
            self._files[day] = (folder / name).open("ab")
        line = json.dumps(attempt.to_json(), ensure_ascii=False, separators=(",", ":"))
        self._files[day].write(line.encode("utf-8", "backslashreplace") + b"\n")

    def sync(self) -> None:
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        while self._files:
            self._close(self._files.popitem()[1])

    @staticmethod
    def _close(file: BinaryIO) -> None:
        with file:
            file.flush()
            os.fsync(file.fileno())


def crawl_logs(archive: Path) -> list[Path]:
    """Every crawl log of the archive, oldest day first."""
    return sorted(archive.glob("crawl_date=*/*.crawl.jsonl"))


def mend(log: Path) -> int:
    """Cut a line that a crash left half written; how many bytes went."""
    with log.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return 0
        file.seek(-1, os.SEEK_END)
        if file.read(1) == b"\n":
            return 0
    data = log.read_bytes()
    whole = data.rfind(b"\n") + 1
    with log.open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())
    return len(data) - whole


def logged_captures(log: Path) -> Iterator[str]:
    """The capture ids that the log names."""
    with log.open("rb") as file:
        for line in file:
            capture_id = json.loads(line).get("capture_id")
            if capture_id:
                yield capture_id
