"""What is wrong with a WARC file, where in it, and what to do next. Raises nothing itself; touches no disk."""

from __future__ import annotations


class ArchiveError(Exception):
    """A WARC file that cannot be written or read as it should; `warc_file` and `offset` say where."""

    advice: str | None = None
    """What to do next; part of the message, not of `detail`."""

    def __init__(self, warc_file: str, offset: int | None, detail: str) -> None:
        self.warc_file, self.offset, self.detail = warc_file, offset, detail
        at = "" if offset is None else f" at {offset}"
        super().__init__(f"{warc_file}{at}: {detail}" + (f"; {self.advice}" if self.advice else ""))


class TornRecord(ArchiveError):
    """The file ends inside a record: a crash, a full disk, a broken copy."""

    advice = "a file of our own is repaired when the next crawl starts"


class DamagedRecord(ArchiveError):
    """Bytes that are there but cannot be right: a gzip check that fails, a header that is none."""


class NotMemberAligned(ArchiveError):
    """Gzip members that are not one record each, so that no offset leads to a record."""

    advice = '"broadsheet import" recompresses such a file record by record'


class UnsupportedFormat(ArchiveError):
    """A file of another kind: ARC, WARC compressed with zstd, or no archive at all."""

    def __init__(self, warc_file: str, detail: str) -> None:
        super().__init__(warc_file, None, detail)


class WriterClosed(ArchiveError):
    """A record was offered to a writer that was closed, or that failed and could not undo it."""

    def __init__(self, warc_file: str, detail: str) -> None:
        super().__init__(warc_file, None, detail)
