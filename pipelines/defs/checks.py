"""What must hold of a crawl date, looked at after each build and when somebody asks in the UI. Mends nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from crawler.archive import Problem, verify_warc
from pipelines.archive_files import WarcFile, files_of, list_warc_files
from pipelines.defs.resources import Archive
from pipelines.sums import SumProblem, check_sums
from warehouse import WarehouseError, published_dates, tables_folder

_SHOWN = 20  # problems named in a result
VERIFIED = "bytes_verified"
_KEYS, _FUTURE = "key_twice", "future_date"
_SPECS = (
    dg.AssetCheckSpec(
        "no_torn_file", asset="warc_files", description="Every WARC file of the day could be read to its end.",
    ),
    dg.AssetCheckSpec(
        VERIFIED, asset="warc_files",
        description="Every byte of the day's WARC files is as it was written: gzip members, record lengths, digests, "
        "the file's own sum. Reads them all once more, at some 35 MB a second, and so is no part of a build.",
    ),
    dg.AssetCheckSpec("keys_unique", asset="captures", description="No table has two rows for one capture."),
    dg.AssetCheckSpec(
        "sums_hold", asset="captures",
        description="Attempts are captures, failures and refusals; every capture has one class; articles and rejects "
        "have their rows; all tables are of one publication.",
    ),
    dg.AssetCheckSpec(
        "no_future_dates", asset="articles", description="No article is dated more than a day after it was captured.",
    ),
)  # fmt: skip


@dg.multi_asset_check(specs=_SPECS, can_subset=True, name="check_the_day")
def checks(context: dg.AssetCheckExecutionContext, archive: Archive) -> Iterator[dg.AssetCheckResult]:
    """Of the run's dates; of all published dates where a check is executed by itself, without any."""
    asked = {key.name for key in context.selected_asset_check_keys}
    days = _days(context, archive.path)
    archived = list_warc_files(archive.path)
    files = {file.name: file for day in days for file, _ in files_of(archived, day)}
    if "no_torn_file" in asked:
        yield _result("no_torn_file", "warc_files", list(_torn(files.values())), days)
    if VERIFIED in asked:
        yield _result(VERIFIED, "warc_files", list(_verified(files.values())), days)
    if asked - {"no_torn_file", VERIFIED}:
        problems = [problem for day in days for problem in _of_tables(archive.path, day)]
        for name, asset in (("keys_unique", "captures"), ("sums_hold", "captures"), ("no_future_dates", "articles")):
            if name in asked:
                yield _result(name, asset, [p for p in problems if _check_of(p) == name], days)


def _days(context: dg.AssetCheckExecutionContext, home: Path) -> list[date]:
    if context.has_partition_key or context.run.is_partitioned:
        return [date.fromisoformat(key) for key in context.partition_keys]
    return published_dates(tables_folder(home))


def _torn(files: Iterable[WarcFile]) -> Iterator[SumProblem]:
    for file in files:
        if file.fragment is not None and (problem := file.fragment.problem) is not None:
            yield SumProblem(kind="torn", detail=f"{file.name} at {problem.offset}: {problem.detail}")


def _verified(files: Iterable[WarcFile]) -> Iterator[SumProblem]:
    for file in files:
        for problem in verify_warc(file.path, name=file.name, expected_sha256=file.sha256):
            yield SumProblem(kind=problem.kind, detail=_at(problem))


def _at(problem: Problem) -> str:
    where = "" if problem.offset is None else f" at {problem.offset}"
    return f"{problem.warc_file}{where}: {problem.detail}"


def _of_tables(home: Path, day: date) -> list[SumProblem]:
    try:
        return check_sums(home, day)
    except WarehouseError as error:  # nothing can be said of a file that cannot be read
        return [SumProblem(kind="unreadable", detail=str(error))]


def _check_of(problem: SumProblem) -> str:
    return {_KEYS: "keys_unique", _FUTURE: "no_future_dates"}.get(problem.kind, "sums_hold")


def _result(name: str, asset: str, problems: Sequence[SumProblem], days: Sequence[date]) -> dg.AssetCheckResult:
    ours = any(problem.severity == "error" for problem in problems)
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset,
        passed=not problems,
        severity=dg.AssetCheckSeverity.ERROR if ours else dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, problems[:3])) or f"{len(days):,} crawl dates looked at",
        metadata={
            "crawl_dates": f"{days[0]} to {days[-1]}" if days else "none",
            "problems": len(problems),
            "what": dg.MarkdownMetadataValue("\n".join(f"- {problem}" for problem in problems[:_SHOWN]) or "none"),
        },
    )
