"""The README tells the truth: its session runs as written, its queries answer, its two commands are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.demo import Newsroom

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def block(mark: str, language: str) -> str:
    """The fenced block after an HTML comment that begins with `mark`."""
    found = re.search(rf"<!-- {re.escape(mark)}[^>]*-->\n```{language}\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no {language} block marked {mark!r}"
    return found[1]


def session() -> list[tuple[str, list[str]]]:
    """Each command of the session with the lines that the README shows under it."""
    steps: list[tuple[str, list[str]]] = []
    for line in block("session", "console").splitlines():
        if line.startswith("$ "):
            steps.append((line.removeprefix("$ "), []))
        elif line.strip():
            steps[-1][1].append(line)
    return steps


def shape(line: str) -> str:
    """A line of output with what differs from run to run taken out: numbers, dates, lengths of rules and columns."""
    line = re.sub(r"[─━]+", "─", line)
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.,:-]*", "0", line)).strip()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, list[str], str]]]:
    """The session, run in an empty folder against the newsroom it names."""
    folder = tmp_path_factory.mktemp("readme")
    done = []
    with Newsroom(seed=1).serve() as served:
        for command, shown in session():
            real = command.replace(":8765/", f":{served.port}/")
            real = real.replace("uv run broadsheet", f"{Path(sys.executable).parent}/broadsheet")
            run = subprocess.run(
                real, shell=True, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
                env={**os.environ, "COLUMNS": "100", "BROADSHEET_HOME": ""},
            )  # fmt: skip
            assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
            done.append((command, shown, run.stdout.replace(f":{served.port}/", ":8765/")))
    return folder, done


def test_the_session_runs_as_written(played: tuple[Path, list[tuple[str, list[str], str]]]) -> None:
    _, steps = played
    assert len(steps) >= 6
    for command, shown, out in steps:
        heads = {shape(line).split()[0] for line in out.splitlines() if line.split()}
        for line in shown:
            assert shape(line).split()[0] in heads or "select" in command, f"{command}: no longer prints {line!r}"


def test_what_init_and_sites_print_is_shown_word_for_word(
    played: tuple[Path, list[tuple[str, list[str], str]]],
) -> None:
    for command, shown, out in played[1]:
        if " init" in command or " sites " in command:
            assert {shape(line) for line in shown} <= {shape(line) for line in out.splitlines()}, command


def test_duckdb_alone_answers_the_readmes_queries(played: tuple[Path, list[tuple[str, list[str], str]]]) -> None:
    code = block("duckdb alone", "python")
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=played[0], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    for word in ("published_at", "articles", "reason", "payload_digest"):
        assert word in run.stdout


def test_the_two_commands_open_the_readme() -> None:
    first = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[0].splitlines()
    assert [line.partition("#")[0].strip() for line in first] == [
        "python3 -m pip install uv && uv run broadsheet demo",
        "python3 -m pip install uv && uv run pytest",
    ]


def test_links_between_the_documents_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        text = document.read_text("utf-8")
        headings = {
            path: {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", t, re.M)}
            for path, t in ((p, p.read_text("utf-8")) for p in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))
        }
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            name, _, anchor = target.partition("#")
            path = (document.parent / name).resolve() if name else document
            assert path.exists(), f"{document.name}: {target}"
            assert not anchor or anchor in headings[path], f"{document.name}: {target}"
