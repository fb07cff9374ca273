"""Real news pages with known truth, where the corpus is at hand: no false reject, fields as good as measured."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import Extraction, Reject, extract

NEWS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "news"

pytestmark = pytest.mark.skipif(
    not (NEWS / "truth.json").is_file(), reason="no corpus of real pages at ../shared/corpus/news"
)


def test_news_pages() -> None:
    rows = json.loads((NEWS / "truth.json").read_text())
    articles, timed, right = 0, 0, 0
    rejects = []
    for row in rows[::3]:
        got = extract(gzip.decompress((NEWS / f"{row['page']}.html.gz").read_bytes()), url=row["url"])
        if isinstance(got, Reject):
            rejects.append((row["page"], got.reason))
            continue
        assert isinstance(got, Extraction)
        articles += 1
        truth = datetime.fromisoformat(row["published_at"])
        if truth.time() != truth.min.time() and truth.tzinfo:
            timed += 1
            right += bool(
                got.published_at
                and abs((got.published_at.astimezone(UTC) - truth.astimezone(UTC)).total_seconds()) <= 60
            )
    assert articles >= 0.94 * len(rows[::3]), rejects
    assert right >= 0.9 * timed
