"""How often the reason of a reject, or that a page is an article, is true: 50 pages that were looked at, one by one.

`fixtures/labelled_pages.json` has their names and what they are; the pages stand beside the checkout. Most were chosen
because they are easily mistaken: short, full of links, behind a wall, drawn by scripts.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import Reject, extract

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = SHARED / "corpus"
LABELS = json.loads((Path(__file__).parent / "fixtures" / "labelled_pages.json").read_text(encoding="utf-8"))

needs_pages = pytest.mark.skipif(not CORPUS.is_dir(), reason="the sets of real pages are not beside this checkout")


def labelled() -> Iterator[tuple[str, str, bytes, str, str | None]]:
    """Name, label, body, URL and Content-Type of each."""
    rows = {
        (name, row["page"]): row
        for name in ("news", "articles", "segments")
        for row in json.loads((CORPUS / name / "truth.json").read_text(encoding="utf-8"))
    }
    sites = {site.host: site for site in _real_sites().values()}
    for each in LABELS:
        if each["set"] == "real_sites":
            host, _, path = each["page"].partition("/")
            body, kind = sites[host].extra(f"/{path}")
            yield each["page"], each["is"], body, f"https://{each['page']}", kind
        else:
            row = rows[each["set"], each["page"]]
            body = gzip.decompress((CORPUS / each["set"] / f"{each['page']}.html.gz").read_bytes())
            yield each["page"], each["is"], body, row["url"] or "https://unknown.example/a/page", None


def _real_sites() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("real_sites", SHARED / "tools" / "real_sites.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.load(CORPUS / "news", 8801)
    return found


@needs_pages
def test_the_reason_is_true() -> None:
    found = []
    for page, label, body, url, content_type in labelled():
        got = extract(body, url=url, content_type=content_type)
        found.append((page, label, got.reason if isinstance(got, Reject) else "article"))
    assert len(found) == 50
    wrong = [each for each in found if each[1] != each[2]]
    assert len(wrong) <= 5, wrong
    given = [each for each in found if each[2] != "article"]
    assert sum(label == reason for _, label, reason in given) >= 0.9 * len(given), wrong
