"""Blocks and the body that JSON-LD states (`articleBody`, a third of news pages) in; the blocks that are of it, out."""

import re

from .records import Block

_SHINGLE = 4


def settled_by_body(blocks: list[Block], body: str) -> list[Block]:
    """The blocks without paragraphs that stand among those of the body that JSON-LD carries, and are not in it.

    The same blocks where that body is another one, or cut short.
    """
    truth = _shingles(body)
    mine = _shingles("\n".join(block.text for block in blocks))
    if not truth:
        return blocks
    covered = len(truth & mine) / len(truth)
    if covered < 0.9:
        return blocks
    shares = [_share(block.text, truth) for block in blocks]
    inside = [position for position, share in enumerate(shares) if share >= 0.5]
    if not inside:
        return blocks
    first, last = inside[0], inside[-1]
    after = sum(len(block.text) for block in blocks[last + 1 :])
    cut_off = after > 0.2 * sum(
        len(block.text) for block in blocks
    )  # some publishers put only the first part into JSON-LD
    kept: list[Block] = []
    for position, (block, share) in enumerate(zip(blocks, shares, strict=True)):
        if block.kind == "list" and kept and kept[-1].text.endswith(":"):  # JSON-LD bodies often leave lists out
            kept.append(block)
            continue
        outside = (
            share < 0.2 and len(block.text) > 20 and (position > last or block.kind in {"paragraph", "list", "quote"})
        )
        if (
            outside
            and position > first
            and not (cut_off and position > last)
            and not (position < last and block.kind != "paragraph")
        ):
            continue
        kept.append(block)
    return kept


def _share(text: str, truth: set[str]) -> float:
    own = _shingles(text)
    return len(own & truth) / len(own) if own else 0.0


def _shingles(text: str) -> set[str]:
    """Runs of four words; of eight characters where words are not set apart."""
    words = re.findall(r"\w+", text.casefold())
    flat = "".join(words)
    if words and len(flat) / len(words) > 12:
        return {flat[start : start + 8] for start in range(max(1, len(flat) - 7))}
    return (
        {" ".join(words[start : start + _SHINGLE]) for start in range(max(1, len(words) - _SHINGLE + 1))}
        if words
        else set()
    )
