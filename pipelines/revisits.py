"""Revisits that do not name their original, and captures they could mean, in; out, which capture each means. Pure.

WARC 1.1 lets a revisit name its original by record id, or by URL and date alone (wget, Heritrix), or, in older files,
by nothing but the payload digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Original:
    """A capture that has a body."""

    capture_id: str
    url: str
    captured_at: datetime
    payload_digest: str | None


@dataclass(frozen=True, kw_only=True)
class OpenRevisit:
    """A revisit whose original is not named by id."""

    capture_id: str
    url: str
    captured_at: datetime
    payload_digest: str | None
    refers_to_url: str | None
    refers_to_at: datetime | None


def resolve_revisits(revisits: Iterable[OpenRevisit], originals: Iterable[Original]) -> Mapping[str, str]:
    """Capture id of each revisit that could be settled → that of its original.

    First the capture of that URL at that time (a date without fraction means that second). Else the latest capture
    before it with the same payload, of the same URL if there is one. Ties go to the smallest id, so that the same
    inputs give the same answer.
    """
    by_moment: dict[tuple[str, datetime], list[Original]] = defaultdict(list)
    by_digest: dict[str, list[Original]] = defaultdict(list)
    for original in originals:
        by_moment[original.url, original.captured_at.replace(microsecond=0)].append(original)
        if original.payload_digest:
            by_digest[original.payload_digest].append(original)
    settled = {}
    for revisit in revisits:
        found = _by_moment(revisit, by_moment) or _by_digest(revisit, by_digest)
        if found is not None:
            settled[revisit.capture_id] = found.capture_id
    return settled


def _by_moment(revisit: OpenRevisit, by_moment: Mapping[tuple[str, datetime], list[Original]]) -> Original | None:
    at = revisit.refers_to_at
    if at is None:
        return None
    candidates = by_moment.get((revisit.refers_to_url or revisit.url, at.replace(microsecond=0)), [])
    exact = [original for original in candidates if original.captured_at == at]
    if not exact and at.microsecond:
        return None
    return min(exact or candidates, key=lambda original: (original.captured_at, original.capture_id), default=None)


def _by_digest(revisit: OpenRevisit, by_digest: Mapping[str, list[Original]]) -> Original | None:
    if not revisit.payload_digest:
        return None
    earlier = [each for each in by_digest.get(revisit.payload_digest, []) if each.captured_at <= revisit.captured_at]
    if not earlier:
        return None
    url = revisit.refers_to_url or revisit.url
    same_url = [each for each in earlier if each.url == url]
    latest = max(original.captured_at for original in same_url or earlier)
    return min((each for each in same_url or earlier if each.captured_at == latest), key=lambda each: each.capture_id)
