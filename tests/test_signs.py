"""What the words of a short block say of it; and that few blocks are looked at closely costs no answer."""

from __future__ import annotations

import pytest

from pipelines.extraction import furniture
from pipelines.extraction.signs import SIGNS, Signs, words_of


def said(text: str, page: str = "") -> set[str]:
    folded = text.casefold()
    bits = Signs(folded + page.casefold()).of(folded, words_of(folded))
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
        ("Lea también: El puente ya está abierto", {"more"}),
        ("Leia mais: a ponte está aberta", {"more"}),
        ("Czytaj też: most jest otwarty", {"more"}),
        ("Читайте также: мост открыт", {"more"}),
        ("Baca juga: jembatan dibuka", {"more"}),
        ("관련기사: 다리 개통", {"more"}),
        ("Źródło: PAP", {"photo"}),
        ("신현주 기자", {"bio"}),
        ("Все права защищены", {"copyright"}),
    ],
)
def test_words_that_tell(text: str, signs: set[str]) -> None:
    assert signs <= said(text)


@pytest.mark.parametrize(
    "text",
    [
        "The bridge reopened on Tuesday",
        "Sharepoint failed again",
        "Byron came home",
        "Moreover he was late",
        "Lee said that it was open",
        "Del puente no se sabe nada",
    ],
)
def test_words_are_whole_ones(text: str) -> None:
    assert said(text) == set()


def test_a_text_without_words_has_no_sign_of_words() -> None:
    assert said("") == set()
    assert said("—") == set()


@pytest.mark.parametrize(
    "text",
    ["Leave a Reply", "12 comments", "3 responses to The bridge", "Most Recent Stories", "COMMENTS (12)", "» Read more",
     "3 thoughts on “The bridge”", "- One thought on “The bridge”",
     "Support independent reporting: make a contribution today."],
)  # fmt: skip
def test_the_quick_look_misses_no_phrase(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = furniture.is_furniture(text), furniture.is_furniture(text, kind="heading"), furniture.is_rail_heading(text)
    monkeypatch.setattr(furniture, "may_be_furniture", lambda folded: True)
    assert quick == (
        furniture.is_furniture(text), furniture.is_furniture(text, kind="heading"), furniture.is_rail_heading(text)
    )  # fmt: skip
    assert any(quick)


def test_what_else_stands_on_the_page_is_no_sign() -> None:
    assert said("The bridge reopened", "Sign up for our newsletter © 2024") == set()


@pytest.mark.parametrize("text", ["Final thoughts on meditation", "Some responses are missing", "A comment"])
def test_a_heading_of_the_article_is_no_furniture(text: str) -> None:
    assert not furniture.is_rail_heading(text)
