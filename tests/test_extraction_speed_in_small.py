"""The benchmark of extraction runs as by hand, on a few pages; its figures are not looked at, its stages are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import extraction_speed
import pytest


def test_it_reads_a_folder_and_names_the_stages(
    tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    rows = [{"page": f"p{n}", "url": f"http://a.localhost/{n}" if n else None} for n in range(4)]
    for n, row in enumerate(rows):
        (folder / f"{row['page']}.html.gz").write_bytes(gzip.compress(kit.article_page(f"Bridge {n}").encode()))
    (folder / "truth.json").write_text(json.dumps(rows))
    warc = extraction_speed.warc_of(folder, tmp_path, 3)
    ms = extraction_speed.report(warc, tmp_path, rounds=1)
    assert ms["bare"] > 0
    assert ms["ours"] > 0
    said = capsys.readouterr().out
    assert "3 pages, {'article': 3}" in said
    stages, pages = extraction_speed.stages_of(warc, tmp_path / "fragments")
    assert pages == 3
    wanted = {"WARC read", "gunzip", "parse", "fields", "dates", "authors", "links", "rows", "Parquet", "all else"}
    wanted |= {"candidates", "features", "model", "trafilatura", "arbiter"}
    assert wanted <= {stage for stage, seconds in stages.items() if seconds > 0}
    late = {module for module, _ in extraction_speed._imported_late()}
    assert late <= {*stages}
    assert all(f"  {stage}\n" in said for stage in stages)
    assert extraction_speed.reading.article_row.__module__ == "pipelines.fragment_rows"  # all is as it was
    assert extraction_speed.warc_of(warc, tmp_path, None) == warc
