"""The job that brings tables up to date, and the sensor that asks for it after a crawl or an import. Builds nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import dagster as dg

from crawler.archive import cdxj_path
from pipelines.archive_files import WarcFile
from pipelines.build import Plan, plan
from pipelines.defs.assets import TABLE_NAMES
from pipelines.defs.checks import VERIFIED
from pipelines.defs.crawl import crawl_sites
from pipelines.defs.inbox import import_inbox
from pipelines.defs.partitions import FIRST_DATE, consecutive
from pipelines.defs.resources import Archive

_NOT_IN_BUILD = dg.AssetCheckKey(dg.AssetKey("warc_files"), VERIFIED)

build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.assets("warc_files", *TABLE_NAMES, "catalog") - dg.AssetSelection.checks(_NOT_IN_BUILD),
    description="Reads WARC files that have not been read, publishes the tables of the chosen crawl dates, and writes "
    "the catalog.",
)


check_job = dg.define_asset_job(
    "check",
    selection=dg.AssetSelection.all_asset_checks(),
    description="Looks at every crawl date that is published, and at all its WARC files. Changes nothing.",
)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[crawl_sites, import_inbox],
    request_job=build_job,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="After a crawl or an import: builds each crawl date whose tables are missing or out of date.",
)
def build_what_is_new(context: dg.RunStatusSensorContext, archive: Archive) -> Iterator[dg.RunRequest | dg.SkipReason]:
    ranges = consecutive(dates_in_calendar(plan(archive.path)))
    for first, last in ranges:
        yield dg.RunRequest(run_key=f"{context.dagster_run.run_id} {first}", tags=range_tags(first, last))
    if not ranges:
        yield dg.SkipReason("the tables are up to date")


def range_tags(first: date, last: date) -> dict[str, str]:
    """What makes a run cover a range of partitions: the tags that a single-run backfill from the UI has."""
    start, end = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    return {start: first.isoformat(), end: last.isoformat()}


def dates_in_calendar(missing: Plan) -> set[date]:
    """The dates to build: those that are out of date, and those that unread files say they hold."""
    days = set(missing.dates).union(*(_dates_of(file) for file in missing.files))
    return {day for day in days if is_in_calendar(day)}


def is_in_calendar(day: date) -> bool:
    """Whether Dagster's calendar has this day. A wrong clock's captures have another, and are published too."""
    return FIRST_DATE <= day <= datetime.now(UTC).date()


def _dates_of(file: WarcFile) -> set[date]:
    """The days of a file's captures, as its index beside it has them; today where there is no index."""
    try:
        lines = cdxj_path(file.path).read_text(encoding="utf-8").splitlines()
        stamps = {line.split(" ", 2)[1][:8] for line in lines if line}
        return {date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:])) for stamp in stamps}
    except (OSError, ValueError, IndexError):
        return {datetime.now(UTC).date()}
