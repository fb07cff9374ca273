"""What a page costs from WARC file to fragment, beside a bare loop over trafilatura, and where the time goes.

    uv run python tests/benchmarks/extraction_speed.py FILE.warc.gz          # any WARC file
    uv run python tests/benchmarks/extraction_speed.py FOLDER --limit 200    # truth.json and PAGE.html.gz beside it

By turns, in one process, on the same file: (a) the loop anybody would write, fastwarc, content coding undone,
`trafilatura.bare_extraction` with metadata, a Parquet row; (b) ours, with every field, blocks, links, images and
digests, into a fragment. CPU time, median of the rounds. Then ours by worker processes: one on one core, two on two.
Then the stages of (b), the largest first, each without the stages that it calls; what a page keeps (its headings, its
JSON-LD node) is with whoever asked first. Hard pages are in it as they come; nothing is left out of either side.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import importlib
import inspect
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, Record, RecordReader
from pipelines import captures, fragments, reading
from pipelines.extraction import reading as extraction
from pipelines.extraction.model import Model
from pipelines.pages import PRELOAD, Page, read_page, read_plain
from pipelines.workers import Workers

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def warc_of(source: Path, folder: Path, limit: int | None) -> Path:
    """The WARC file itself, or one made of a folder of pages."""
    if source.is_file():
        return source
    rows = json.loads((source / "truth.json").read_text("utf-8"))[:limit]
    writer = ArchiveWriter(folder / "archive", software="benchmark", contact=None, host="desk", clock=lambda: AT)
    written = None
    for number, row in enumerate(rows):
        packed = (source / f"{row['page']}.html.gz").read_bytes()
        says = {"Content-Type": "text/html", "Content-Encoding": "gzip", "Content-Length": len(packed)}
        head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in says.items()) + "\r\n"
        exchange = Exchange(
            url=row.get("url") or f"https://page{number}.example/", started_at=AT + timedelta(seconds=number),
            request=b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n", response=head.encode() + packed, ip_address="127.0.0.1",
        )  # fmt: skip
        written = writer.write(exchange, CaptureNotes(site="local", kind="article"))
    writer.close()
    if written is None:
        raise SystemExit(f"{source}: no pages in truth.json")
    return folder / "archive" / written.warc_file


def bare_loop(warc: Path, out: Path) -> int:
    """What anybody would write: the baseline."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from trafilatura import bare_extraction

    rows = []
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            body = record.reader.read()
            if record.http_headers is not None and record.http_headers.get("Content-Encoding", "").lower() == "gzip":
                body = gzip.decompress(body)
            url = record.headers.get("WARC-Target-URI")
            read = bare_extraction(body, url=url, with_metadata=True, include_comments=False)
            if read is not None:
                rows.append(
                    {"url": url, "title": read.title, "author": read.author, "date": read.date, "text": read.text}
                )
            else:
                rows.append({"url": url, "title": None, "author": None, "date": None, "text": None})
    pq.write_table(pa.Table.from_pylist(rows), out, compression="zstd")
    return len(rows)


def ours(warc: Path, out: Path, workers: Workers) -> fragments.Fragment:
    shutil.rmtree(out, ignore_errors=True)
    return fragments.extract_warc(warc, out, warc_file=warc.name, workers=workers, warc_sha256="0" * 64)


@dataclass
class Stages:
    """Time by stage, each without those it calls."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stack: list[list[Any]] = field(default_factory=list)

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):

            def steps(*args: Any, **more: Any) -> Iterator[Any]:
                inner = function(*args, **more)
                while True:
                    self._enter(stage)
                    try:
                        value = next(inner, self)
                    finally:
                        self._leave()
                    if value is self:
                        return
                    yield value

            return steps

        def call(*args: Any, **more: Any) -> Any:
            self._enter(stage)
            try:
                return function(*args, **more)
            finally:
                self._leave()

        return call

    def _enter(self, stage: str) -> None:
        now = time.thread_time()
        if self.stack:
            self.seconds[self.stack[-1][0]] += now - self.stack[-1][1]
        self.stack.append([stage, now])

    def _leave(self) -> None:
        now = time.thread_time()
        stage, since = self.stack.pop()
        self.seconds[stage] += now - since
        if self.stack:
            self.stack[-1][1] = now


# Beside the extractor: owner, name, stage.
AROUND: list[tuple[Any, str, str]] = [
    (RecordReader, "next_record", "WARC read"),
    (Record, "read", "WARC read"),
    (Record, "pieces", "WARC read"),
    (Record, "finish", "WARC read"),
    (captures, "decode", "gunzip"),
    (captures, "page_signals", "opt-outs of the page"),
    (captures, "_capture", "captures, digests"),
    (reading, "read_captures", "captures, digests"),
    (reading, "sort_capture", "classes"),
    (reading, "article_row", "rows"),
    (reading, "capture_row", "rows"),
    (reading, "reject_row", "rows"),
    (reading, "link_rows", "rows"),
    (reading, "image_rows", "rows"),
    (reading, "to_arrow", "rows to Arrow"),
    (fragments, "write_parquet", "Parquet"),
    (Model, "probabilities", "model"),
]
NAMES = {"page": "parse", "reading": "fields, put together", "engine": "trafilatura"}


@contextmanager
def measured(stages: Stages) -> Iterator[None]:
    """Every function that `extraction/reading.py` or the arbiter calls in another module is timed, under its name."""
    wrapped: list[tuple[Any, str, Any]] = []

    def wrap(owner: Any, name: str, stage: str) -> None:
        wrapped.append((owner, name, getattr(owner, name)))
        setattr(owner, name, stages.timed(stage, getattr(owner, name)))

    package = extraction.__package__ or ""
    try:
        for owner, name, stage in AROUND:
            wrap(owner, name, stage)
        late = _imported_late()
        for caller in (extraction, *(sys.modules[f"{package}.{module}"] for module, name in late if not name)):
            for name, value in list(vars(caller).items()):
                if isinstance(value, ModuleType) and value.__name__.startswith(package):
                    for function in [each for each, its in vars(value).items() if _is_own(its, value)]:
                        wrap(value, function, value.__name__.rpartition(".")[2])
                elif inspect.isfunction(value) and value.__module__.startswith(package):
                    stage = value.__module__.rpartition(".")[2]
                    wrap(caller, name, NAMES.get(stage, stage))
        for module, name in late:
            if name:
                wrap(sys.modules[f"{package}.{module}"], name, module)
        yield
    finally:
        for owner, name, before in reversed(wrapped):
            setattr(owner, name, before)


def _imported_late() -> list[tuple[str, str]]:
    """Modules and functions that `extraction/reading.py` imports when it reads its first page; no name for a module."""
    tree = ast.parse(inspect.getsource(extraction))
    inside = [node for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in function.body]
    late = [node for node in inside if isinstance(node, ast.ImportFrom) and node.level == 1]
    return [(node.module, each.name) if node.module else (each.name, "") for node in late for each in node.names]


def _is_own(value: Any, module: ModuleType) -> bool:
    return inspect.isfunction(value) and value.__module__ == module.__name__ and not value.__name__.startswith("_")


def stages_of(warc: Path, out: Path) -> tuple[dict[str, float], int]:
    """Seconds by stage, the rest included, and how many pages were read."""
    stages = Stages()
    begun = time.thread_time()
    with measured(stages):
        fragment = ours(warc, out, Workers(0))
    whole = time.thread_time() - begun
    stages.seconds["all else"] = whole - sum(stages.seconds.values())
    return dict(stages.seconds), fragment.pages_read


def scaled(warc: Path, out: Path, cores: int) -> float:
    """Wall seconds with as many workers as cores, this process included in them; started beforehand."""
    me = psutil.Process()
    before = me.cpu_affinity()
    me.cpu_affinity(before[:cores])
    try:
        with Workers(cores, preload=PRELOAD) as workers:
            small = Page(html=b"<html><p>Hello.</p>", url="https://a.example/", content_type="text/html")
            list(workers.map(read_page, [small] * 8, otherwise=read_plain))
            begun = time.monotonic()
            ours(warc, out, workers)
            return time.monotonic() - begun
    finally:
        me.cpu_affinity(before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--limit", type=int, help="pages of a folder")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report(warc_of(arguments.source, folder, arguments.limit), folder, rounds=arguments.rounds)


def report(warc: Path, folder: Path, *, rounds: int) -> dict[str, float]:
    """Prints all of it. Gives the figures, ms a page."""
    for module in PRELOAD:  # before anything is timed
        importlib.import_module(module)
    took: dict[str, list[float]] = {"bare": [], "ours": []}
    pages = 0
    for _ in range(rounds):
        begun = time.process_time()
        pages = bare_loop(warc, folder / "bare.parquet")
        took["bare"].append(time.process_time() - begun)
        begun = time.process_time()
        fragment = ours(warc, folder / "fragments", Workers(0))
        took["ours"].append(time.process_time() - begun)
    ms = {name: 1000 * statistics.median(seconds) / pages for name, seconds in took.items()}
    print(f"{pages:,} pages, {fragment.classes}; median of {rounds}, ms of CPU a page")
    print(f"(a) fastwarc, bare_extraction, Parquet  {ms['bare']:7.2f}")
    print(f"(b) ours, complete                      {ms['ours']:7.2f}   {ms['ours'] / ms['bare']:.2f} of (a)")
    if (os.cpu_count() or 1) >= 2:
        one, two = (min(scaled(warc, folder / "fragments", cores) for _ in range(rounds)) for cores in (1, 2))
        ms["scaling"] = one / two
        print(
            f"one worker on one core {pages / one:6.1f} pages a second, two on two {pages / two:6.1f}: {one / two:.2f}"
        )
    stages, read = stages_of(warc, folder / "fragments")
    for stage, seconds in sorted(stages.items(), key=lambda each: -each[1]):
        print(f"    {1000 * seconds / read:7.2f}  {stage}")
    return ms


if __name__ == "__main__":
    main()
