"""An archive's folder and its quota in; what it takes, and whether it may grow, out. Deletes nothing, moves nothing.

Looking at every file takes a while in a large archive (60,000 files: 0.6 s, 2026-11). So it is looked at once at the
start, now and then after that, and what a crawl itself adds is counted as it goes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import LowDisk, QuotaReached

# Room for the largest record (50 MB and its headers) several times over, and for SQLite's log.
MIN_FREE_BYTES = 250_000_000
# Below the quota, for what grows beside the records between two looks: SQLite's log, indexes, a build of the tables.
MARGIN_BYTES = 50_000_000
MARGIN_OF_QUOTA = 50  # … or a fiftieth of it, where that is less
BYTES_BESIDE = 1_500  # of crawl log and index for each capture
PARTS = ("archive", "fragments", "tables", "frontier", "other")


def bytes_by_part(home: Path) -> dict[str, int]:
    """What the folder takes, by part: archive, fragments, tables, frontier, other. Vanished files count nothing."""
    parts = dict.fromkeys(PARTS, 0)
    for entry in _entries(home):
        if entry.is_dir():  # archive/ may be a link to a larger disk
            parts[entry.name if entry.name in PARTS[:3] else "other"] += _below(entry.path)
        else:
            parts["frontier" if entry.name.startswith("frontier.sqlite") else "other"] += _size(entry)
    return parts


def _below(folder: str) -> int:
    total, folders = 0, [folder]
    while folders:
        for entry in _entries(folders.pop()):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                total += _size(entry)
    return total


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:  # a build replaces files while we look
        return 0


class Room:
    """How much more an archive may take: what is free on its disk, and what its quota leaves."""

    def __init__(self, home: Path, *, quota_bytes: int | None) -> None:
        self.home, self.quota_bytes = home, quota_bytes
        self._margin = 0 if quota_bytes is None else min(MARGIN_BYTES, quota_bytes // MARGIN_OF_QUOTA)
        self._grown = 0
        self._promised = 0  # to records that are being written
        self._seen: tuple[dict[str, int], int] = ({}, 0)  # the parts, and what had grown before they were looked at
        self.look()

    def look(self) -> dict[str, int]:
        """Look at every file again; what they take by part. May be called from another thread."""
        grown = self._grown  # before: what is written while we look counts twice rather than never
        parts = bytes_by_part(self.home)
        self._seen = (parts, grown)
        return parts

    def grew(self, stored_bytes: int) -> None:
        """A capture was written."""
        self._grown += stored_bytes + BYTES_BESIDE

    def bytes_by_part(self) -> dict[str, int]:
        """As last seen, and what grew since."""
        parts, before = self._seen
        frontier = sum(_size_of(self.home / f"frontier.sqlite{end}") for end in ("", "-wal", "-shm"))
        return parts | {"archive": parts["archive"] + self._grown - before, "frontier": frontier}

    def check(self) -> None:
        """Raises QuotaReached where the quota, LowDisk where the disk has no room to go on."""
        self.check_quota()
        free = shutil.disk_usage(self.home / "archive").free
        if free < MIN_FREE_BYTES:
            raise LowDisk(self.home / "archive", free_bytes=free, needed_bytes=MIN_FREE_BYTES)

    def check_quota(self, incoming_bytes: int = 0) -> None:
        """Raises QuotaReached where `incoming_bytes` more are more than the quota leaves."""
        if self.quota_bytes is None:
            return
        used = sum(self.bytes_by_part().values())
        if used + self._promised + incoming_bytes + self._margin > self.quota_bytes:
            raise QuotaReached(self.home, used_bytes=used, quota_bytes=self.quota_bytes)

    @contextmanager
    def promised(self, incoming_bytes: int) -> Iterator[None]:
        """Room for so much, kept while it is written: several records may be, at once. Raises QuotaReached."""
        self.check_quota(incoming_bytes)
        self._promised += incoming_bytes
        try:
            yield
        finally:
            self._promised -= incoming_bytes


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
