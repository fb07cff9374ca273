"""The demo newsroom's pages, the whole way into the table `articles`: in every look the body with each subheading, and
not a line of a comment form, rail, newsletter, consent or copyright notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.demo import OUTLETS, Newsroom
from pipelines.build import run
from pipelines.workers import Workers
from warehouse import connect, write_catalog

EACH = 10  # articles of an outlet


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("seed", [20261, 58])
def test_every_look(seed: int, home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    newsroom = Newsroom(seed=seed, port=8071)
    truths = {}
    for outlet in OUTLETS:
        chosen = [truth for truth in newsroom.truth() if truth.outlet == outlet.name][:EACH]
        truths.update({truth.url: truth for truth in chosen})
        answers = []
        for truth in chosen:
            page = newsroom.page(outlet, urlsplit(truth.url).path)
            answers.append((truth.url, kit.answer(page.write(), content_type=page.content_type)))
        write_warc(answers, site=outlet.name)
    assert len({truth.look for truth in truths.values()}) == 6
    with Workers() as workers:
        run(home, workers=workers)
    write_catalog(home)
    with connect(home) as session:
        articles = session.execute("select url, text, blocks from articles").fetchall()
        dropped = session.execute("select sample from boilerplate where decision = 'drop'").fetchall()
    assert {url for url, *_ in articles} == set(truths)
    for url, text, blocks in articles:
        truth = truths[url]
        said = f"{fold(truth.body)} {fold(truth.standfirst)}"
        assert not [line for line in text.split("\n") if fold(line) not in said], url
        wanted = [block.text for block in truth.blocks[:-1] if block.kind == "heading"]
        assert [block["text"] for block in blocks if block["kind"] == "heading"] == wanted, url
        missing = [
            block.text for block in truth.blocks if block.kind != "heading" and block.text.split("\n")[0] not in text
        ]
        assert not [line for line in missing if fold(line) not in fold(text)], url
    everything = fold(" ".join(truth.body for truth in truths.values()))
    assert not [sample for (sample,) in dropped if fold(sample) in everything]
