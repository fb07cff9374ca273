"""Who hears how far a build is: the run's log, or the terminal when `broadsheet build` runs it. Decides nothing."""

from __future__ import annotations

import time

import dagster as dg

from pipelines.build import BuildReport, Progress

_SECONDS = 5.0  # between lines in a run's log


class Listener:
    """Progress as lines in the run's log, one every few seconds, and what was done as one line."""

    def progress(self, context: dg.AssetExecutionContext) -> Progress:
        last: dict[str, float] = {}

        def tell(stage: str, done: int, total: int, detail: str) -> None:
            if done == total or time.monotonic() - last.get(stage, -_SECONDS) >= _SECONDS:
                last[stage] = time.monotonic()
                context.log.info(f"{stage} {done:,} of {total:,} {detail}" if total else f"{stage} {detail}")

        return tell

    def took(self, context: dg.AssetExecutionContext, report: BuildReport) -> None:
        for failure in report.failures:
            context.log.warning(str(failure))


class Relay(Listener):
    """Progress to a callback, and the reports kept."""

    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self.reports: list[BuildReport] = []

    def progress(self, context: dg.AssetExecutionContext) -> Progress:
        return self._on_progress or _unheard

    def took(self, context: dg.AssetExecutionContext, report: BuildReport) -> None:
        super().took(context, report)
        self.reports.append(report)


def _unheard(stage: str, done: int, total: int, detail: str) -> None:
    pass
