"""Everything behind the archive can be thrown away: built again, offline, the tables are the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.build import run
from pipelines.workers import Workers
from warehouse import ALL_TABLES


def test_fragments_and_tables_come_back_byte_for_byte(
    home: Path, tmp_path: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    pages = [(f"http://a.localhost/{n}", kit.answer(kit.article_page(f"Bridge number {n}"))) for n in range(30)]
    write_warc(pages[:15])
    write_warc(pages[10:])
    with Workers(2) as workers:
        run(home, workers=workers)
    before = {path.relative_to(home): path.read_bytes() for path in (home / "tables").rglob("*.parquet")}
    assert len(before) == len(ALL_TABLES)
    shutil.rmtree(home / "tables")
    shutil.rmtree(home / "fragments")
    moved = home.rename(tmp_path / "moved to another disk")
    run(moved, workers=Workers(0))
    assert {path.relative_to(moved): path.read_bytes() for path in (moved / "tables").rglob("*.parquet")} == before
