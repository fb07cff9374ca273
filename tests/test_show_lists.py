"""Lists of an article as `broadsheet show` prints them: one mark an item, and numbers where the list has numbers."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipelines.cli.showing import _print_block


@pytest.mark.parametrize(
    ("text", "lines"),
    [("- Buses stop here.\n- Footpaths stay open.", ["• Buses stop here.", "• Footpaths stay open."]),
     ("1. Steel\n2. Lamps", ["1. Steel", "2. Lamps"])],
)  # fmt: skip
def test_an_item_has_one_mark(text: str, lines: list[str]) -> None:
    out = io.StringIO()
    _print_block(Console(file=out, width=80), {"kind": "list", "text": text})
    assert [line.strip() for line in out.getvalue().splitlines() if line.strip()] == lines
