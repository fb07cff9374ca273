"""A WARC file dropped into the inbox is imported once, when it has arrived whole, and taken out of the inbox."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.defs.inbox import inbox
from pipelines.defs.resources import Archive


@pytest.fixture
def warc(home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Path:
    """Somebody's WARC file, outside of the archive."""
    write_warc([("http://a.localhost/1", kit.answer(kit.article_page("Bridge opens")))], site=None)
    (written,) = (home / "archive").rglob("*.warc.gz")
    moved = shutil.move(written, tmp_path / "theirs.warc.gz")
    shutil.rmtree(home / "archive")
    return Path(moved)


class Watch:
    """The sensor, look after look, with what it remembers."""

    def __init__(self, home: Path) -> None:
        self.archive, self.cursor = Archive(home=str(home)), None

    def look(self) -> list[dg.RunRequest]:
        context = dg.build_sensor_context(cursor=self.cursor)
        result = inbox(context, archive=self.archive)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return list(result.run_requests or [])


def ran(home: Path, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return defs.resolve_job_def("import_inbox").execute_in_process(
            instance=instance,
            run_config={**request.run_config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            resources={"archive": Archive(home=str(home))},
            raise_on_error=False,
        )


def test_a_file_is_imported_once_and_leaves_the_inbox(home: Path, warc: Path) -> None:
    watch = Watch(home)
    assert watch.look() == []  # no inbox yet
    dropped = home / "inbox" / "from a friend" / warc.name
    dropped.parent.mkdir(parents=True)
    shutil.copy(warc, dropped)
    assert watch.look() == []  # it may still be arriving
    (request,) = watch.look()
    assert request.run_config["ops"]["import_from_inbox"]["config"]["files"] == ["from a friend/theirs.warc.gz"]
    (same,) = watch.look()
    assert same.run_key == request.run_key  # while its run waits: Dagster runs a key once
    assert ran(home, request).success
    assert not dropped.exists()
    assert (home / "archive" / "imported" / "theirs.warc.gz").read_bytes() == warc.read_bytes()
    assert watch.look() == []


def test_a_file_that_grows_waits(home: Path, warc: Path) -> None:
    watch, dropped = Watch(home), home / "inbox" / warc.name
    dropped.parent.mkdir()
    content = warc.read_bytes()
    for size in (10, 20, len(content)):
        dropped.write_bytes(content[:size])
        assert watch.look() == []
    assert len(watch.look()) == 1


def test_one_that_cannot_be_read_is_put_aside(home: Path) -> None:
    watch, dropped = Watch(home), home / "inbox" / "holiday.warc.gz"
    dropped.parent.mkdir()
    dropped.write_bytes(b"not a WARC file at all")
    watch.look()
    (request,) = watch.look()
    result = ran(home, request)
    assert not result.success
    assert (home / "inbox" / "damaged" / "holiday.warc.gz").read_bytes() == b"not a WARC file at all"
    assert watch.look() == []
    assert json.loads(watch.cursor or "") == {}
