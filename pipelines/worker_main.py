"""What runs inside a worker process: inputs from a socket, answers back, under limits that the kernel enforces. Loads
nothing but the function it is sent."""

from __future__ import annotations

import importlib
import logging
import math
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import psutil

_GRACE_SECONDS = 2.0  # our parent kills us at the wall limit; the alarm is for the case that it is dead itself


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one call may use. Memory is growth over what the process had when the call began."""

    wall_seconds: float = 15.0
    cpu_seconds: int = 10
    memory_bytes: int = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The function is loaded. `memory_is_limited`: the kernel sees to it, so that nobody needs to watch."""

    memory_is_limited: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one call returned, or the error it raised. `retires`: this process ends now, having grown too large."""

    value: Any = None
    error: str | None = None
    retires: bool = False


def serve(handle: int) -> None:
    """Answer until the other end closes: `(preload, functions, limits)` first, then one `(which function, input)` after
    the other."""
    # Libraries that find no handler print their warnings between the lines of our progress display.
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with Connection(handle) as connection:
        try:
            preload, functions, limits = connection.recv()
            for name in preload:
                importlib.import_module(name)
            born = _address_space()
            connection.send(Ready(memory_is_limited=_limit_memory(limits.memory_bytes)))
            while True:
                which, item = connection.recv()
                answer = _answer(functions[which], item, limits)
                del item
                retires = _address_space() - born > limits.memory_bytes // 2
                _send(connection, Answer(value=answer.value, error=answer.error, retires=retires))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return  # nobody listens any more


def _send(connection: Connection, answer: Answer) -> None:
    try:
        connection.send(answer)
    except OSError:
        raise
    except Exception as error:  # a result that cannot be pickled: the call's fault; nothing of it was sent
        connection.send(Answer(error=describe_error(error), retires=answer.retires))


def describe_error(error: BaseException) -> str:
    """`ValueError: what it said`, on one line of bearable length."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__


def _answer(function: Callable[[Any], Any], item: Any, limits: Limits) -> Answer:
    _limit_cpu(limits.cpu_seconds)
    _limit_memory(limits.memory_bytes)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _GRACE_SECONDS)
    try:
        return Answer(value=function(item))
    except MemoryError:
        return Answer(error=f"more than {limits.memory_bytes >> 20:,} MiB of memory")
    except Exception as error:
        return Answer(error=describe_error(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _lift(resource.RLIMIT_AS)  # the answer must get out, however large


def _limit_cpu(seconds: int) -> None:
    """SIGXCPU ends the process when it has used that many more seconds than now; the limit counts from its start."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _set_soft(resource.RLIMIT_CPU, math.ceil(usage.ru_utime + usage.ru_stime) + seconds)


def _limit_memory(more_bytes: int) -> bool:
    """Whether the kernel now refuses memory beyond `more_bytes` from here. macOS may take the call, but ignores it."""
    return psutil.LINUX and _set_soft(resource.RLIMIT_AS, _address_space() + more_bytes)


def _set_soft(which: int, value: int) -> bool:
    hard = resource.getrlimit(which)[1]
    try:
        resource.setrlimit(which, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    except (OSError, ValueError):
        return False
    return True


def _lift(which: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (hard, hard))


def _address_space() -> int:
    return int(psutil.Process().memory_info().vms)
