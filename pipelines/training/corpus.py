"""A folder of pages with known truth in, its pages out.

A folder has `truth.json`, a list of rows with at least `page`, and one `PAGE.html.gz` a row. Of a row are used: `url`,
`body` (the article's text), `with` and `without` (snippets that must and must not be in it).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler import registrable_domain

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class TruePage:
    """A page and what is known of it."""

    folder: str
    html: bytes
    url: str
    body: str | None
    present: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def fold(self) -> int:
        """0 to 4; pages of one registrable domain are in one fold."""
        return zlib.crc32(registrable_domain(self.url).encode()) % FOLDS


def pages_of(folder: Path) -> Iterator[TruePage]:
    """The pages in the order of truth.json. Raises OSError and ValueError where a file is missing or broken."""
    for row in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        yield TruePage(
            folder=folder.name,
            html=gzip.decompress((folder / f"{row['page']}.html.gz").read_bytes()),
            url=row.get("url") or "https://example.org/",
            body=row.get("body") or None,
            present=tuple(row.get("with") or ()),
            absent=tuple(row.get("without") or ()),
        )
