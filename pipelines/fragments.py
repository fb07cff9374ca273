"""One WARC file in, its fragment out: a folder with what reading each of its captures gave, whole or not at all.

A fragment is named by the SHA-256 of the WARC file and the version of the extractor. What else could change it are the
rules that sites.toml has for sites whose pages are in the file: their digest is part of its key. So any process, on any
machine, that reads the same file by the same rules makes the same fragment. Publishes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.errors import BrokenWarc, DamagedFragment
from pipelines.extraction import EXTRACTOR_VERSION
from pipelines.fragment_rows import FRAGMENT_FORMAT
from pipelines.pages import read_page, read_plain
from pipelines.reading import DayOfFragment, KnownBody, Read, Reading, nothing_known
from pipelines.site_rules import NO_RULES, SiteRules
from pipelines.workers import Workers
from warehouse import WarehouseError, read_parquet, write_parquet

_SUMMARY = "fragment.json"
UNFINISHED = ".new"


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """What is known of a fragment without opening its tables.

    `classes` and `rejects` count captures by class and reject reason. `problem`: the WARC file breaks off, and this is
    what was before the break.
    """

    key: str
    folder: Path
    warc_sha256: str
    captures: int
    classes: Mapping[str, int]
    rejects: Mapping[str, int]
    pages_read: int
    pages_reused: int  # same URL, same decoded body as a capture before it, here or in another file
    duplicates: int  # records with the id of a capture before them in the file
    days: Mapping[date, DayOfFragment]
    problem: BrokenWarc | None = None


def fragment_key(warc_sha256: str, extractor: str = EXTRACTOR_VERSION, *, rules: str = "") -> str:
    """16 hex digits: what went in, who read it, and the digest of the sites' rules that held."""
    return hashlib.sha256(f"{warc_sha256} {extractor} {FRAGMENT_FORMAT} {rules}".strip().encode()).hexdigest()[:16]


def fragment_folder(fragments: Path, warc_sha256: str, extractor: str = EXTRACTOR_VERSION) -> Path:
    return fragments / extractor / warc_sha256[:16]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extract_warc(
    warc: Path,
    out: Path,
    *,
    warc_file: str,
    workers: Workers,
    warc_sha256: str | None = None,
    on_page: Callable[[int], None] | None = None,
    rules: SiteRules = NO_RULES,
    read: Read = read_page,
    otherwise: Read = read_plain,
    known: Callable[[str], KnownBody | None] = nothing_known,
) -> Fragment:
    """The fragment of a WARC file, below the folder `out`; one that is there already is not made again.

    `warc_file` is what rows call the file. `on_page` gets the number of captures done so far. A file that breaks off
    gives a fragment of what was before the break, with `problem` set; it is never read again unless it changes. Pages
    that `read` does not survive are given to `otherwise`, once. Bodies that `known` has are not read: their rows are
    copied from the fragment that it names, and are what reading would give. Raises DamagedFragment where it is broken.
    """
    digest = warc_sha256 or sha256_of(warc)
    folder = fragment_folder(out, digest)
    if (made := load_fragment(folder, digest, rules)) is not None:
        return made
    reading = Reading(warc_file, rules, known)
    for done in reading.run(warc, workers, read, otherwise):
        if on_page is not None:
            on_page(done)
    return _write(reading, folder, digest)


def load_fragment(folder: Path, warc_sha256: str, rules: SiteRules = NO_RULES) -> Fragment | None:
    """The fragment in that folder; None where there is none, or one of another format or file, or by other rules."""
    try:
        summary = json.loads((folder / _SUMMARY).read_bytes())
        places = [(site, str(host)) for site, host in summary["places"]]
        if summary["key"] != fragment_key(warc_sha256, rules=rules.digest(places)):
            return None
        if any((folder / name).stat().st_size != size for name, size in summary["files"].items()):
            return None
        problem = summary["problem"]
        return Fragment(
            key=summary["key"],
            folder=folder,
            warc_sha256=summary["warc_sha256"],
            captures=summary["captures"],
            classes=summary["classes"],
            rejects=summary["rejects"],
            pages_read=summary["pages_read"],
            pages_reused=summary["pages_reused"],
            duplicates=summary["duplicates"],
            days={date.fromisoformat(day): DayOfFragment.from_json(about) for day, about in summary["days"].items()},
            problem=BrokenWarc(**problem) if problem else None,
        )
    except (OSError, ValueError, KeyError, TypeError):  # gone, torn or foreign: a cache, so it is made again
        return None


def read_fragment(fragment: Fragment, table: str, columns: list[str] | None = None) -> pa.Table:
    """Rows of a fragment, in file order. Raises DamagedFragment."""
    try:
        return read_parquet(fragment.folder / f"{table}.parquet", columns=columns)
    except (OSError, WarehouseError) as error:
        raise DamagedFragment(folder=fragment.folder, detail=str(error)) from error


def _write(reading: Reading, folder: Path, warc_sha256: str) -> Fragment:
    """The folder under another name first: a fragment that can be seen is whole."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}{UNFINISHED}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, data in reading.tables().items():
        write_parquet(data, unfinished / f"{name}.parquet")
    places = sorted(reading.places, key=lambda place: (place[0] or "", place[1]))
    summary = {
        "key": fragment_key(warc_sha256, rules=reading.rules.digest(places)),
        "places": places,
        "warc_sha256": warc_sha256,
        "extractor": EXTRACTOR_VERSION,
        "format": FRAGMENT_FORMAT,
        "captures": reading.captures,
        "classes": dict(sorted(reading.classes.items())),
        "rejects": dict(sorted(reading.rejects.items())),
        "pages_read": reading.pages_read,
        "pages_reused": reading.pages_reused,
        "duplicates": reading.duplicates,
        "days": {day.isoformat(): about.to_json() for day, about in sorted(reading.days().items())},
        "problem": reading.problem.to_json() if reading.problem else None,
        "files": {path.name: path.stat().st_size for path in sorted(unfinished.glob("*.parquet"))},
    }
    with (unfinished / _SUMMARY).open("w", encoding="utf-8") as file:
        json.dump(summary, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if folder.exists():  # of an older format, by other rules, or damaged
        shutil.rmtree(folder)
    unfinished.rename(folder)
    written = load_fragment(folder, warc_sha256, reading.rules)
    if written is None:
        raise DamagedFragment(folder=folder, detail="it could not be read back")
    return written
