"""Candidates of a page in, a table of figures out, one row each: what the arbiter decides by. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .candidates import FAR, HIDDEN, SECTIONS, Candidate, kinds
from .edges import Known
from .furniture import is_furniture, is_rail_heading

Table = NDArray[np.float32]

_TAGS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "td", "blockquote", "figcaption", "span", "dd", "section", "article",
    "pre", "header", "body", "center", "th", "caption",
)  # fmt: skip
_ONE_HOT = [[float(at == number) for at in range(len(_TAGS))] for number in (*range(len(_TAGS)), -1)]
_TAG_NUMBERS = {tag: number for number, tag in enumerate(_TAGS)}
_LONG = 5000
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOT_LETTERS = re.compile(r"\W+")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"”“’'»)\]]?(?:\s|$)")
_WORDS = re.compile(r"\w+")
_YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
# Words that tell what a short block is, in the languages of the corpora. The arbiter weighs them; none decides alone.
_SIGNS = {
    "copyright": r"©|\(c\)|copyright|all rights reserved|alle rechte|tous droits|todos los derechos",
    "more": r"^\W*(?:read (?:more|next|also)|also read|see also|related|more:|more on|watch|listen|click|lesen sie|"
    r"mehr (?:zum|dazu|zu)|siehe auch|lire aussi|"
    r"à lire|voir aussi|lee también|leer más|ver también|leggi anche|lees ook|les også|läs mer|läs också|weiterlesen|"
    r"in (?:diesem|this) )",
    "address": r"https?:|www\.|\S@\S+\.\w|\.(?:com|org|de|fr|net)\b",
    "agency": r"\b(?:dpa|afp|reuters|ap|associated press|getty|epa|sda|apa|efe|ansa|imago|picture alliance|"
    r"shutterstock|istock)\b",
    "photo": r"^\W*(?:photo|foto|bild|image|picture|credit|source|quelle|crédit|fuente|video)\b|"
    r"photo(?:graph)? (?:by|:)|\bfoto:",
    "by": r"^\W*(?:by|von|par|por|di|da|de|door|written by|text|autor|author)\b[:\s]",
    "comment": r"comment|kommentar|commentaire|comentario|commento|reply|antwort|log ?in|sign ?(?:in|up)|anmelden",
    "letter": r"newsletter|subscribe|abonn|suscr|iscriviti|sign up|inbox|e-?mail",
    "share": r"^\W*(?:share|tweet|teilen|partager|compartir|facebook|whatsapp|follow|print|drucken|pin)\b",
    "question": r"\?\W*$",
    "colon": r":\W*$",
    "ellipsis": r"(?:…|\.\.\.|\[…\]|»|>|→)\W*$",
    "quoted": r"^\W*[\"“„«»‚']",
    "template": r"\{[{*%]|\$\{|[*%}]\}",
    "consent": r"cookie|consent|personenbezogen|einverstanden|datenschutz|privacy|externe[rn]? inhalt|"
    r"external content|données personnelles",
    "bio": r"\b(?:writes|covers|has (?:covered|written|worked|been)|reports|works|joined|schreibt|arbeitet|berichtet|"
    r"écrit|couvre|travaille|escribe|cubre|"
    r"trabaja|scrive|is (?:a|an|the) |ist (?:redakt|autor|report|korresp|freie)|author|journalist|redakteur|editor|"
    r"reporter)",
    "link_end": r"\|\s*(?:mehr|audio|video|more|bilder|galerie)\W*$|^\W*(?:hier|here|click|klicken|>>)",
    "you": r"\b(?:you|your|sie|ihre?|vous|votre|usted|su|tu|tuo|jij|uw)\b",
    "numbered": r"^\W*\d{1,3}[.):]?\s",
}
_NO_SIGNS = [False] * len(_SIGNS)
_COMPILED = {name: re.compile(pattern, re.I) for name, pattern in _SIGNS.items()}


def flat(text: str) -> str:
    """For finding text in text: letters and digits only, case folded."""
    return _NOT_LETTERS.sub("", text).casefold()


def names() -> list[str]:
    """What each column is."""
    base = list(_BASE) + [f"tag_{tag}" for tag in _TAGS] + [f"in_{tag}" for tag in (*SECTIONS, "hidden")]
    base += [f"named_{kind}" for kind in kinds()] + [f"says_{sign}" for sign in _SIGNS]
    return [*base, *_AROUND, *_PAGE]


_BASE = (
    "weight", "words", "own", "link_share", "links", "bold_share", "emphasis_share", "breaks", "sentences",
    "ends_sentence", "upper_share", "digit_share", "word_length", "pictures", "rule", "depth", "starts_lower",
    "furniture", "rail_heading", "dated", "again", "taken", "taken_whole", "in_body", "is_title", "title_share",
    "is_description", "in_description", "level", "repeats", "short_words", "commas", "names_author",
    "begins_with_author",
)  # fmt: skip


def table(found: Sequence[Candidate], *, taken: str, body: str | None, known: Known) -> Table:
    """One row a candidate. `taken`: what trafilatura took; `body`: what JSON-LD carries."""
    held, ld = flat(taken), flat(body) if body else ""
    titles = [one for title in known.titles if (one := flat(title))]
    said = [one for text in known.descriptions if len(one := flat(text)) > 20]
    flats = [flat(one.text) for one in found]
    counts = Counter(flats)
    title_words = {word for title in known.titles for word in title.split() if len(word) > 3}
    seen: set[str] = set()
    writers = [one for author in known.authors if len(one := flat(author)) > 4]
    rows = [
        _row(
            one,
            text,
            counts[text],
            (counts[text] > 1 and text in seen) or _added(seen, text),
            held,
            ld,
            titles,
            said,
            title_words,
            writers,
        )
        for one, text in zip(found, flats, strict=True)
    ]
    if not rows:
        return np.zeros((0, len(names())), np.float32)
    base = np.array(rows, np.float32)
    return np.hstack([base, _around(base, found), _page(base, len(found), bool(ld), bool(held))]).astype(np.float32)


def _row(
    one: Candidate,
    text: str,
    count: int,
    again: bool,
    held: str,
    ld: str,
    titles: list[str],
    said: list[str],
    title_words: set[str],
    writers: list[str],
) -> list[float]:
    words = one.text
    size = len(words) or 1
    dense = 2 * len(_DENSE.findall(words)) if not words.isascii() else 0
    pieces = words.split()
    place = one.place
    # A link and nothing more, as in menus: most blocks of a page are that, and their words tell nothing.
    bare = one.linked >= 0.9 * size and size < 100
    figures = 0 if bare else sum(map(str.isdigit, words[:400]))
    uppers = 0 if bare else sum(map(str.isupper, words[:400]))
    window = min(size, 400)
    short = len(text) < 12
    taken = whole = 0.0
    if text:
        if short:
            taken = whole = float(text in held)
        else:
            whole = float(text in held)
            taken = whole or float(text[:40] in held) * 0.5 + float(text[-40:] in held) * 0.5
    count_of = len(pieces) or 1
    # At the most as much as a long paragraph: no single block may be the whole page to all others.
    weight = min(size + dense, _LONG)
    own = min(size + dense - one.linked, _LONG)
    near = size < 600
    ends = (text[:40] in ld) * 0.5 + (text[-40:] in ld) * 0.5
    row: list[float] = [
        weight, min(len(pieces) + dense / 2, _LONG), own, one.linked / size, one.links, one.bold / size,
        one.emphasised / size, one.breaks, len(_SENTENCE_END.findall(words)), words[-1:] in ".!?…。！？\"”“’»)",
        uppers / window, figures / window, size / len(pieces) if pieces else 0, one.pictures, one.rule, place.depth,
        words[:1].islower(), not bare and is_furniture(words),
        not bare and size < 80 and is_rail_heading(words),
        not bare and size < 160 and bool(_YEAR_OR_CLOCK.search(words)), again, taken, whole,
        -1.0 if not ld else float(text in ld) if short else ends, text in titles,
        _share(words, title_words) if size < 400 and not bare else 0, text in said,
        any(text in each for each in said) if len(text) > 20 else 0, one.level or 0, count - 1,
        sum(len(piece) < 4 for piece in pieces) / count_of, words.count(",") / count_of,
        near and any(writer in text for writer in writers), near and any(text.startswith(writer) for writer in writers),
    ]  # fmt: skip
    number = _TAG_NUMBERS.get(one.tag, -1)
    row += _ONE_HOT[number]
    row += _bits(place.flags)
    depth = place.depth
    row += [FAR if at < 0 else min(FAR, depth - at) for at in place.named]
    row += _NO_SIGNS if bare or size >= 400 else [sign.search(words) is not None for sign in _COMPILED.values()]
    return row


@lru_cache(maxsize=4096)
def _bits(flags: int) -> list[float]:
    return [*(float(flags >> bit & 1) for bit in range(len(SECTIONS))), float(bool(flags & HIDDEN))]


def _share(text: str, words: set[str]) -> float:
    own = [word for word in _WORDS.findall(text.casefold()) if len(word) > 3]
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
