"""An archive and a URL in; out, the newest capture of it that has a body, by the indexes beside the WARC files. Asks no
table of ours but the fragments of imported files, which have no index; fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import cdxj_path, read_head
from pipelines.archive_files import WarcFile, list_warc_files
from pipelines.captures import read_exchange
from pipelines.fragments import read_fragment


@dataclass(frozen=True, kw_only=True)
class Held:
    """Where a capture is, and of when."""

    path: Path
    warc_file: str
    offset: int
    length: int
    captured_at: datetime


@dataclass(frozen=True, kw_only=True)
class Body:
    html: bytes
    content_type: str | None


def newest_capture(home: Path, url: str) -> Held | None:
    """None where there is none; a visit that found nothing new has no body, and the capture before it is taken."""
    found = [held for file in list_warc_files(home) for held in _held_in(file, url)]
    return max(found, key=lambda held: (held.captured_at, held.warc_file, held.offset), default=None)


def body_of(held: Held) -> Body:
    """Raises ArchiveError where the record is damaged."""
    exchange = read_exchange(held.path, offset=held.offset, length=held.length)
    head = read_head(exchange.http_head) if exchange.http_head else None
    own = next((value for name, value in exchange.warc_headers if name.lower() == "content-type"), None)
    return Body(html=exchange.decoded, content_type=head.get("Content-Type") if head else own)


def _held_in(file: WarcFile, url: str) -> Iterator[Held]:
    index = cdxj_path(file.path)
    if index.exists():
        yield from _indexed(file, index, url)
    elif file.fragment is not None:
        columns = ["url", "record_type", "status", "captured_at", "warc_offset", "warc_length"]
        for row in read_fragment(file.fragment, "captures", columns).to_pylist():
            if row["url"] == url and row["record_type"] != "revisit" and (row["status"] or 200) == 200:
                yield Held(
                    path=file.path, warc_file=file.name, offset=row["warc_offset"], length=row["warc_length"],
                    captured_at=row["captured_at"],
                )  # fmt: skip


def _indexed(file: WarcFile, index: Path, url: str) -> Iterator[Held]:
    wanted = url.replace(" ", "%20")
    needle = json.dumps(wanted).encode()
    with index.open("rb") as lines:
        for line in lines:
            if needle not in line:
                continue
            _, stamp, fields = line.decode().split(" ", 2)
            about = json.loads(fields)
            if about.get("url") == wanted and about.get("mime") != "warc/revisit" and about.get("status") == "200":
                yield Held(
                    path=file.path, warc_file=file.name, offset=int(about["offset"]), length=int(about["length"]),
                    captured_at=datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
                )  # fmt: skip
