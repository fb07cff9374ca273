"""Help: quick, in the order of the story, with examples for every command that the command line really takes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.version import VERSION
from pipelines.cli import run
from pipelines.cli.app import app

PROGRAM = Path(sys.executable).with_name("broadsheet")


def commands(group: Any, *names: str) -> dict[tuple[str, ...], Any]:
    """Each command of the program by what is typed for it."""
    found: dict[tuple[str, ...], Any] = {names: group}
    for name, inner in getattr(group, "commands", {}).items():
        found |= commands(inner, *names, name)
    return found


ALL = commands(typer.main.get_command(app))


def examples(command: Any) -> list[str]:
    """The command lines in a command's help, without the remarks beside them."""
    lines = re.findall(r"^(?:echo .*\| )?broadsheet.*$", command.epilog or "", re.MULTILINE)
    return [re.split(r"\s{3,}", line)[0] for line in lines]


def test_the_commands_are_those_promised() -> None:
    promised = "demo init sites crawl import pack build sql show verify status ui"
    assert {names[0] for names in ALL if names} == set(promised.split())
    assert {names[1] for names in ALL if len(names) == 2} == {"add", "list", "check", "try"}


def test_help_is_in_the_order_of_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    said = capsys.readouterr().out
    places = [said.index(f"│ {name} ") for name in ("demo", "init", "crawl", "import", "build", "sql", "show")]
    assert places == sorted(places)
    assert run(["--help"]) == 0
    assert capsys.readouterr().out.split() == said.split()


@pytest.mark.parametrize("names", ALL, ids=lambda names: " ".join(names) or "broadsheet")
def test_every_command_has_help_with_examples(names: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*names, "--help"]) == 0
    said = capsys.readouterr().out
    assert "Example" in said
    assert "<bool>" not in said
    assert max(len(line) for line in said.splitlines()) <= 80
    shown = {" ".join(line.split()) for line in said.splitlines()}
    assert examples(ALL[names])
    for example in examples(ALL[names]):
        assert any(line.startswith(" ".join(example.split())) for line in shown), f"{example!r} is broken in two"


@pytest.mark.parametrize("example", sorted({line for command in ALL.values() for line in examples(command)}))
def test_every_example_is_taken(example: str) -> None:
    """Parsed by the command it names; nothing is run."""
    line = example.rpartition("| broadsheet")[2] if example.startswith("echo") else example.removeprefix("broadsheet")
    words = shlex.split(re.split(r" [>|] ", line)[0])
    depth = next(n for n in (2, 1, 0) if tuple(words[:n]) in ALL)
    command = ALL[tuple(words[:depth])]
    command.make_context(" ".join(words[:depth]) or "broadsheet", words[depth:])


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"broadsheet {VERSION}\n"


def test_help_loads_no_framework() -> None:
    """The frameworks are what would take a second and more."""
    code = "import sys; from pipelines.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"scrapy", "twisted", "dagster", "duckdb", "pyarrow", "trafilatura", "lxml", "fastwarc"}
    assert not heavy & {name.partition(".")[0] for name in done.stderr.split()}


def test_no_colour_codes_where_nobody_looks() -> None:
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, check=True, env=os.environ | {"TERM": "xterm"})
    assert b"\x1b" not in done.stdout
