"""An article's title and text in; out, how many words it has and what tells one revision from the next. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Scripts that write without spaces: a character is about a word (Han, Kana) or a syllable (Thai, Lao, Khmer, Burmese).
_UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’.,\-][^\W{_UNSPACED}]+)*")


def word_count(text: str) -> int:
    """Words as a word processor counts them: “don’t”, “3.5”, “well-known” are one each; so is a Chinese character."""
    return sum(1 for _ in _WORD.finditer(text))


def block_digest(text: str) -> int:
    """64 bits, signed, that tell one block of text from another; case, spacing and Unicode form aside."""
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    digest = hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def content_digest(title: str | None, text: str) -> str:
    """`sha256:<hex>` over headline and text; spacing, line breaks and Unicode form make no revision."""
    content = "\n".join(" ".join(unicodedata.normalize("NFC", part).split()) for part in (title or "", text))
    return f"sha256:{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()}"
