"""What the words of a short block say of it; and that few blocks are looked at closely costs no answer."""

from __future__ import annotations

import pytest

from pipelines.extraction import furniture
from pipelines.extraction.signs import SIGNS, signs_of, words_of


def said(text: str) -> set[str]:
    bits = signs_of(text, words_of(text))
    return {sign for position, sign in enumerate(SIGNS) if bits >> position & 1}


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Copyright 2024, Thin Line News LLC", {"copyright"}),
        ("Read more: council votes on the school", {"more"}),
        ("Lesen Sie auch: Der Rat stimmt ab", {"more"}),
        ("Foto: Jana Weber/dpa", {"photo", "agency"}),
        ("Von Jana Weber", {"by"}),
        ("Anmelden und kommentieren", {"comment"}),
        ("Share", {"share"}),
        ("Who pays for the bridge?", {"question"}),
        ("“We waited two years.”", {"quoted"}),
        ("What it costs:", {"colon"}),
        ("12. The lamps of the bridge", {"numbered"}),
        ("Polizei sucht Zeugen | mehr", {"link_end"}),
        ("Jane Doe covers the courts", {"bio"}),
        ("Inhaltsverzeichnis", {"heads_list"}),
        ("Advertisement", {"advertisement"}),
        ("{{ title }}", {"template"}),
    ],
)
def test_words_that_tell(text: str, signs: set[str]) -> None:
    assert signs <= said(text)


@pytest.mark.parametrize(
    "text", ["The bridge reopened on Tuesday", "Sharepoint failed again", "Byron came home", "Moreover he was late"]
)
def test_words_are_whole_ones(text: str) -> None:
    assert said(text) == set()


def test_a_text_without_words_has_no_sign_of_words() -> None:
    assert said("") == set()
    assert said("—") == set()


@pytest.mark.parametrize(
    "text",
    ["Leave a Reply", "12 comments", "3 responses to The bridge", "Most Recent Stories", "COMMENTS (12)", "» Read more",
     "Support independent reporting: make a contribution today."],
)  # fmt: skip
def test_the_quick_look_misses_no_phrase(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = furniture.is_furniture(text), furniture.is_furniture(text, kind="heading"), furniture.is_rail_heading(text)
    monkeypatch.setattr(furniture, "_may_be", lambda flat: True)
    assert quick == (
        furniture.is_furniture(text), furniture.is_furniture(text, kind="heading"), furniture.is_rail_heading(text)
    )  # fmt: skip
    assert any(quick)
