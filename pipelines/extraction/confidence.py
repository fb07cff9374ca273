"""Where a field was found in; how often that is right, out. Counted on the pages with known truth, 2026-11.

The counts are of those pages of the news, articles and segments sets that have a known author and were given one (1,025
of 1,150; right: the set of names is the known one), a known day and were given one (1,351 of 1,369), or a known title
and were given one (1,610 of 1,611; right: but for case, spaces and marks). A confidence is (right + 1) / (pages + 2),
so that few pages make no certainty. `tests/test_confidence.py` counts again.

No set tells when pages were changed. What is given for times of change is how often another source on the same page
named the same day: where no page had two, there is none.
"""

from typing import Literal, TypeAlias

Second: TypeAlias = Literal["agrees", "contradicts", "alone"]
"""What the page's other statements, of those that cost no search, say to the one that was taken."""

Counts: TypeAlias = tuple[int, int]

# source, or source and what a second one says → right, pages
TITLE: dict[str, Counts] = {
    "heading agrees": (703, 735), "heading alone": (3, 4), "heading contradicts": (94, 141),
    "json-ld agrees": (510, 566), "json-ld contradicts": (2, 4), "meta agrees": (90, 106), "meta contradicts": (0, 9),
    "document": (21, 45),
}  # fmt: skip
AUTHORS: dict[str, Counts] = {
    "json-ld agrees": (190, 203), "json-ld alone": (222, 255), "json-ld contradicts": (23, 30), "meta": (145, 176),
    "microdata": (49, 51), "rel": (68, 76), "page": (63, 71), "class": (70, 88), "text": (34, 41), "handle": (31, 34),
}  # fmt: skip
PUBLISHED: dict[str, Counts] = {
    "json-ld agrees": (388, 409), "json-ld alone": (126, 150), "json-ld contradicts": (4, 11), "meta agrees": (70, 72),
    "meta alone": (273, 292), "microdata": (29, 30), "time": (93, 103), "url": (21, 21), "text": (232, 257),
    "script": (2, 2), "modified": (1, 4),
}  # fmt: skip
MODIFIED: dict[str, Counts] = {"json-ld": (365, 370), "meta": (95, 101)}
# Field and source, of the pages of the news and segments sets that have a known value and were given one. Right: the
# section is a known one; half of the tags, given and known, are in both; the description is the known one; the licence
# is one of the text; the standfirst is known, and is that one. No page has a known canonical URL: counted is how often
# og:url is the same, of the pages of all three sets that have both. JSON-LD and meta elements name the same image on
# 457 of 596 pages and the same publisher on 343 of 513, but most of the others are other sizes and spellings of one: no
# measure of which is right.
FIELDS: dict[str, Counts] = {
    "section json-ld": (34, 54), "section meta": (17, 25), "section link": (52, 52), "section page": (14, 21),
    "tags json-ld": (71, 84), "tags meta": (61, 88), "tags link": (61, 67), "description meta": (217, 385),
    "licence_url link": (34, 34), "licence_url meta": (1, 1), "licence_url page": (20, 20), "standfirst page": (59, 63),
    "canonical_url link": (1253, 1290),
}  # fmt: skip

OVERRIDE = "override"


def confidence(table: dict[str, Counts], source: str | None, second: Second = "alone") -> float | None:
    """How likely what was found there is right, from 0 to 1; None where nothing was found or it was not counted."""
    if source is None:
        return None
    if source == OVERRIDE:
        return 1.0  # a person says so
    counts = table.get(f"{source} {second}") or table.get(source)
    return round((counts[0] + 1) / (counts[1] + 2), 2) if counts else None
