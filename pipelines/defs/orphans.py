"""Dagster's record of runs in; out, the same without runs that are "started" for ever because their process is gone.

Such a run would hold its pool's only place: nothing that is queued after it starts, and no hourly crawl begins.
Dagster (1.13) does not notice: its default launcher cannot tell whether a run's process lives. Ends no process.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import dagster as dg
import psutil

from pipelines.defs.home import dagster_home_for

PROCESS_TAG = "broadsheet/process"
_AT_WORK = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_MESSAGE = "The process of this run ended without a word: it was killed, or the machine stopped."


def process_tag() -> dict[str, str]:
    """Names this process for good: its number will be another's one day, with another time of start."""
    return {PROCESS_TAG: _name(psutil.Process(os.getpid()))}


def end_orphans(instance: dg.DagsterInstance, *, launched_before: datetime | None = None) -> list[str]:
    """Record as failed the runs of builds whose process is gone; their ids.

    `launched_before`: also what a UI had launched up to then, for a caller that knows of no other UI.
    """
    ended = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=_AT_WORK)):
        run = record.dagster_run
        if PROCESS_TAG in run.tags:
            gone = _is_gone(run.tags)
        else:
            gone = launched_before is not None and record.create_timestamp < launched_before
        if gone:
            instance.report_run_failed(run, message=_MESSAGE)
            ended.append(run.run_id)
    return ended


def end_orphans_of(home: Path, *, launched_before: datetime) -> list[str]:
    """The same for an archive; makes no record where there is none yet."""
    folder = dagster_home_for(home)
    if not (folder / "history").is_dir():
        return []
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        return end_orphans(instance, launched_before=launched_before)


def _is_gone(tags: Mapping[str, str]) -> bool:
    host, number, _ = tags[PROCESS_TAG].rsplit(" ", 2)
    if host != platform.node():  # an archive on a disk that machines share: not ours to say
        return False
    try:
        return _name(psutil.Process(int(number))) != tags[PROCESS_TAG]
    except psutil.NoSuchProcess:
        return True


def _name(process: psutil.Process) -> str:
    return f"{platform.node()} {process.pid} {process.create_time():.0f}"
