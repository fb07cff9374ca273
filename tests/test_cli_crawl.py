"""From nothing to a crawled site on the command line: init, sites add, crawl, and Ctrl-C, against the newsroom."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.demo import Newsroom, Served
from pipelines.cli import run

PROGRAM = Path(sys.executable).with_name("broadsheet")


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Served]:
    with Newsroom(seed=20261122).serve() as served:
        yield served


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("BROADSHEET_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def allow_loopback(home: Path) -> None:
    path = home / "sites.toml"
    text = path.read_text("utf-8").replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    path.write_text(text, encoding="utf-8")


def test_a_site_is_looked_at_added_and_crawled(
    home: Path, newsroom: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init"]) == 0
    assert "broadsheet sites add https://example.org/" in capsys.readouterr().out
    allow_loopback(home)
    before = (home / "sites.toml").read_bytes()
    add = ["sites", "add", newsroom.home("thinline"), "--delay", "0"]
    assert run([*add, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert f"{newsroom.home('thinline')}feed/" in shown
    assert "Thin Line News" in shown
    assert (home / "sites.toml").read_bytes() == before
    assert run(add) == 0
    assert 'Added to data/sites.toml as "thinline". Next: broadsheet crawl' in capsys.readouterr().out
    assert (home / "sites.toml").read_bytes().startswith(before)
    assert run(["sites", "check"]) == 0
    assert "data/sites.toml: 1 site, no mistakes" in capsys.readouterr().out

    # What the look archived is known, and yet the site is crawled whole.
    assert run(["crawl"]) == 0
    told = capsys.readouterr().out
    pages = re.search(r"pages +(\d+) archived", told)
    assert pages is not None
    assert int(pages[1]) > 15
    assert "broadsheet build" in told

    Path("two.txt").write_text(f"# two\n{newsroom.home('thinline')}\n{newsroom.home('thinline')}feed/  # the feed\n")
    assert run(["crawl", "--urls", "two.txt", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["captured"], report["ended_because"]) == (2, "nothing_due")


def test_loopback_is_refused_until_it_is_allowed(
    home: Path, newsroom: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sites", "add", newsroom.home("sundial")]) == 2
    told = capsys.readouterr().err
    assert 'data/sites.toml must allow it: allow_addresses = ["127.0.0.0/8"]' in told
    assert (home / "sites.toml").exists()


def test_interrupted_crawl_ends_cleanly_and_goes_on(
    home: Path, newsroom: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init"]) == 0
    (home / "sites.toml").write_text(
        f'allow_addresses = ["127.0.0.0/8"]\n[[site]]\nname = "millbrook"\nhome = "{newsroom.home("millbrook")}"\n'
        "delay_seconds = 0.2\n"
    )
    asked = len(newsroom.requests)
    child = subprocess.Popen(
        [PROGRAM, "crawl", "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"TERM": "dumb"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(newsroom.requests) < asked + 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "until interrupted" in out
    assert "to go on" in out
    assert "Traceback" not in err
    capsys.readouterr()
    assert run(["verify"]) == 0
    assert "no problem" in capsys.readouterr().out
    assert run(["crawl", "--max-pages", "3", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["captured"] >= 3
    assert report["recovered"] == 0
