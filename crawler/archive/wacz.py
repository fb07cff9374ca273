"""Chosen records of WARC files and a list of pages in, one WACZ file out: whole, or not there at all.

WACZ 1.1.1: https://specs.webrecorder.net/wacz/1.1.1/ . WARC members are copied as they are, byte for byte; the index
is made anew, since offsets move. A 304 is left out of it: replay tools show it as an empty page (pywb 2.10 does),
and without it takes the capture that the 304 confirms.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from crawler.archive.cdxj import index_line
from crawler.archive.folders import sync_folder
from crawler.archive.scan import open_records
from crawler.archive.selection import Chosen

VERSION = "1.1.1"
# One gzip member of the index, as one line of index.idx leads to it; py-wacz has 1,024 lines, 200 KB, too.
LINES_PER_BLOCK = 1024
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class WaczPage:
    """An entry of the list of pages that a replay tool shows."""

    id: str
    url: str
    captured_at: datetime
    title: str | None


class WaczFile:
    """A WACZ file while it is made. A context: left by an exception, it leaves nothing behind."""

    def __init__(self, path: Path, *, title: str, description: str | None, software: str, created_at: datetime) -> None:
        self._path, self._created = path, created_at.astimezone(UTC)
        self._about = {"title": title} | ({"description": description} if description else {})
        self._software = software
        self._unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        self._resources: list[dict[str, Any]] = []
        self._names: set[str] = set()
        # Both made in the block of the context, and not before: an interrupt then finds them to be cleared away.
        self._zip: zipfile.ZipFile | None = None
        self._lines: sqlite3.Connection | None = None
        self.pages = self.captures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._lines is not None:
            self._lines.close()
        if kind is not None:
            with suppress(OSError):  # a full disk, perhaps; the file goes anyway
                if self._zip is not None:
                    self._zip.close()
            self._unfinished.unlink(missing_ok=True)

    @property
    def _package(self) -> zipfile.ZipFile:
        if self._zip is None:
            self._zip = zipfile.ZipFile(self._unfinished, "w")
        return self._zip

    @property
    def _index(self) -> sqlite3.Connection:
        if self._lines is None:
            self._lines = sqlite3.connect("", isolation_level=None)  # "": on the disk where it grows, and gone with us
            self._lines.executescript("pragma journal_mode = off; begin; create table lines (line text primary key)")
        return self._lines

    def add_warc(self, chosen: Chosen, on_bytes: Callable[[int], None] = lambda count: None) -> str:
        """Copies what was chosen of a file, and indexes it; the name that it has in the package.

        What is not a whole file is called `…-part`: it has fewer records than the file of its name.
        """
        name = self._free_name(chosen)
        with self._entry(f"archive/{name}", size=chosen.bytes) as out, chosen.path.open("rb") as stream:
            for piece in _pieces(stream, chosen.ranges):
                out(piece)
                on_bytes(len(piece))
        lines = ((line,) for line in self._indexed(chosen, name))
        self._index.executemany("insert or ignore into lines values (?)", lines)
        self.captures += chosen.captures
        return name

    def _free_name(self, chosen: Chosen) -> str:
        stem, dot, ending = chosen.path.name.partition(".warc")
        stem += "" if chosen.is_whole else "-part"
        name, number = f"{stem}{dot}{ending}", 1
        while name in self._names:  # imports of several folders
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        self._names.add(name)
        return name

    def _indexed(self, chosen: Chosen, name: str) -> Iterator[str]:
        moved = _new_places(chosen.ranges)
        with chosen.path.open("rb") as stream:
            for start, past in chosen.ranges:
                stream.seek(start)
                reader = open_records(stream, name=chosen.name)
                while reader.good_to < past and (record := reader.next_record()) is not None:
                    confirms = (record.get("WARC-Profile") or "").endswith("/server-not-modified")
                    line = None if confirms else index_line(record, name, offset=moved(record.offset))
                    if line is not None:
                        yield line
                    record.finish()

    def finish(self, pages: Iterable[WaczPage]) -> None:
        """Index, pages and the package's own description; then the file has its name."""
        blocks = self._write_index()
        with self._entry("indexes/index.idx", compressed=True) as out:
            out(b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n')
            for key, place in blocks:
                out(f"{key} {json.dumps(place)}\n".encode())
        with self._entry("pages/pages.jsonl", compressed=True) as out:
            out(_json_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": False}))
            for page in pages:
                said = {"id": page.id, "url": page.url, "ts": f"{page.captured_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
                out(_json_line(said | ({"title": page.title} if page.title else {})))
                self.pages += 1
        package = {
            "profile": "data-package", "resources": self._resources, "wacz_version": VERSION,
            "created": f"{self._created:%Y-%m-%dT%H:%M:%SZ}", "software": self._software, **self._about,
        }  # fmt: skip
        described = json.dumps(package, indent=2, ensure_ascii=False).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        self._package.writestr(self._info("datapackage.json", compressed=True), described)
        self._package.writestr(self._info("datapackage-digest.json", compressed=True), json.dumps(digest, indent=2))
        self._package.close()
        with self._unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        self._unfinished.replace(self._path)
        sync_folder(self._path.parent)

    def _write_index(self) -> list[tuple[str, dict[str, Any]]]:
        """Sorted lines in blocks of their own gzip member; the first key of each block, and where it is."""
        blocks: list[tuple[str, dict[str, Any]]] = []
        offset = 0
        with self._entry("indexes/index.cdx.gz") as out:
            cursor = self._index.execute("select line from lines order by line")
            while rows := cursor.fetchmany(LINES_PER_BLOCK):
                packed = gzip.compress("".join(line for (line,) in rows).encode(), mtime=0)
                out(packed)
                key = " ".join(rows[0][0].split(" ", 2)[:2])
                sha256 = hashlib.sha256(packed).hexdigest()
                blocks.append((key, {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256}"}))
                offset += len(packed)
        return blocks

    def _entry(self, path: str, *, size: int = 0, compressed: bool = False) -> _Entry:
        return _Entry(self._package, self._info(path, compressed=compressed), size, self._resources)

    def _info(self, path: str, *, compressed: bool = False) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._created.timetuple()[:6])
        # What replay tools read by ranges of bytes has to lie there as it is.
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        return info


class _Entry:
    """One file of the package, noted among its resources once it is written."""

    def __init__(
        self, package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int, resources: list[dict[str, Any]]
    ) -> None:
        self._out = package.open(info, "w", force_zip64=size >= zipfile.ZIP64_LIMIT)
        self._info, self._resources = info, resources
        self._sha256, self._bytes = hashlib.sha256(), 0

    def __enter__(self) -> Callable[[bytes], None]:
        return self._write

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._sha256.update(data)
        self._bytes += len(data)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with suppress(OSError):
                self._out.close()  # the package is given up as a whole
            return
        self._out.close()
        path = self._info.filename
        self._resources.append(
            {
                "name": path.rpartition("/")[2],
                "path": path,
                "hash": f"sha256:{self._sha256.hexdigest()}",
                "bytes": self._bytes,
            }
        )


def _pieces(stream: Any, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    for start, past in ranges:
        stream.seek(start)
        left = past - start
        while left:
            piece = stream.read(min(left, _PIECE_BYTES))
            if not piece:
                raise OSError(f"the file became shorter while it was read: nothing at {past - left:,}")
            left -= len(piece)
            yield piece


def _new_places(ranges: tuple[tuple[int, int], ...]) -> Callable[[int], int]:
    """Where what began at an offset begins once the ranges stand one after the other."""
    gaps: list[tuple[int, int, int]] = []
    written = 0
    for start, past in ranges:
        gaps.append((start, past, written))
        written += past - start
    each = iter(gaps)
    now = next(each, (0, 0, 0))

    def moved(offset: int) -> int:
        nonlocal now
        while offset >= now[1]:
            now = next(each)
        return offset - now[0] + now[2]

    return moved


def _json_line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
