"""Tables on a terminal: they fit it, null is told from text, and what strangers wrote cannot steer it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipelines.cli.grid import NULL, fitted, grid
from pipelines.cli.screen import ago, count, lasting, size, visible
from pipelines.cli.shell import Shell, is_whole
from warehouse import init_tables

NOW = datetime(2026, 11, 22, 9, 20, 30, tzinfo=UTC)


def drawn(columns: list[str], rows: list[tuple[Any, ...]], width: int | None = 80) -> list[str]:
    return [line.plain for line in grid(columns, rows, width=width)]


def test_numbers_right_text_left_null_as_itself() -> None:
    assert drawn(["n", "word"], [(7, "a"), (1234, None), (None, "")]) == [
        "   n  word",
        "──────────",
        "   7  a",
        "1234  ∅",
        "   ∅",
    ]
    assert NULL == "∅"


def test_times_are_utc() -> None:
    at = datetime(2026, 11, 22, 10, 20, 30, tzinfo=timezone(timedelta(hours=1)))
    assert drawn(["at"], [(at,)])[2] == "2026-11-22 09:20:30Z"
    assert drawn(["at"], [(at.replace(tzinfo=None),)])[2] == "2026-11-22 10:20:30"


def test_the_widest_column_gives_way_first() -> None:
    assert fitted([5, 90, 30], 80) == [5, 45, 30]
    assert fitted([5, 90, 90], 65) == [5, 30, 30]
    assert fitted([50] * 10, 60) is None
    assert drawn(["id", "text"], [("a", "x" * 100)], width=40)[2] == "a   " + "x" * 35 + "…"


def test_too_many_columns_make_a_block_of_each_row() -> None:
    columns = [f"column_{i}" for i in range(12)]
    lines = drawn(columns, [tuple(range(12)), tuple("wörter " * 60 for _ in range(12))], width=60)
    assert lines[0].startswith("─ 1 ─")
    assert lines[1] == "column_0   0"
    assert sum(line.startswith("column_3 ") for line in lines) == 2
    assert all(cell_len(line) <= 60 for line in lines)


def test_a_file_has_no_right_margin() -> None:
    assert drawn(["text"], [("x" * 5000,)], width=None)[2] == "x" * 5000


@given(
    st.integers(1, 6).flatmap(lambda n: st.lists(st.tuples(*[st.text() | st.integers() | st.none()] * n), max_size=4)),
    st.integers(30, 160),
)
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[Any, ...]], width: int) -> None:
    columns = [f"c{i}" for i in range(len(rows[0]) if rows else 1)]
    for line in drawn(columns, rows, width):
        assert cell_len(line) <= width
        assert "\n" not in line
        assert "\x1b" not in line


def test_control_characters_of_strangers_are_shown_not_obeyed() -> None:
    assert visible("a\x1b[2Jb\x07\x9b") == "a␛[2Jb␇�"
    assert drawn(["t"], [("\x1b]0;owned\x07",)])[2] == "␛]0;owned␇"


def test_numbers_in_words() -> None:
    assert [count(1, "page"), count(1234, "page")] == ["1 page", "1,234 pages"]
    assert [size(0), size(999), size(1000), size(123_456), size(2.5e9)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "123 kB",
        "2.5 GB",
    ]
    assert [lasting(0.42), lasting(75), lasting(3700)] == ["0.4 s", "1 min 15 s", "1 h 1 min"]
    assert ago(NOW - timedelta(minutes=5), now=NOW) == "5 min ago"
    assert ago(NOW + timedelta(hours=3), now=NOW) == "in 3 h"
    assert ago(None, now=NOW) == "–"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("select 1;", True),
        ("select 1", False),
        ("select ';'", False),
        ("select 'a;", False),
        ("select 'it''s;' ;", True),
        ('select ";" ; ', True),
        ("select 1; -- and;", True),
        ("select 1 -- ;", False),
        ("select /* ; */ 1", False),
        ("select /* ; ", False),
        ("select $$;$$;", True),
    ],
)
def test_a_query_ends_with_a_semicolon_of_its_own(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


def test_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "100")
    init_tables(tmp_path)
    entered: list[Any] = [
        ".tables", ".schema rejects", ".schema nowhere", ".what", "", "select 40", "+ 2 as", "answer;", "selec 1;",
        "half a quer", KeyboardInterrupt, "create table mine as select 1 as x;", "from mine;", EOFError,
    ]  # fmt: skip
    prompts = []

    def read(prompt: str) -> str:
        prompts.append(prompt)
        line = entered.pop(0)
        if isinstance(line, str):
            return line
        raise line

    Shell(tmp_path, read=read).run()
    said = capsys.readouterr()
    assert "latest_articles" in said.out
    assert "What does each article say now?" in said.out
    assert "Why it became no article" in said.out
    assert "answer\n──────\n    42\n" in said.out
    assert "x\n─\n1\n" in said.out
    assert "there is no nowhere; .tables names what there is" in said.err
    assert ".what is none of .tables" in said.err
    assert 'syntax error at or near "selec" (line 1, column 1)' in said.err
    assert sum("...>" in prompt for prompt in prompts) == 3
    assert (tmp_path / "state/broadsheet/sql_history").exists()
