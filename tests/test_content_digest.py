"""What makes a revision, and how words are counted."""

from __future__ import annotations

import pytest

from pipelines.content import content_digest, word_count


def test_a_new_headline_or_sentence_is_a_revision() -> None:
    digests = {
        content_digest(*content) for content in [("a", "b"), ("a", "b c"), ("a c", "b"), (None, "b"), ("ab", "")]
    }
    assert len(digests) == 5


def test_spacing_and_unicode_form_are_none() -> None:
    assert content_digest("Cafe\u0301 ", "one\ntwo") == content_digest("Café", " one  two")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Don’t panic: 3.5 million well-known words.", 6),
        ("桥梁重新开放", 6),
        ("NATO は合意した", 6),
        ("Brücke – wieder auf!", 3),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert word_count(text) == words
