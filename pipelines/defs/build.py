"""An archive in, its tables brought up to date by runs that Dagster records. Prints nothing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef  # the public DagsterInstance.get() takes no overrides

from pipelines import build as steps
from pipelines.build import BuildReport, Progress
from pipelines.definitions import defs
from pipelines.defs.errors import RunFailed
from pipelines.defs.home import dagster_home_for
from pipelines.defs.jobs import build_job, dates_in_calendar, is_in_calendar, range_tags
from pipelines.defs.listener import Relay
from pipelines.defs.orphans import end_orphans, process_tag
from pipelines.defs.partitions import consecutive
from pipelines.defs.resources import Archive
from pipelines.errors import PipelineError, UnreadWarc
from pipelines.fragments import Fragment
from pipelines.publish import Published
from warehouse import catalog_path, write_catalog

# A file's index tells its days before it is read. Should reading it tell of more, those are built in a second round.
_ROUNDS = 3
# Dagster's console logger would write each event to the user's terminal; they are recorded all the same.
_QUIET: Mapping[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Capturing a step's output puts a pipe where the terminal is, and the user's progress bar would no longer be one.
_UNCAPTURED: dict[str, Any] = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}


@dataclass(frozen=True, kw_only=True)
class BuildOutcome:
    """What a build did. `failures`: WARC files that break off, of which the tables have what was before the break, and
    files that could not be read."""

    extracted: tuple[Fragment, ...]
    published: tuple[Published, ...]
    failures: tuple[PipelineError, ...]
    run_ids: tuple[str, ...]
    elapsed_seconds: float

    @property
    def did_nothing(self) -> bool:
        return not self.extracted and not self.published


def build(home: Path, on_progress: Progress | None = None) -> BuildOutcome:
    """Read what is unread and publish what is out of date: one run for each stretch of consecutive crawl dates.

    A second call finds nothing to do and starts no run. Ctrl-C ends the run as cancelled and raises KeyboardInterrupt;
    what was read stays read. Raises PipelineError as `pipelines.build.run` does, SitesError, and RunFailed.
    """
    began = time.monotonic()
    reports: list[BuildReport] = []
    run_ids: list[str] = []
    missing = steps.plan(home, on_progress=on_progress)
    for _ in range(_ROUNDS):
        if missing.is_empty:
            break
        before = len(reports)
        with _instance(home) as instance:
            end_orphans(instance)
            for first, last in consecutive(dates_in_calendar(missing)):
                relay = Relay(on_progress)
                run_ids.append(_run(home, instance, relay, range_tags(first, last)))
                reports += relay.reports
        # A wrong clock's captures are of no day in Dagster's calendar. They are captures, so they get their tables.
        astray = [day for day in missing.dates if not is_in_calendar(day)]
        if astray or not reports:
            reports.append(steps.run(home, dates=astray, on_progress=on_progress))
        missing = steps.plan(home, on_progress=on_progress)
        if all(report.did_nothing for report in reports[before:]):  # what is missing still cannot be read
            break
    if not catalog_path(home).exists() or any(report.published for report in reports):
        write_catalog(home)  # left alone where it is right
    # A file that breaks off is known to the plan; one that could not be read is known to those who tried.
    unread = [each for report in reports for each in report.failures if isinstance(each, UnreadWarc)]
    failures = {str(failure): failure for failure in (*missing.broken, *unread)}
    return BuildOutcome(
        extracted=tuple(fragment for report in reports for fragment in report.extracted),
        published=tuple(published for report in reports for published in report.published),
        failures=tuple(failures.values()),
        run_ids=tuple(run_ids),
        elapsed_seconds=time.monotonic() - began,
    )


def instance_of(home: Path, *, overrides: Mapping[str, Any] | None = None) -> dg.DagsterInstance:
    """The record of runs that belongs to an archive. To be closed: `with instance_of(home) as instance`."""
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(dagster_home_for(home)), overrides=overrides))


def _instance(home: Path) -> dg.DagsterInstance:
    return instance_of(home, overrides=_UNCAPTURED)


def _run(home: Path, instance: dg.DagsterInstance, relay: Relay, tags: Mapping[str, str]) -> str:
    """One run of the job `build`, in this process; its id."""
    run_id = str(uuid.uuid4())
    try:
        result = defs.resolve_job_def(build_job.name).execute_in_process(
            instance=instance,
            run_id=run_id,
            run_config=_QUIET,
            tags={**tags, "broadsheet/started_by": "broadsheet build", **process_tag()},
            resources={"archive": Archive(home=str(home.resolve())), "listener": relay},
        )
    except dg.DagsterExecutionInterruptedError as interrupted:
        # To Dagster this is a failure, unless its own button was pressed. It was a person's wish all the same.
        if (run := instance.get_run_by_id(run_id)) is not None:
            instance.report_run_canceled(run, message="Ended by Ctrl-C in the terminal.")
        raise KeyboardInterrupt from interrupted
    except dg.DagsterExecutionStepExecutionError as failed_step:
        raise failed_step.user_exception from failed_step  # the run has Dagster's account; this is what went wrong
    if not result.success:
        failed = [event for event in result.all_events if event.is_failure]
        reason = (failed[-1].message if failed else None) or "no reason was recorded"
        raise RunFailed(
            result.run_id, job=build_job.name, step=str(failed[-1].step_key) if failed else "", reason=reason
        )
    return result.run_id
