"""A folder in; out, the certainty that the names in it outlive a power cut. Writes no file."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes new and renamed names in a folder last: fsync of a file keeps its bytes, not the name they go by."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """The folder, there for good. Its name is flushed also where it was there: whoever made it may have died before."""
    folder.mkdir(parents=True, exist_ok=True)
    sync_folder(folder.parent)
