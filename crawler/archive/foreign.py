"""WARC files from anywhere in, the same under archive/imported/ with index and provenance. Never changes or removes a
source.

A file is kept as it came, byte for byte. Only where its gzip members are not one record each, so that no offset leads
to a record, is it packed anew; and where it is damaged, it is kept up to the damage. Its provenance says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crawler.archive.cdxj import cdxj_path, write_cdxj
from crawler.archive.folders import make_folder, sync_folder
from crawler.archive.foreign_copy import write_copy
from crawler.archive.foreign_survey import Survey, survey
from crawler.archive.provenance import Known, Provenance, provenance_path, save_provenance
from crawler.archive.repair import sha256_of

IMPORTED = "imported"
_IN_FOLDERS = re.compile(r"\.(warc|arc)(\.(gz|zst|bz2|lz4))?\Z", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._=+-]+")


@dataclass(frozen=True, kw_only=True)
class ImportedFile:
    """What became of one source."""

    source: Path
    outcome: str
    """imported, cut (imported up to the damage), already (there before) or failed (nothing of it could be read)."""
    warc_file: str | None
    """Where it now is, or was before; None where it failed."""
    records: int = 0
    captures: int = 0
    bytes: int = 0
    sha256: str | None = None
    """Of the archived file."""
    recompressed: bool = False
    crawl_dates: tuple[date, ...] = ()
    problem: str | None = None
    """What was wrong, as one line; None where all was well."""
    problem_offset: int | None = None
    """As far as the source is whole: in its bytes, or in its unpacked bytes where it was packed anew."""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """All sources, in the order in which they were taken."""

    files: tuple[ImportedFile, ...]

    def count(self, outcome: str) -> int:
        return sum(file.outcome == outcome for file in self.files)

    @property
    def captures(self) -> int:
        """Captures that this import brought."""
        return sum(file.captures for file in self.files if file.outcome in ("imported", "cut"))


@dataclass(frozen=True, kw_only=True)
class ImportProgress:
    """How far an import is."""

    source: Path
    file: int
    """Which one, from 1."""
    files: int
    bytes_done: int
    """Of this file, read once to look at it."""
    bytes_total: int


def import_warcs(
    sources: Sequence[Path],
    home: Path,
    *,
    on_progress: Callable[[ImportProgress], None] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Imports files, and folders with all WARC files below them. What is there already, by content, is not imported
    again.

    The same content counts as the same whatever its name and however it is compressed. With `dry_run` everything is
    looked at and nothing written. One bad source does not keep the others out: its error is in the report.
    """
    paths = list(_files_of(sources))
    folder = home / "archive" / IMPORTED
    known = Known.load(folder)
    done: list[ImportedFile] = []
    for number, path in enumerate(paths, 1):

        def progress(read: int, path: Path = path, number: int = number, size: int = _size(path)) -> None:
            if on_progress is not None:
                on_progress(
                    ImportProgress(source=path, file=number, files=len(paths), bytes_done=read, bytes_total=size)
                )

        try:
            done.append(_import(path, folder, known, progress=progress, dry_run=dry_run))
        except OSError as problem:
            reason = problem.strerror or str(problem)
            done.append(ImportedFile(source=path, outcome="failed", warc_file=None, problem=f"{path}: {reason}"))
    return ImportReport(files=tuple(done))


def _import(path: Path, folder: Path, known: Known, *, progress: Callable[[int], None], dry_run: bool) -> ImportedFile:
    found = survey(path, progress)
    if (there := known.find(found.sha256, found.content_sha256)) is not None:
        return ImportedFile(source=path, outcome="already", warc_file=there)
    if not found.records:
        problem = f"{path}: {found.damage.detail if found.damage else 'holds no record'}"
        return ImportedFile(source=path, outcome="failed", warc_file=None, problem=problem, problem_offset=0)
    final = _free_name(folder, path.name, found)
    warc_file = f"{folder.name}/{final.name}"
    sha256, size = found.sha256, found.good_bytes
    if not dry_run:
        sha256, size = _place(path, final, found, warc_file)
    known.add(found.sha256, found.content_sha256, warc_file)
    return ImportedFile(
        source=path,
        outcome="cut" if found.damage else "imported",
        warc_file=warc_file,
        records=found.records,
        captures=found.captures,
        bytes=size,
        sha256=None if dry_run else sha256,
        recompressed=found.repack,
        crawl_dates=found.crawl_dates,
        problem=_problem(path, found),
        problem_offset=found.good_bytes if found.damage else None,
    )


def _problem(path: Path, found: Survey) -> str | None:
    if found.damage is None:
        return None
    of_what = " of its unpacked bytes" if found.repack else ""
    return (
        f"{path}: damaged at {found.good_bytes}{of_what}: {found.damage.detail}; "
        f"the {found.records:,} records ({found.captures:,} captures) before it are whole"
    )


def _place(path: Path, final: Path, found: Survey, warc_file: str) -> tuple[str, int]:
    """Copy, index, provenance, and the rename last: a file that has its name has the other two."""
    make_folder(final.parent.parent)
    make_folder(final.parent)
    unfinished = final.with_name(final.name + ".open")
    write_copy(path, unfinished, found)
    sha256, size = sha256_of(unfinished), unfinished.stat().st_size
    write_cdxj(unfinished, name=warc_file)
    provenance = Provenance(
        source=str(path.absolute()),
        source_bytes=found.bytes,
        source_sha256=found.sha256,
        content_sha256=found.content_sha256,
        sha256=sha256,
        recompressed=found.repack,
        cut_at=found.good_bytes if found.damage else None,
        problem=_problem(path, found),
        records=found.records,
        captures=found.captures,
        crawl_dates=tuple(day.isoformat() for day in found.crawl_dates),
    )
    save_provenance(provenance_path(final), provenance)
    sync_folder(final.parent)  # or a power cut may keep the later name only, and the file be imported once more
    unfinished.rename(final)
    sync_folder(final.parent)
    return sha256, size


def _files_of(sources: Iterable[Path]) -> Iterable[Path]:
    for source in sources:
        if source.is_dir():
            below = (Path(root) / name for root, _, names in os.walk(source) for name in names)
            yield from sorted(path for path in below if _IN_FOLDERS.search(path.name))
        else:
            yield source


def _free_name(folder: Path, name: str, found: Survey) -> Path:
    """The source's own name where it is free, else with the first digits of its sum; `.warc` and `.gz` as its bytes
    say.
    """
    stem = (
        re.sub(r"(\.warc)?(\.gz)?(\.open)?\Z", "", _UNSAFE.sub("_", name), flags=re.IGNORECASE).lstrip(".") or "import"
    )
    ending = ".warc.gz" if found.gzip else ".warc"
    for candidate in (stem, f"{stem}-{found.sha256[:8]}", f"{stem}-{found.sha256}"):
        path = folder / (candidate + ending)
        # The index is named without the ending: two files must not share it.
        if not path.exists() and not cdxj_path(path).exists():
            return path
    return folder / f"{stem}-{found.sha256}{ending}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
