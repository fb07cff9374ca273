"""A page's candidate blocks in, those of the article out, each with its score. The decision above trafilatura.

A model trained on pages with known text (`pipelines.training.blocks`, models/blocks.md) scores every block: structure,
neighbours, what JSON-LD carries as the body, words in many languages. Trafilatura is asked what it takes where that
leaves a page open, and the model once more with its answer. Then cheap certainties: the title said again goes, passages
said twice go, bylines, dates and reading times at the edges go, the standfirst comes to the front. What trafilatura
alone takes is the answer where little is left, for a page unlike all that the model has seen.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
from lxml.etree import _Element
from lxml.html import HtmlElement

from . import authors, features, fields, headlines, model
from .blocks import blocks_of
from .candidates import SECTIONS, Candidate, candidates, kinds
from .certainties import (
    THRESHOLD,
    is_fact_box,
    of_wholes,
    retold,
    said_once,
    with_headings,
    with_wholes,
    without_contents,
    without_labels,
    without_last_links,
)
from .container import is_named, plain_blocks
from .edges import Known, article_body, fold, is_edge_line, lines_of, standfirst
from .engine import engine_blocks, taken_by_engine
from .furniture import form_boxes, is_furniture
from .page import Page, parse
from .records import Block
from .scripted import scripted
from .stated import settled_by_body

# What stands beside an article as a rule, and trafilatura does not take, has to be surer: on small pages a rail's
# links were taken for a list of the article, and captions for paragraphs; surer still where the box is named for that.
# Over five folds, against one threshold for all: F1 .970 → .974 on news, leak .033 → .030 on articles and .077 → .069
# on segments, kept there .960 → .955; at 0.9 for boxes named so, kept .949 (2026-11). In a box of comments .95 changes
# nothing on the sets, and keeps out what readers say on pages unlike theirs.
BESIDE, NAMED, COMMENT = 0.65, 0.8, 0.95
_BESIDE = sum(1 << SECTIONS.index(tag) for tag in ("aside", "nav", "footer", "figcaption"))
_BESIDE_KINDS = [kinds().index(kind) for kind in ("nav", "foot", "side", "ad", "caption")]
_NAMED_KINDS = [kinds().index(kind) for kind in ("related", "social", "offer", "consent")]
_COMMENTS = kinds().index("comments")
_ARTICLE = kinds().index("article")
_NEAR = 2  # steps up to the box that is named
_THREAD = 6  # to that of comments, which are lists of boxes
_TAKEN = features.names().index("taken")
_OWN = features.names().index("own")
# Where the model leaves less than this share of what trafilatura takes, that is taken: for pages unlike those of the
# sets, where it changes nothing; 0.5 loses .001 F1 on articles (2026-11).
LITTLE = 0.3
# Of a block with so much it is not asked whether its words are those of furniture: “Pinterest” may be a heading. Over
# five folds exact .228 → .230 on articles, all else the same (2026-11).
SURE = 0.9
# A page is clear where no more than this share of the text kept has a score between these, and there is enough of it:
# 85 % of the news, 82 % of the articles and 67 % of the segments. To ask for none loses .010 F1 on news and .011 of
# what is to be kept on segments; to ask for all gains .001 F1 and .006 exact on articles (five folds, 2026-11).
UNSURE = (0.3, 0.7)
OPEN = 0.1
NO_HOPE = 0.05  # trafilatura is not shown what has less; no figure changes by more than .002
_ENOUGH = 1200  # characters; a shorter article gives too little to go by
_SHORT = 250  # characters; a page that shows less may have its text in its scripts


@dataclass(frozen=True, kw_only=True)
class View:
    """A page as the arbiter sees it."""

    page: Page
    known: Known
    found: Sequence[Candidate]
    body: str | None
    """What JSON-LD carries as the body."""

    @classmethod
    def of(cls, page: Page, *, titles: Iterable[str], authors: Sequence[str], site_names: Sequence[str]) -> View:
        known = Known.of(page, titles=titles, authors=authors, site_names=site_names)
        return cls(page=page, known=known, found=candidates(page.tree), body=article_body(page))

    @classmethod
    def of_html(cls, html: bytes, *, url: str) -> View:
        """As `extract` comes to see it."""
        page = parse(html, url=url)
        names = fields.site_names(page)
        titles = titles_of(page, *headlines.title(page, names))
        writers = authors.authors(page, site_names=names)[0]
        return cls.of(page, titles=titles, authors=writers, site_names=names)

    @cached_property
    def rows(self) -> features.Rows:
        """What each candidate is by itself."""
        return features.rows(self.found, body=self.body, known=self.known)

    @cached_property
    def table(self) -> features.Table:
        """One row a candidate, in the columns of `features.names()`, without what trafilatura says."""
        return features.table(self.rows, taken=None)

    @cached_property
    def asked(self) -> features.Table:
        """The same with what trafilatura says of the whole page."""
        return features.table(self.rows, taken=taken_by_engine(self.page)[0])

    def decided(self, model: model.Model) -> list[Block]:
        """The blocks that the model chooses, without what is said twice and without what the edges give away."""
        table = self.table
        scores = model.probabilities(table)
        taken: tuple[str, _Element | None] | None = None
        is_open = not is_clear(table, scores)
        if is_open and self.page.elements.is_deep:
            # 8,000 links that stand 1,000 deep take it 52 s, and lists within lists end Python's stack.
            taken = "", None
        elif is_open:
            taken = taken_by_engine(self.page, without=hopeless(self.found, table, scores))
            table = features.table(self.rows, taken=taken[0])
            scores = model.probabilities(table)
        scores = of_wholes(self.found, scores)
        forms = form_boxes(self.page)
        barred = [one.element in forms or is_fact_box(one) for one in self.found]
        kept = [
            position
            for position in np.flatnonzero(scores >= THRESHOLD).tolist()
            if not barred[position]
            and (table[position, _TAKEN] > 0 or scores[position] >= needed(self.found[position]))
        ]
        kept = without_contents(self.found, kept)
        kept = with_wholes(self.found, scores, with_headings(self.found, scores, kept))
        kept = [position for position in kept if not barred[position]]  # nor what stands between kept pieces
        kept = said_once(self.found, self.rows.keys, kept, self.known.titles)
        kept = without_labels(self.found, without_last_links(self.found, kept))
        chosen = [(self.found[position], round(max(float(scores[position]), THRESHOLD), 3)) for position in kept]
        blocks = [one for one in blocks_of(chosen) if is_wanted(one)]
        if taken is not None:
            blocks = self._or_another_way(blocks, *taken)
        blocks = settled_by_body(blocks, self.body) if self.body else blocks
        return settled(blocks, self.page, self.known, retold(self.found))

    def _or_another_way(self, blocks: list[Block], text: str, tree: _Element | None) -> list[Block]:
        """The blocks; or what trafilatura takes, or what a script or JSON-LD carries, where these are much more."""
        held = sum(len(block.text) for block in blocks)
        if held < LITTLE * len(text) and tree is not None:
            blocks = [one for one in engine_blocks(tree) if not is_furniture(one.text, kind=one.kind)]
            held = sum(len(block.text) for block in blocks)
        body = self.body
        if body is None and held < _SHORT:
            drawn = blocks_of([(one, THRESHOLD) for one in scripted(self.page) if needed(one) <= THRESHOLD])
            if held < LITTLE * sum(len(block.text) for block in drawn):
                return [replace(one, score=1.0) for one in drawn if not is_furniture(one.text, kind=one.kind)]
        if body and held < LITTLE * len(body):
            return [Block(kind="paragraph", text=line) for line in lines_of(body) if not is_furniture(line)]
        return blocks


def hopeless(found: Sequence[Candidate], table: features.Table, scores: model.Floats) -> set[HtmlElement]:
    """The outermost elements that hold nothing but blocks of no hope. Without them, trafilatura costs two
    thirds: on segments 8.5 ms for 12.3, on articles 12.7 for 19.8 (2026-11).

    None where so little of the page is kept that trafilatura could be the answer: then it has to see all of it.
    """
    own = table[:, _OWN]
    if float(own[scores >= THRESHOLD].sum()) < LITTLE * float(own.sum()):
        return set()
    alive: set[HtmlElement] = set()
    for position in np.flatnonzero(scores >= NO_HOPE).tolist():
        element: HtmlElement | None = found[position].element
        while element is not None and element not in alive:
            alive.add(element)
            element = element.getparent()
    outermost: set[HtmlElement] = set()
    for position in np.flatnonzero(scores < NO_HOPE).tolist():
        element = found[position].element
        if element in alive:
            continue
        while (parent := element.getparent()) is not None and parent not in alive and element not in outermost:
            element = parent
        outermost.add(element)
    return outermost


def needed(one: Candidate) -> float:
    """The score that a block needs which trafilatura does not take.

    More in a rail, a menu, a footer or a caption, or in a box named so that holds none named as an article's; most in
    one of comments.
    """
    place = one.place
    article = place.named[_ARTICLE]
    near = max(0, place.depth - _NEAR, article)
    if place.named[_COMMENTS] >= max(0, place.depth - _THREAD, article):
        return COMMENT
    if any(place.named[kind] >= near for kind in _NAMED_KINDS):
        return NAMED
    if place.flags & _BESIDE or any(place.named[kind] >= near for kind in _BESIDE_KINDS):
        return BESIDE
    return THRESHOLD


def is_clear(table: features.Table, scores: model.Floats) -> bool:
    """Whether the scores leave little open: then trafilatura is not asked."""
    own = table[:, _OWN]
    kept = float(own[scores >= THRESHOLD].sum())
    return kept > _ENOUGH and float(own[(scores > UNSURE[0]) & (scores < UNSURE[1])].sum()) <= OPEN * kept


def is_wanted(block: Block) -> bool:
    """Whether it is no furniture by its words; where the model is sure of it, these do not count."""
    return (block.score or 0) >= SURE or not is_furniture(block.text, kind=block.kind)


def settled(
    blocks: list[Block], page: Page, known: Known, retold: Container[tuple[str, int | None]] = ()
) -> list[Block]:
    """The blocks without what the edges give away, and with the page's standfirst in front.

    `retold`: headings, folded and with their level, that stay although they say the title.
    """
    count = len(blocks)
    blocks = [
        one
        for position, one in enumerate(blocks)
        if (one.kind == "heading" and (fold(one.text), one.level) in retold)
        or not is_edge_line(one, position, count, known)
    ]
    while blocks and blocks[-1].kind == "heading":  # with nothing under it: it belonged to what was left out
        blocks.pop()
    first = standfirst(page, known, blocks) if blocks else None
    return [Block(kind="paragraph", text=first), *blocks] if first else blocks


def body_of(page: Page, *, titles: Iterable[str], authors: Sequence[str], site_names: Sequence[str]) -> list[Block]:
    """The blocks of the page's article in reading order, without its title. Empty where there is no text.

    A page that names nothing is read by its structure alone.
    """
    known = list(titles)
    if not is_named(page.tree) and (blocks := plain_blocks(page.tree, title=known[0] if known else None)):
        return settled(blocks, page, Known.of(page, titles=known, authors=authors))
    return View.of(page, titles=known, authors=authors, site_names=site_names).decided(_model())


def titles_of(page: Page, *titles: str | None) -> list[str]:
    """All the ways in which a page writes its title."""
    return [one for one in (*titles, *page.headings, *headlines.titles_of(page)) if one]


@cache
def _model() -> model.Model:
    text = files(__package__).joinpath("models/blocks.json").read_text(encoding="utf-8")
    return model.load(text, columns=features.names())
