"""A second crawl on the same archive is refused with who holds it; a dead one's note holds nobody up."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil


def broadsheet(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("broadsheet")), "crawl", "--home", str(home)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "300"},
    )  # fmt: skip


def test_refused_with_who_holds_it(web: Any, one_site: Path, kit: Any) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def held_up(_: dict[str, str]) -> bytes:
        asked.set()
        go_on.wait(60)
        return kit.answer("<p>home</p>")

    web.pages |= {"/": held_up, "/robots.txt": kit.answer("", content_type="text/plain")}
    first = broadsheet(one_site)
    try:
        assert asked.wait(60)
        log = (one_site / "crawl.log").stat()
        second = broadsheet(one_site)
        out, err = second.communicate(timeout=60)
        assert (second.returncode, out) == (2, "")
        [line] = err.splitlines()
        found = re.search(r"another crawl holds this archive \(process (\d+) on (\S+), since (20\S+)\); wait for", line)
        assert found is not None, line
        holder = psutil.Process(int(found[1]))
        assert first.pid in {parent.pid for parent in holder.parents()}
        assert found[2] == socket.gethostname()
        assert (one_site / "crawl.log").stat().st_mtime_ns == log.st_mtime_ns, "the first one's log is left alone"
    finally:
        go_on.set()
        out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert "/" in web.paths()


def test_a_note_of_a_dead_process_holds_nobody_up(web: Any, one_site: Path, kit: Any) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def held_up(_: dict[str, str]) -> bytes:
        asked.set()
        go_on.wait(60)
        return kit.answer("<p>home</p>")

    web.pages |= {"/": held_up, "/robots.txt": kit.answer("", content_type="text/plain")}
    first = broadsheet(one_site)
    try:
        assert asked.wait(60)
        for process in (*psutil.Process(first.pid).children(recursive=True), psutil.Process(first.pid)):
            process.kill()
    finally:
        go_on.set()
        first.communicate(timeout=60)
    assert (one_site / ".crawl.holder.json").exists()
    second = broadsheet(one_site)
    _, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert web.paths().count("/") == 2
