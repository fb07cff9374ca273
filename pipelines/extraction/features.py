"""Candidates of a page in, a table of figures out, one row each: what the arbiter decides by. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .candidates import FAR, SECTIONS, Candidate, kinds
from .edges import Known
from .furniture import is_furniture, is_rail_heading
from .page import squeezed
from .signs import SIGNS, signs_of, words_of

Table = NDArray[np.float32]

_TAGS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "td", "blockquote", "figcaption", "span", "dd", "section", "article",
    "pre", "header", "body", "center", "th", "caption",
)  # fmt: skip
_ONE_HOT = np.vstack([np.eye(len(_TAGS), dtype=np.float32), np.zeros((1, len(_TAGS)), np.float32)])
_SECTION_BITS = np.arange(len(SECTIONS) + 1)  # the last is HIDDEN
_SIGN_BITS = np.arange(len(SIGNS))
_TAG_NUMBERS = {tag: number for number, tag in enumerate(_TAGS)}
_LONG = 5000
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOT_LETTERS = re.compile(r"\W+")
_YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_SENTENCE_ENDS = (". ", "! ", "? ", ".\n", "!\n", "?\n", "… ", ".” ", '." ', "。", "！", "？")
_ENDS = '.!?…。！？"”“’»)'
_NOT_UPPER = bytes(code for code in range(256) if not chr(code).isupper())
_NOT_DIGIT = bytes(code for code in range(256) if not chr(code).isdigit())


def flat(text: str) -> str:
    """For finding text in text: letters and digits only, case folded."""
    return _NOT_LETTERS.sub("", text).casefold()


def names() -> list[str]:
    """What each column is."""
    base = list(_BASE) + [f"tag_{tag}" for tag in _TAGS] + [f"in_{tag}" for tag in (*SECTIONS, "hidden")]
    base += [f"named_{kind}" for kind in kinds()] + [f"says_{sign}" for sign in SIGNS]
    return [*base, *_AROUND, *_PAGE]


_BASE = (
    "weight", "words", "own", "link_share", "links", "bold_share", "emphasis_share", "breaks", "sentences",
    "ends_sentence", "upper_share", "digit_share", "word_length", "pictures", "rule", "depth", "starts_lower",
    "furniture", "rail_heading", "dated", "again", "taken", "taken_whole", "in_body", "is_title", "title_share",
    "is_description", "in_description", "level", "repeats", "short_words", "commas", "names_author",
    "begins_with_author",
)  # fmt: skip


class Rows(NamedTuple):
    """What each candidate is by itself: all that does not depend on what trafilatura takes."""

    own: Table
    keys: list[str]
    """Their texts, squeezed."""
    bare: list[bool]
    """Whether it is a link and nothing more, as in menus: most blocks of a page are, and their words tell nothing."""
    has_body: bool


def rows(found: Sequence[Candidate], *, body: str | None, known: Known) -> Rows:
    """`body`: what JSON-LD carries."""
    ld = squeezed(body) if body else ""
    titles = [one for title in known.titles if (one := flat(title))]
    said = [one for text in known.descriptions if len(one := flat(text)) > 20]
    keys = [squeezed(one.text) for one in found]
    counts = Counter(keys)
    title_words = {word for title in known.titles for word in title.split() if len(word) > 3}
    seen: set[str] = set()
    writers = tuple(one for author in known.authors if len(one := flat(author)) > 4)
    bare = [block.linked >= 0.9 * len(block.text) and len(block.text) < 100 for block in found]
    figures: list[list[float]] = []
    signs: list[int] = []
    for block, text, is_bare in zip(found, keys, bare, strict=True):
        again = (counts[text] > 1 and text in seen) or _added(seen, text)
        if is_bare:
            row, sign = _bare_row(block, counts[text], again, bool(ld), titles), 0
        else:
            row, sign = _row(block, text, counts[text], again, ld, titles, said, title_words, writers)
        figures.append(row)
        signs.append(sign)
    own = np.hstack([np.array(figures, np.float32), _placed(found, signs)]) if figures else np.zeros((0, 0), np.float32)
    return Rows(own=own, keys=keys, bare=bare, has_body=bool(ld))


def table(found: Sequence[Candidate], known: Rows, *, taken: str | None) -> Table:
    """One row a candidate, in the columns of `names()`.

    `taken`: what trafilatura took; None where it was not asked, and then all that depends on it is -1.
    """
    if not found:
        return np.zeros((0, len(names())), np.float32)
    own = known.own
    if taken is not None:
        own = own.copy()
        own[:, [_BASE.index("taken"), _BASE.index("taken_whole")]] = _taken(known, taken)
    whole = np.hstack([own, _around(own, found), _page(own, len(found), known.has_body, bool(taken))])
    whole = whole.astype(np.float32)
    if taken is None:
        whole[:, _of_taken()] = -1
    return whole


def _taken(known: Rows, taken: str) -> list[tuple[float, float]]:
    """Of each candidate, whether trafilatura takes it, by its beginning and its end, and whether all of it."""
    held = squeezed(taken)
    lines = {squeezed(piece.lstrip("- ")) for line in taken.split("\n") for piece in line.split("|")}
    found = []
    for text, is_bare in zip(known.keys, known.bare, strict=True):
        whole = float(text in lines) if is_bare else float(bool(text) and text in held)
        part = whole
        if not whole and not is_bare and len(text) >= 12:
            part = float(text[:40] in held) * 0.5 + float(text[-40:] in held) * 0.5
        found.append((part, whole))
    return found


@cache
def _of_taken() -> list[int]:
    return [number for number, name in enumerate(names()) if "taken" in name]


def _bare_row(one: Candidate, count: int, again: bool, ld: bool, titles: list[str]) -> list[float]:
    """The figures of a short block that is all link."""
    words = one.text
    size = len(words) or 1
    dense = 2 * len(_DENSE.findall(words)) if not words.isascii() else 0
    pieces = words.split()
    count_of = len(pieces) or 1
    return [
        size + dense, len(pieces) + dense / 2, size + dense - one.linked, one.linked / size, one.links, one.bold / size,
        one.emphasised / size, one.breaks, 0, words[-1:] in _ENDS, 0, 0, size / count_of, one.pictures, one.rule,
        one.place.depth, words[:1].islower(), 0, 0, 0, again, 0, 0, 0 if ld else -1,
        one.level is not None and flat(words) in titles, 0, 0, 0, one.level or 0, count - 1, 0,
        words.count(",") / count_of, 0, 0,
    ]  # fmt: skip


def _row(
    one: Candidate,
    text: str,
    count: int,
    again: bool,
    ld: str,
    titles: list[str],
    said: list[str],
    title_words: set[str],
    writers: tuple[str, ...],
) -> tuple[list[float], int]:
    """Its own figures, and the signs of its words."""
    words = one.text
    size = len(words) or 1
    near = size < 400
    letters = flat(words) if near else ""
    dense = 2 * len(_DENSE.findall(words)) if not words.isascii() else 0
    pieces = words.split()
    place = one.place
    start = words[:400].encode("latin-1", "ignore")
    figures, uppers = len(start.translate(None, _NOT_DIGIT)), len(start.translate(None, _NOT_UPPER))
    said_words = words_of(words) if near else []
    window = min(size, 400)
    short = len(text) < 12
    count_of = len(pieces) or 1
    # At the most as much as a long paragraph: no single block may be the whole page to all others.
    weight = min(size + dense, _LONG)
    own = min(size + dense - one.linked, _LONG)
    ends = (text[:40] in ld) * 0.5 + (text[-40:] in ld) * 0.5 if ld else -1.0
    ends_here = words[-1:] in '.!?…"”' and size > 1
    row: list[float] = [
        weight, min(len(pieces) + dense / 2, _LONG), own, one.linked / size, one.links, one.bold / size,
        one.emphasised / size, one.breaks, sum(map(words.count, _SENTENCE_ENDS)) + ends_here,
        words[-1:] in _ENDS,
        uppers / window, figures / window, size / len(pieces) if pieces else 0, one.pictures, one.rule, place.depth,
        words[:1].islower(), is_furniture(words),
        size < 80 and is_rail_heading(words),
        size < 160 and bool(_YEAR_OR_CLOCK.search(words)), again, 0, 0,
        float(text in ld) if ld and short else ends, letters in titles,
        _share(said_words, title_words) if said_words else 0, letters in said,
        any(letters in each for each in said) if len(letters) > 20 else 0, one.level or 0, count - 1,
        sum(len(piece) < 4 for piece in pieces) / count_of, words.count(",") / count_of,
        near and any(writer in letters for writer in writers), letters.startswith(writers),
    ]  # fmt: skip
    return row, signs_of(words, said_words) if said_words else 0


def _placed(found: Sequence[Candidate], signs: Sequence[int]) -> Table:
    """What the place and the words of each block give, as ones and noughts, and as steps up to what is named."""
    tags = _ONE_HOT[[_TAG_NUMBERS.get(one.tag, -1) for one in found]]
    flags = np.array([one.place.flags for one in found], np.int64)
    sections = flags[:, None] >> _SECTION_BITS & 1
    # Most blocks share their names with those around them: each tuple of names becomes an array once.
    numbers: dict[int, int] = {}
    named = [one.place.named for one in found]
    which = [numbers.setdefault(id(names), len(numbers)) for names in named]
    known = np.array(list({id(names): names for names in named}.values()), np.int32)[which]
    depths = np.array([one.place.depth for one in found], np.int32)[:, None]
    steps = np.where(known < 0, FAR, np.minimum(FAR, depths - known))
    said = np.array(signs, np.int64)[:, None] >> _SIGN_BITS & 1
    return np.hstack([tags, sections, steps, said]).astype(np.float32)


def _share(said: list[str], words: set[str]) -> float:
    own = [word for word in said if len(word) > 3]
    return sum(word in words for word in own) / len(own) if own else 0.0


_NEIGHBOURS = ("weight", "link_share", "taken", "in_body", "sentences", "furniture", "level", "tag_p")
_AROUND = (
    *(f"{where}_{name}" for where in ("before", "before2", "after", "after2") for name in _NEIGHBOURS),
    "same_place_before", "same_place_after", "same_parent_before", "same_parent_after",
    *(f"{what}_{width}" for width in (3, 8) for what in ("prose", "taken", "linked")),
    *(f"{where}_{what}" for where in ("box", "outer") for what in ("prose", "share", "links", "taken", "count")),
    "alike_count", "alike_taken", "alike_weight",
    "position", "prose_position", "since_title", "since_heading", "from_first_taken", "to_last_taken", "prose_before",
    "prose_after",
)  # fmt: skip


def _around(base: Table, found: Sequence[Candidate]) -> Table:
    count = len(found)
    column = {name: number for number, name in enumerate(names()[: base.shape[1]])}
    near = base[:, [column[name] for name in _NEIGHBOURS]]
    padded = np.vstack([np.full((2, near.shape[1]), -1, np.float32), near, np.full((2, near.shape[1]), -1, np.float32)])
    parts = [padded[1 : 1 + count], padded[0:count], padded[3 : 3 + count], padded[4 : 4 + count]]
    # A proxy of lxml keeps its identity as long as somebody holds it.
    parents = [one.element.getparent() for one in found]
    outers = [parent.getparent() if parent is not None else None for parent in parents]
    places = [id(parent) for parent in parents]
    signs = [hash((one.tag, one.element.get("class"))) for one in found]
    own_place = [id(one.element) for one in found]
    same = np.zeros((count, 4), np.float32)
    for at in range(1, count):
        same[at, 0] = same[at - 1, 1] = own_place[at] == own_place[at - 1] or signs[at] == signs[at - 1]
        same[at, 2] = same[at - 1, 3] = places[at] == places[at - 1]
    weight, own, linked = base[:, column["weight"]], base[:, column["own"]], base[:, column["link_share"]]
    taken = base[:, column["taken"]] * weight
    prose = np.where((own > 60) & (linked < 0.5), own, 0)
    widths = []
    for width in (3, 8):
        for values, norm in ((prose, None), (taken, weight), (linked * weight, weight)):
            top = _window(values, width)
            widths.append(np.log1p(top) if norm is None else top / np.maximum(_window(norm, width), 1))
    boxes = _boxes(places, [id(outer) for outer in outers], prose, taken, linked * weight, weight)
    alike: dict[int, list[float]] = {}
    for sign, one_weight, one_taken in zip(signs, weight, taken, strict=True):
        sums = alike.setdefault(sign, [0.0, 0.0, 0.0])
        sums[0] += 1
        sums[1] += float(one_taken)
        sums[2] += float(one_weight)
    likes = np.array(
        [(np.log1p(s[0]), s[1] / max(s[2], 1), np.log1p(s[2] / s[0])) for s in (alike[sign] for sign in signs)],
        np.float32,
    )
    order = np.arange(count, dtype=np.float32)
    running = np.cumsum(prose)
    total = max(float(running[-1]), 1.0)
    title = np.flatnonzero(base[:, column["is_title"]] > 0)
    first_title = float(title[0]) if len(title) else -1.0
    headings = np.where(base[:, column["level"]] > 0, order, -1)
    last_heading = np.maximum.accumulate(headings)
    took = np.flatnonzero(base[:, column["taken"]] > 0.9)
    first, last = (float(took[0]), float(took[-1])) if len(took) else (-1.0, -1.0)
    places_in = np.stack([
        order / max(count - 1, 1), running / total, order - first_title if first_title >= 0 else np.full(count, -1),
        order - last_heading, order - first, last - order, np.log1p(running - prose), np.log1p(total - running),
    ], axis=1)  # fmt: skip
    return np.hstack([*parts, same, np.stack(widths, axis=1), boxes, likes, places_in])


def _window(values: Table, width: int) -> Table:
    total = np.concatenate([[0.0], np.cumsum(values)])
    count = len(values)
    at = np.arange(count)
    return np.asarray(total[np.minimum(at + width + 1, count)] - total[np.maximum(at - width, 0)])


def _boxes(places: list[int], outers: list[int], prose: Table, taken: Table, linked: Table, weight: Table) -> Table:
    """What the parent of a block holds, and the parent's parent."""
    rows = np.zeros((len(places), 10), np.float32)
    total = max(float(prose.sum()), 1.0)
    for offset, keys in ((0, places), (5, outers)):
        numbers: dict[int, int] = {}
        index = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
        size = len(numbers)
        sums = [np.bincount(index, values, size) for values in (prose, linked, taken, weight)]
        counts = np.bincount(index, None, size)
        whole = np.maximum(sums[3], 1)
        for position, values in enumerate(
            (np.log1p(sums[0]), sums[0] / total, sums[1] / whole, sums[2] / whole, np.log1p(counts))
        ):
            rows[:, offset + position] = values[index]
    return rows


_PAGE = ("page_count", "page_prose", "page_taken", "page_has_body", "page_any_taken", "page_best_box")


def _page(base: Table, count: int, has_body: bool, any_taken: bool) -> Table:
    weight = base[:, 0]
    own = base[:, 2]
    prose = float(own[(own > 60) & (base[:, 3] < 0.5)].sum())
    taken = float((base[:, _BASE.index("taken")] * weight).sum()) / max(prose, 1.0)
    row = np.array([np.log1p(count), np.log1p(prose), taken, has_body, any_taken, float(own.max())], np.float32)
    return np.tile(row, (count, 1))


def _added(seen: set[str], text: str) -> bool:
    seen.add(text)
    return False
