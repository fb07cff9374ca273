"""A revisit of another tool's making, which names its original by URL and date or digest, still leads to its bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.revisits import OpenRevisit, Original, resolve_revisits

AT = datetime(2026, 11, 20, 8, 0, 0, 250_000, UTC)


def original(name: str, *, url: str = "http://a/", at: datetime = AT, digest: str | None = "sha1:A") -> Original:
    return Original(capture_id=name, url=url, captured_at=at, payload_digest=digest)


def revisit(*, to: str | None = None, at: datetime | None = None, digest: str | None = "sha1:A") -> OpenRevisit:
    return OpenRevisit(
        capture_id="r",
        url="http://a/",
        captured_at=AT + timedelta(days=2),
        payload_digest=digest,
        refers_to_url=to,
        refers_to_at=at,
    )


def test_by_url_and_date() -> None:
    originals = [original("1"), original("2", url="http://b/", digest=None)]
    assert resolve_revisits([revisit(to="http://b/", at=AT)], originals) == {"r": "2"}


def test_a_date_of_whole_seconds_means_that_second() -> None:
    originals = [original("1", digest="sha1:B"), original("2", at=AT + timedelta(seconds=1), digest="sha1:B")]
    assert resolve_revisits([revisit(at=AT.replace(microsecond=0))], originals) == {"r": "1"}
    assert resolve_revisits([revisit(at=AT.replace(microsecond=1))], originals) == {}


def test_by_digest_the_latest_before_and_of_the_same_url_first() -> None:
    originals = [
        original("1"),
        original("2", at=AT + timedelta(hours=1)),
        original("3", at=AT + timedelta(hours=2), url="http://b/"),
        original("4", at=AT + timedelta(days=9)),
    ]
    assert resolve_revisits([revisit()], originals) == {"r": "2"}
    assert resolve_revisits([revisit()], originals[2:]) == {"r": "3"}


def test_what_is_not_in_the_archive_stays_open() -> None:
    assert (
        resolve_revisits([revisit(digest=None), revisit(to="http://c/", at=AT, digest="sha1:C")], [original("1")]) == {}
    )


def test_the_order_of_the_inputs_does_not_matter() -> None:
    originals = [original("2"), original("1"), original("3")]
    assert resolve_revisits([revisit()], originals) == resolve_revisits([revisit()], originals[::-1]) == {"r": "1"}
