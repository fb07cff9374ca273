"""A page and a site's rules in; out, what reading it gives without and with them, side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipelines.extraction import Block, Extraction, Reject
from pipelines.site_rules import Rules

FIELDS = (
    "title", "authors", "wire_credit", "published_at", "modified_at", "description", "standfirst", "section", "tags",
    "language", "language_detected", "canonical_url", "lead_image_url", "publisher", "access", "page_type", "rights",
    "licence_url", "correction",
)  # fmt: skip
_SOURCES = {
    "published_at": "published_source", "modified_at": "modified_source", "language": "language_source",
    "access": "access_evidence", "page_type": "page_type_evidence", "authors": "authors_raw", "title": "title_raw",
    "canonical_url": "canonical_raw", "language_detected": "language_detected_confidence",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Selector:
    """How much of the page one selector of sites.toml finds."""

    key: str
    css: str
    elements: int


@dataclass(frozen=True, kw_only=True)
class Trial:
    before: Extraction | Reject
    """As the reader finds it by itself."""
    after: Extraction | Reject
    """By the site's rules."""
    selectors: tuple[Selector, ...]


def tried(html: bytes, *, url: str, content_type: str | None, rules: Rules) -> Trial:
    from pipelines.extraction import extract
    from pipelines.extraction.overrides import count
    from pipelines.extraction.page import parse

    before = extract(html, url=url, content_type=content_type)
    after = extract(html, url=url, content_type=content_type, rules=rules) if rules else before
    page = parse(html, url=url, content_type=content_type) if rules else None
    found = [
        Selector(key=key, css=css, elements=count(page, css) if page is not None else 0)
        for key, selectors in rules
        for css in selectors
    ]
    return Trial(before=before, after=after, selectors=tuple(found))


def fields_of(read: Extraction | Reject) -> dict[str, tuple[str, str]]:
    """Field → its value and where it was found, as text; the reason and its evidence where it is a reject."""
    if isinstance(read, Reject):
        return {"no article": (read.reason, read.detail), "title": (read.title or "", "")}
    found = {}
    origins = {each.field: each.source for each in read.origins}
    for name in FIELDS:
        value, source = getattr(read, name), getattr(read, _SOURCES.get(name, ""), None) or origins.get(name, "")
        text = ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        found[name] = (text, "" if source == text else str(source))
    found["images"] = (str(len(read.images) or ""), "")
    return found


def changed(trial: Trial) -> list[tuple[str, str, str]]:
    """Field, before, after: of those that the rules changed, the text last."""
    before, after = fields_of(trial.before), fields_of(trial.after)
    rows = [
        (name, before.get(name, ("", ""))[0], after.get(name, ("", ""))[0])
        for name in dict.fromkeys([*before, *after])
        if before.get(name, ("", ""))[0] != after.get(name, ("", ""))[0]
    ]
    if [block.text for block in blocks_of(trial.before)] != [block.text for block in blocks_of(trial.after)]:
        rows.append(("text", _measured(trial.before), _measured(trial.after)))
    return rows


def block_lines(trial: Trial) -> Iterator[tuple[str, Block]]:
    """The blocks of both readings in order: “-” those that the rules took away, “+” those that they brought."""
    before, after = blocks_of(trial.before), blocks_of(trial.after)
    matcher = SequenceMatcher(a=[block.text for block in before], b=[block.text for block in after], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from ((" ", block) for block in after[c:d])
        else:
            yield from (("-", block) for block in before[a:b])
            yield from (("+", block) for block in after[c:d])


def blocks_of(read: Extraction | Reject) -> list[Block]:
    return list(read.blocks) if isinstance(read, Extraction) else []


def _measured(read: Extraction | Reject) -> str:
    blocks = blocks_of(read)
    return f"{len(blocks)} blocks, {sum(len(block.text) for block in blocks):,} characters" if blocks else "no text"
