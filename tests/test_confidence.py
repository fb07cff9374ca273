"""A confidence is what was counted: on pages with known truth, sources are right as often as they are said to be."""

from __future__ import annotations

import gzip
import json
import random
import re
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipelines import Extraction, extract
from pipelines.extraction import authors, dates, fields, headlines
from pipelines.extraction.confidence import AUTHORS, FIELDS, MODIFIED, PUBLISHED, TITLE, confidence
from pipelines.extraction.fields import fold
from pipelines.extraction.page import Page, parse

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
COUNTED = ("title", "authors", "published")
SETS = ("news", "articles", "segments")


def test_few_pages_make_no_certainty() -> None:
    assert confidence({"url": (2, 2)}, "url") == 0.75
    assert confidence({"url": (98, 98)}, "url") == 0.99


def test_a_second_statement_counts() -> None:
    said = [confidence(PUBLISHED, "json-ld", second) for second in ("contradicts", "alone", "agrees")]
    assert said == sorted(said, key=lambda value: value or 0)
    titles = [confidence(TITLE, "heading", second) for second in ("contradicts", "alone", "agrees")]
    assert titles == sorted(titles, key=lambda value: value or 0)
    assert confidence(AUTHORS, "rel", "agrees") == confidence(AUTHORS, "rel")


def test_what_was_not_counted_has_none() -> None:
    assert confidence(MODIFIED, "time") is None
    assert confidence(AUTHORS, None) is None
    assert confidence(AUTHORS, "override") == 1


def test_each_page_says_how_sure_it_is() -> None:
    body = "<p>A sentence of an article that is long enough to be read as one by anybody who reads.</p>" * 8
    node = {
        "@type": "NewsArticle",
        "headline": "A story",
        "author": "Ada Mbeki",
        "datePublished": "2026-11-22T09:20:30Z",
    }
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    agreeing = '<meta name="author" content="Ada Mbeki"><meta name="date" content="2026-11-22">'
    for more, second in (("", "alone"), (agreeing, "agrees")):
        page = f"<html><head>{head}{more}</head><body><article><h1>A story</h1>{body}</article></body></html>"
        got = extract(page.encode(), url="https://news.example.org/story")
        assert isinstance(got, Extraction)
        assert (got.authors_source, got.published_source, got.modified_confidence) == ("json-ld", "json-ld", None)
        assert (got.title_source, got.title_confidence) == ("json-ld", confidence(TITLE, "json-ld", "agrees"))
        assert got.authors_confidence == confidence(AUTHORS, "json-ld", second)  # type: ignore[arg-type]
        assert got.published_confidence == confidence(PUBLISHED, "json-ld", second)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "h1", "source", "second"),
    [
        ("", "Storm shuts the harbour", "heading", "alone"),
        ("<title>Storm shuts the harbour | Harbour Post</title>", "Storm shuts the harbour", "heading", "agrees"),
        ("<title>Six things to know</title>", "Storm shuts the harbour", "heading", "contradicts"),
        ("<title>Storm shuts the harbour</title>", "", "document", "alone"),
        ('<meta property="og:title" content="Storm shuts it"><title>Storm shuts it</title>', "", "meta", "agrees"),
        ('<meta property="og:title" content="Storm shuts it"><title>Six things</title>', "", "meta", "contradicts"),
    ],
)
def test_which_part_of_the_page_gave_the_title(head: str, h1: str, source: str, second: str) -> None:
    body = "<p>A sentence of an article that is long enough to be read as one by anybody who reads.</p>" * 8
    page = f"<html><head>{head}</head><body><article><h1>{h1}</h1>{body}</article></body></html>"
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert got.title_source == source
    assert got.title_confidence == confidence(TITLE, source, second)  # type: ignore[arg-type]
    assert got.title_confidence


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no pages with known truth at {CORPUS}")
@pytest.mark.parametrize("most", [60, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_sources_are_right_as_often_as_is_said(most: int) -> None:
    """Over all pages the mean confidence is the share right; in full, each source's, within what chance explains."""
    right: dict[str, dict[str, list[bool]]] = {name: defaultdict(list) for name in COUNTED}
    said: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in COUNTED}
    for page, row in _pages(most):
        names = fields.site_names(page)
        headline = headlines.headline(page, names)
        if row.get("title") and headline.source and (sure := confidence(TITLE, headline.source, headline.second)):
            right["title"][headline.source].append(_folded(headline.text) == _folded(row["title"]))
            said["title"][headline.source].append(sure)
        byline = authors.authors(page, site_names=names)
        known = _names(row.get("authors") or row.get("author"))
        if known and byline.source and (sure := confidence(AUTHORS, byline.source, byline.second)):
            right["authors"][byline.source].append(_names(byline.names) == known)
            said["authors"][byline.source].append(sure)
        dated = dates.published(page, language=fields.language(page)[0])
        days = _days(row.get("published_at") or row.get("published_date"))
        if days and dated and (sure := confidence(PUBLISHED, dated.source, dated.second)):
            own = {dated.moment.at.date(), dated.moment.at.astimezone(UTC).date()}
            right["published"][dated.source].append(bool(own & days))
            said["published"][dated.source].append(sure)
    for field in right:
        assert _apart(right[field].values(), said[field].values()) < 0.06, field
        if most > 1000:
            for source, outcomes in right[field].items():
                allowed = 0.03 + 1.5 / (len(outcomes) ** 0.5)
                assert _apart([outcomes], [said[field][source]]) < allowed, (field, source)


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no pages with known truth at {CORPUS}")
@pytest.mark.thorough
def test_other_fields_are_right_as_often_as_is_said() -> None:
    seen: dict[str, list[bool]] = defaultdict(list)
    for name in ("news", "segments"):
        for row in json.loads((CORPUS / name / "truth.json").read_text(encoding="utf-8")):
            tags = {fold(one) for one in row.get("tags") or row.get("topics") or ()}
            if not (tags or row.get("categories") or row.get("description") or name == "news"):
                continue
            html = gzip.decompress((CORPUS / name / f"{row['page']}.html.gz").read_bytes())
            got = extract(html, url=row.get("url") or "https://example.org/")
            if not isinstance(got, Extraction):
                continue
            source = {origin.field: f"{origin.field} {origin.source}" for origin in got.origins}
            if row.get("categories") and got.section:
                seen[source["section"]].append(fold(got.section) in map(fold, row["categories"]))
            if tags and got.tags:
                own = {fold(one) for one in got.tags}
                seen[source["tags"]].append(2 * len(own & tags) >= max(len(tags), len(got.tags)))
            if row.get("description") and got.description:
                seen[source["description"]].append(fold(got.description) == fold(row["description"]))
            if name == "news" and got.standfirst:  # all of its pages are known to have this one, or none
                known = row.get("summary") or ()
                seen["standfirst page"].append(fold(got.standfirst) in {fold(" ".join(known)), *map(fold, known)})
    counted = {name: (sum(each), len(each)) for name, each in seen.items()}
    elsewhere = ("licence", "canonical")
    assert counted == {name: counts for name, counts in FIELDS.items() if not name.startswith(elsewhere)}


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no pages with known truth at {CORPUS}")
@pytest.mark.thorough
def test_og_url_is_the_canonical_url_as_often_as_is_said() -> None:
    pairs = [
        (_address(canonical.value), _address(other))
        for page, _ in _pages(100_000)
        if (canonical := fields.canonical(page)).source == "link"
        and canonical.value
        and (other := fields.absolute(page, page.meta("og:url")))
    ]
    assert (sum(one == other for one, other in pairs), len(pairs)) == FIELDS["canonical_url link"]


def _apart(outcomes: Any, confidences: Any) -> float:
    hits = [hit for group in outcomes for hit in group]
    sure = [one for group in confidences for one in group]
    assert len(hits) > 0
    return abs(sum(hits) / len(hits) - sum(sure) / len(sure))


def _pages(most: int) -> Any:
    for name in SETS:
        rows = json.loads((CORPUS / name / "truth.json").read_text(encoding="utf-8"))
        for row in random.Random(7).sample(rows, min(most, len(rows))):
            html = gzip.decompress((CORPUS / name / f"{row['page']}.html.gz").read_bytes())
            page: Page = parse(html, url=row.get("url") or "https://example.org/")
            yield page, row


def _address(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _folded(said: Any) -> str:
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", said or "").replace("\xad", "")).strip().casefold()


def _names(said: Any) -> set[str]:
    listed = [said] if isinstance(said, str) else said or []
    parts = (part for one in listed for part in re.split(r";|,| and | und | et | / ", str(one)))
    return {name for part in parts if (name := re.sub(r"\W+", " ", part).strip().casefold())}


def _days(said: Any) -> set[Any]:
    if not said:
        return set()
    try:
        at = datetime.fromisoformat(str(said).strip().replace("Z", "+00:00"))
    except ValueError:
        return set()
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return {at.date(), at.astimezone(UTC).date()}
