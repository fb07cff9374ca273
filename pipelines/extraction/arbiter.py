"""A page's candidate blocks in, those of the article out, each with its score. The decision above trafilatura.

A model trained on pages with known text (`pipelines.training.blocks`, models/blocks.md) scores every block: structure,
neighbours, what trafilatura took, what JSON-LD carries as the body, words in many languages. Then cheap certainties:
the title said again goes, passages said twice go, bylines, dates and reading times at the edges go, the standfirst
comes to the front. What trafilatura alone takes is the answer where little is left, for a page unlike all that the
model has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lxml.etree import _Element

from . import authors, features, fields, model
from .blocks import blocks_of
from .candidates import SECTIONS, Candidate, candidates
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
# What stands in an aside, a menu or a footer, and trafilatura leaves out, has to be surer: a rail's links were taken
# for a list of the article on 1 of 228 pages of the demo (2026-11).
BESIDE = 0.8
_BESIDE = sum(1 << SECTIONS.index(tag) for tag in ("aside", "nav", "footer"))
_TAKEN = features.names().index("taken")
# Where the model leaves less than this share of what trafilatura takes, that is taken: for pages unlike those of the
# sets, where it changes nothing; 0.5 loses .001 F1 on articles (2026-11).
LITTLE = 0.3
_SHORT = 250  # characters; a page that shows less may have its text in its scripts


@dataclass(frozen=True, kw_only=True)
class View:
    """A page as the arbiter sees it."""

    page: Page
    known: Known
    found: Sequence[Candidate]
    table: features.Table
    """One row a candidate, in the columns of `features.names()`."""
    taken: str
    """What trafilatura takes."""
    taken_tree: _Element | None
    body: str | None
    """What JSON-LD carries as the body."""

    @classmethod
    def of(cls, page: Page, *, titles: Iterable[str], authors: Sequence[str]) -> View:
        known = Known.of(page, titles=titles, authors=authors)
        taken, tree = taken_by_engine(page)
        found, body = candidates(page.tree), article_body(page)
        table = features.table(found, taken=taken, body=body, known=known)
        return cls(page=page, known=known, found=found, table=table, taken=taken, taken_tree=tree, body=body)

    @classmethod
    def of_html(cls, html: bytes, *, url: str) -> View:
        """As `extract` comes to see it."""
        page = parse(html, url=url)
        names = fields.site_names(page)
        titles = titles_of(page, *fields.title(page, names))
        return cls.of(page, titles=titles, authors=authors.authors(page, site_names=names)[0])

    def decided(self, scores: Iterable[float]) -> list[Block]:
        """The blocks that the scores choose, without what is said twice and without what the edges give away."""
        seen: set[str] = set()
        chosen = []
        forms = form_boxes(self.page.tree)
        titles = {folded for title in self.known.titles if len(folded := flat(title)) > 15}
        for one, score, row in zip(self.found, scores, self.table, strict=True):
            text = flat(one.text)
            needed = BESIDE if one.place.flags & _BESIDE and row[_TAKEN] == 0 else THRESHOLD
            said_again = (len(text) > 30 and text in seen) or (one.level is None and text in titles)
            if score < needed or one.element in forms or said_again:
                continue
            seen.add(text)
            chosen.append((one, round(float(score), 3)))
        blocks = [one for one in blocks_of(chosen) if not is_furniture(one.text, kind=one.kind)]
        blocks = self._or_another_way(blocks)
        return settled(settled_by_body(blocks, self.body) if self.body else blocks, self.page, self.known)

    def _or_another_way(self, blocks: list[Block]) -> list[Block]:
        held = sum(len(block.text) for block in blocks)
        if held < LITTLE * len(self.taken) and self.taken_tree is not None:
            blocks = [one for one in engine_blocks(self.taken_tree) if not is_furniture(one.text, kind=one.kind)]
            held = sum(len(block.text) for block in blocks)
        body = self.body
        if body is None and held < _SHORT:
            body = scripted_body(self.page)
        if body and held < LITTLE * len(body):
            return [Block(kind="paragraph", text=line) for line in lines_of(body) if not is_furniture(line)]
        return blocks


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
    view = View.of(page, titles=known, authors=authors)
    return view.decided(_model().probabilities(view.table))


def titles_of(page: Page, *titles: str | None) -> list[str]:
    """All the ways in which a page writes its title."""
    return [one for one in (*titles, *page.headings, *fields.titles_of(page)) if one]


@cache
def _model() -> model.Model:
    text = files(__package__).joinpath("models/blocks.json").read_text(encoding="utf-8")
    return model.load(text, columns=features.names())
