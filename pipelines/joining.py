"""A day's tables in; out, the same with articles over several pages joined. Pure: no page is read again.

The text of a further page is appended to that of the first, and its images and links are then of that article. A
further page is no article of its own: it becomes a reject `further_page` that says after which address it comes, so
that the sums hold. Joined is what was captured on one day; where the first page was not, the further one is a reject
still.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.content import content_digest, word_count
from pipelines.extraction import EXTRACTOR_VERSION
from pipelines.urls import article_id, canonical_url
from warehouse import ARTICLES, CAPTURES, IMAGES, LINKS, REJECTS

COLUMNS = ("part", "part_before_url", "next_part_url")
"""What joining needs to know of an article beside what is published; gone when it is done."""

FURTHER_PAGE = "further_page"
_MOST_PARTS = 50

Tables = dict[str, pa.Table]


def joined(tables: Mapping[str, pa.Table]) -> Tables:
    """The tables of a day by name; those that have no article over several pages come back as they are."""
    done = dict(tables)
    articles = done[ARTICLES.name]
    concerned = pc.or_(pc.greater(articles["part"], 1), pc.is_valid(articles["next_part_url"]))
    rows = articles.filter(concerned).to_pylist()
    further = [row for row in rows if row["part"] > 1]
    if further:
        wholes, first_of = _joined(rows, further)
        alone = pc.is_in(articles["capture_id"], value_set=pa.array([*wholes, *_ids(further)], pa.string()))
        kept = articles.filter(pc.invert(alone))
        articles = pa.concat_tables([kept, pa.Table.from_pylist(list(wholes.values()), articles.schema)])
        done[REJECTS.name] = _with_rejects(done[REJECTS.name], further, first_of)
        done[CAPTURES.name] = _rejected(done[CAPTURES.name], _ids(further))
        done[LINKS.name] = _handed_over(done[LINKS.name], further, first_of)
        done[IMAGES.name] = _handed_over(done[IMAGES.name], further, first_of)
    done[ARTICLES.name] = articles.drop_columns(list(COLUMNS))
    return done


def _joined(
    rows: list[dict[str, Any]], further: list[dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Capture id → the whole article, of those that grew; capture id of a further page → its first page."""
    at = defaultdict(list)
    for row in further:
        at[_key(row["site"], row["url"])].append(row)
    wholes: dict[str, dict[str, Any]] = {}
    first_of: dict[str, dict[str, Any]] = {}
    for first in sorted((row for row in rows if row["part"] == 1), key=lambda row: row["capture_id"]):
        pages, seen = [first], {first["capture_id"]}
        while (url := pages[-1]["next_part_url"]) and len(pages) < _MOST_PARTS:
            found = [row for row in at[_key(first["site"], url)] if row["capture_id"] not in seen]
            if not found:
                break
            pages.append(
                min(found, key=lambda row: (abs(row["captured_at"] - first["captured_at"]), row["capture_id"]))
            )
            seen.add(pages[-1]["capture_id"])
            first_of.setdefault(pages[-1]["capture_id"], first)
        if len(pages) > 1:
            wholes[first["capture_id"]] = _whole(pages)
    return wholes, first_of


def _whole(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """The first page with the blocks of the others, but for those that stand on every page of it."""
    first = pages[0]
    blocks, digests, known = list(first["blocks"]), list(first["block_digests"]), set(first["block_digests"])
    for page in pages[1:]:
        for block, digest in zip(page["blocks"], page["block_digests"], strict=True):
            if digest not in known:
                blocks.append(block)
                digests.append(digest)
        known.update(page["block_digests"])
    text = "\n".join(block["text"] for block in blocks)
    return {
        **first,
        "blocks": blocks,
        "block_digests": digests,
        "text": text,
        "words": word_count(text),
        "content_digest": content_digest(first["title"], text),
        "part_capture_ids": _ids(pages[1:]),
        "export_bound_by": sorted({name for page in pages for name in page["export_bound_by"]}),
    }


def _with_rejects(rejects: pa.Table, further: list[dict[str, Any]], first_of: Mapping[str, dict[str, Any]]) -> pa.Table:
    rows = []
    for page in further:
        first = first_of.get(page["capture_id"])
        after = f"page {page['part']}, after {page['part_before_url']}"
        told = f"joined to capture {first['capture_id']}" if first else "whose first page was not read on this day"
        common = {name: page[name] for name in rejects.schema.names if name in page}
        rows.append({**common, "reason": FURTHER_PAGE, "detail": f"{after}; {told}", "status": None})
        rows[-1]["extractor"] = EXTRACTOR_VERSION
    return pa.concat_tables([rejects, pa.Table.from_pylist(rows, rejects.schema)])


def _rejected(captures: pa.Table, ids: list[str]) -> pa.Table:
    of_these = pc.is_in(captures["capture_id"], value_set=pa.array(ids, pa.string()))
    at = captures.schema.get_field_index("class")
    return captures.set_column(at, captures.schema.field("class"), pc.if_else(of_these, "reject", captures["class"]))


def _handed_over(rows: pa.Table, further: list[dict[str, Any]], first_of: Mapping[str, dict[str, Any]]) -> pa.Table:
    """Links and images of further pages belong to the first page's article; without one, links to none, images go."""
    owner = {page["capture_id"]: None for page in further}
    owner |= {capture_id: first["article_id"] for capture_id, first in first_of.items()}
    ids = [
        owner.get(capture_id, article)
        for capture_id, article in zip(rows["capture_id"].to_pylist(), rows["article_id"].to_pylist(), strict=True)
    ]
    field = rows.schema.field("article_id")
    new = rows.set_column(rows.schema.get_field_index("article_id"), field, pa.array(ids, field.type))
    return new if field.nullable else new.filter(pc.is_valid(new["article_id"]))


def _key(site: str | None, url: str) -> tuple[str | None, str]:
    return site, article_id(canonical_url(url))


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["capture_id"] for row in rows]
