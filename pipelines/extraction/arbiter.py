"""A page's candidate blocks in, those of the article out, each with its score. The decision above trafilatura.

A model trained on pages with known text (`pipelines.training.blocks`, models/blocks.md) scores every block: structure,
neighbours, what JSON-LD carries as the body, words in many languages. Trafilatura is asked what it takes where that
leaves a page open, and the model once more with its answer. Then cheap certainties: the title said again goes, passages
said twice go, bylines, dates and reading times at the edges go, the standfirst comes to the front. What trafilatura
alone takes is the answer where little is left, for a page unlike all that the model has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from lxml.etree import _Element

from . import authors, features, fields, model
from .blocks import blocks_of
from .candidates import SECTIONS, Candidate, candidates, kinds
from .container import is_named, plain_blocks
from .edges import Known, article_body, is_edge_line, lines_of, standfirst
from .engine import engine_blocks, taken_by_engine
from .features import flat
from .furniture import form_boxes, is_furniture
from .page import Page, parse
from .records import Block
from .scripted import scripted_body
from .stated import settled_by_body

# 0.5: F1 within .001 of the best on articles, .003 on news; at 0.6 text is lost on segments (folds by domain, 2026-11).
THRESHOLD = 0.5
# What stands beside an article as a rule, and trafilatura does not take, has to be surer: on small pages a rail's
# links were taken for a list of the article, and captions for paragraphs. Over five folds, against asides, menus and
# footers alone: F1 .966 → .970 on news, leak on segments .071 → .067, kept .953 → .951; 0.8 keeps .950 (2026-11).
BESIDE = 0.7
_BESIDE = sum(1 << SECTIONS.index(tag) for tag in ("aside", "nav", "footer", "figcaption"))
_BESIDE_KINDS = [
    kinds().index(kind)
    for kind in ("comments", "related", "social", "nav", "foot", "side", "ad", "offer", "caption", "consent")
]
_ARTICLE = kinds().index("article")
_NEAR = 2  # steps up to the box that is named
_TAKEN = features.names().index("taken")
_OWN = features.names().index("own")
# Where the model leaves less than this share of what trafilatura takes, that is taken: for pages unlike those of the
# sets, where it changes nothing; 0.5 loses .001 F1 on articles (2026-11).
LITTLE = 0.3
# A page is clear where no more than this share of the text kept has a score between these, and there is enough of it:
# 74 % of the news, 79 % of the articles and 51 % of the segments. To ask for all of them gained no F1, and of exact .01
# on articles and .04 on news, before the rule for what stands beside; it costs a quarter of a page (folds, 2026-11).
UNSURE = (0.3, 0.7)
OPEN = 0.1
_ENOUGH = 2500  # characters; a shorter article gives too little to go by
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
    def of(cls, page: Page, *, titles: Iterable[str], authors: Sequence[str]) -> View:
        known = Known.of(page, titles=titles, authors=authors)
        return cls(page=page, known=known, found=candidates(page.tree), body=article_body(page))

    @classmethod
    def of_html(cls, html: bytes, *, url: str) -> View:
        """As `extract` comes to see it."""
        page = parse(html, url=url)
        names = fields.site_names(page)
        titles = titles_of(page, *fields.title(page, names))
        return cls.of(page, titles=titles, authors=authors.authors(page, site_names=names)[0])

    @cached_property
    def taken(self) -> tuple[str, _Element | None]:
        """What trafilatura takes, and the tree of it. A quarter of what a page costs: asked for only where needed."""
        return taken_by_engine(self.page)

    @cached_property
    def rows(self) -> features.Rows:
        """What each candidate is by itself."""
        return features.rows(self.found, body=self.body, known=self.known)

    @cached_property
    def table(self) -> features.Table:
        """One row a candidate, in the columns of `features.names()`, without what trafilatura says."""
        return features.table(self.found, self.rows, taken=None)

    @cached_property
    def asked(self) -> features.Table:
        """The same with what trafilatura says."""
        return features.table(self.found, self.rows, taken=self.taken[0])

    def decided(self, model: model.Model) -> list[Block]:
        """The blocks that the model chooses, without what is said twice and without what the edges give away."""
        table = self.table
        scores = model.probabilities(table)
        if not (clear := is_clear(table, scores)):
            table = self.asked
            scores = model.probabilities(table)
        scores = of_whole_lists(self.found, scores)
        seen: set[str] = set()
        chosen = []
        forms = form_boxes(self.page.tree)
        titles = {folded for title in self.known.titles if len(folded := flat(title)) > 15}
        for one, score, row in zip(self.found, scores, table, strict=True):
            needed = BESIDE if row[_TAKEN] <= 0 and _is_beside(one) else THRESHOLD
            if score < needed or one.element in forms:
                continue
            text = flat(one.text)
            if (len(text) > 30 and text in seen) or (one.level is None and text in titles):  # said again
                continue
            seen.add(text)
            chosen.append((one, round(float(score), 3)))
        blocks = [one for one in blocks_of(chosen) if not is_furniture(one.text, kind=one.kind)]
        if not clear:
            blocks = self._or_another_way(blocks)
        return settled(settled_by_body(blocks, self.body) if self.body else blocks, self.page, self.known)

    def _or_another_way(self, blocks: list[Block]) -> list[Block]:
        held = sum(len(block.text) for block in blocks)
        text, tree = self.taken
        if held < LITTLE * len(text) and tree is not None:
            blocks = [one for one in engine_blocks(tree) if not is_furniture(one.text, kind=one.kind)]
            held = sum(len(block.text) for block in blocks)
        body = self.body
        if body is None and held < _SHORT:
            body = scripted_body(self.page)
        if body and held < LITTLE * len(body):
            return [Block(kind="paragraph", text=line) for line in lines_of(body) if not is_furniture(line)]
        return blocks


def _is_beside(one: Candidate) -> bool:
    """Whether it stands in a rail, a menu, a footer or a caption, or in a box that is named so, and not in one named as
    an article further in."""
    place = one.place
    if place.flags & _BESIDE:
        return True
    nearest = max(place.named[kind] for kind in _BESIDE_KINDS)
    return nearest >= max(0, place.depth - _NEAR) and nearest >= place.named[_ARTICLE]


def of_whole_lists(found: Sequence[Candidate], scores: model.Floats) -> model.Floats:
    """The scores, with the mean of a list's items for each of them: a list is of the article as a whole, or not."""
    lists: dict[_Element, list[int]] = {}
    for position, one in enumerate(found):
        if one.tag == "li" and (parent := one.element.getparent()) is not None:
            lists.setdefault(parent, []).append(position)
    scores = scores.copy()
    for positions in lists.values():
        scores[positions] = scores[positions].mean()
    return scores


def is_clear(table: features.Table, scores: model.Floats) -> bool:
    """Whether the scores leave little open: then trafilatura is not asked."""
    own = table[:, _OWN]
    kept = float(own[scores >= THRESHOLD].sum())
    return kept > _ENOUGH and float(own[(scores > UNSURE[0]) & (scores < UNSURE[1])].sum()) <= OPEN * kept


def settled(blocks: list[Block], page: Page, known: Known) -> list[Block]:
    """The blocks without what the edges give away, and with the page's standfirst in front."""
    count = len(blocks)
    blocks = [one for position, one in enumerate(blocks) if not is_edge_line(one, position, count, known)]
    while blocks and blocks[-1].kind == "heading":  # with nothing under it: it belonged to what was left out
        blocks.pop()
    first = standfirst(page, known, blocks) if blocks else None
    return [Block(kind="paragraph", text=first), *blocks] if first else blocks


def body_of(page: Page, *, titles: Iterable[str], authors: Sequence[str]) -> list[Block]:
    """The blocks of the page's article in reading order, without its title. Empty where there is no text.

    A page that names nothing is read by its structure alone.
    """
    known = list(titles)
    if not is_named(page.tree) and (blocks := plain_blocks(page.tree, title=known[0] if known else None)):
        return settled(blocks, page, Known.of(page, titles=known, authors=authors))
    return View.of(page, titles=known, authors=authors).decided(_model())


def titles_of(page: Page, *titles: str | None) -> list[str]:
    """All the ways in which a page writes its title."""
    return [one for one in (*titles, *page.headings, *fields.titles_of(page)) if one]


@cache
def _model() -> model.Model:
    text = files(__package__).joinpath("models/blocks.json").read_text(encoding="utf-8")
    return model.load(text, columns=features.names())
