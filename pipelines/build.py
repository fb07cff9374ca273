"""An archive in; out, its tables, brought up to date: reads the WARC files that have no fragment, publishes the dates
that changed, and nothing else. The one place that puts the steps in order; Dagster and the command line call it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.archive_files import WarcFile, archive_folder, fragments_folder, list_warc_files
from pipelines.errors import ArchiveGone, BrokenWarc, BuildBusy, DamagedFragment, PipelineError, UnreadWarc
from pipelines.fragments import UNFINISHED, Fragment, extract_warc
from pipelines.known_bodies import known_bodies
from pipelines.pages import PRELOAD
from pipelines.publish import Inputs, Published, SiteOfHost, days_that_look_back_to, inputs_of, publish_inputs
from pipelines.reading import KnownBody, nothing_known
from pipelines.site_rules import SiteRules, rules_of_archive
from pipelines.worker_main import describe_error
from pipelines.workers import Workers
from warehouse import ALL_TABLES, finish_publication, publication_of, published_dates, tables_folder

Progress = Callable[[str, int, int, str], None]
"""Called with stage ("hash", "extract" or "publish"), how many are done, of how many, and which is next or at work."""

_LOCK = ".build.lock"
_WAIT_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is missing. The dates that unread files will add to are not known before they are read."""

    files: tuple[WarcFile, ...]
    """WARC files without a fragment of this extractor and of what sites.toml says of their pages."""
    dates: tuple[date, ...]
    """Dates never published, or published from other inputs than there are now."""
    broken: tuple[BrokenWarc | UnreadWarc, ...]
    """Files that were read as far as they go, and files that cannot be opened."""

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.dates


@dataclass(frozen=True, kw_only=True)
class BuildReport:
    """What a build did. `failures` also names files that broke off in an earlier build: they are still broken."""

    extracted: tuple[Fragment, ...]
    published: tuple[Published, ...]
    failures: tuple[PipelineError, ...]
    elapsed_seconds: float

    @property
    def did_nothing(self) -> bool:
        return not self.extracted and not self.published


def plan(home: Path, *, on_progress: Progress | None = None) -> Plan:
    """What `run` would do. Writes nothing but the index of digests. Raises ArchiveGone, SitesError."""
    files = list_warc_files(home, _hashing(on_progress))
    return Plan(
        files=tuple(file for file in files if file.fragment is None and file.unreadable is None),
        dates=tuple(inputs.crawl_date for inputs in stale(home, files)),
        broken=_broken(files),
    )


def run(
    home: Path,
    dates: Plan | Collection[date] | None = None,
    on_progress: Progress | None = None,
    workers: Workers | None = None,
) -> BuildReport:
    """Read what is unread, publish what is stale; a second run does nothing.

    `dates`: publish only these (a Plan: its dates, and those that its files turn out to cover). A file that cannot be
    read to its end is reported and does not stop the others. Raises BuildBusy, ArchiveGone, WorkersFailed, SitesError.
    """
    began = time.monotonic()
    with _alone(home):
        finish_publication(tables_folder(home))
        files = list_warc_files(home, _hashing(on_progress))
        unread = [file for file in files if file.fragment is None and file.unreadable is None]
        failures: list[UnreadWarc] = []
        extracted = extract_all(home, unread, on_progress=on_progress, workers=workers, failures=failures)
        if unread:
            files = list_warc_files(home)
        chosen = _chosen(dates, extracted)
        due = [each for each in stale(home, files) if chosen is None or each.crawl_date in chosen]
        published = []
        for done, inputs in enumerate(due):
            _tell(on_progress, "publish", done, len(due), inputs.crawl_date.isoformat())
            published.append(_publish(home, inputs, workers))
        _tell(on_progress, "publish", len(due), len(due), "")
    return BuildReport(
        extracted=tuple(extracted),
        published=tuple(published),
        failures=(*_broken(files), *failures),
        elapsed_seconds=time.monotonic() - began,
    )


def extract_all(
    home: Path,
    files: Sequence[WarcFile],
    *,
    on_progress: Progress | None = None,
    workers: Workers | None = None,
    failures: list[UnreadWarc] | None = None,
) -> list[Fragment]:
    """The fragments of these files, in their order. Starts no process where there is nothing to read.

    `failures` gets the files that could not be read, which do not stop the others; without it, the first one is raised.
    """
    if not files:
        return []
    fragments, rules = [], rules_of_archive(home)
    with _workers_or_own(workers) as hands, known_bodies(fragments_folder(home)) as known:
        known.sync(file.fragment for file in list_warc_files(home) if file.fragment is not None)
        for done, file in enumerate(files):

            def on_page(captures: int, done: int = done, name: str = file.name) -> None:
                _tell(on_progress, "extract", done, len(files), f"{name}: {captures:,} captures")

            _tell(on_progress, "extract", done, len(files), file.name)
            try:
                fragments.append(_extract(home, file, hands, on_page, rules, known))
                known.add(fragments[-1])
            except UnreadWarc as unread:
                if failures is None:
                    raise
                failures.append(unread)
    _tell(on_progress, "extract", len(files), len(files), "")
    return fragments


def _extract(
    home: Path,
    file: WarcFile,
    workers: Workers,
    on_page: Callable[[int], None],
    rules: SiteRules,
    known: Callable[[str], KnownBody | None],
) -> Fragment:
    try:
        return extract_warc(
            file.path,
            fragments_folder(home),
            warc_file=file.name,
            workers=workers,
            warc_sha256=file.sha256,
            on_page=on_page,
            rules=rules,
            known=known,
        )
    except DamagedFragment:  # of another file, whose rows were wanted; publishing will find and mend it
        if known is nothing_known:
            raise
        return _extract(home, file, workers, on_page, rules, nothing_known)
    except (PipelineError, OSError):  # has its own words; or is of the fragment's disk, which is full for every file
        raise
    except Exception as error:  # what nobody thought of in one file of thousands
        raise UnreadWarc(warc_file=file.name, detail=describe_error(error)) from error


def stale(home: Path, files: Sequence[WarcFile]) -> list[Inputs]:
    """The dates whose tables are not what these files would give, oldest first.

    Never published; or a fragment came, changed or went, a site was renamed in sites.toml, a table has other columns, a
    published file is gone. A date whose last WARC file went is published again without rows.
    """
    tables = tables_folder(home)
    before = published_dates(tables)
    if before and not files:
        raise ArchiveGone(archive=archive_folder(home), dates=len(before))
    site_of_host = SiteOfHost(home)
    days = {day for file in files if file.fragment for day in file.fragment.days}
    found = (inputs_of(files, day, site_of_host) for day in sorted(days.union(before)))
    return [each for each in found if not _is_published(tables, each)]


def _is_published(tables: Path, inputs: Inputs) -> bool:
    expected = inputs.publication_id
    return all(publication_of(tables, table, inputs.crawl_date) == expected for table in ALL_TABLES)


def _publish(home: Path, inputs: Inputs, workers: Workers | None) -> Published:
    """A fragment whose bytes went bad is a cache entry lost: its WARC file is read once more."""
    try:
        return publish_inputs(inputs, tables_folder(home))
    except DamagedFragment as damaged:
        all_of_it = (*inputs.files, *inputs.looked_at, *inputs.window)
        again = [file for file, fragment in all_of_it if fragment.folder == damaged.folder]
        shutil.rmtree(damaged.folder, ignore_errors=True)
        extract_all(home, again[:1], workers=workers)
        return publish_inputs(inputs, tables_folder(home))


def _chosen(dates: Plan | Collection[date] | None, extracted: Sequence[Fragment]) -> Collection[date] | None:
    if isinstance(dates, Plan):
        planned = {file.sha256 for file in dates.files}
        days = {day for each in extracted if each.warc_sha256 in planned for day in each.days}
        return {*dates.dates, *days, *(day for each in days for day in days_that_look_back_to(each))}
    return dates


def _broken(files: Sequence[WarcFile]) -> tuple[BrokenWarc | UnreadWarc, ...]:
    problems = [(file.name, file.fragment.problem) for file in files if file.fragment is not None]
    return (
        *(BrokenWarc(**{**problem.to_json(), "warc_file": name}) for name, problem in problems if problem),
        *(UnreadWarc(warc_file=file.name, detail=file.unreadable) for file in files if file.unreadable),
    )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One build at a time. Sweeps up what one that was killed left half written."""
    fragments = fragments_folder(home)
    fragments.mkdir(parents=True, exist_ok=True)
    lock = fragments / _LOCK
    try:
        with FileLock(lock, timeout=_WAIT_SECONDS):
            for leftover in fragments.glob(f"*/.*{UNFINISHED}"):
                shutil.rmtree(leftover)
            yield
    except Timeout as error:
        raise BuildBusy(lock=lock, waited_seconds=_WAIT_SECONDS) from error


@contextmanager
def _workers_or_own(workers: Workers | None) -> Iterator[Workers]:
    if workers is not None:
        yield workers
    else:
        with Workers(preload=PRELOAD) as own:
            yield own


def _hashing(on_progress: Progress | None) -> Callable[[str], None]:
    return lambda name: _tell(on_progress, "hash", 0, 0, name)


def _tell(on_progress: Progress | None, stage: str, done: int, total: int, detail: str) -> None:
    if on_progress is not None:
        on_progress(stage, done, total, detail)
