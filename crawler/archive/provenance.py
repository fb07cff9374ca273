"""Where an imported file came from: written beside it as JSON, and read back to know what is there already."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

ENDING = ".import.json"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """One import, as `.import.json` keeps it."""

    source: str
    source_bytes: int
    source_sha256: str
    content_sha256: str
    """Over the unpacked bytes: the same for a file however it is compressed."""
    sha256: str
    """Of the archived file; differs from the source's where it was cut or packed anew."""
    recompressed: bool
    cut_at: int | None
    problem: str | None
    records: int
    captures: int
    crawl_dates: tuple[str, ...]


@dataclass
class Known:
    """What has been imported, by the sums of its sources and of their content."""

    _files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Known:
        """From the provenance files of a folder; one whose WARC file never got its name does not count."""
        known = cls()
        for path in sorted(folder.glob(f"*{ENDING}")):
            warc = path.with_name(path.name.removesuffix(ENDING))
            if warc.exists():
                said = json.loads(path.read_text(encoding="utf-8"))
                known.add(said["source_sha256"], said["content_sha256"], f"{folder.name}/{warc.name}")
                known.add(said["sha256"], said["content_sha256"], f"{folder.name}/{warc.name}")
        return known

    def find(self, *sums: str) -> str | None:
        return next((self._files[sum_] for sum_ in sums if sum_ in self._files), None)

    def add(self, source_sha256: str, content_sha256: str, warc_file: str) -> None:
        self._files.setdefault(source_sha256, warc_file)
        self._files.setdefault(content_sha256, warc_file)


def provenance_path(warc: Path) -> Path:
    return warc.with_name(warc.name + ENDING)


def save_provenance(path: Path, provenance: Provenance) -> None:
    unfinished = path.with_name(path.name + ".open")
    with unfinished.open("w", encoding="utf-8") as out:
        json.dump(dataclasses.asdict(provenance), out, indent=2, ensure_ascii=False)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def imported_files(archive: Path) -> dict[str, str]:
    """Imported WARC file, as rows name it, → its SHA-256 as noted when it was imported."""
    folder = archive / "imported"
    said = {path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(f"*{ENDING}"))}
    return {f"{folder.name}/{path.name.removesuffix(ENDING)}": values["sha256"] for path, values in said.items()}
