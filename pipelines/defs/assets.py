"""The assets from archive to catalog, by crawl date. Each calls one function of ours and tells what is there now."""

import warnings
from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.archive_files import list_warc_files
from pipelines.build import run
from pipelines.defs import story
from pipelines.defs.crawl import GROUP
from pipelines.defs.listener import Listener
from pipelines.defs.partitions import CRAWL_DATES
from pipelines.defs.resources import Archive
from warehouse import write_catalog

TABLE_NAMES = tuple(story.TABLES)
POOL = "tables"  # one run at a time makes tables; the others wait in the queue

with warnings.catch_warnings():
    # A backfill of a year should be one run. The parameter is in beta as of 1.13; what it does here is tested.
    warnings.simplefilter("ignore", dg.BetaWarning)

    @dg.asset(
        deps=["crawl"],
        partitions_def=CRAWL_DATES,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=GROUP,
        kinds={"file"},
        pool=POOL,
        description="WARC files that hold captures of the day: every response as it came off the wire.\n\n"
        "Materializing reads all files that have not been read yet, whatever their days, into `fragments/`. This is "
        "the long part of a build; a file is read once for each version of the extractor.",
    )
    def warc_files(
        context: dg.AssetExecutionContext, archive: Archive, listener: dg.ResourceParam[Listener]
    ) -> dg.MaterializeResult[None]:
        report = run(archive.path, dates=(), on_progress=listener.progress(context))
        listener.took(context, report)
        files = list_warc_files(archive.path)
        for day in context.partition_keys:
            metadata = story.of_warc_files(files, date.fromisoformat(day))
            context.add_asset_metadata(metadata, partition_key=day)
        return dg.MaterializeResult(metadata={"files_read_in_this_run": len(report.extracted)})

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                name,
                deps=[warc_files],
                partitions_def=CRAWL_DATES,
                group_name=GROUP,
                kinds={"parquet"},
                description=story.TABLES[name].description,
                metadata=story.columns_of(name),
            )
            for name in TABLE_NAMES
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=POOL,
        description="Joins the day's fragments and writes its tables: all of them or none, under one publication id.",
    )
    def publish(
        context: dg.AssetExecutionContext, archive: Archive, listener: dg.ResourceParam[Listener]
    ) -> Iterator[dg.MaterializeResult[None]]:
        days = [date.fromisoformat(key) for key in context.partition_keys]
        listener.took(context, run(archive.path, dates=days, on_progress=listener.progress(context)))
        for name in TABLE_NAMES:
            for day in days:
                metadata = story.of_table(archive.path, name, day)
                context.add_asset_metadata(metadata, asset_key=name, partition_key=day.isoformat())
            yield dg.MaterializeResult(asset_key=name)


@dg.asset(
    deps=TABLE_NAMES,
    group_name=GROUP,
    kinds={"duckdb"},
    pool=POOL,
    description="`broadsheet.duckdb`: views and macros over all tables. It holds no rows, and is replaced in one move, "
    "so that every DuckDB client sees it whole.",
)
def catalog(archive: Archive) -> dg.MaterializeResult[None]:
    path = write_catalog(archive.path)
    return dg.MaterializeResult(metadata={"file": dg.PathMetadataValue(str(path)), "bytes": path.stat().st_size})
