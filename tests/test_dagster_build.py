"""`broadsheet build` is a run in Dagster: seen there with its counts, silent in the terminal, and done once."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from filelock import FileLock

from crawler.archive import import_warcs
from pipelines.build import run
from pipelines.definitions import defs
from pipelines.defs import checks as checking
from pipelines.defs.build import BuildOutcome, build, instance_of
from pipelines.defs.jobs import build_what_is_new, range_tags
from pipelines.defs.orphans import PROCESS_TAG, end_orphans, process_tag
from pipelines.defs.resources import Archive
from pipelines.errors import BuildBusy
from pipelines.workers import Workers
from warehouse import catalog_path, partition_path, read_parquet, write_parquet

DAYS = (date(2026, 11, 20), date(2026, 11, 21))
ASTRAY = date(1991, 8, 6)  # what a capture by a wrong clock says: no day of Dagster's calendar


@pytest.fixture
def imported(home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Path:
    """Two WARC files of somebody else's, of two days: each with two articles and an error page."""
    for day in DAYS:
        answers = [(f"http://a.localhost/{day}/{n}", kit.answer(kit.article_page(f"Bridge {n} opens"))) for n in (1, 2)]
        answers.append((f"http://a.localhost/{day}/gone", kit.answer("<h1>gone</h1>", status="404 Not Found")))
        write_warc(answers, at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC), site=None)
    return brought_in(home, tmp_path)


def brought_in(home: Path, tmp_path: Path) -> Path:
    """What `write_warc` wrote, as an import: it has no crawl log, and needs none."""
    elsewhere = tmp_path / "elsewhere"
    shutil.move(home / "archive", elsewhere)
    import_warcs([elsewhere], home)
    return home


def materializations(instance: dg.DagsterInstance, asset: str) -> dict[str | None, dict[str, Any]]:
    """Of an asset, the metadata of each partition's last materialization."""
    records = instance.fetch_materializations(dg.AssetKey(asset), limit=100, ascending=True).records
    found = [record.asset_materialization for record in records]
    return {each.partition: {k: v.value for k, v in each.metadata.items()} for each in found if each is not None}


def test_a_build_is_a_run_with_its_counts(imported: Path, capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[tuple[str, int, int, str]] = []
    outcome = build(imported, lambda *progress: heard.append(progress))
    assert capfd.readouterr() == ("", "")
    assert [len(outcome.extracted), len(outcome.run_ids), outcome.failures] == [2, 1, ()]
    assert [each.crawl_date for each in outcome.published] == list(DAYS)
    assert {stage for stage, *_ in heard} == {"hash", "extract", "publish"}
    assert catalog_path(imported).exists()
    with instance_of(imported) as instance:
        (run,) = instance.get_runs()
        assert (run.run_id, run.job_name, run.status) == (outcome.run_ids[0], "build", dg.DagsterRunStatus.SUCCESS)
        for asset, rows in {"captures": 3, "articles": 2, "rejects": 1}.items():
            told = materializations(instance, asset)
            assert {day: about["rows"] for day, about in told.items()} == {day.isoformat(): rows for day in DAYS}
        about = materializations(instance, "rejects")["2026-11-20"]
        assert about["by_reason"] == "| reason | rows |\n| --- | --- |\n| error_page | 1 |"
        assert about["publication_id"] == outcome.published[0].publication_id
        files = materializations(instance, "warc_files")["2026-11-21"]
        assert (files["warc_files"], files["captures"], files["broken_files"]) == (1, 3, 0)
        assert materializations(instance, "catalog").keys() == {None}
        assert check_results(instance) == dict.fromkeys(IN_BUILD, True)
    again = build(imported)
    assert again.did_nothing
    assert again.run_ids == ()


IN_BUILD = ("no_torn_file", "keys_unique", "sums_hold", "no_future_dates")
ALL_CHECKS = (*IN_BUILD, "bytes_verified")


def check_results(instance: dg.DagsterInstance) -> dict[str, bool]:
    """Each check's last result that was recorded."""
    storage = instance.event_log_storage
    results = {}
    for asset, name in zip(("warc_files", "captures", "captures", "articles"), IN_BUILD, strict=True):
        (record,) = storage.get_asset_check_execution_history(dg.AssetCheckKey(dg.AssetKey(asset), name), limit=1)
        assert record.event is not None
        assert record.event.dagster_event is not None
        results[name] = record.event.dagster_event.asset_check_evaluation_data.passed
    return results


def test_captures_by_a_wrong_clock_are_published_too(
    home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    write_warc(
        [("http://a.localhost/old", kit.answer(kit.article_page("Web announced")))],
        at=datetime(1991, 8, 6, 9, tzinfo=UTC),
        site=None,
    )
    outcome = build(brought_in(home, tmp_path))
    assert [each.crawl_date for each in outcome.published] == [ASTRAY]
    assert build(home).did_nothing


def checked(home: Path) -> dict[str, bool]:
    """The checks by themselves, over all that is published."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("check").execute_in_process(
            instance=instance,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            resources={"archive": Archive(home=str(home))},
        )
        return {each.check_name: each.passed for each in result.get_asset_check_evaluations()}


@pytest.fixture
def published(imported: Path) -> Path:
    run(imported, workers=Workers(0))
    return imported


def test_checks_pass_on_a_good_archive(published: Path) -> None:
    assert checked(published) == dict.fromkeys(ALL_CHECKS, True)


def test_a_byte_that_turned_over_is_found(published: Path) -> None:
    warc = next((published / "archive" / "imported").glob("*.warc.gz"))
    bytes_before, stat = warc.read_bytes(), warc.stat()
    with warc.open("r+b") as file:  # a byte in the middle turns over; size and time stay, as on a failing disk
        file.seek(len(bytes_before) // 2)
        file.write(bytes([bytes_before[len(bytes_before) // 2] ^ 1]))
    os.utime(warc, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert checked(published) == {**dict.fromkeys(ALL_CHECKS, True), "bytes_verified": False}


def test_a_row_too_many_fails_keys_and_a_row_too_few_fails_sums(published: Path) -> None:
    articles = partition_path(published / "tables", "articles", DAYS[0])
    rows = read_parquet(articles)
    write_parquet(pa.concat_tables([rows, rows]), articles)
    assert checked(published)["keys_unique"] is False
    write_parquet(rows.slice(1), articles)
    assert {name: passed for name, passed in checked(published).items() if not passed} == {"sums_hold": False}
    articles.write_bytes(b"PAR1 and no more")
    assert checked(published)["sums_hold"] is False


def test_after_a_crawl_or_an_import_what_is_missing_is_asked_for(imported: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("crawl_sites")
        run = instance.create_run_for_job(result, status=dg.DagsterRunStatus.SUCCESS)
        event = dg.DagsterEvent(event_type_value="PIPELINE_SUCCESS", job_name=run.job_name)
        context = dg.build_run_status_sensor_context("build_what_is_new", event, instance, run)
        (request,) = build_what_is_new(context, archive=Archive(home=str(imported)))
        assert isinstance(request, dg.RunRequest)
        assert request.tags == range_tags(*DAYS)


def test_what_a_build_returns_names_the_files_that_break_off(imported: Path) -> None:
    warc = next((imported / "archive" / "imported").glob("*.warc.gz"))
    warc.write_bytes(warc.read_bytes()[:-200])
    outcome: BuildOutcome = build(imported)
    (failure,) = outcome.failures
    assert failure.warc_file == f"imported/{warc.name}"
    with instance_of(imported) as instance:
        assert check_results(instance) == {**dict.fromkeys(IN_BUILD, True), "no_torn_file": False}
    assert build(imported).did_nothing
    assert checking.published_dates(imported / "tables") == list(DAYS)


def test_a_build_that_fails_is_a_failed_run_and_our_own_error(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.build._WAIT_SECONDS", 0.0)
    (imported / "fragments").mkdir()
    with FileLock(imported / "fragments" / ".build.lock"), pytest.raises(BuildBusy):
        build(imported)
    with instance_of(imported) as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE


def test_ctrl_c_cancels_the_run_and_the_next_build_goes_on(imported: Path) -> None:
    def interrupt(stage: str, done: int, total: int, detail: str) -> None:
        if stage == "publish" and total:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        build(imported, interrupt)
    with instance_of(imported) as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.CANCELED
        orphan = instance.create_run_for_job(
            defs.resolve_job_def("build"), status=dg.DagsterRunStatus.STARTED, tags=killed()
        )
    outcome = build(imported)
    with instance_of(imported) as instance:
        assert instance.get_run_by_id(orphan.run_id).status is dg.DagsterRunStatus.FAILURE
    assert outcome.extracted == ()  # what was read stays read
    assert [each.crawl_date for each in outcome.published] == list(DAYS)


def test_runs_whose_process_was_killed_end_as_failed() -> None:
    job = defs.resolve_job_def("build")
    alive = process_tag()
    elsewhere = {PROCESS_TAG: f"another.{alive[PROCESS_TAG]}"}
    with dg.DagsterInstance.ephemeral() as instance:
        ids = [
            instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags).run_id
            for tags in (alive, killed(), elsewhere, {})
        ]

        def statuses() -> list[str]:
            return [instance.get_run_by_id(run_id).status.value for run_id in ids]

        assert end_orphans(instance) == [ids[1]]
        assert statuses() == ["STARTED", "FAILURE", "STARTED", "STARTED"]
        assert end_orphans(instance, launched_before=datetime.now(UTC)) == [ids[3]]  # as `broadsheet ui` begins
        assert statuses() == ["STARTED", "FAILURE", "STARTED", "FAILURE"]


def killed() -> dict[str, str]:
    """The tag of a process that is gone, whose number is ours now."""
    host, number, started = process_tag()[PROCESS_TAG].rsplit(" ", 2)
    return {PROCESS_TAG: f"{host} {number} {int(started) - 7}"}
