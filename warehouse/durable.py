"""Changes on the disk that a power cut does not take back: each function returns once its effect is durable. Knows no
table.

Order after POSIX: the file's bytes, then its name, then the folder that holds the name; fsync(2) on a file says nothing
of the folder's entry.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def make_folder(folder: Path) -> None:
    """The folder, with its parents; each new name is durable in the folder above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, on the disk when the block ends well and gone when it does not."""
    try:
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(source: Path, target: Path) -> None:
    """``target`` becomes ``source`` at once, for every reader; both are in folders of one file system."""
    source.replace(target)
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """The file is gone; one that was not there is no error."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """The names in the folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
