"""`broadsheet sites try`: how the newest capture of a page is read, and what a site's selectors change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import run

SITES = """[[site]]
name = "a"
home = "http://a.localhost/"

[site.extraction]
title = "i.t"
section = ".nowhere"
drop = ".walk"
"""
URL = "http://a.localhost/bridge"


@pytest.fixture
def page(kit: Any) -> str:
    walk = "<p class='walk'>The engineers of the town walk over the bridge with whoever comes on Sunday morning.</p>"
    text: str = kit.article_page("Bridge").replace("</h1>", "</h1><i class='t'>Told</i>")
    return text.replace("</article>", f"{walk}</article>", 1)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.usefixtures("wide")
def test_the_newest_capture_and_what_the_selectors_change(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sites.toml").write_text(SITES)
    write_warc([(URL, kit.answer("<h1>Older</h1>")), ("http://a.localhost/other", kit.answer("<h1>Other</h1>"))])
    write_warc([(URL, kit.answer(page))])
    assert run(["sites", "try", URL, "--home", str(home)]) == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == URL
    assert "site a, 3 selectors" in lines[1]
    assert "title i.t 1" in lines
    assert "section .nowhere 0" in lines
    assert any(line.startswith("title") and line.endswith("Told") and "Bridge" in line for line in lines)
    assert any(line.startswith("- paragraph The engineers of the town walk") for line in lines)
    assert any(line.startswith("paragraph") for line in lines)
    assert all(len(line) <= 120 for line in said.splitlines() if str(home) not in line)


def test_a_reject_says_why_and_a_file_is_read_in_place_of_a_capture(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sites.toml").write_text(SITES)
    saved = tmp_path / "saved.html"
    saved.write_text("<html><title>Page not found</title><body><h1>Page not found</h1></body></html>")
    assert run(["sites", "try", URL, "--file", str(saved), "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert f"from {saved}" in " ".join(said.split())
    assert "soft_404" in said
    assert "“Page not found” in title" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.localhost/bridge"], "is no address"),
        ([URL], "holds no page of"),
        ([URL, "--file", "nowhere.html"], "nowhere.html cannot be read"),
        ([URL, "--site", "b"], 'no site "b"'),
    ],
)
def test_mistakes_are_one_line(words: list[str], said: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "sites.toml").write_text(SITES)
    assert run(["sites", "try", *words, "--home", str(home)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
