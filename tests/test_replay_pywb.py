"""pywb replays our archive, by our indexes: for every capture it returns the captured body.

pywb 2.10 in an environment of its own, see tests/oracles. It is seen through a client's eyes: where a response's own
Content-Length is wrong, that client believes it.
"""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any

import pytest
from awkward import AWKWARD
from oracles import replaying
from replay import bodies_by_place, collection, place_of, replayed, with_bodies

# What pywb, or the client that it answers, makes something else of, and why. All are in the archive as they came.
DIFFERS = {
    "a bare CR in a header": "pywb answers 500: it would send the line on",
    "version 2.0 in the words of 1.1": "pywb takes HTTP/1.x only",
    "a length that is too short": "the client believes the length",
    "two lengths": "the client believes the first",
    "two lengths, and a server that stays": "the client believes the first",
    "a length beside the chunks": "the client believes the length",
    "chunk extensions and trailers": "pywb takes the trailers for more of the body",
    "a chunk size that is no number": "pywb goes on where we stop",
    "gzip within br": "pywb undoes one of the two, and says neither",
    "204 with a body": "pywb's server refuses to send one",
}


@pytest.fixture
def _many_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client, "_MAXHEADERS", 1000)


@pytest.mark.usefixtures("_many_headers")
def test_awkward_responses_are_replayed(oracles: Path, write_warc: Any, home: Path, tmp_path: Path) -> None:
    cases = {name: case for name, case in AWKWARD.items() if case.status is not None}
    written = write_warc([(f"http://a.example/{n}", case.block) for n, case in enumerate(cases.values())])
    collection(tmp_path / "pywb", sorted((home / "archive").rglob("*.warc.gz")))
    differing = {}
    with replaying(oracles, tmp_path / "pywb") as base:
        for number, (name, case) in enumerate(cases.items()):
            got = replayed(base, f"{written[number].captured_at:%Y%m%d%H%M%S}", f"http://a.example/{number}")
            if got != (case.status, case.body):
                differing[name] = got
    assert differing.keys() == DIFFERS.keys(), differing


@pytest.mark.thorough
def test_every_capture_of_the_demo_is_replayed(oracles: Path, demo: Any, tmp_path: Path) -> None:
    """Revisits too, with the body that they refer to; of a 304 pywb gives the 304 itself, which has none."""
    archive = demo.home / "archive"
    warcs = sorted(archive.glob("crawl_date=*/*.warc.gz"))
    collection(tmp_path / "pywb", warcs)
    captures = list(with_bodies(warcs, archive))
    meant = bodies_by_place([(capture, b"" if capture.status == 304 else body) for capture, body in captures])
    wrong = []
    with replaying(oracles, tmp_path / "pywb") as base:
        for capture, _ in captures:
            status, got = replayed(base, f"{capture.captured_at:%Y%m%d%H%M%S}", capture.url)
            if status != capture.status or got not in meant[place_of(capture)]:
                wrong.append((capture.url, capture.captured_at, capture.status, status, got[:80]))
    kinds = [capture.record_type for capture, _ in captures]
    print(f"{len(kinds)} captures of the demo replayed, {kinds.count('revisit')} of them revisits")
    assert kinds.count("response") > 300
    assert kinds.count("revisit") > 10
    assert len(meant) > len(captures) * 0.95
    assert wrong == []
