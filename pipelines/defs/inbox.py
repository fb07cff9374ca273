"""WARC files dropped into the archive's inbox: noticed, imported by a run, taken out of the inbox. Reads no record.

An imported file is removed: `archive/imported/` has it, byte for byte, or packed anew with its digest kept. One that
could be read only up to a damage is imported as far as it goes, and one that could not be read is not; both are moved
to `inbox/damaged/`, where nothing looks at them again.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import Field

from crawler import ImportReport, import_warcs
from pipelines.defs.resources import Archive

DAMAGED = "damaged"


class InboxConfig(dg.Config):
    """Which files."""

    files: list[str] = Field(default_factory=list, description="Relative to the inbox. None: all that are there.")


@dg.op(pool="crawl", description="Imports WARC files from the inbox, and takes them out of it.")
def import_from_inbox(context: dg.OpExecutionContext, config: InboxConfig, archive: Archive) -> None:
    names = config.files or [name for name, _ in waiting(archive.inbox)]
    sources = [archive.inbox / name for name in names if (archive.inbox / name).is_file()]
    report = import_warcs(sources, archive.path)
    clear(archive.inbox, report)
    context.add_output_metadata(metadata_of(report))
    if report.files and report.count("failed") == len(report.files):
        raise dg.Failure(f"nothing could be read of {len(report.files)} files", metadata=metadata_of(report))


@dg.job(description="Imports what is in the archive's `inbox/`. `build_what_is_new` makes tables of it afterwards.")
def import_inbox() -> None:
    import_from_inbox()


@dg.sensor(
    job=import_inbox,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Imports WARC files that are put into `inbox/`, once they have not changed between two looks, 30 "
    "seconds apart. Files are taken out of the inbox when they are imported.",
)
def inbox(context: dg.SensorEvaluationContext, archive: Archive) -> dg.SensorResult:
    before = json.loads(context.cursor or "{}")
    now = dict(waiting(archive.inbox))
    cursor = json.dumps(now)
    still = sorted(name for name, state in now.items() if before.get(name) == state)
    if not still:
        reason = f"{len(now)} files are still arriving" if now else "the inbox is empty"
        return dg.SensorResult(skip_reason=reason, cursor=cursor)
    # The same files in the same state make the same key, and Dagster runs a key once, however often we are asked.
    key = json.dumps([[name, now[name]] for name in still])
    config = dg.RunConfig(ops={import_from_inbox.name: InboxConfig(files=still)})
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key, run_config=config)], cursor=cursor)


def waiting(inbox: Path) -> Iterator[tuple[str, list[int]]]:
    """WARC files in the inbox, by name, with size and time of last change: while these change, a file still arrives."""
    for path in sorted(inbox.rglob("*")):
        name = path.relative_to(inbox)
        if path.name.endswith((".warc", ".warc.gz")) and not path.name.startswith(".") and name.parts[0] != DAMAGED:
            try:
                stat = path.stat()
            except FileNotFoundError:  # renamed while we looked
                continue
            yield name.as_posix(), [stat.st_size, stat.st_mtime_ns]


def clear(inbox: Path, report: ImportReport) -> None:
    """Takes every file of the report out of the inbox."""
    for file in report.files:
        if file.outcome in ("imported", "already"):
            file.source.unlink(missing_ok=True)
        elif file.source.exists():
            aside = inbox / DAMAGED / file.source.relative_to(inbox)
            aside.parent.mkdir(parents=True, exist_ok=True)
            file.source.replace(aside)


def metadata_of(report: ImportReport) -> dict[str, dg.MetadataValue]:
    rows = (
        f"| `{file.source.name}` | {file.outcome} | {file.captures:,} | {file.warc_file or ''} | {file.problem or ''} |"
        for file in report.files
    )
    head = "| file | outcome | captures | now | problem |\n| --- | --- | ---: | --- | --- |\n"
    return {
        "files": dg.IntMetadataValue(len(report.files)),
        "captures": dg.IntMetadataValue(report.captures),
        "what_became_of_them": dg.MarkdownMetadataValue(head + "\n".join(rows)),
    }
