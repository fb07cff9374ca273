"""What stands around a block: the heading it is under, and where in its box it is."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.extraction import features
from pipelines.extraction.arbiter import View

URL = "https://www.valleyherald.example/2026/11/20/bridge/"


def columns(html: str, *names: str) -> list[list[float]]:
    table = View.of_html(f"<html><body>{html}".encode(), url=URL).table
    places = [features.names().index(name) for name in names]
    return np.asarray(table[:, places]).round(3).tolist()


def test_what_the_heading_above_is() -> None:
    html = "<p>First<h2>Related articles</h2><p>Second<h3>Sources</h3><p>Third"
    levels = columns(html, "above_level", "above_rail_heading", "above_says_note")
    assert levels == [[-1, -1, -1], [-1, -1, -1], [2, 1, 0], [2, 1, 0], [3, 0, 1]]


def test_how_many_stand_before_and_after_it_in_its_box() -> None:
    html = "<div><p>One<p>Two<p>Three</div><div><p>Four</div>"
    ranks = columns(html, "from_box_start", "from_box_end", "from_outer_start", "from_outer_end")
    one, two = np.log1p(1).round(3), np.log1p(2).round(3)
    # 32-bit floats, rounded: close, not equal
    assert ranks == [
        pytest.approx([0, two, 0, np.log1p(3)], abs=0.002),
        pytest.approx([one, one, one, two], abs=0.002),
        pytest.approx([two, 0, two, one], abs=0.002),
        pytest.approx([0, 0, np.log1p(3), 0], abs=0.002),
    ]


def test_how_many_headings_follow() -> None:
    html = "<h1>Bridge</h1><p>One<h2>Costs</h2><p>Two<h2><a href=/x>Elsewhere</a></h2>"
    after = [row[0] for row in columns(html, "headings_after")]
    assert after == pytest.approx([np.log1p(1), np.log1p(1), 0, 0, 0], abs=0.002), "but for links"


def test_whether_it_names_the_site() -> None:
    html = "<meta property='og:site_name' content='Valley Herald'><p>Call the Valley Herald today.<p>Our mayor knew."
    assert columns(html, "names_site", "says_act", "says_we") == [[1, 1, 0], [0, 0, 1]]
