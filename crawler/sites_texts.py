"""A site's `keep_text` or `drop_text` in; out, what cannot be meant in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TextsMistake:
    """`element`: which of the texts, from 0."""

    element: int
    expected: str


def texts_mistake(texts: list[str], kept: Any = None) -> TextsMistake | None:
    """The first text that is no block's, or that `kept`, the texts of `keep_text`, has as well; None where all can be.

    A text is a block's whole text, or its beginning and “…”.
    """
    also = {_folded(text) for text in kept if isinstance(text, str)} if isinstance(kept, list) else set()
    for element, text in enumerate(texts):
        if not re.search(r"[^\W_]", text):
            return TextsMistake(
                element=element, expected='a block of text, as the table boilerplate has it in "sample"'
            )
        if _folded(text) in also:
            return TextsMistake(element=element, expected="a text that keep_text does not have")
    return None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
