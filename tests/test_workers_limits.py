"""A page that hangs, eats memory or kills its process costs that page alone; no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipelines.errors import WorkersFailed
from pipelines.worker_main import Limits
from pipelines.workers import Done, Lost, Workers

# `eval` is a function that every process can be sent by name, and its inputs can be any poison.
TIGHT = Limits(wall_seconds=1.5, cpu_seconds=1, memory_bytes=1 << 27)


@pytest.mark.parametrize(
    ("poison", "expected"),
    [
        ("__import__('time').sleep(60)", Lost(reason="timed_out", detail="more than 1.5 s")),
        ("__import__('os').abort()", Lost(reason="crashed", detail="killed by SIGABRT")),
        ("__import__('os')._exit(3)", Lost(reason="crashed", detail="exit code 3")),
        ("1 / 0", Lost(reason="crashed", detail="ZeroDivisionError: division by zero")),
        ("[bytes(1 << 20) for _ in iter(int, 1)]", Lost(reason="crashed", detail="more than 128 MiB of memory")),
        ("__import__('sys').exit(7)", Lost(reason="crashed", detail="exit code 7")),
    ],
)
def test_poison_costs_one_input_only(poison: str, expected: Lost) -> None:
    with Workers(2, limits=TIGHT) as workers:
        outcomes = list(workers.map(eval, ["1", poison, "'three'", "4"]))
    assert outcomes == [Done(value=1), expected, Done(value="three"), Done(value=4)]


@pytest.mark.parametrize("count", [0, 2])
def test_what_is_lost_is_tried_once_in_another_way(count: int) -> None:
    lost = Lost(reason="crashed", detail="ZeroDivisionError: division by zero")
    with Workers(count, limits=TIGHT) as workers:
        outcomes = list(workers.map(eval, ["1", "1 / 0", "'three'", "4"], otherwise=str.upper))
        again = list(workers.map(eval, ["1 / 0", "2"], otherwise=int))
    assert outcomes == [Done(value=1), Done(value="1 / 0", after=lost), Done(value="three"), Done(value=4)]
    detail = f"{lost.detail}; the second time: ValueError: invalid literal for int() with base 10: '1 / 0'"
    assert again == [Lost(reason="crashed", detail=detail), Done(value=2)]


@pytest.mark.parametrize(
    ("poison", "first"),
    [
        ("__import__('time').sleep(60)", Lost(reason="timed_out", detail="more than 1.5 s")),
        ("__import__('os').abort()", Lost(reason="crashed", detail="killed by SIGABRT")),
        ("[bytes(1 << 20) for _ in iter(int, 1)]", Lost(reason="crashed", detail="more than 128 MiB of memory")),
    ],
)
def test_what_killed_its_process_is_tried_in_another_one(poison: str, first: Lost) -> None:
    with Workers(2, limits=TIGHT) as workers:
        outcomes = list(workers.map(eval, [poison, "2", poison, "4"], otherwise=len))
    twice = Done(value=len(poison), after=first)
    assert outcomes == [twice, Done(value=2), twice, Done(value=4)]


def test_too_much_cpu_is_a_timeout() -> None:
    with Workers(1, limits=Limits(wall_seconds=20, cpu_seconds=1)) as workers:
        outcome, after = workers.map(eval, ["sum(1 for _ in iter(int, 1))", "2"])
    assert outcome == Lost(reason="timed_out", detail="more than 1 s of CPU")
    assert after == Done(value=2)


def test_a_result_that_cannot_be_sent_is_a_crash() -> None:
    with Workers(1) as workers:
        lost, done = workers.map(eval, ["lambda: 0", "2"])
    assert isinstance(lost, Lost)
    assert lost.reason == "crashed"
    assert done == Done(value=2)


def test_outcomes_come_in_the_order_of_the_inputs() -> None:
    inputs = [f"(__import__('time').sleep({0.05 if n % 3 == 0 else 0}), {n})[1]" for n in range(40)]
    with Workers(4) as workers:
        assert [outcome.value for outcome in workers.map(eval, inputs) if isinstance(outcome, Done)] == list(range(40))


def test_large_inputs_and_results_pass() -> None:
    with Workers(2) as workers:
        sizes = [len(o.value) for o in workers.map(bytes.upper, [b"x" * 20_000_000] * 4) if isinstance(o, Done)]
    assert sizes == [20_000_000] * 4


def test_a_worker_that_grew_is_replaced_between_inputs() -> None:
    grow = "__import__('sys').__dict__.setdefault('hoard', []).append(bytes(80 << 20)) or __import__('os').getpid()"
    with Workers(1, limits=TIGHT) as workers:
        processes = [outcome.value for outcome in workers.map(eval, [grow] * 3) if isinstance(outcome, Done)]
    assert len(set(processes)) == 3


def test_workers_stay_for_the_next_batch_and_go_when_closed() -> None:
    with Workers(2) as workers:
        first = {outcome for outcome in workers.map(os.cpu_count.__class__, []) if outcome}
        pids = [
            {o.value for o in workers.map(eval, ["__import__('os').getpid()"] * 6) if isinstance(o, Done)} for _ in "ab"
        ]
        assert not first
        assert pids[1] <= pids[0] | pids[1]
        assert len(pids[0] | pids[1]) <= 2
    assert not any(psutil.pid_exists(pid) for pid in pids[0] | pids[1])


def test_without_processes_the_function_runs_here() -> None:
    with Workers(0) as workers:
        outcomes = list(workers.map(eval, ["__import__('os').getpid()", "1 / 0"]))
    assert outcomes == [Done(value=os.getpid()), Lost(reason="crashed", detail="ZeroDivisionError: division by zero")]


def test_a_broken_installation_stops_the_batch() -> None:
    with Workers(2, preload=("no_such_module_anywhere",)) as workers, pytest.raises(WorkersFailed, match="exit code 1"):
        list(workers.map(eval, ["1"]))


def test_what_the_inputs_raise_passes_through() -> None:
    def inputs() -> object:
        yield "1"
        raise ValueError("the file is torn")

    with Workers(1) as workers, pytest.raises(ValueError, match="torn"):
        list(workers.map(eval, inputs()))  # type: ignore[arg-type]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_parent(end: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "batch.py"  # without a __main__ guard: a person's own script has none
    script.write_text(
        "from pipelines.workers import Workers, Limits\n"
        "sleep = \"(print, __import__('time').sleep(60))\"\n"
        "with Workers(2, limits=Limits(wall_seconds=0.5)) as workers:\n"
        "    for outcome in workers.map(eval, ['1', *[sleep] * 50]):\n"
        "        print(outcome, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"Done(value=1, after=None)\n"
        workers = psutil.Process(parent.pid).children()
        assert workers
        parent.send_signal(end)
        parent.wait(timeout=10)
        # Idle ones see the socket close; one that is busy is ended by its own alarm, two seconds after the wall limit.
        _, alive = psutil.wait_procs(workers, timeout=8)
        assert not [worker for worker in alive if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE]
