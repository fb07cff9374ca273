"""The crawl that a Dagster run started: options in through Pipes, progress and report out. Loads no Dagster."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from dagster_pipes import PipesContext, open_dagster_pipes

from crawler import CrawlError, CrawlOptions, CrawlReport, Progress, SitesError, run_here

_FIRST_SECONDS, _LONGEST_SECONDS = 2.0, 60.0  # between progress lines: a person watches the start; hours need few lines


class Teller:
    """Progress as lines in the run's log, ever more seldom, so that a crawl of hours stays readable."""

    def __init__(self, pipes: PipesContext) -> None:
        self._pipes, self._pause, self._next = pipes, _FIRST_SECONDS, 0.0
        self._stopping: str | None = None

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next and progress.stopping == self._stopping:
            return
        self._stopping = progress.stopping
        self._next, self._pause = now + self._pause, min(self._pause * 1.25, _LONGEST_SECONDS)
        stopping = f"; stopping: {progress.stopping}" if progress.stopping else ""
        self._pipes.log.info(
            f"{progress.captured:,} captured, {progress.revisits:,} of them unchanged, {progress.refused:,} refused, "
            f"{progress.failed:,} failed; {progress.due:,} due; {progress.archived_bytes / 1e6:,.1f} MB archived"
            f"{stopping}; last: {progress.url or 'nothing yet'}"
        )


def metadata_of(report: CrawlReport) -> dict[str, Any]:
    """A report as metadata of the asset `crawl`; numbers become plots over time in the UI."""
    counts = {"outcome": report.reasons, "status": {f"HTTP {status}": n for status, n in report.statuses.items()}}
    table = "\n".join(f"| {name} | {n:,} |" for group in counts.values() for name, n in sorted(group.items()))
    return {
        "attempts": report.attempts,
        "captured": report.captured,
        "revisits": report.revisits,
        "refused": report.refused,
        "failed": report.failed,
        "recovered": report.recovered,
        "new_urls": report.new_urls,
        "still_due": report.due,
        "received_bytes": report.received_bytes,
        "archived_bytes": report.archived_bytes,
        "ended_because": report.ended_because,
        "crawl_dates": ", ".join(report.crawl_dates) or "none",
        "answers": {"type": "md", "raw_value": f"| answer | times |\n| --- | ---: |\n{table}"},
        "warc_files": {"type": "md", "raw_value": "\n".join(f"- `{name}`" for name in report.warc_files) or "none"},
    }


def _end_with(parent: int) -> None:
    """A run that is killed outright cannot tell us; its crawl ends cleanly all the same, and frees the archive."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGINT)


def main() -> int:
    """0 when the crawl ended as crawls do; 1, and one line in the run's log, when it could not."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with open_dagster_pipes() as pipes:
        home, options = Path(pipes.get_extra("home")), CrawlOptions.from_json(pipes.get_extra("options"))
        try:
            report = run_here(home, options, Teller(pipes))
        except (CrawlError, SitesError) as error:
            pipes.log.error(str(error))
            return 1
        pipes.log.info(f"crawl ended ({report.ended_because}): {report.captured:,} captured, {report.due:,} still due")
        pipes.report_asset_materialization(metadata=metadata_of(report), data_version="append-only")
        if report.error is not None:
            pipes.log.error(report.error)
        return 0 if report.error is None else 1


if __name__ == "__main__":
    sys.exit(main())
