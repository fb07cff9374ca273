"""An exception in, the lines for a person and the exit code out. Prints nothing, ends nothing."""

from __future__ import annotations

import os


class Told(int):
    """An exit code of which the command has said why."""


FAILED = 1  # it was asked rightly and went wrong
MISTAKEN = 2  # it could not be meant: what click and the shell's own tools end with
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

INTERRUPTED_AND_TOLD = Told(INTERRUPTED)

TRACEBACK_VARIABLE = "BROADSHEET_TRACEBACK"


class Mistaken(Exception):
    """Something was asked for that cannot be; the message is a line, or some lines, for a person."""


class Failed(Exception):
    """Something went wrong that only the command line knows of; the message is a line for a person."""


def told(error: Exception) -> tuple[str, int]:
    """What to print on stderr, and what to exit with."""
    from crawler.archive.errors import ArchiveError
    from crawler.errors import CrawlError, CrawlFailed, LowDisk
    from pipelines.defs.errors import DagsterError, PortTaken
    from pipelines.errors import PipelineError
    from warehouse.errors import BadSql, MissingArchive, WarehouseError

    if isinstance(error, (Mistaken, BadSql, MissingArchive, PortTaken)):
        return str(error), MISTAKEN
    if isinstance(error, (Failed, CrawlFailed, LowDisk, ArchiveError, DagsterError, PipelineError, WarehouseError)):
        return str(error), FAILED
    if isinstance(error, CrawlError):  # sites.toml, a URL, a name, a lock: what a person can put right
        return str(error), MISTAKEN
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", FAILED
    message = " ".join(str(error).split())
    return (
        f"unexpected {type(error).__name__}{': ' if message else ''}{message}; "
        f'to see where, run the same again with {TRACEBACK_VARIABLE}=1, or as "broadsheet --traceback …"'
    ), FAILED


def is_interrupt(error: Exception) -> bool:
    """Whether this is Ctrl-C while a query ran, which DuckDB (2.0) tells as a RuntimeError."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def wants_traceback() -> bool:
    return os.environ.get(TRACEBACK_VARIABLE, "") not in ("", "0")
