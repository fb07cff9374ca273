"""The crawl as an asset, a job and an hourly schedule. Starts a child process; Scrapy never runs inside Dagster."""

import sys
import warnings

import dagster as dg
from pydantic import Field

from crawler import CrawlOptions
from pipelines.defs.resources import Archive

GROUP = "broadsheet"  # one group: the UI shows several folded, and the story should be seen at once
_CHILD = [sys.executable, "-m", "pipelines.defs.crawl_child"]

# The crawl ends in about 3 s, unless a slow server holds a request; what the run's worker waits before it gives up.
CLOSING_SECONDS = 60.0


class CrawlConfig(dg.Config):
    """What to fetch. As it stands: all that is due, on all sites."""

    urls: list[str] = Field(default_factory=list, description="Just these, and what they redirect to.")
    sites: list[str] = Field(default_factory=list, description="Names in sites.toml.")
    max_pages: int | None = Field(default=None, description="End after so many captures.")
    for_minutes: float | None = Field(default=None, description="End after so long.")
    refresh: bool = Field(default=False, description="Make everything known due now.")

    def options(self) -> CrawlOptions:
        seconds = None if self.for_minutes is None else self.for_minutes * 60
        return CrawlOptions(
            urls=tuple(self.urls), sites=tuple(self.sites), max_pages=self.max_pages, for_seconds=seconds,
            refresh=self.refresh,
        )  # fmt: skip


@dg.asset(
    group_name=GROUP,
    kinds={"scrapy"},
    pool="crawl",
    description="Fetches what is due on the sites of `sites.toml`, politely, and archives every response.\n\n"
    "Progress is in the run's log while it goes on. Terminate the run to end the crawl early: it closes its files, "
    "and the next crawl goes on where it stopped.",
)
def crawl(
    context: dg.AssetExecutionContext, config: CrawlConfig, archive: Archive, pipes: dg.PipesSubprocessClient
) -> dg.MaterializeResult[None]:
    # Its data version never changes, because a crawl only ever adds: yesterday's tables are not stale for it.
    extras = {"home": str(archive.path), "options": config.options().to_json()}
    with warnings.catch_warnings():
        # Dagster 1.13 warns of itself here: Pipes uses a property of its own in preview, and a deprecated one.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return pipes.run(context=context, command=_CHILD, extras=extras).get_materialize_result()


crawl_sites = dg.define_asset_job(
    "crawl_sites",
    selection=[crawl],
    description="Crawls what is due. `build_what_is_new` makes tables of it afterwards.",
)


@dg.schedule(
    job=crawl_sites,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every hour: crawl what is due, for 50 minutes at most; `build_what_is_new` then makes tables of it. "
    "Off until you turn it on. An hour is left out while a crawl runs.",
)
def hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    running = context.instance.get_run_records(
        dg.RunsFilter(job_name=crawl_sites.name, statuses=list(UNFINISHED)), limit=1
    )
    if running:
        return dg.SkipReason(f"run {running[0].dagster_run.run_id[:8]} is still crawling")
    return dg.RunRequest(run_config=dg.RunConfig(ops={"crawl": CrawlConfig(for_minutes=50)}))


UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
