"""A WARC file in, captures with their decoded bodies out: ours and foreign ones. The only reader of WARC in pipelines.

Reads lazily, one capture held back until its metadata record is known. Writes nothing, and raises TornRecord,
DamagedRecord, NotMemberAligned or UnsupportedFormat (all ArchiveError) where the file is not what it should be, after
all that was whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from crawler.archive import (
    Announcement,
    ArchiveError,
    DamagedRecord,
    Dechunker,
    MessageHead,
    Record,
    codings,
    dechunk,
    is_chunked,
    label_sha1,
    open_records,
    read_head,
    request_beside,
)
from crawler.manners.optout import header_signals
from crawler.manners.optout_page import page_signals
from pipelines.codings import MAX_DECODED_BYTES, decode

_CAPTURES = ("response", "revisit", "resource")
# The head of a response must be within this; our crawler takes 64 KiB of headers.
_HEAD_BYTES = 1 << 18
_METADATA_BYTES = 1 << 20
_DATE_PARTS = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One response, once."""

    capture_id: str
    """UUID of WARC-Record-ID, bare; where the record id is no UUID, one made of it."""
    url: str
    captured_at: datetime
    record_type: str
    """response, revisit or resource."""
    status: int | None
    """None where the record is no HTTP response."""
    content_type: str | None
    """The header's value; for a resource that of the record."""
    content_encoding: str | None
    site: str | None
    kind: str | None
    """Both from our own metadata record; None in foreign files."""
    announcements: tuple[Announcement, ...]
    payload_digest: str | None
    """As recorded, else computed as sha1:BASE32; None for a revisit that records none."""
    body_digest: str | None
    """sha256:HEX over the decoded body; None for a revisit, whose body is elsewhere."""
    payload_bytes: int
    """Entity body as archived, content coding kept."""
    body_bytes: int
    """Decoded body."""
    ip_address: str | None
    protocols: tuple[str, ...]
    truncated: str | None
    """WARC-Truncated, or "length" where the body was cut at 50 MB on reading."""
    etag: str | None
    last_modified: str | None
    location: str | None
    warc_file: str
    offset: int
    length: int
    """Bytes of the gzip member; of the record where the file is not compressed."""
    refers_to_capture_id: str | None
    refers_to_url: str | None
    refers_to_at: datetime | None
    signals: tuple[str, ...]
    """Opt-outs, verbatim: what our metadata record names, and what the bytes themselves say, of anybody's capture."""
    exceptions: tuple[str, ...]
    """Exceptions that our metadata record names."""
    decode_problem: str | None
    """What was wrong with chunking or content coding; the body is then what could be read."""


@dataclass(frozen=True, kw_only=True)
class RawExchange:
    """What one record holds, verbatim, for people who want to see it."""

    warc_headers: tuple[tuple[str, str], ...]
    http_head: bytes
    """Status line and headers as received, with the empty line; empty where it is no HTTP."""
    body: bytes
    """Entity body: transfer coding removed, content coding kept."""
    decoded: bytes
    decode_problem: str | None
    request: bytes | None
    """The request's block; None where no neighbouring record is it."""
    block: bytes
    """All of the record's block, as archived."""


@dataclass(frozen=True, kw_only=True)
class _Payload:
    head: MessageHead | None
    entity: bytes
    entity_bytes: int
    sha1: str
    problem: str | None


def read_captures(path: Path, *, warc_file: str) -> Iterator[tuple[Capture, bytes]]:
    """Each capture with its decoded body, in file order; `warc_file` is what the captures call the file.

    Records that are no web capture (DNS answers, a tool's own log) and those without address or date are passed over.
    """
    held: tuple[Capture, bytes] | None = None
    broken: ArchiveError | None = None
    with path.open("rb") as stream:
        records = iter(open_records(stream, name=warc_file))
        while True:
            try:
                record = next(records, None)
                if record is None:
                    break
                if record.record_type == "metadata" and held and _belongs_to(record, held[0]):
                    held = _annotated(held[0], record.read(_METADATA_BYTES)), held[1]
                    continue
                fresh = _capture(record, warc_file) if record.record_type in _CAPTURES else None
            except ArchiveError as problem:
                broken = problem
                break
            if fresh:
                if held:
                    yield held
                held = fresh
    if held:
        yield held
    if broken:
        raise broken


def read_exchange(path: Path, *, offset: int, length: int) -> RawExchange:
    """The record at an offset, verbatim, with the request that it answers. ArchiveError where none begins there."""
    with path.open("rb") as stream:
        stream.seek(offset)
        record = open_records(stream, name=path.name).next_record()
        if record is None:
            raise DamagedRecord(path.name, offset, "no record begins here")
        block = record.read()
        record.finish()
        request = request_beside(stream, record, length=length, name=path.name)
    head = read_head(block) if _may_be_http(record) else None
    entity, problem = (
        dechunk(block[head.end :]) if head and is_chunked(head) else (block[head.end if head else 0 :], None)
    )
    decoded, found = decode(entity, _applied(head)) if head else (entity, None)
    return RawExchange(
        warc_headers=record.fields,
        http_head=block[: head.end] if head else b"",
        body=entity,
        decoded=decoded,
        decode_problem=problem or found,
        request=request,
        block=block,
    )


def _capture(record: Record, warc_file: str) -> tuple[Capture, bytes] | None:
    url, captured_at = record.url, _time(record.get("WARC-Date"))
    if url is None or captured_at is None or not url.lower().startswith(("http://", "https://")):
        return None
    revisit = record.record_type == "revisit"
    payload = _read_payload(record)
    head = payload.head
    decoded, problem = (b"", None) if revisit else decode(payload.entity, _applied(head))
    cut = len(payload.entity) < payload.entity_bytes
    if cut:
        problem = problem or f"body of {payload.entity_bytes:,} bytes; cut at {len(payload.entity):,}"
    recorded = record.get("WARC-Payload-Digest")
    refers_to = record.get("WARC-Refers-To")
    capture = Capture(
        capture_id=_bare_id(record.get("WARC-Record-ID") or f"{record.get('WARC-Date')} {url}"),
        url=url,
        captured_at=captured_at,
        record_type=record.record_type,
        status=head.status if head else None,
        content_type=head.get("Content-Type") if head else _own_type(record),
        content_encoding=", ".join(head.all("Content-Encoding")) or None if head else None,
        site=None,
        kind=None,
        announcements=(),
        payload_digest=recorded or (None if revisit else payload.sha1),
        body_digest=None if revisit else "sha256:" + hashlib.sha256(decoded).hexdigest(),
        payload_bytes=payload.entity_bytes,
        body_bytes=len(decoded),
        ip_address=record.get("WARC-IP-Address"),
        protocols=record.all("WARC-Protocol"),
        truncated=record.get("WARC-Truncated") or ("length" if cut else _segmented(record)),
        etag=head.get("ETag") if head else None,
        last_modified=head.get("Last-Modified") if head else None,
        location=head.get("Location") if head else None,
        warc_file=warc_file,
        offset=record.offset,
        length=record.finish(),
        refers_to_capture_id=_bare_id(refers_to) if refers_to else None,
        refers_to_url=_bare(record.get("WARC-Refers-To-Target-URI")),
        refers_to_at=_time(record.get("WARC-Refers-To-Date")),
        signals=_signals(head, decoded, record),
        exceptions=(),
        decode_problem=payload.problem or problem,
    )
    return capture, decoded


def _read_payload(record: Record) -> _Payload:
    """Head and entity of a record, the entity only as far as the limit; its digest and size over all of it."""
    start = record.read(_HEAD_BYTES)
    head = read_head(start) if _may_be_http(record) else None
    chunks = Dechunker() if head and is_chunked(head) else None
    sha1 = hashlib.sha1(usedforsecurity=False)
    kept: list[bytes] = []
    room, size = MAX_DECODED_BYTES, 0

    def take(data: bytes) -> None:
        nonlocal room, size
        sha1.update(data)
        size += len(data)
        if room > 0:
            kept.append(data[:room])
            room -= len(data)

    body = start[head.end if head else 0 :]
    take(chunks.feed(body) if chunks else body)
    for piece in record.pieces():
        take(chunks.feed(piece) if chunks else piece)
    if chunks:
        take(chunks.close())
    return _Payload(
        head=head,
        entity=b"".join(kept),
        entity_bytes=size,
        sha1=label_sha1(sha1.digest()),
        problem=chunks.problem if chunks else None,
    )


def _may_be_http(record: Record) -> bool:
    return record.record_type in ("response", "revisit")


def _own_type(record: Record) -> str | None:
    return record.get("Content-Type") if record.record_type == "resource" else None


def _applied(head: MessageHead | None) -> tuple[str, ...]:
    """Codings in the order in which they were applied; a transfer coding other than chunked comes last."""
    if head is None:
        return ()
    transfer = tuple(coding for coding in head.transfer_codings if coding != "chunked")
    return codings(head.all("Content-Encoding")) + transfer


def _segmented(record: Record) -> str | None:
    # The rest of it is in continuation records, which nothing but very old crawlers wrote.
    return "unspecified" if record.get("WARC-Segment-Number") else None


def _belongs_to(metadata: Record, capture: Capture) -> bool:
    named = metadata.all("WARC-Concurrent-To") + metadata.all("WARC-Refers-To")
    return any(_bare_id(record_id) == capture.capture_id for record_id in named)


def _annotated(capture: Capture, block: bytes) -> Capture:
    fields: dict[str, list[str]] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), []).append(value.strip())
    return replace(
        capture,
        site=fields.get("site", [None])[0],
        kind=fields.get("kind", [None])[0],
        announcements=tuple(said for raw in fields.get("announcement", []) if (said := _announcement(raw))),
        signals=(*(noted := fields.get("signal", [])), *(signal for signal in capture.signals if signal not in noted)),
        exceptions=tuple(fields.get("exception", [])),
    )


def _signals(head: MessageHead | None, decoded: bytes, record: Record) -> tuple[str, ...]:
    declared = (head.get("Content-Type") if head else _own_type(record)) or "html"
    said = header_signals(head.headers) if head else ()
    return said + page_signals(decoded) if "html" in declared.lower() else said


def _announcement(raw: str) -> Announcement | None:
    try:
        said = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("channel"), str):
        return None
    texts = {key: value for key, value in said.items() if isinstance(value, str)}
    return Announcement(
        channel=texts["channel"],
        seen_at=_time(texts.get("seen_at")),
        **{key: texts.get(key) for key in ("source_url", "title", "published_raw", "modified_raw")},
    )


def _bare(uri: str | None) -> str | None:
    return uri[1:-1] if uri and uri.startswith("<") and uri.endswith(">") else uri


def _bare_id(record_id: str) -> str:
    name = _bare(record_id) or ""
    try:
        return str(UUID(name.lower().removeprefix("urn:uuid:")))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, name))


def _time(raw: str | None) -> datetime | None:
    """A WARC-Date, to the microsecond; the forms of WARC 1.0 and 1.1, whole days and 14 digits.

    None where it is no date.
    """
    parts = _DATE_PARTS.findall(raw or "")
    if len(parts) == 1 and len(parts[0]) == 14:
        parts = [parts[0][:4], *(parts[0][at : at + 2] for at in range(4, 14, 2))]
    numbers = [int(part) for part in parts[:6]]
    microsecond = int(parts[6][:6].ljust(6, "0")) if len(parts) > 6 else 0
    if not numbers:
        return None
    year, month, day, hour, minute, second = numbers + [1, 1, 0, 0, 0][len(numbers) - 1 :]
    try:
        # A leap second is a moment that Python has no name for.
        return datetime(year, month, day, hour, minute, 59 if second == 60 else second, microsecond, tzinfo=UTC)
    except ValueError:
        return None
