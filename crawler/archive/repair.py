"""A file that a crash left open in, a whole one with its index out: cut after the last whole member.

Never cuts a closed file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.cdxj import cdxj_path, save_cdxj
from crawler.archive.errors import ArchiveError
from crawler.archive.folders import sync_folder
from crawler.archive.inventory import Inventory, RecoveredCapture, take_inventory
from crawler.archive.open_file import OPEN_SUFFIX
from crawler.archive.records import ClosedFile
from crawler.archive.scan import GZIP_MAGIC, open_records

# Where members follow the damage, the file is not merely torn. Looked for in steps of this.
_SEARCH_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What became of a file that was left open."""

    closed: ClosedFile | None
    """None: the file held no whole record and was removed."""
    captures: tuple[RecoveredCapture, ...]
    """Those that the ledger does not have."""
    cut_bytes: int
    """Bytes behind the last whole record, now gone from the file."""
    kept: Path | None
    """A copy of the file as it was, made where whole records stood behind the damage."""


def repair_open_file(path: Path, *, entered: Collection[int] = ()) -> Repaired:
    """Finishes a `.open` file: cut, fsync, index, rename. Safe to repeat after a crash of its own.

    `entered` are the offsets of the captures that the ledger has in it.
    """
    if not path.name.endswith(OPEN_SUFFIX):
        raise ValueError(f"{path} is not a file that was left open: its name does not end in {OPEN_SUFFIX}")
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    if final.exists():
        raise ArchiveError(final.name, None, f"there is also {path.name}; remove the one that is not wanted")
    name = f"{final.parent.name}/{final.name}"
    held = take_inventory(path, warc_file=name, entered=entered)
    size = path.stat().st_size
    if not held.records:
        path.unlink()
        sync_folder(path.parent)
        return Repaired(closed=None, captures=(), cut_bytes=size, kept=None)
    kept = _keep_copy(path, held.whole_bytes) if size > held.whole_bytes else None
    with path.open("r+b") as file:
        file.truncate(held.whole_bytes)
        os.fsync(file.fileno())
    save_cdxj(cdxj_path(path), held.index)
    path.rename(final)
    sync_folder(final.parent)
    return Repaired(
        closed=_closed(final, held), captures=tuple(held.missing), cut_bytes=size - held.whole_bytes, kept=kept
    )


def sha256_of(path: Path) -> str:
    """Hex SHA-256 over a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _keep_copy(path: Path, whole_bytes: int) -> Path | None:
    """Copies the file aside where whole records follow the damage: that is no torn tail, and a person should look."""
    if not _records_behind(path, whole_bytes):
        return None
    kept = path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".damaged")
    shutil.copyfile(path, kept)
    return kept


def _records_behind(path: Path, offset: int) -> bool:
    magic = GZIP_MAGIC + b"\x08"
    with path.open("rb") as stream:
        at = offset + 1
        while True:
            stream.seek(at)
            window = stream.read(_SEARCH_BYTES)
            found = window.find(magic)
            if found < 0:
                if len(window) < _SEARCH_BYTES:
                    return False
                at += len(window) - len(magic) + 1
                continue
            at += found
            stream.seek(at)
            try:
                record = open_records(stream, name=path.name).next_record()
                if record is not None:
                    record.finish()
                    return True
            except ArchiveError:
                pass  # three bytes that only looked like the beginning of a member
            at += 1


def read_closed_file(path: Path, *, entered: Collection[int] = ()) -> Repaired:
    """What `repair_open_file` would have said of a file that was closed just before a crash; never changes it.

    Its index is made where it is missing: of two names in one folder a power cut may keep the later.
    """
    held = take_inventory(path, warc_file=f"{path.parent.name}/{path.name}", entered=entered)
    if not cdxj_path(path).exists() and held.whole_bytes == path.stat().st_size:
        save_cdxj(cdxj_path(path), held.index)
    sync_folder(path.parent)
    return Repaired(closed=_closed(path, held), captures=tuple(held.missing), cut_bytes=0, kept=None)


def _closed(path: Path, held: Inventory) -> ClosedFile:
    return ClosedFile(
        warc_file=held.warc_file,
        sha256=sha256_of(path),
        bytes=held.whole_bytes,
        records=held.records,
        captures=len(held.index),
        first_at=min(held.times, default=None),
        last_at=max(held.times, default=None),
        crawl_dates=tuple(sorted({at.date() for at in held.times})),
    )
