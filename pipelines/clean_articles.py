"""A day's articles and what was learned of their sites' blocks in; out, the articles without what is their sites', and
the rows of `boilerplate` that say so. Pure: no page is read again, text and digest are made anew from what is left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.boilerplate import Decision, Learned, Overrule, decide, keys, list_of
from pipelines.content import content_digest, word_count
from warehouse import BOILERPLATE, BoilerplateRow, to_arrow

_SAMPLE = 1000


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A block that repeats or that somebody spoke of, where it first stands that day."""

    article: int
    text: str
    kind: str
    digest: int
    decision: Decision


def spoken_of(articles: pa.Table, overrules: Mapping[str, Overrule]) -> dict[int, str]:
    """Key of each block that sites.toml speaks of → `keep` or `drop`."""
    chosen = articles.filter(pc.is_in(articles["site"], value_set=pa.array(list(overrules), pa.string())))
    if not len(chosen):
        return {}
    sites, digests = chosen["site"].to_pylist(), list_of(chosen, "block_digests")
    texts = pc.struct_field(list_of(chosen, "blocks").flatten(), "text").to_pylist()
    spoken: dict[int, str] = {}
    rows = zip(keys(sites, digests).to_pylist(), digests.value_parent_indices().to_pylist(), texts, strict=True)
    for key, article, text in rows:
        if key not in spoken and (said := overrules[sites[article]].of(text)) is not None:
            spoken[key] = said
    return spoken


def clean(
    articles: pa.Table, learned: Learned, spoken: Mapping[int, str], crawl_date: date
) -> tuple[pa.Table, pa.Table]:
    """`articles` (their `block_digests` serve here and go), and the day's rows of `boilerplate`.

    A reading that would lose all its text keeps it: what is nothing but furniture is for rejects to say, not for us.
    """
    if not len(articles):
        return articles.drop_columns(["block_digests"]), to_arrow(BOILERPLATE, [])
    articles = articles.combine_chunks()
    digests = list_of(articles, "block_digests")
    parent, of_block = digests.value_parent_indices(), keys(articles["site"].to_pylist(), digests)
    found = _found(articles, of_block, parent, learned, spoken)
    dropped = pa.array([key for key, each in found.items() if each.decision.drop], pa.int64())
    is_dropped = pc.is_in(of_block, value_set=dropped)
    lost: dict[int, list[int]] = defaultdict(list)  # article → keys that it would lose
    for article, key in zip(
        parent.filter(is_dropped).to_pylist(), of_block.filter(is_dropped).to_pylist(), strict=True
    ):
        lost[article].append(key)
    plain = articles.drop_columns(["block_digests"])
    cut, counted = {}, Counter[int]()
    for article, gone in lost.items():
        digest_of = {found[key].digest for key in gone}
        flags = [digest in digest_of for digest in digests[article].as_py()]
        if (row := _without(plain.slice(article, 1).to_pylist()[0], flags)) is not None:
            cut[article] = row
            counted.update(set(gone))
    return _replaced(plain, cut), _rows(articles, found, learned, counted, crawl_date)


def _found(
    articles: pa.Table, of_block: pa.Int64Array, parent: pa.Int64Array, learned: Learned, spoken: Mapping[int, str]
) -> dict[int, _Found]:
    blocks, digests = list_of(articles, "blocks").flatten(), list_of(articles, "block_digests").flatten()
    found: dict[int, _Found] = {}
    at_hand = pc.is_in(of_block, value_set=pa.array([*learned.seen], pa.int64()))
    for at in pc.indices_nonzero(at_hand).to_pylist():
        key = of_block[at].as_py()
        if key in found:
            continue
        block = blocks[at].as_py()
        if (said := spoken.get(key)) is not None:
            decision = Decision(drop=said == "drop", reason=f"{said}_text in sites.toml")
        else:
            decision = decide(learned.seen[key], block["text"], kind=block["kind"])
        found[key] = _Found(
            article=parent[at].as_py(), text=block["text"], kind=block["kind"], digest=digests[at].as_py(),
            decision=decision,
        )  # fmt: skip
    return found


def _without(row: dict[str, Any], dropped: list[bool]) -> dict[str, Any] | None:
    """The row without these blocks, and without headings that stood above nothing else; None where no text is left."""
    kept: list[dict[str, Any]] = []
    gone = False  # whether what came last was dropped
    for block, drop in zip(row["blocks"], dropped, strict=True):
        if drop:
            gone = True
            continue
        if gone and block["kind"] == "heading":
            _drop_headings(kept, down_to=block["level"] or 2)
        kept.append(block)
        gone = False
    if gone:
        _drop_headings(kept, down_to=1)
    if all(block["kind"] == "heading" for block in kept):
        return None
    text = "\n".join(block["text"] for block in kept)
    digest = content_digest(row["title"], text)
    away = {block["text"] for block, drop in zip(row["blocks"], dropped, strict=True) if drop}
    standfirst, origins = row["standfirst"], row["origins"]
    if standfirst in away:  # the site's words, not this article's
        standfirst, origins = None, [one for one in origins if one["field"] != "standfirst"]
    return {
        **row,
        "blocks": kept,
        "text": text,
        "words": word_count(text),
        "content_digest": digest,
        "standfirst": standfirst,
        "origins": origins,
    }


def _drop_headings(kept: list[dict[str, Any]], *, down_to: int) -> None:
    """Headings right before what was dropped, unless what comes next is a part of theirs."""
    while kept and kept[-1]["kind"] == "heading" and (kept[-1]["level"] or 2) >= down_to:
        kept.pop()


def _replaced(articles: pa.Table, cut: Mapping[int, dict[str, Any]]) -> pa.Table:
    if not cut:
        return articles
    others = pa.array([at not in cut for at in range(len(articles))], pa.bool_())
    return pa.concat_tables([articles.filter(others), pa.Table.from_pylist(list(cut.values()), articles.schema)])


def _rows(
    articles: pa.Table, found: Mapping[int, _Found], learned: Learned, counted: Counter[int], crawl_date: date
) -> pa.Table:
    sites = articles["site"].to_pylist()
    bound: dict[str, set[str]] = defaultdict(set)
    for site, by in zip(sites, articles["export_bound_by"].to_pylist(), strict=True):
        bound[site].update(by)
    rows = []
    for key, each in found.items():
        site, seen = sites[each.article], learned.seen[key]
        rows.append(
            BoilerplateRow(
                site=site,
                block_digest=f"{each.digest & 0xFFFFFFFFFFFFFFFF:016x}",
                sample=each.text[:_SAMPLE],
                kind=each.kind,
                pages=seen.pages,
                articles=seen.articles,
                share=round(seen.share, 4),
                score=seen.score,
                first_seen_at=seen.first_seen_at,
                last_seen_at=seen.last_seen_at,
                decision="drop" if each.decision.drop else "keep",
                reason=each.decision.reason,
                readings=counted[key],
                crawl_date=crawl_date,
                export_bound_by=tuple(sorted(bound[site])),
            )
        )
    return to_arrow(BOILERPLATE, rows)
