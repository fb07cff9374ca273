"""What Dagster is told: assets by crawl date, a schedule that is off, sensors; importing it changes nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from hypothesis import given
from hypothesis import strategies as st

from pipelines.definitions import defs
from pipelines.defs.crawl import hourly
from pipelines.defs.home import archive_home, dagster_home_for
from pipelines.defs.jobs import range_tags
from pipelines.defs.partitions import CRAWL_DATES, consecutive
from warehouse import ALL_TABLES

REPOSITORY = Path(__file__).resolve().parents[1]
TABLES = {table.name for table in ALL_TABLES}


def test_the_story_is_the_asset_graph() -> None:
    graph = defs.resolve_asset_graph()
    parents = {node.key.to_user_string(): {p.to_user_string() for p in node.parent_keys} for node in graph.asset_nodes}
    assert parents == {
        "crawl": set(),
        "warc_files": {"crawl"},
        **{name: {"warc_files"} for name in TABLES},
        "catalog": TABLES,
    }
    partitioned = {n.key.to_user_string() for n in graph.asset_nodes if n.partitions_def == CRAWL_DATES}
    assert partitioned == {"warc_files", *TABLES}
    assert all(graph.get(dg.AssetKey(name)).description for name in parents)


def test_every_date_of_the_web_is_a_partition_and_today_is_one() -> None:
    keys = CRAWL_DATES.get_partition_keys()
    assert keys[0] == "1996-01-01"
    assert keys[-1] == datetime.now(UTC).date().isoformat()
    assert len(keys) < 20_000


def test_the_schedule_is_off_and_hourly() -> None:
    schedule = defs.resolve_schedule_def("hourly")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.cron_schedule == "0 * * * *"


def test_an_hour_is_left_out_while_a_crawl_runs() -> None:
    with dg.instance_for_test() as instance:
        first = hourly(dg.build_schedule_context(instance=instance))
        assert isinstance(first, dg.RunRequest)
        assert first.run_config["ops"]["crawl"]["config"]["for_minutes"] == 50
        instance.create_run_for_job(defs.resolve_job_def("crawl_sites"), status=dg.DagsterRunStatus.STARTED)
        assert isinstance(hourly(dg.build_schedule_context(instance=instance)), dg.SkipReason)


def test_importing_the_definitions_leaves_the_disk_alone(tmp_path: Path) -> None:
    script = "import pipelines.definitions, sys; sys.exit('scrapy' in sys.modules)"
    environment = {"BROADSHEET_HOME": str(tmp_path / "none"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}
    ended = subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=tmp_path, env=environment, check=False)
    assert ended.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_range_is_named_as_dagster_names_it() -> None:
    tags = range_tags(date(2026, 11, 20), date(2026, 11, 22))
    assert tags == {ASSET_PARTITION_RANGE_START_TAG: "2026-11-20", ASSET_PARTITION_RANGE_END_TAG: "2026-11-22"}


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1))))
def test_ranges_hold_the_dates_and_no_others(dates: set[date]) -> None:
    ranges = consecutive(dates)
    held = [first + timedelta(days=n) for first, last in ranges for n in range((last - first).days + 1)]
    assert held == sorted(dates)
    assert all(after[0] - before[1] > timedelta(days=1) for before, after in pairwise(ranges))


def test_the_default_archive_has_its_runs_in_dagster_home(tmp_path: Path) -> None:
    assert dagster_home_for(REPOSITORY / "data") == REPOSITORY / "dagster_home"
    other = dagster_home_for(tmp_path)
    assert other == tmp_path / "dagster"
    seeded = (other / "dagster.yaml").read_text("utf-8")
    assert seeded == (REPOSITORY / "dagster_home" / "dagster.yaml").read_text("utf-8")
    assert "telemetry:\n  enabled: false" in seeded


def test_a_persons_own_dagster_settings_stay(tmp_path: Path) -> None:
    settings = dagster_home_for(tmp_path) / "dagster.yaml"
    settings.write_text("telemetry: {enabled: false}\n", "utf-8")
    dagster_home_for(tmp_path)
    assert settings.read_text("utf-8") == "telemetry: {enabled: false}\n"


def test_the_archive_is_looked_up_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "one"))
    assert archive_home() == tmp_path / "one"
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "two"))
    assert archive_home() == tmp_path / "two"
    monkeypatch.delenv("BROADSHEET_HOME")
    monkeypatch.chdir(tmp_path)
    assert archive_home() == tmp_path / "data"
