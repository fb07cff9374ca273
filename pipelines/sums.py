"""An archive and a crawl date in; out, where that day's tables do not add up. Reads tables and crawl logs only.

attempts = captured + recovered + failed + refused, for crawls of our own; captures = article + reject + revisit +
support; each article and reject has its row. What is still being written, in a `.open` file, is not missing yet.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.archive_files import IMPORTED, archive_folder
from pipelines.classes import ARTICLE, CLASSES, REJECT
from warehouse import ALL_TABLES, partition_path, read_parquet, tables_folder

_HOLDS_CAPTURE = frozenset({"captured", "recovered"})
_OUTCOMES = _HOLDS_CAPTURE | {"failed", "refused"}
_SHOWN = 3  # examples named in one message
# Clocks of newsrooms differ by time zone at most: what is dated later than a day after it was read has a wrong date.
_FUTURE = timedelta(days=1)
_CALENDAR = range(date.min.toordinal(), date.max.toordinal() + 1)


@dataclass(frozen=True, kw_only=True)
class SumProblem:
    """One thing that does not add up. `severity`: "error" (ours) or "warning" (the page's own doing)."""

    kind: str
    detail: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


def check_sums(home: Path, crawl_date: date) -> list[SumProblem]:
    """All problems of one crawl date; none for a date without captures and attempts."""
    tables = tables_folder(home)
    rows = {
        table.name: _rows(tables, table.name, crawl_date)
        for table in ALL_TABLES
        if table.name not in ("links", "images", "boilerplate")
    }
    return [
        *_keys(rows),
        *_classes(rows),
        *_attempts(home, crawl_date, rows["captures"]),
        *_future_dates(rows["articles"]),
    ]


_COLUMNS = {
    "captures": ["capture_id", "class", "warc_file", "publication_id"],
    "articles": ["capture_id", "published_at", "captured_at", "publication_id"],
    "rejects": ["capture_id", "publication_id"],
}


def _rows(tables: Path, table: str, crawl_date: date) -> list[dict[str, Any]]:
    path = partition_path(tables, table, crawl_date)
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = read_parquet(path, columns=_COLUMNS[table]).to_pylist()
    return rows


def _keys(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[SumProblem]:
    for table, found in rows.items():
        twice = [key for key, count in Counter(row["capture_id"] for row in found).items() if count > 1]
        if twice:
            yield SumProblem(kind="key_twice", detail=f"{table} has more than one row for {_some(twice)}")
    publications = {row["publication_id"] for found in rows.values() for row in found}
    if len(publications) > 1:
        detail = f"the day's tables are of publications {', '.join(sorted(publications))}"
        yield SumProblem(kind="half_published", detail=f'{detail}; run "broadsheet build"')


def _classes(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[SumProblem]:
    of_class: dict[str, set[str]] = {class_: set() for class_ in CLASSES}
    for row in rows["captures"]:
        if row["class"] not in of_class:
            yield SumProblem(kind="unknown_class", detail=f"capture {row['capture_id']} is {row['class']!r}")
        else:
            of_class[row["class"]].add(row["capture_id"])
    for table, class_ in (("articles", ARTICLE), ("rejects", REJECT)):
        has_row = {row["capture_id"] for row in rows[table]}
        if lacking := of_class[class_] - has_row:
            yield SumProblem(kind="row_missing", detail=f"{class_} captures without a row in {table}: {_some(lacking)}")
        if extra := has_row - of_class[class_]:
            yield SumProblem(kind="row_too_many", detail=f"{table} of captures that are no {class_}: {_some(extra)}")


def _attempts(home: Path, crawl_date: date, captures: list[dict[str, Any]]) -> Iterator[SumProblem]:
    archive = archive_folder(home)
    read = list(_read_lines(archive, crawl_date))
    if damaged := [place for place, row in read if row is None]:
        yield SumProblem(kind="damaged_line", detail=f"no attempt can be read from the crawl log {_some(damaged)}")
    lines = [row for _, row in read if row is not None]
    for row in lines:
        if row.get("outcome") not in _OUTCOMES:
            yield SumProblem(kind="unknown_outcome", detail=f"attempt {row.get('attempt_id')}: {row.get('outcome')!r}")
    attempts = Counter(str(row.get("attempt_id")) for row in lines)
    if twice := [attempt for attempt, count in attempts.items() if count > 1]:
        yield SumProblem(kind="attempt_twice", detail=f"crawl log lines share the attempt {_some(twice)}")
    logged = Counter(row["capture_id"] for row in lines if row.get("outcome") in _HOLDS_CAPTURE)
    if twice := [capture for capture, count in logged.items() if count > 1]:
        yield SumProblem(kind="attempt_twice", detail=f"more than one attempt gave the capture {_some(twice)}")
    # The log's day is that of the attempt's end, a capture's that of its start: around midnight they are neighbours.
    around = _neighbours(crawl_date)
    published = {row["capture_id"]: row["warc_file"] for row in captures}
    if lost := [row for row in lines if row.get("outcome") in _HOLDS_CAPTURE and row["capture_id"] not in published]:
        tables = tables_folder(home)
        elsewhere = {row["capture_id"] for day in around for row in _rows(tables, "captures", day)}
        lost = [row for row in lost if row["capture_id"] not in elsewhere and not _is_open(archive, row["warc_file"])]
        if lost:
            ids = [row["capture_id"] for row in lost]
            yield SumProblem(kind="capture_missing", detail=f"attempts whose capture has no row: {_some(ids)}")
    own = {capture for capture, warc_file in published.items() if not warc_file.startswith(IMPORTED)}
    if unlogged := own - set(logged):
        near = {row.get("capture_id") for day in around for row in _lines(archive, day)}
        if unlogged := unlogged - near:
            yield SumProblem(kind="attempt_missing", detail=f"captures of ours without an attempt: {_some(unlogged)}")


def _neighbours(day: date) -> list[date]:
    """The days before and after; a clock may have been as wrong as to say the first or last day of all calendars."""
    return [date.fromordinal(n) for n in (day.toordinal() - 1, day.toordinal() + 1) if n in _CALENDAR]


def _lines(archive: Path, day: date) -> Iterator[dict[str, Any]]:
    """The crawl log of one day. A last line that was torn by a crash is none: what it told of was not acknowledged."""
    return (row for _, row in _read_lines(archive, day) if row is not None)


def _read_lines(archive: Path, day: date) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Where each line stands, and what it says; None where it is damaged."""
    for log in sorted(archive.glob(f"crawl_date={day.isoformat()}/*.crawl.jsonl")):
        for number, line in enumerate(log.read_bytes().split(b"\n")[:-1], 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except ValueError:
                    row = None
                yield f"{log.relative_to(archive).as_posix()} line {number}", row if isinstance(row, dict) else None


def _is_open(archive: Path, warc_file: str | None) -> bool:
    return warc_file is not None and (archive / f"{warc_file}.open").exists()


def _future_dates(articles: list[dict[str, Any]]) -> Iterator[SumProblem]:
    late = [
        row["capture_id"]
        for row in articles
        if row["published_at"] is not None and _utc(row["published_at"]) - _utc(row["captured_at"]) > _FUTURE
    ]
    if late:
        detail = f"articles dated more than a day after they were captured: {_some(late)}"
        yield SumProblem(kind="future_date", detail=detail, severity="warning")


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _some(ids: list[Any] | set[Any]) -> str:
    shown = sorted(map(str, ids))
    more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
