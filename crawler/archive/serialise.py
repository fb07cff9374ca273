"""An exchange in, the bytes of its WARC/1.1 records out. Pure: compresses nothing, touches no disk; record ids come in
as arguments.

WARC 1.1: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/ ; WARC-Protocol and
WARC-Cipher-Suite: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1-annotated/
(proposals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from crawler.archive.message import MessageHead, Payload, payload_of, sha1_digest
from crawler.archive.records import Announcement, CaptureNotes, Exchange, RevisitOf

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
PROFILES = {
    "identical-payload-digest": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    "server-not-modified": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
}
TRUNCATIONS = ("length", "time", "disconnect", "unspecified")
# We never send these. Should a user's own spider do so, the archive keeps the name and not the value: an archive is
# shared.
SECRET_REQUEST_HEADERS = ("authorization", "cookie", "proxy-authorization")
_SECRETS = re.compile(
    rb"^((?:" + "|".join(SECRET_REQUEST_HEADERS).encode() + rb")[ \t]*:)[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

Fields = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class CaptureRecord:
    """The response or revisit record of an exchange, and what the index and the ledger need of it."""

    record: tuple[bytes, ...]
    """In parts, of which the block is one: a block of 50 MB is not copied."""
    block: bytes
    record_type: str
    head: MessageHead | None
    payload_digest: str | None
    body_bytes: int


def record_bytes(fields: Iterable[tuple[str, str]], block: bytes) -> bytes:
    """One whole record: version line, fields, block, and the two line ends that close it. Adds digest and length."""
    return b"".join(record_parts(fields, block))


def record_parts(fields: Iterable[tuple[str, str]], block: bytes) -> tuple[bytes, ...]:
    """The same in parts."""
    head = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields)
    sums = f"WARC-Block-Digest: {sha1_digest(block)}\r\nContent-Length: {len(block)}\r\n\r\n"
    return b"WARC/1.1\r\n" + head.encode() + sums.encode(), block, b"\r\n\r\n"


def warcinfo_record(
    record_id: UUID, *, at: datetime, filename: str, software: str, robots: str, operator: str | None, hostname: str
) -> bytes:
    """The first record of each file: who wrote it, with what, under which robots policy."""
    about: Fields = [("software", software), ("format", "WARC File Format 1.1"), ("conformsTo", CONFORMS_TO)]
    about += [("robots", robots), ("hostname", hostname)]
    if operator:
        about.append(("operator", operator))
    fields = _fields("warcinfo", record_id, at)
    fields += [("WARC-Filename", filename), ("Content-Type", "application/warc-fields")]
    return record_bytes(fields, _warc_fields(about))


def request_record(exchange: Exchange, record_id: UUID, *, capture_id: UUID, warcinfo_id: UUID) -> bytes:
    """The request as sent, the values of secret headers left out (the metadata record then says which)."""
    fields = _fields("request", record_id, exchange.started_at)
    fields += _about(exchange, warcinfo_id)
    fields += [("WARC-Concurrent-To", _urn(capture_id)), ("Content-Type", "application/http;msgtype=request")]
    return record_bytes(fields, without_secrets(exchange.request)[0])


def capture_record(
    exchange: Exchange, capture_id: UUID, *, warcinfo_id: UUID, revisit_of: RevisitOf | None,
    payload: Payload | None = None,
) -> CaptureRecord:  # fmt: skip
    """The response as received, or with `revisit_of` its head alone and a reference to the earlier capture.

    `payload`: of this response, where it is known already.
    """
    payload = payload or payload_of(exchange.response)
    head, digest = payload.head, payload.digest
    record_type = "revisit" if revisit_of else "response"
    fields = _fields(record_type, capture_id, exchange.started_at)
    fields += _about(exchange, warcinfo_id)
    if exchange.truncated is not None:
        if exchange.truncated not in TRUNCATIONS:
            raise ValueError(f"truncated is {exchange.truncated!r}, expected None or one of {', '.join(TRUNCATIONS)}")
        fields.append(("WARC-Truncated", exchange.truncated))
    block = exchange.response
    if revisit_of:
        if head is None:
            raise ValueError(f"{exchange.url}: what is no HTTP response cannot be a revisit")
        block = exchange.response[: head.end]
        fields += _refers_to(revisit_of)
        # A 304 has no payload of its own; readers find the earlier one by its digest.
        if revisit_of.profile == "server-not-modified":
            digest = revisit_of.payload_digest
    if digest:
        fields.append(("WARC-Payload-Digest", digest))
    fields.append(("Content-Type", "application/http;msgtype=response" if head else "application/octet-stream"))
    return CaptureRecord(
        record=record_parts(fields, block),
        block=block,
        record_type=record_type,
        head=head,
        payload_digest=digest,
        body_bytes=payload.entity_bytes,
    )


def metadata_record(
    exchange: Exchange, notes: CaptureNotes, record_id: UUID, *, capture_id: UUID, warcinfo_id: UUID
) -> bytes:
    """What we know beside the bytes, as warc-fields: `via` and `fetchTimeMs` in Heritrix's sense, then fields of our
    own.

    `announcement` is JSON on one line, and repeats; so do `signal` and `exception`. `interim` is what came before
    the final response, its bytes as ISO 8859-1 in a JSON string.
    """
    about: Fields = []
    via = notes.hop_from or next((a.source_url for a in notes.announcements if a.source_url), None)
    if via:
        about.append(("via", via))
    # Only the kinds whose whole path of hops is known; P is a prerequisite, as Heritrix fetches robots.txt.
    if notes.kind == "robots":
        about.append(("hopsFromSeed", "P"))
    about.append(("fetchTimeMs", str(round(exchange.elapsed_seconds * 1000))))
    if notes.site is not None:
        about.append(("site", notes.site))
    about.append(("kind", notes.kind))
    if notes.hop_from:
        about.append(("hopFrom", notes.hop_from))
    about += [("announcement", _announcement(a)) for a in notes.announcements]
    about += [("signal", signal) for signal in notes.signals]
    about += [("exception", exception) for exception in notes.exceptions]
    if exchange.interim:
        about.append(("interim", json.dumps(exchange.interim.decode("iso-8859-1"))))
    if exchange.certificate_sha256:
        about.append(("certificateSha256", exchange.certificate_sha256))
    about += [("redacted", name) for name in without_secrets(exchange.request)[1]]
    fields = _fields("metadata", record_id, exchange.started_at)
    fields += [("WARC-Target-URI", checked_uri(exchange.url)), ("WARC-Warcinfo-ID", _urn(warcinfo_id))]
    fields += [("WARC-Concurrent-To", _urn(capture_id)), ("Content-Type", "application/warc-fields")]
    return record_bytes(fields, _warc_fields(about))


def without_secrets(request: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The request without the values of secret headers, and the names of those that were there."""
    head, blank, body = request.partition(b"\r\n\r\n")
    names: list[str] = []

    def blanked(found: re.Match[bytes]) -> bytes:
        names.append(found[1].rstrip(b": \t").decode("ascii"))
        return found[1]

    return _SECRETS.sub(blanked, head) + blank + body, tuple(names)


def checked_uri(url: str) -> str:
    """The URL as it is; ValueError where it could not be written on one line and read back the same."""
    if not url or url != url.strip() or _CONTROLS.search(url) or _SURROGATES.search(url):
        raise ValueError(
            f"{url!r} cannot be a WARC-Target-URI: it is empty, or has control characters or spaces around it"
        )
    return url


def warc_date(at: datetime) -> str:
    """UTC with microseconds: WARC 1.1 allows nine digits of a second, and captures within one stay apart."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _fields(record_type: str, record_id: UUID, at: datetime) -> Fields:
    return [("WARC-Type", record_type), ("WARC-Record-ID", _urn(record_id)), ("WARC-Date", warc_date(at))]


def _about(exchange: Exchange, warcinfo_id: UUID) -> Fields:
    fields: Fields = [("WARC-Target-URI", checked_uri(exchange.url)), ("WARC-Warcinfo-ID", _urn(warcinfo_id))]
    if exchange.ip_address:
        fields.append(("WARC-IP-Address", exchange.ip_address))
    fields += [("WARC-Protocol", protocol) for protocol in exchange.protocols]
    if exchange.cipher_suite:
        fields.append(("WARC-Cipher-Suite", exchange.cipher_suite))
    return fields


def _refers_to(earlier: RevisitOf) -> Fields:
    if earlier.profile not in PROFILES:
        raise ValueError(f"revisit profile is {earlier.profile!r}, expected one of {', '.join(PROFILES)}")
    return [
        ("WARC-Profile", PROFILES[earlier.profile]),
        ("WARC-Refers-To", _urn(UUID(earlier.capture_id))),
        ("WARC-Refers-To-Target-URI", checked_uri(earlier.url)),
        ("WARC-Refers-To-Date", warc_date(earlier.captured_at)),
    ]


def _announcement(announcement: Announcement) -> str:
    said = {
        "channel": announcement.channel,
        "source_url": announcement.source_url,
        "title": announcement.title,
        "published_raw": announcement.published_raw,
        "modified_raw": announcement.modified_raw,
        "seen_at": warc_date(announcement.seen_at) if announcement.seen_at else None,
    }
    # ASCII alone: a title may hold what ends a line for some reader, or half a surrogate pair.
    return json.dumps({key: value for key, value in said.items() if value is not None}, separators=(", ", ": "))


def _warc_fields(fields: Fields) -> bytes:
    return "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields).encode()


def _one_line(value: str) -> str:
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", value)).strip()


def _urn(record_id: UUID) -> str:
    return f"<urn:uuid:{record_id}>"
