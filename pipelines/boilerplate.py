"""What single pages cannot tell: readings of a site's last days in, out, which blocks of text are the site's and not
any article's, and why. Pure: Arrow tables in, rows out.

A block counts once for each article it stands on, whatever its addresses, and however often that was read. Its share of
the site's articles meets what its page alone could tell, the block's score:

- words of furniture (boilerplate.txt) need a tenth of the articles; the headline of an article that stands on others as
  well is a rail's, on however few of them;
- what has the form of repeated content (a quotation, a dateline, “The minister said:”, a subheading that the article's
  own text follows) stays, whatever its share;
- what one of several authors alone repeats is that author's;
- for all else the share needed is never less than 0.38, more than a series or a war has of its paper, and rises with
  the score: to six tenths for a block that its page is sure of (0.9 and more), and to nine where it stands amid the
  article's own text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.content import block_digest
from pipelines.content_forms import form_of, says_furniture

WINDOW_DAYS = 14
"""Two of each weekly column; a site with two articles a day has 28 in it. Each late capture names that many days to
publish again."""
# No set of pages of one site with known truth was at hand, so repeated content and furniture are planted: 500 pieces
# and 150 lines in ten languages on sites of 5 to 400 articles (tests/test_boilerplate_spares_content.py), with the
# scores of real blocks. Of 43,247 true ones 1 % are below 0.55, 8 % below 0.8, the median is 0.98; of 2,951 that leaked
# 6 %, 41 %, and 0.86 (1,752 pages, models that had not seen the domain, 2026-11). Some true blocks do have 0.45, the
# lowest that a page includes, so no score brings the share needed below what a series or a column may have.
LEAST_PAGES = 3
_LEAST_PAGES_WITHOUT_WORDS = 5
_SAYS_SO = 0.10
_HEADLINE = 25  # characters; “What we know” is a headline, and a subheading of many articles
_DOUBTED, _DOUBTED_SHARE = 0.3, 0.05
_SURE, _SURE_SHARE = 0.9, 0.60
_LEAST_SHARE = 0.38
_AMID_SHARE = 0.90
_MOSTLY = 0.5

_OF_BLOCKS = "blocks.list.element.score"  # without their texts: a twelfth of the bytes
COLUMNS = ["site", "url", "article_id", "title", "authors", "captured_at", "crawl_date", "block_digests", _OF_BLOCKS]
"""What is read of a fragment's articles."""


@dataclass(frozen=True, kw_only=True)
class Overrule:
    """What a person says of one site's blocks. Folded texts; one that ends in “…” is the beginning of a block."""

    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    def of(self, text: str) -> str | None:
        """`keep`, `drop`, or None where nobody said anything."""
        folded = fold(text)
        for decision, said in (("keep", self.keep), ("drop", self.drop)):
            if any(folded.startswith(each[:-1].rstrip()) if each.endswith("…") else folded == each for each in said):
                return decision
        return None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How one block of text stands on a site's articles."""

    pages: int
    articles: int
    authors: int
    """By how many, where all of its articles name theirs; 0 where one does not."""
    of_authors: int
    """How many the site's articles name in all."""
    score: float
    leads: float
    """Share of its occurrences that text of the article's own follows."""
    amid: float
    """Share of its occurrences with text of the article's own before and behind."""
    is_headline: bool
    """Whether it is the headline of an article of the site."""
    first_seen_at: datetime
    last_seen_at: datetime

    @property
    def share(self) -> float:
        return self.pages / self.articles


@dataclass(frozen=True, kw_only=True)
class Decision:
    drop: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What the window shows, by key of site and block."""

    seen: Mapping[int, Seen] = field(default_factory=dict)


def fold(text: str) -> str:
    """Text as overrules are compared: case and spacing aside."""
    return " ".join(text.split()).casefold()


def key_of(site: str) -> int:
    """64 bits of a site's name; xor a block's digest it names that block on that site."""
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=8).digest(), "big", signed=True)


def keys(sites: Sequence[str], digests: pa.ListArray) -> pa.Int64Array:
    """The key of each block, in reading order, of articles with these sites and block digests."""
    of_site = {site: key_of(site) for site in set(sites)}
    per_article = pa.array([of_site[site] for site in sites], pa.int64())
    return pc.bit_wise_xor(digests.flatten(), per_article.take(digests.value_parent_indices()))


def learn(readings: pa.Table, *, also: Collection[int] = ()) -> Learned:
    """How the blocks of these readings repeat, of those that stand on `LEAST_PAGES` articles or whose key is in `also`.

    `readings` has COLUMNS, `site` filled in.
    """
    if not len(readings):
        return Learned()
    readings = readings.combine_chunks()
    digests = list_of(readings, "block_digests")
    parent = digests.value_parent_indices()
    blocks = keys(readings["site"].to_pylist(), digests)
    scores = pc.struct_field(list_of(readings, "blocks").flatten(), "score")
    per_article = pa.table(
        {
            "site": readings["site"],
            "story": stories(*(readings[name].to_pylist() for name in ("site", "article_id", "title"))),
            "author": pa.array([names[0] if names else None for names in readings["authors"].to_pylist()], pa.string()),
            "at": readings["captured_at"],
        }
    )
    per_block = per_article.take(parent).append_column("key", blocks).append_column("score", scores)
    # One thread: means of floats depend on the order of their terms, and the same inputs must give the same bytes.
    found = per_block.group_by("key", use_threads=False).aggregate(
        [
            ("story", "count_distinct"),
            ("author", "count_distinct", pc.CountOptions(mode="only_valid")),
            ("author", "count", pc.CountOptions(mode="only_null")),
            ("score", "mean"),
            ("at", "min"),
            ("at", "max"),
            ("site", "min"),
        ]
    )
    asked_for = pc.is_in(found["key"], value_set=pa.array(sorted(also), pa.int64()))
    repeated = found.filter(pc.or_(pc.greater_equal(found["story_count_distinct"], LEAST_PAGES), asked_for))
    totals, headlines = _totals(per_article), _headlines(readings)
    places = _places(blocks, parent, repeated["key"].combine_chunks())
    return Learned(
        seen={
            row["key"]: Seen(
                pages=row["story_count_distinct"],
                articles=totals[row["site_min"]][0],
                authors=0 if row["author_count"] else row["author_count_distinct"],
                of_authors=totals[row["site_min"]][1],
                score=round(row["score_mean"], 4),
                leads=places[row["key"]][0],
                amid=places[row["key"]][1],
                is_headline=row["key"] in headlines,
                first_seen_at=row["at_min"],
                last_seen_at=row["at_max"],
            )
            for row in repeated.to_pylist()
        }
    )


def decide(seen: Seen, text: str, *, kind: str) -> Decision:
    """Whether the block is the site's: to be taken out of its articles."""
    on = f"on {seen.pages:,} of {seen.articles:,} articles"
    if says_furniture(text, kind=kind):
        return Decision(drop=seen.share >= _SAYS_SO, reason=f"words of furniture, {on}, at a limit of {_SAYS_SO:.2f}")
    if seen.is_headline and kind != "quote":
        return Decision(drop=True, reason=f"the headline of another article, {on}")
    if form := form_of(text, kind=kind):
        return Decision(drop=False, reason=f"{form}, {on}")
    if kind == "heading" and seen.leads >= _MOSTLY:
        return Decision(drop=False, reason=f"heads text of the articles' own, {on}")
    if seen.authors == 1 < seen.of_authors:
        return Decision(drop=False, reason=f"one author's, {on}")
    if seen.pages < _LEAST_PAGES_WITHOUT_WORDS:
        return Decision(drop=False, reason=f"{on}: too few to tell")
    limit = share_needed(seen)
    return Decision(drop=seen.share >= limit, reason=f"{on}, at a limit of {limit:.2f}")


def share_needed(seen: Seen) -> float:
    """The share of a site's articles at which a block without telling words is the site's."""
    sure = min(1.0, max(0.0, (seen.score - _DOUBTED) / (_SURE - _DOUBTED)))
    most = _AMID_SHARE if seen.amid >= _MOSTLY else _SURE_SHARE
    return max(_LEAST_SHARE, _DOUBTED_SHARE + sure * (most - _DOUBTED_SHARE))


def stories(sites: Sequence[str], articles: Sequence[str], titles: Sequence[str | None]) -> pa.Int64Array:
    """A number for each reading, the same for all of one story: what shares an article id, or a site and a headline.

    So an article counts once whatever its addresses are and however its headline was changed meanwhile.
    """
    leader: list[int] = list(range(len(sites)))

    def lead(of: int) -> int:
        while leader[of] != of:
            leader[of] = of = leader[leader[of]]
        return of

    first: dict[tuple[str, str, str], int] = {}
    for number, (site, article, title) in enumerate(zip(sites, articles, titles, strict=True)):
        leader[lead(number)] = lead(first.setdefault((site, "article", article), number))
        if title is not None:
            leader[lead(number)] = lead(first.setdefault((site, "title", fold(title)), number))
    return pa.array([lead(number) for number in range(len(leader))], pa.int64())


def _headlines(readings: pa.Table) -> set[int]:
    """The keys that the site's headlines would have as blocks."""
    pairs = set(zip(readings["site"].to_pylist(), readings["title"].to_pylist(), strict=True))
    return {key_of(site) ^ block_digest(title) for site, title in pairs if title and len(title) >= _HEADLINE}


def _totals(per_article: pa.Table) -> Mapping[str, tuple[int, int]]:
    """Site → how many stories, by how many authors."""
    found = per_article.group_by("site", use_threads=False).aggregate(
        [("story", "count_distinct"), ("author", "count_distinct", pc.CountOptions(mode="only_valid"))]
    )
    return {row["site"]: (row["story_count_distinct"], row["author_count_distinct"]) for row in found.to_pylist()}


def _places(blocks: pa.Int64Array, parent: pa.Int64Array, repeated: pa.Int64Array) -> Mapping[int, tuple[float, float]]:
    """Of each repeated block, how often a block that is not repeated follows it, and stands on both its sides."""
    own = pc.invert(pc.is_in(blocks, value_set=repeated))
    follows = _own_neighbour(own, parent, 1)
    precedes = _own_neighbour(own, parent, -1)
    table = pa.table(
        {
            "key": blocks,
            "leads": pc.cast(follows, pa.float64()),
            "amid": pc.cast(pc.and_(follows, precedes), pa.float64()),
        }
    ).filter(pc.invert(own))
    found = table.group_by("key", use_threads=False).aggregate([("leads", "mean"), ("amid", "mean")])
    return {row["key"]: (row["leads_mean"], row["amid_mean"]) for row in found.to_pylist()}


def _own_neighbour(own: pa.BooleanArray, parent: pa.Int64Array, step: int) -> pa.BooleanArray:
    """Whether the next block (step 1) or the one before (-1) is of the same article and of its own."""
    nothing = pa.nulls(1, pa.bool_())
    nowhere = pa.nulls(1, parent.type)
    if step > 0:
        other, at = pa.concat_arrays([own[1:], nothing]), pa.concat_arrays([parent[1:], nowhere])
    else:
        other, at = pa.concat_arrays([nothing, own[:-1]]), pa.concat_arrays([nowhere, parent[:-1]])
    return pc.fill_null(pc.and_(other, pc.equal(at, parent)), False)


def list_of(table: pa.Table, name: str) -> pa.ListArray:
    """A column of lists as one array."""
    column = table[name].combine_chunks()
    array: pa.ListArray = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    return array
