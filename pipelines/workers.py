"""A function and its inputs in, outcomes in order out, each call in a process with limits. Knows nothing of pages.

Not `multiprocessing.Pool`, which waits for ever for the result of a worker that died; and not `multiprocessing.Process`
with "spawn", which runs the main script of whoever calls us again in every worker: two seconds each under Dagster, and
an error in a notebook or a script without a `__main__` guard. A worker is `worker_main.serve` at the other end of a
socket. Works on Linux and macOS.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Pipe, wait
from types import TracebackType
from typing import Any, Generic, TypeVar

import psutil

from pipelines.errors import WorkersFailed
from pipelines.worker_main import Answer, Limits, Ready, describe_error

Item = TypeVar("Item")
Result = TypeVar("Result")

_Ways = tuple[Callable[[Any], Any], ...]
"""The function, and the one for inputs that it did not survive."""

_START_SECONDS = 60.0  # to import the function's module, from a cold disk and with every core busy
_MAX_FAILED_STARTS = 3
_WATCH_SECONDS = 0.2  # how often memory is looked at where the kernel does not limit it (macOS)
_AHEAD = 256  # results that wait for an earlier one; some 50 kB each


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The call gave nothing: `reason` is "timed_out" or "crashed", `detail` says what was seen."""

    reason: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Done(Generic[Result]):
    """What the function returned; `after`: what became of the first try, where it took a second."""

    value: Result
    after: Lost | None = None


class Workers:
    """Processes that take one input at a time, in `with Workers() as workers: …`.

    `count`: processes, by default one per CPU; 0 runs the function right here, without limits. The function, its inputs
    and results must be picklable, the function by name. A worker that exceeds a limit is killed and replaced.
    `preload`: modules that a worker imports before it takes work, so that no input pays for them.
    """

    def __init__(
        self, count: int | None = None, *, limits: Limits | None = None, preload: tuple[str, ...] = ()
    ) -> None:
        self.count = (os.cpu_count() or 1) if count is None else count
        self.limits = limits or Limits()
        self.preload = preload
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, busy ones included; none is left behind."""
        while self._workers:
            self._workers.pop().kill()

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        otherwise: Callable[[Item], Result] | None = None,
    ) -> Iterator[Done[Result] | Lost]:
        """The outcome of each call, in the order of `items`, which are taken as they are needed.

        An input whose call is lost is given to `otherwise`, once; where that is lost too, the outcome tells of both.
        Never raises for a call's sake; what `items` raises passes through. Raises WorkersFailed where no process would
        start. One `map` at a time.
        """
        ways = (function, otherwise) if otherwise is not None else (function,)
        if self.count <= 0:
            return map(lambda item: _run_here(ways, item), items)
        return self._map(ways, items)

    def _map(self, ways: _Ways, items: Iterable[Item]) -> Iterator[Done[Result] | Lost]:
        waiting = enumerate(items)
        upcoming = next(waiting, None)  # one ahead: a free worker need not wait for us to read
        again: deque[_Task] = deque()
        outcomes: dict[int, Done[Result] | Lost] = {}
        given_out = 0
        try:
            while True:
                while again and (free := self._free(ways)):
                    free.give(again.popleft())
                while upcoming is not None and upcoming[0] - given_out < _AHEAD and (free := self._free(ways)):
                    free.give(_Task(index=upcoming[0], item=upcoming[1]))
                    upcoming = next(waiting, None)
                while given_out in outcomes:
                    yield outcomes.pop(given_out)
                    given_out += 1
                if upcoming is None and not again and not any(worker.task for worker in self._workers):
                    return
                for worker in self._news():
                    task, outcome = self._hear(worker)
                    if task is None or outcome is None:
                        continue
                    if isinstance(outcome, Lost) and task.before is None and len(ways) > 1:
                        again.append(_Task(index=task.index, item=task.item, before=outcome))
                    else:
                        outcomes[task.index] = _with_first(outcome, task.before)
        finally:
            # A worker that is still on something would answer into the next map.
            for worker in [worker for worker in self._workers if worker.task is not None]:
                self._discard(worker)

    def _free(self, ways: _Ways) -> _Worker | None:
        """A worker that waits for work. Starts more where there is none; they are free once they have said so."""
        for worker in [worker for worker in self._workers if worker.ways != ways]:
            self._discard(worker)
        ready = [worker for worker in self._workers if worker.ready]
        free = next((worker for worker in ready if worker.task is None), None)
        # Two at first, then twice as many: three pages do not start a process on each of 64 cores.
        while free is None and len(self._workers) < min(self.count, max(2, 2 * len(ready))):
            self._workers.append(_Worker(ways, self.limits, self.preload))
        return free

    def _news(self) -> list[_Worker]:
        """Workers that said something, died, or are out of time; waits until there is one, or for a moment."""
        now = time.monotonic()
        nearest = min((worker.deadline for worker in self._workers if worker.deadline is not None), default=now + 1.0)
        pause = max(0.0, nearest - now)
        if any(worker.watched for worker in self._workers):
            pause = min(pause, _WATCH_SECONDS)
        heard = wait([worker.connection for worker in self._workers], timeout=pause)
        return [worker for worker in self._workers if worker.connection in heard or worker.is_over()]

    def _hear(self, worker: _Worker) -> tuple[_Task | None, Done[Any] | Lost | None]:
        task = worker.task
        message = worker.receive()
        if isinstance(message, Ready):
            self._failed_starts = 0
            return None, None
        if isinstance(message, Answer) and task is not None:
            if message.retires:  # it has grown: a new one costs a second, memory that is never given back costs more
                self._discard(worker)
            return task, Lost(reason="crashed", detail=message.error) if message.error else Done(value=message.value)
        lost = message if isinstance(message, Lost) else Lost(reason="crashed", detail=f"answered {message!r:.80}")
        self._discard(worker)
        if task is not None:
            return task, lost
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise WorkersFailed(attempts=self._failed_starts, detail=lost.detail)
        return None, None

    def _discard(self, worker: _Worker) -> None:
        worker.kill()
        self._workers.remove(worker)


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One input. `before`: how the first try was lost, where this is the second."""

    index: int
    item: Any
    before: Lost | None = None

    @property
    def way(self) -> int:
        return 0 if self.before is None else 1


class _Worker:
    """One process, seen from here."""

    def __init__(self, ways: _Ways, limits: Limits, preload: tuple[str, ...]) -> None:
        self.ways = ways
        self.limits = limits
        self.ready = False
        self.task: _Task | None = None  # what it is on
        self.deadline: float | None = time.monotonic() + _START_SECONDS
        self.watched = False
        self._memory_before = 0
        self.connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, str(theirs.fileno()), json.dumps(sys.path)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C in the terminal is for us; we then end the workers
            )
        with contextlib.suppress(OSError):  # it is dead already: receive() will say so
            self.connection.send((preload, ways, limits))

    def give(self, task: _Task) -> None:
        self.task = task
        self.deadline = time.monotonic() + self.limits.wall_seconds
        self._memory_before = self._memory() if self.watched else 0
        with contextlib.suppress(OSError):
            self.connection.send((task.way, task.item))

    def is_over(self) -> bool:
        """Out of time, or of memory where only we see it; says so before anything is received."""
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return True
        return self.watched and self.task is not None and self._has_outgrown()

    def receive(self) -> Ready | Answer | Lost:
        """What it said; or why it will say nothing any more."""
        try:
            if not self.connection.poll():
                return self._overdue()
            message: object = self.connection.recv()
        except (EOFError, OSError):
            return self._epitaph()
        except Exception as error:  # an answer that cannot be unpickled here: the call's fault, not the batch's
            return Lost(reason="crashed", detail=f"its answer cannot be read: {describe_error(error)}")
        if isinstance(message, Ready):
            self.ready, self.deadline, self.watched = True, None, not message.memory_is_limited
        elif isinstance(message, Answer):
            self.task, self.deadline = None, None
        else:
            return Lost(reason="crashed", detail=f"unexpected answer {message!r:.80}")
        return message

    def kill(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _overdue(self) -> Lost:
        if self.ready and self.watched and self._has_outgrown():
            return Lost(reason="crashed", detail=f"more than {self.limits.memory_bytes >> 20:,} MiB of memory")
        if not self.ready:
            return Lost(reason="timed_out", detail=f"did not start in {_START_SECONDS:g} s")
        return Lost(reason="timed_out", detail=f"more than {self.limits.wall_seconds:g} s")

    def _epitaph(self) -> Lost:
        """The process is gone. A negative exit code is the signal that ended it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return Lost(reason="timed_out", detail=f"more than {self.limits.cpu_seconds} s of CPU")
        if code is not None and code < 0:
            return Lost(reason="crashed", detail=f"killed by {signal.Signals(-code).name}")
        return Lost(reason="crashed", detail=f"exit code {code}")

    def _has_outgrown(self) -> bool:
        return self._memory() - self._memory_before > self.limits.memory_bytes

    def _memory(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0


# The path is ours, so that the worker finds what we find; `-c` alone would put the current folder first.
_COMMAND = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from pipelines.worker_main import serve; serve(int(sys.argv[1]))"
)


def _with_first(outcome: Done[Any] | Lost, first: Lost | None) -> Any:
    """The outcome of a second try, with what became of the first."""
    if first is None:
        return outcome
    if isinstance(outcome, Done):
        return Done(value=outcome.value, after=first)
    return Lost(reason=first.reason, detail=f"{first.detail}; the second time: {outcome.detail}")


def _run_here(ways: _Ways, item: Item) -> Done[Any] | Lost:
    first: Lost | None = None
    for way in ways:
        try:
            return Done(value=way(item), after=first)
        except Exception as error:
            first = _with_first(Lost(reason="crashed", detail=describe_error(error)), first)
    assert first is not None
    return first
