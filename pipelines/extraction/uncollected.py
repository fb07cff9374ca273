"""What runs in it is not interrupted by Python's garbage collector; whether that runs at all is as it was before."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For the reading of one page, which leaves no cycles and holds thousands of objects until it ends.

    The collector took them for objects that live long, and looked through the whole process for what keeps them: 1.1 ms
    a page, a twentieth of a millisecond with this (2026-11). Where several threads read, it may run while the last of
    them still does.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
