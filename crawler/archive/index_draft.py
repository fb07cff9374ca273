"""Index lines in, in any order; out, at the end, all of them sorted, each once. Keeps them packed; touches no disk.

The lines of a WARC file of a gigabyte take some twelve megabytes as they are. Sorted runs of them pack to a sixth, and
are merged without unpacking more than a piece of each.
"""

from __future__ import annotations

import gzip
import heapq
import io
from collections.abc import Iterator

_RUN = 500  # lines


class IndexDraft:
    """The CDXJ lines of one WARC file while it grows."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._runs: list[bytes] = []
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._number += 1
        if len(self._lines) >= _RUN:
            self._runs.append(gzip.compress(_bytes(self._lines), 1))
            self._lines.clear()

    def lines(self) -> Iterator[bytes]:
        """Sorted, with their line ends; what was added twice comes once."""
        runs: list[Iterator[bytes]] = [iter(gzip.GzipFile(fileobj=io.BytesIO(run))) for run in self._runs]
        before = None
        for line in heapq.merge(*runs, _bytes(self._lines).splitlines(keepends=True)):
            if line != before:
                yield line
            before = line


def _bytes(lines: list[str]) -> bytes:
    return b"".join(sorted(line.encode("ascii", "backslashreplace") for line in lines))
