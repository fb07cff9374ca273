"""An archive in, the Dagster UI on loopback until told to stop. Starts Dagster as a child and never imports it."""

from __future__ import annotations

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
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from pipelines.defs.errors import PortTaken, UiFailed
from pipelines.defs.home import HOME_VARIABLE, dagster_home_for

_START_SECONDS = 120.0  # 8 s on two free cores; a machine that is busy or slow gets more
_STOP_SECONDS = 30.0  # a crawl that runs under the UI is given this long to close its files


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
    with log.open("wb") as output, _interruptible():
        child = _start(home.resolve(), dagster_home, host=host, port=port, output=output.fileno())
        try:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            _wait_until_it_answers(child, f"{address}/server_info", log)
            on_ready(address)
            if open_browser:
                webbrowser.open(address)
            child.wait()
            raise UiFailed(log, last_line=_last_line(log))
        except KeyboardInterrupt:
            return
        finally:
            _stop(child)


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
    ask = build_opener(ProxyHandler({})).open  # a proxy of the machine's knows nothing of our loopback
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            ask(url, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise UiFailed(log, last_line=_last_line(log))


def _stop(child: subprocess.Popen[bytes]) -> None:
    """SIGINT is what `dagster dev` ends its webserver, daemon and code server on; what is left after that is killed."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=_STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            child.terminate()
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # the child led its session, so this names its descendants only
    child.wait()


@contextmanager
def _interruptible() -> Iterator[None]:
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
