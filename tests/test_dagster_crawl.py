"""A crawl in Dagster: a child process that tells its run how far it is and what it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.definitions import defs
from pipelines.defs.resources import Archive


def crawled(home: Path, instance: dg.DagsterInstance, **config: Any) -> dg.ExecuteInProcessResult:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return defs.resolve_job_def("crawl_sites").execute_in_process(
        instance=instance,
        run_config={"ops": {"crawl": {"config": config}}, **quiet},
        resources={"archive": Archive(home=str(home))},
        raise_on_error=False,
    )


def log_of(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [entry.user_message for entry in instance.all_logs(run_id) if not entry.is_dagster_event]


def test_a_crawl_tells_its_run_what_it_did(one_site: Path, web: Any, kit: Any) -> None:
    web.pages["/"] = kit.answer("<html><body><a href='/2026/11/22/bridge-opens-again.html'>Bridge</a></body></html>")
    web.pages["/2026/11/22/bridge-opens-again.html"] = kit.answer(kit.article_page("Bridge opens"))
    with dg.DagsterInstance.ephemeral() as instance:
        result = crawled(one_site, instance)
        assert result.success
        (event,) = result.asset_materializations_for_node("crawl")
        about = {name: value.value for name, value in event.metadata.items()}
        assert about["captured"] >= 2
        assert about["ended_because"] == "nothing_due"
        assert about["attempts"] == about["captured"] + about["refused"] + about["failed"]
        (warc,) = (one_site / "archive").rglob("*.warc.gz")
        assert warc.name in about["warc_files"]
        told = log_of(instance, result.run_id)
        assert any(" refused, " in line and " due; " in line for line in told)  # how far it was
        assert any("crawl ended (nothing_due)" in line for line in told)


def test_a_crawl_that_cannot_start_says_why_in_its_run(home: Path) -> None:
    (home / "sites.toml").write_text('[[site]]\nname = "Not a name"\n', "utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = crawled(home, instance)
        assert not result.success
        told = log_of(instance, result.run_id)
        assert any("sites.toml" in line and "name" in line for line in told), told
