"""An archive's folder in; out, its closed WARC files with their SHA-256 and fragments. Reads no WARC record.

Digests of files that did not change since are remembered in `fragments/index.json`, by size and time of last change;
it is made again where it is missing. Which dates a file covers stands in its fragment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.fragments import Fragment, fragment_folder, load_fragment, sha256_of
from pipelines.site_rules import rules_of_archive

IMPORTED = "imported/"
_INDEX = "index.json"


@dataclass(frozen=True, kw_only=True)
class WarcFile:
    """A closed WARC file, and its fragment where there is one."""

    name: str
    """Relative to `archive/`, with forward slashes: `warc_file` in every table."""
    path: Path
    bytes: int
    sha256: str
    fragment: Fragment | None
    unreadable: str | None = None
    """Why its bytes cannot be had; it is then known by name alone, or as it was when it last could be read."""

    @property
    def is_imported(self) -> bool:
        return self.name.startswith(IMPORTED)

    @property
    def rank(self) -> tuple[bool, str]:
        """A capture that stands in two files is that of the lower rank: our own before imports, then by name."""
        return self.is_imported, self.name


def archive_folder(home: Path) -> Path:
    return home / "archive"


def fragments_folder(home: Path) -> Path:
    return home / "fragments"


def list_warc_files(home: Path, on_hashed: Callable[[str], None] | None = None) -> list[WarcFile]:
    """Every closed WARC file of the archive, by rank. Files still being written (`.open`) are not there yet.

    One that was read by other rules than sites.toml has now for its pages has no fragment. Raises SitesError.
    """
    archive, fragments, rules = archive_folder(home), fragments_folder(home), rules_of_archive(home)
    known, found = _read_index(fragments), {}
    files = []
    for path in warc_paths(archive):
        name, stat = path.relative_to(archive).as_posix(), path.stat()
        entry, unreadable = known.get(name), None
        if entry is None or (entry["bytes"], entry["mtime_ns"]) != (stat.st_size, stat.st_mtime_ns):
            if on_hashed is not None:
                on_hashed(name)
            try:
                entry = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256_of(path)}
            except OSError as error:  # that of this file alone; rows that it gave before stay
                unreadable = error.strerror or str(error)
        if entry is not None:
            found[name] = entry
        sha256 = str(entry["sha256"]) if entry is not None else ""
        files.append(
            WarcFile(
                name=name,
                path=path,
                bytes=stat.st_size,
                sha256=sha256,
                fragment=load_fragment(fragment_folder(fragments, sha256), sha256, rules) if sha256 else None,
                unreadable=unreadable,
            )
        )
    if found != known:
        with suppress(OSError):  # only asked, on a disk that takes no writing: found out again the next time
            _write_index(fragments, found)
    return sorted(files, key=lambda file: file.rank)


def unread(home: Path) -> list[int]:
    """The sizes of closed WARC files that no build has read. By name and size alone: nothing is opened or hashed."""
    archive, fragments = archive_folder(home), fragments_folder(home)
    known, sizes = _read_index(fragments), []
    for path in warc_paths(archive):
        entry, size = known.get(path.relative_to(archive).as_posix()), path.stat().st_size
        if entry is None or entry["bytes"] != size or not fragment_folder(fragments, str(entry["sha256"])).exists():
            sizes.append(size)
    return sizes


def files_of(files: Iterable[WarcFile], day: date) -> list[tuple[WarcFile, Fragment]]:
    """The files that hold captures of that day, as far as they have been read, by rank."""
    return [(file, file.fragment) for file in files if file.fragment is not None and day in file.fragment.days]


def warc_paths(archive: Path) -> list[Path]:
    """The closed WARC files of an archive, ours and imported ones."""
    return [
        path
        for pattern in ("crawl_date=*/*.warc.gz", "crawl_date=*/*.warc", "imported/**/*.warc.gz", "imported/**/*.warc")
        for path in archive.glob(pattern)
        if path.is_file() and not path.name.startswith(".")
    ]


def _read_index(fragments: Path) -> dict[str, dict[str, int | str]]:
    try:
        entries = json.loads((fragments / _INDEX).read_bytes())["warc_files"]
        return {
            str(name): {"bytes": int(e["bytes"]), "mtime_ns": int(e["mtime_ns"]), "sha256": str(e["sha256"])}
            for name, e in entries.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # a cache: made again
        return {}


def _write_index(fragments: Path, entries: dict[str, dict[str, int | str]]) -> None:
    fragments.mkdir(parents=True, exist_ok=True)
    unfinished = fragments / f".{_INDEX}.{os.getpid()}.new"
    unfinished.write_text(json.dumps({"warc_files": dict(sorted(entries.items()))}, indent=1), encoding="utf-8")
    unfinished.replace(fragments / _INDEX)
