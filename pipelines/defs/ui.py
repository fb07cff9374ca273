"""An archive in, the Dagster UI on loopback until told to stop. Starts Dagster as a child and never imports it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

import psutil

from pipelines.defs.errors import PortTaken, UiFailed
from pipelines.defs.home import HOME_VARIABLE, dagster_home_for

_open = build_opener(ProxyHandler({})).open  # a proxy of the machine's knows nothing of our loopback
_START_SECONDS = 120.0  # 8 s on two free cores; a machine that is busy or slow gets more
_STOP_SECONDS = 45.0  # a crawl that runs under the UI closes its files in about 3 s; a slow server may hold it longer


def ui(
    home: Path,
    port: int = 3000,
    host: str = "127.0.0.1",
    open_browser: bool = False,
    *,
    on_ready: Callable[[str], None] = print,
) -> None:
    """Show the archive in Dagster until Ctrl-C (or SIGTERM): web pages, schedule and sensors.

    ``on_ready`` gets the address once it answers. What Dagster says goes to `ui.log` in its home.
    Raises PortTaken, and UiFailed when Dagster ends by itself.
    """
    _check_port(host, port)
    dagster_home = dagster_home_for(home)
    log = dagster_home / "ui.log"
    with log.open("wb") as output, interruptible():
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        child = _start(home.resolve(), dagster_home, host=host, port=port, output=output.fileno())
        try:
            _wait_until_it_answers(child, f"{address}/server_info", log)
            on_ready(address)
            if open_browser:
                webbrowser.open(address)
            child.wait()
            raise UiFailed(log, last_line=_last_line(log))
        except KeyboardInterrupt:
            return
        finally:
            _stop(child, address)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does: an ended UI's sockets may linger
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host, port) from error


def _start(home: Path, dagster_home: Path, *, host: str, port: int, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions"),
            *("--host", host, "--port", str(port), "--log-level", "warning"),
        ],
        env={**os.environ, "DAGSTER_HOME": str(dagster_home), HOME_VARIABLE: str(home)},
        cwd=dagster_home,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,  # Ctrl-C in the terminal reaches us alone, and we end the children in order
    )


def _wait_until_it_answers(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            _open(url, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise UiFailed(log, last_line=_last_line(log))


def _stop(child: subprocess.Popen[bytes], address: str) -> None:
    """Cancel what runs, so that crawls close their files; then end `dagster dev`, and kill what takes too long.

    Its code server waits for its runs without telling them that they should end, and outlives `dagster dev` doing so.
    """
    deadline = time.monotonic() + _STOP_SECONDS
    with suppress(KeyboardInterrupt):  # a second Ctrl-C: no more patience
        if child.poll() is None:
            _cancel_runs(address)
            child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=_STOP_SECONDS)
        while time.monotonic() < deadline and _is_anything_left(child.pid):
            time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # the child led its session, so this names its descendants only
    child.wait()


def _cancel_runs(address: str) -> None:
    """As the UI's own button does. Runs of `broadsheet build` are not Dagster's to end, and go on."""
    unfinished = "{runsOrError(filter: {statuses: [STARTING, STARTED]}) {... on Runs {results {runId canTerminate}}}}"
    try:
        runs = _query(address, unfinished)["runsOrError"]["results"]
        ours = ", ".join(json.dumps(run["runId"]) for run in runs if run["canTerminate"])
        if ours:
            _query(address, f"mutation {{terminateRuns(runIds: [{ours}]) {{__typename}}}}")
    except (OSError, KeyError, ValueError):  # a UI that no longer answers; its processes are ended all the same
        return


def _query(address: str, query: str) -> Any:
    question = Request(
        f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with _open(question, timeout=10) as answer:
        return json.load(answer)["data"]


def _is_anything_left(group: int) -> bool:
    """Whether a process that we started, or one of theirs, is still there."""
    for process in psutil.process_iter(["pid", "status"]):
        with suppress(ProcessLookupError, PermissionError):
            if process.info["status"] != psutil.STATUS_ZOMBIE and os.getpgid(process.info["pid"]) == group:
                return True
    return False


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT and a service manager's SIGTERM both end us, or the children would be left behind.

    SIGINT is set too: a shell's `broadsheet ui &` starts us with it ignored, which Dagster's processes would inherit,
    and then nothing short of SIGKILL ends them.
    """

    def interrupt(signal_number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
