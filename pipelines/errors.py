"""What can go wrong between WARC files and tables: typed, values in attributes; messages say where and what next."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class PipelineError(Exception):
    """Any failure of `pipelines` that a caller may want to catch; its text is fit to be shown as it is."""


class BrokenWarc(PipelineError):
    """A WARC file ends, or stops making sense, before its last record was read."""

    def __init__(self, *, warc_file: str, offset: int | None, detail: str, captures_before: int = 0) -> None:
        self.warc_file = warc_file
        self.offset = offset
        self.detail = detail
        self.captures_before = captures_before
        where = f" at {offset}" if offset is not None else ""
        super().__init__(
            f"{warc_file}{where}: {detail}; {captures_before:,} captures could be read before it; "
            'run "broadsheet verify" to see what else is damaged'
        )

    def to_json(self) -> dict[str, Any]:
        """The arguments that make the same error again."""
        return {
            "warc_file": self.warc_file,
            "offset": self.offset,
            "detail": self.detail,
            "captures_before": self.captures_before,
        }


class UnreadWarc(PipelineError):
    """A WARC file of which nothing came into the tables: it may not be opened, its disk fails, or we do."""

    def __init__(self, *, warc_file: str, detail: str) -> None:
        self.warc_file = warc_file
        self.detail = detail
        super().__init__(f"{warc_file}: not read: {detail}; the next build tries again")


class DamagedFragment(PipelineError):
    """A fragment on disk cannot be read back; it is a cache, so the WARC file is simply read again."""

    def __init__(self, *, folder: Path, detail: str) -> None:
        self.folder = folder
        self.detail = detail
        super().__init__(f'{folder}: {detail}; delete the folder and run "broadsheet build"')


class WorkersFailed(PipelineError):
    """Worker processes die before they can take a page: not a page's fault, so the build stops here."""

    def __init__(self, *, attempts: int, detail: str) -> None:
        self.attempts = attempts
        self.detail = detail
        super().__init__(f"worker processes do not start, {attempts} in a row: {detail}")


class BuildBusy(PipelineError):
    """Another process has been building this archive's tables for longer than we were willing to wait."""

    def __init__(self, *, lock: Path, waited_seconds: float) -> None:
        self.lock = lock
        self.waited_seconds = waited_seconds
        super().__init__(
            f"another build holds {lock} (waited {waited_seconds:.0f} s); it ends by itself, run this again afterwards"
        )


class ArchiveGone(PipelineError):
    """Tables that were published, and not one WARC file that they could have come from: a disk that is not mounted?"""

    def __init__(self, *, archive: Path, dates: int) -> None:
        self.archive = archive
        self.dates = dates
        super().__init__(
            f"{archive} holds no WARC file, but {dates:,} crawl dates are published; nothing was changed. "
            "If the archive is really empty, delete the tables folder"
        )
