"""A long text in; out, whether it holds each of many pieces, in time that grows with both and not with their product.

Strings are asked by `in` as long as that is cheap, as it is for every real page. To look up an article of 20,000
paragraphs that JSON-LD carries once more took longer than a worker has.
"""

# Characters that all pieces together may be looked for in, at 1 to 6 thousand million a second. The most of 1,752 pages
# is 622 million (2026-11).
_CHEAP = 1_000_000_000
_NEAR = 10_000
"""Characters behind the place of the piece before, in which the next is looked for when nothing else may be."""
_TELLING = 20  # characters; where a shorter piece is found says nothing of where the next stands


def sought(text: str, pieces: int) -> "str | Sought":
    """The text, to be asked with `in` whether it holds so many pieces, each two or three times."""
    return text if len(text) * pieces <= _CHEAP else Sought(text)


class Sought:
    """A text that is asked for pieces of it in its own order, as a rule.

    Each is looked for near the one before, and in all of the text until that was done too often; from then on a piece
    that stands elsewhere is not found.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._left = _CHEAP

    def __len__(self) -> int:
        return len(self._text)

    def __contains__(self, piece: str) -> bool:
        at = self._text.find(piece, self._at, self._at + _NEAR)
        if at < 0 and self._left > 0:
            self._left -= len(self._text)
            at = self._text.find(piece)
        if at >= 0 and len(piece) >= _TELLING:
            self._at = at
        return at >= 0
