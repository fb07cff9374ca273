"""Candidates of a page in, a table of figures out, one row each: what the arbiter decides by. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from . import around
from .candidates import FAR, SECTIONS, Candidate, kinds
from .edges import Known
from .furniture import is_furniture, is_rail_heading, may_be_furniture, pieces_on
from .page import squeezed
from .signs import SIGNS, Signs, words_of
from .sought import Sought, sought

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
_YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_SENTENCE_ENDS = (". ", "! ", "? ", ".\n", "!\n", "?\n", "… ", ".” ", '." ', "。", "！", "？")
_ASCII_ENDS = tuple(end for end in _SENTENCE_ENDS if end.isascii())
_STOPS = '.!?…"”'
_FOUR = 4
_NEAR = 400  # characters; what is longer is no furniture, and its words say too much to mean anything
_MOST_NAMES = 100  # of writers or of the site, of which each block is asked; news pages have five, papers thousands
_ENDS = '.!?…。！？"”“’»)'
_NOT_UPPER = bytes(code for code in range(256) if not chr(code).isupper())
_NOT_DIGIT = bytes(code for code in range(256) if not chr(code).isdigit())


def flat(text: str) -> str:
    """For finding text in text: letters and digits only, case folded."""
    return "".join(words_of(text.casefold()))


def names() -> list[str]:
    """What each column is."""
    base = list(_BASE) + [f"tag_{tag}" for tag in _TAGS] + [f"in_{tag}" for tag in (*SECTIONS, "hidden")]
    base += [f"named_{kind}" for kind in kinds()] + [f"says_{sign}" for sign in SIGNS]
    return [*base, *around.NAMES, *_PAGE]


_BASE = (
    "weight", "words", "own", "link_share", "links", "bold_share", "emphasis_share", "breaks", "sentences",
    "ends_sentence", "upper_share", "digit_share", "word_length", "pictures", "rule", "depth", "starts_lower",
    "furniture", "rail_heading", "dated", "again", "taken", "taken_whole", "in_body", "is_title", "title_share",
    "is_description", "in_description", "level", "repeats", "short_words", "commas", "names_author",
    "begins_with_author", "anchored", "names_site",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """What each candidate is: all that does not depend on what trafilatura takes."""

    whole: Table
    """In the columns of `names()`; -1 where these are of what trafilatura takes."""
    near: around.Around
    keys: list[str]
    """Their texts, squeezed."""
    bare: list[bool]
    """Whether it is a link and nothing more, as in menus: most blocks of a page are, and their words tell nothing."""


def rows(found: Sequence[Candidate], *, body: str | None, known: Known) -> Rows:
    """`body`: what JSON-LD carries."""
    if not found:
        return Rows(np.zeros((0, len(names())), np.float32), around.NOTHING, [], [])
    folded = [one.text.casefold() for one in found]
    keys = ["".join(text.split()) for text in folded]
    bare = [block.linked >= 0.9 * (size := len(block.text)) and size < 100 for block in found]
    told = "\n".join(text for text, is_bare in zip(folded, bare, strict=True) if not is_bare and len(text) < _NEAR)
    own = _Own(squeezed(body) if body else "", known, told, len(found))
    counts, seen = Counter(keys), set[str]()
    figures: list[list[float]] = []
    signs: list[int] = []
    for block, folds, key, is_bare in zip(found, folded, keys, bare, strict=True):
        count = counts[key]
        again = count > 1 and key in seen
        if count > 1:
            seen.add(key)
        if is_bare:
            figures.append(own.of_link(block, count, again))
            signs.append(0)
        else:
            row, sign = own.of(block, folds, key, count, again)
            figures.append(row)
            signs.append(sign)
    alone = np.fromiter(chain.from_iterable(figures), np.float32, len(found) * len(_BASE)).reshape(len(found), -1)
    base = np.hstack([alone, _placed(found, signs)])
    near = around.Around.of(base, names(), found)
    whole = np.hstack([base, near.columns, _page(alone, known.news, bool(own.ld))])
    whole[:, _of_taken()] = -1
    return Rows(whole, near, keys, bare)


def table(known: Rows, *, taken: str | None) -> Table:
    """One row a candidate, in the columns of `names()`.

    `taken`: what trafilatura took; None where it was not asked, and then all that depends on it is -1.
    """
    if taken is None or not known.keys:
        return known.whole
    whole = known.whole.copy()
    parts = _taken(known, taken)
    whole[:, [_BASE.index("taken"), _BASE.index("taken_whole")]] = parts
    near, (by_page, any_taken) = known.near.taken(parts[:, 0]), _page_columns()
    whole[:, near.places] = near.columns
    weight, prose = whole[:, 0], float(known.near.prose.sum())
    whole[:, by_page] = float((parts[:, 0] * weight).sum()) / max(prose, 1.0)
    whole[:, any_taken] = bool(taken)
    return whole


def _taken(known: Rows, taken: str) -> Table:
    """Of each candidate, whether trafilatura takes it, by its beginning and its end, and whether all of it."""
    held = sought(squeezed(taken), len(known.keys))
    lines = {squeezed(piece.lstrip("- ")) for line in taken.split("\n") for piece in line.split("|")}
    found = []
    for text, is_bare in zip(known.keys, known.bare, strict=True):
        if text in lines:
            found.append((1.0, 1.0))
        elif is_bare:
            found.append((0.0, 0.0))
        elif len(text) < 12:
            found.append((whole := float(text in held), whole))
        elif (begun := text[:40] in held) and text in held:
            found.append((1.0, 1.0))
        else:
            found.append((begun * 0.5 + (text[-40:] in held) * 0.5, 0.0))
    return np.array(found, np.float32)


@cache
def _of_taken() -> list[int]:
    return [number for number, name in enumerate(names()) if "taken" in name]


@cache
def _page_columns() -> tuple[int, int]:
    return names().index("page_taken"), names().index("page_any_taken")


class _Own:
    """The figures of blocks by themselves, against what their page says of its article."""

    def __init__(self, ld: str, known: Known, told: str, count: int) -> None:
        """`told`: what all short blocks say, case folded; `count`: of all blocks."""
        self.ld = sought(ld, count)
        self._signs = Signs(told)
        self._pieces = pieces_on(told)
        self._titles = {one for title in known.titles if (one := flat(title))}
        self._title_words = {word for title in known.titles for word in title.split() if len(word) > 3}
        self._said = [one for text in known.descriptions if len(one := flat(text)) > 20]
        self._held = [sought(one, count) for one in self._said]
        sites, writers = known.site_names[:_MOST_NAMES], known.authors[:_MOST_NAMES]
        self._sites = tuple(dict.fromkeys(one for site in sites if len(one := flat(site)) > 3))
        self._writers = tuple(one for author in writers if len(one := flat(author)) > 4)

    def of_link(self, one: Candidate, count: int, again: bool) -> list[float]:
        """Of a short block that is all link."""
        words = one.text
        size = len(words)
        dense = 2 * len(_DENSE.findall(words)) if not words.isascii() else 0
        count_of = words.count(" ") + words.count("\n") + 1
        weight, level = size + dense, one.level or 0
        return [
            weight, count_of + dense / 2, weight - one.linked, one.linked / size, one.links, one.bold / size,
            one.emphasised / size, one.breaks, 0, words[-1] in _ENDS, 0, 0, size / count_of, one.pictures, one.rule,
            one.place.depth, words[0].islower(), 0, 0, 0, again, 0, 0, 0 if self.ld else -1,
            level and flat(words) in self._titles, 0, 0, 0, level, count - 1, 0,
            words.count(",") / count_of, 0, 0, one.anchored, 0,
        ]  # fmt: skip

    def of(self, one: Candidate, folded: str, key: str, count: int, again: bool) -> tuple[list[float], int]:
        """Of any other, and the signs of its words. `folded`: its text, case folded; `key`: the same, squeezed."""
        words, ld = one.text, self.ld
        size = len(words)
        is_ascii = words.isascii()
        dense = 0 if is_ascii else 2 * len(_DENSE.findall(words))
        pieces = words.split()
        count_of = len(pieces)
        start = words[:400].encode("latin-1", "ignore")
        figures, uppers = len(start.translate(None, _NOT_DIGIT)), len(start.translate(None, _NOT_UPPER))
        window, last = min(size, 400), words[-1]
        near, short = size < _NEAR, len(key) < 12
        sign, letters, title_share, furniture, rail = 0, "", 0.0, False, False
        by_writer = by_site = described = False
        if near:
            said = words_of(folded)
            letters = "".join(said)
            if said:
                title_share = _share(said, self._title_words)
                sign = self._signs.of(folded, said)
            by_writer, by_site = _holds(letters, self._writers), _holds(letters, self._sites)
            described = len(letters) > 20 and _holds_any(self._held, letters)
            if may_be_furniture(folded, self._pieces):
                furniture, rail = is_furniture(words), size < 80 and is_rail_heading(words)
        # At the most as much as a long paragraph: no single block may be the whole page to all others.
        weight = size + dense
        has_date = size < 160 and (figures > 0 or 2 * len(start) < window) and bool(_YEAR_OR_CLOCK.search(words))
        in_body = -1.0
        if ld:
            in_body = float(key in ld) if short else (key[:40] in ld) * 0.5 + (key[-40:] in ld) * 0.5
        row: list[float] = [
            min(weight, _LONG), min(count_of + dense / 2, _LONG), min(weight - one.linked, _LONG), one.linked / size,
            one.links, one.bold / size, one.emphasised / size, one.breaks,
            _sentences(words, is_ascii) + (last in _STOPS and size > 1), last in _ENDS,
            uppers / window, figures / window, size / count_of, one.pictures, one.rule, one.place.depth,
            words[0].islower(), furniture, rail, has_date, again, 0, 0, in_body, letters in self._titles, title_share,
            letters in self._said, described, one.level or 0,
            count - 1, sum(map(_FOUR.__gt__, map(len, pieces))) / count_of, words.count(",") / count_of,
            by_writer, letters.startswith(self._writers), one.anchored, by_site,
        ]  # fmt: skip
        return row, sign


def _sentences(text: str, is_ascii: bool) -> int:
    """How many sentences end in it, but for the last."""
    return sum(map(text.count, _ASCII_ENDS if is_ascii else _SENTENCE_ENDS))


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
    return sum(map(words.__contains__, own)) / len(own) if own else 0.0


# Loops, for these are asked of every block: any() of a generator takes twice as long (2026-11).
def _holds(text: str, pieces: Iterable[str]) -> bool:
    for piece in pieces:  # noqa: SIM110
        if piece in text:
            return True
    return False


def _holds_any(texts: Iterable[str | Sought], piece: str) -> bool:
    for text in texts:  # noqa: SIM110
        if piece in text:
            return True
    return False


_PAGE = ("page_news", "page_count", "page_prose", "page_taken", "page_has_body", "page_any_taken", "page_best_box")


def _page(base: Table, news: float, has_body: bool) -> Table:
    own = base[:, 2]
    prose = float(own[(own > 60) & (base[:, 3] < 0.5)].sum())
    row = np.array([news, np.log1p(len(base)), np.log1p(prose), 0, has_body, 0, float(own.max())], np.float32)
    return np.tile(row, (len(base), 1))
