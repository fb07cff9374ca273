"""A Page and the names of its site in, the headline of its article out, without these names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from .confidence import Second
from .fields import fold
from .headings import headline_in
from .jsonld import text_of, types_of
from .page import Page

_SEPARATOR = re.compile(r"\s+[|·•»«›‹:*–—-]+\s+|\s*[|»ㅣ｜]\s*")
_SEPARATOR_AT_END = re.compile(rf"(?:{_SEPARATOR.pattern})$")
_ARCHIVES = ("Blog Archive", "Blog Archiv")  # of every story's title in early WordPress
_TITLE_METAS = ("og:title", "twitter:title", "dc.title", "title", "sailthru.title")
_MOST_PIECES = 20


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The headline, and what is known of where it stood."""

    text: str | None
    """Without the site's name."""
    raw: str | None
    source: str | None
    """`json-ld`, `meta`, `heading`, `document` or `override`."""
    second: Second = "alone"


def title(page: Page, names: list[str]) -> tuple[str | None, str | None]:
    """The headline without the site's name, and as found."""
    found = headline(page, names)
    return found.text, found.raw


def headline(page: Page, names: list[str]) -> Headline:
    """The headline, where it was found, and whether another part of the page says the same.

    JSON-LD's headline first, then a single h1 (what the reader sees), then og:title, then the document's title; a
    heading that one of them merely continues (“… | Sport”) is the headline. On 1,611 pages with known titles this
    order was right on .84, og:title first on .76; with the two exceptions, the shorter of two forms that differ by a
    kicker and what h1 and og:title say alike against the JSON-LD of no news article, on .85; with a heading that leads
    home known for the site's name, and the h1 of blogs before their JSON-LD, on .87; with what of an h1 is the headline
    (headings.py), and names of sections and parts of the site's name left out, on .88 (2026-11).
    """
    known = {fold(name) for name in names}
    labels = _Labels.of(names, sections=_folders(page.url))
    stated, social, document = (
        (raw, cut) if raw and (cut := labels.cut_from(raw)) and fold(cut) not in known else None
        for raw in (text_of((page.article or {}).get("headline")), page.meta(*_TITLE_METAS), page.document_title)
    )
    shown = [
        (labels.cut_from(headline_in(h1)), whole)
        for h1, whole in page.headed[:6]
        if fold(whole) not in known and len(whole) < 400
    ]
    wholes = dict(shown)
    headings = list(wholes)

    def taken(text: str, raw: str, source: str) -> Headline:
        if social and source != "meta" and _is_kicker_before(social[1], text):
            text, raw, source = *reversed(social), "meta"
        said = {"json-ld": stated and [stated[1]], "meta": social and [social[1]], "heading": headings}
        said["document"] = document and [document[1]]
        others = [one for where, found in said.items() if where != source for one in found or ()]
        return Headline(text=text, raw=raw, source=source, second=_second(text, others))

    for heading in headings:
        folded = fold(heading)
        if (
            stated
            and len(folded) > 12
            and fold(stated[1]).startswith(folded)
            and re.match(r"\s*[|–—»·-]", stated[1][len(heading) :])
        ):
            return taken(heading, stated[0], "heading")
    # Two against one; but what the JSON-LD of news sites has is printed, and the others are for search and sharing.
    kinds = types_of(page.article or {})
    is_news = any(kind.endswith(("newsarticle", "posting")) for kind in kinds)
    if stated and social and headings and not is_news and fold(social[1]) == fold(headings[0]) != fold(stated[1]):
        return taken(headings[0], wholes[headings[0]], "heading")
    # Plugins for blogs put there what they write for search engines: the h1 was right on 13 of 14 pages (2026-11).
    is_blog = "blogposting" in kinds and len(headings) == 1 and len(fold(headings[0])) > 12
    if stated and is_blog and fold(stated[1]) not in fold(headings[0]):
        return taken(headings[0], wholes[headings[0]], "heading")
    if stated:
        return taken(stated[1], stated[0], "json-ld")
    if len(headings) == 1 and len(fold(headings[0])) > 12:
        return taken(headings[0], wholes[headings[0]], "heading")
    said = [
        (len(fold(heading)), heading, other[0])
        for other in (social, document)
        if other
        for heading in headings
        if len(fold(heading)) > 8 and _begins_or_ends(fold(other[1]), fold(heading))
    ]
    if said:  # the longest: “Customs - News - A new law” ends with one and begins with another
        _, heading, raw = max(said, key=lambda one: one[0])
        return taken(heading, raw, "heading")
    if social:
        return taken(social[1], social[0], "meta")
    if headings:
        return taken(headings[0], wholes[headings[0]], "heading")
    return taken(document[1], document[0], "document") if document else Headline(text=None, raw=None, source=None)


def _begins_or_ends(text: str, piece: str) -> bool:
    return text.startswith(piece) or text.endswith(piece)


def _folders(url: str) -> list[str]:
    """The parts of its path but for the last: “… | Opinion” of /opinion/2026/a-story."""
    return [part for part in urlsplit(url).path.split("/")[:-1] if part.isalpha() and len(part) > 3]


def _is_kicker_before(title: str, text: str) -> bool:
    """Whether a text is the title with a kicker before it: “SVP-Sonderparteitag zur Migration: Chiesa ruft …”.

    Where og:title is the end of what stands in JSON-LD or the h1, it was right on 18 of 24 pages, the longer form on 4
    (2026-11).
    """
    short = fold(title)
    return len(short) > 20 and fold(text).endswith(f" {short}")


def _second(text: str, others: list[str]) -> Second:
    """Whether one of the others says it, be it with more before or behind it (“… | Sport”)."""
    folded = fold(text)
    said = [flat for other in others if (flat := fold(other))]
    if folded in said or (len(folded) > 8 and any(_begins_or_ends(one, folded) for one in said)):
        return "agrees"
    return "contradicts" if said else "alone"


def titles_of(page: Page) -> list[str]:
    """Every way the page writes its title: JSON-LD, meta elements, the document's title."""
    node = page.article or {}
    found = [
        text_of(node.get("headline")),
        text_of(node.get("alternativeHeadline")),
        page.meta("og:title"),
        page.meta("twitter:title"),
    ]
    return [one for one in found if one]


@dataclass(frozen=True, slots=True)
class _Labels:
    """What sites put before and behind their headlines: their own names, and those of their sections."""

    marked: tuple[str, ...]
    """The names of the site that have a mark within them."""
    names: frozenset[str]
    sections: frozenset[str]
    """Both as letters and digits alone."""

    @classmethod
    def of(cls, names: Iterable[str], *, sections: Iterable[str]) -> _Labels:
        names = tuple(names)
        marked = tuple(name for name in names if _SEPARATOR.search(name))
        return cls(marked, frozenset(map(_flat, (*names, *_ARCHIVES))), frozenset(map(_flat, sections)))

    def cut_from(self, text: str) -> str:
        """The text without pieces that name the site, and without a first or last piece that names a section.

        A name in the middle ends the title: “Story : Example | The paper of the hills”.
        """
        for name in self.marked:
            if text.endswith(name) and (mark := _SEPARATOR_AT_END.search(text[: -len(name)])):
                text = text[: mark.start()]
        for _ in range(3):
            marks = list(_SEPARATOR.finditer(text))
            if not marks:
                break
            head, tail = text[: marks[-1].start()], text[marks[-1].end() :]
            first, rest = text[: marks[0].start()], text[marks[0].end() :]
            if head and (self._is_site(tail) or self._is_most_of_a_name(tail) or _flat(tail) in self.sections):
                text = head
            elif rest and (self._is_site(first) or _flat(first) in self.sections):
                text = rest
            elif len(marks) < _MOST_PIECES:
                pieces = ((one.start(), text[one.end() : after.start()]) for one, after in pairwise(marks))
                text = text[: next((start for start, piece in pieces if _flat(piece) in self.names), len(text))]
        return text.strip()

    def _is_site(self, piece: str) -> bool:
        flat = _flat(piece)
        return bool(flat) and (
            flat in self.names
            or any(
                len(name) > 3 and (flat.startswith(name) or flat.endswith(name)) and len(flat) < 2.5 * len(name)
                for name in self.names
            )
        )

    def _is_most_of_a_name(self, piece: str) -> bool:
        """“DianaHR” of getdianahr.com, “The Hill Paper” of “The Hill Paper Group”."""
        flat = _flat(piece)
        return len(flat) > 5 and any(
            len(name) < 2 * len(flat) and (name.startswith(flat) or name.endswith(flat)) for name in self.names
        )


def _flat(text: str) -> str:
    return fold(text).replace(" ", "")
