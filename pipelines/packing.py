"""An archive and a wish in, a WACZ file out, with the titles that our tables have. Changes nothing in the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive import ArchiveError, Chosen, IsHeld, Selection, WaczFile, WaczPage, Wish
from pipelines.archive_files import archive_folder, warc_paths
from pipelines.captures import Capture, read_captures
from pipelines.classes import sort_capture
from pipelines.extraction.page import parse

Show = Callable[[int, int, str], None]
"""Told, as it goes on: bytes done, bytes in all, and what with."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """One WARC file's part in the package."""

    name: str
    """As rows call the file; in the package it is below archive/, under its last part."""
    captures: int
    bytes: int
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class PackReport:
    files: tuple[Packed, ...]
    pages: int
    """Entries of the list of pages; 0 in a dry run, which reads none."""
    originals: int
    """Captures that are there because a wanted revisit stands for them."""
    held_back: int
    """Captures that were wanted, and are bound by their sites' opt-outs."""
    damaged: tuple[ArchiveError, ...]
    bytes: int
    """Of the WACZ file; in a dry run of the WARC members that would be in it."""

    @property
    def captures(self) -> int:
        return sum(file.captures for file in self.files)


def pack(
    home: Path,
    out: Path | None,
    wish: Wish,
    *,
    title: str,
    description: str | None,
    software: str,
    at: datetime,
    titles: Mapping[str, str] | None = None,
    site_of: Callable[[str], str | None] = lambda url: None,
    is_held: IsHeld | None = None,
    show: Show = lambda done, total, saying: None,
) -> PackReport:
    """Packs what is wished for of the closed WARC files; without `out` it only looks.

    `titles`: capture id → title, where a page was read; the others' titles are those of their title elements.
    `site_of`: whose a URL is of which the archive does not say, as that of an imported capture. `is_held`: what may not
    leave the house. An OSError or an
    interrupt leaves no file behind, and one that was there before as it was.
    """
    archive = archive_folder(home)
    paths = sorted(warc_paths(archive))
    with Selection() as selection:
        total, done = sum(path.stat().st_size for path in paths), 0
        for path in paths:
            name = path.relative_to(archive).as_posix()
            show(done, total, f"looking at {name}")
            selection.read(path, name)
            done += path.stat().st_size
        selection.choose(wish, site_of=site_of, is_held=is_held)
        chosen = list(selection.files())
        files = tuple(
            Packed(name=c.name, captures=c.captures, bytes=c.bytes, is_whole=c.is_whole) for c in chosen
        )  # fmt: skip
        originals, held, damaged = selection.originals, selection.held, tuple(selection.damaged)
    size, pages = sum(file.bytes for file in files), 0
    if out is not None and files:
        with WaczFile(out, title=title, description=description, software=software, created_at=at) as wacz:
            copied = 0
            for each in chosen:

                def on_bytes(count: int, name: str = each.name) -> None:
                    nonlocal copied
                    copied += count
                    show(copied, size, f"packing {name}")

                wacz.add_warc(each, on_bytes)
            wacz.finish(_pages(chosen, titles or {}, lambda saying: show(size, size, saying)))
            pages = wacz.pages
        size = out.stat().st_size
    return PackReport(
        files=files, pages=pages, originals=originals, held_back=held, damaged=damaged, bytes=size
    )  # fmt: skip


def _pages(chosen: Iterable[Chosen], titles: Mapping[str, str], say: Callable[[str], None]) -> Iterator[WaczPage]:
    """The pages among what was chosen: HTML that was asked for as a page and found. Revisits have theirs elsewhere."""
    for each in chosen:
        say(f"listing the pages of {each.name}")
        try:
            for capture, body in read_captures(each.path, warc_file=each.name):
                if capture.offset in each.starts and sort_capture(capture, body).reason == "page":
                    title = titles.get(capture.capture_id) or _title(capture, body)
                    yield WaczPage(
                        id=capture.capture_id, url=capture.url, captured_at=capture.captured_at, title=title
                    )  # fmt: skip
        except ArchiveError:
            continue  # told already, by the selection; what came before it is listed


def _title(capture: Capture, body: bytes) -> str | None:
    return parse(body, url=capture.url, content_type=capture.content_type).document_title
