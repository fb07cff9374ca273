"""Random exchanges, whatever bytes they are, come back the same: by our reader, by warcio and by fastwarc.

Three hundred by default, ten thousand in the thorough run. Digests are computed anew, from what went in.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastwarc.warc import ArchiveIterator as FastwarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, RevisitOf, open_records, verify_warc
from pipelines.captures import read_captures

Read = tuple[list[tuple[str, str]], bytes]  # a record's fields in order, and its block

START = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TRUNCATIONS = (None, None, None, "length", "time", "disconnect", "unspecified")
PEERS = ("192.0.2.7", "2001:db8::7", None)


def token(dice: random.Random, most: int = 12) -> bytes:
    return "".join(dice.choices(LETTERS + "-", k=dice.randint(1, most))).encode()


def line(dice: random.Random, most: int) -> bytes:
    """Any bytes but those that end a line."""
    return dice.randbytes(dice.randint(0, most)).translate(None, b"\r\n")


def headers(dice: random.Random) -> list[bytes]:
    """Header lines, some of them twice, folded, without a space, with one too many."""
    made = [
        token(dice) + dice.choice((b": ", b":", b" : ", b":\t")) + line(dice, 40) for _ in range(dice.randint(0, 9))
    ]
    made += [b" " + line(dice, 20) for _ in range(made != [] and dice.random() < 0.1)]
    return made + [dice.choice(made).swapcase() for _ in range(made != [] and dice.random() < 0.3)]


def http_response(dice: random.Random) -> tuple[bytes, bytes]:
    """A response, and the entity body that its payload digest is to cover."""
    body = dice.randbytes(dice.choice((0, 1, 7, 300, 300, 3000, 70_000)))
    named = [h for h in headers(dice) if not h.lower().startswith(b"transfer-encoding")]
    sent = body
    if dice.random() < 0.4:
        named.insert(0, dice.choice((b"Transfer-Encoding: chunked", b"transfer-ENCODING:\tgzip, Chunked")))
        cuts = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randint(0, 5)))
        pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True) if a < b]
        extension = b";" + token(dice) if dice.random() < 0.2 else b""
        sent = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + b"0\r\n"
        sent += b"X-Sum: 1\r\n\r\n" if dice.random() < 0.2 else b"\r\n"
    first = b"HTTP/1.%d %d%s" % (
        dice.randint(0, 1), dice.choice((200, 200, 301, 404, 999)), dice.choice((b"", b" ", b" " + line(dice, 20)))
    )  # fmt: skip
    return b"\r\n".join([first, *named, b"", b""]) + sent, body


def random_exchange(dice: random.Random, number: int) -> tuple[Exchange, bytes | None]:
    """An exchange, and its entity body; None where the response is no HTTP."""
    entity: bytes | None
    if dice.random() < 0.8:
        response, entity = http_response(dice)
    else:
        response, entity = dice.randbytes(dice.choice((0, 1, 2, 100, 5000))), None
    asked = b"\r\n".join([b"GET /" + token(dice) + b" HTTP/1.1", *headers(dice), b"", b""])
    url = f"http://{token(dice).decode().strip('-').lower() or 'x'}.example/{number}?q="
    url += "".join(dice.choices(LETTERS + "%;&=~!üß日\U0001f525[]{}|^`\\\"'<>", k=dice.randint(0, 30)))
    secure = dice.random() < 0.5
    return Exchange(
        url=url, started_at=START + timedelta(microseconds=number * 1000 + dice.randrange(1000)),
        request=asked if dice.random() < 0.9 else dice.randbytes(dice.randint(0, 200)),
        response=response, ip_address=dice.choice(PEERS),
        protocols=("http/1.1", "tls/1.3") if secure else ("http/1.1",),
        cipher_suite="TLS_AES_256_GCM_SHA384" if secure else None,
        certificate_sha256=dice.randbytes(32).hex() if secure else None,
        truncated=dice.choice(TRUNCATIONS), elapsed_seconds=dice.random() * 30,
    ), entity  # fmt: skip


def ours(warc: Path) -> Iterator[Read]:
    with warc.open("rb") as stream:
        for record in open_records(stream, name=warc.name):
            yield list(record.fields), record.read()


def by_warcio(warc: Path) -> Iterator[Read]:
    with warc.open("rb") as stream:
        for record in WarcioIterator(stream, no_record_parse=True):
            yield record.rec_headers.headers, record.raw_stream.read()


def by_fastwarc(warc: Path) -> Iterator[Read]:
    with warc.open("rb") as stream:
        for record in FastwarcIterator(stream, parse_http=False):
            yield list(record.headers.astuples()), record.reader.read()


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


@pytest.mark.parametrize("exchanges", [300, pytest.param(10_000, marks=pytest.mark.thorough)])
@pytest.mark.timeout(600)
def test_random_exchanges_come_back_the_same(exchanges: int, tmp_path: Path) -> None:
    dice = random.Random(seed := random.randrange(2**32))
    writer = ArchiveWriter(
        tmp_path, software="x", contact=None, host="h", clock=lambda: START, max_bytes=20_000_000
    )  # fmt: skip
    put_in: list[tuple[Exchange, bytes | None, Any, RevisitOf | None]] = []
    for number in range(exchanges):
        exchange, entity = random_exchange(dice, number)
        earlier = None
        if entity is not None and dice.random() < 0.1:
            earlier = RevisitOf(
                profile="identical-payload-digest", capture_id=str(UUID(bytes=dice.randbytes(16))), url=exchange.url,
                captured_at=START - timedelta(days=1), payload_digest=sha1(entity),
            )  # fmt: skip
        notes = CaptureNotes(site="s", kind="page", signals=(f"X-Robots-Tag: {number}",))
        put_in.append((exchange, entity, writer.write(exchange, notes, revisit_of=earlier), earlier))
    writer.close()
    files = list(dict.fromkeys(written.warc_file for _, _, written, _ in put_in))
    assert exchanges < 10_000 or len(files) > 2
    for reader in (ours, by_warcio, by_fastwarc):
        records = [record for name in files for record in reader(tmp_path / name) if type_of(record) != "warcinfo"]
        assert len(records) == 3 * exchanges, (reader, seed)
        for number, (exchange, entity, written, earlier) in enumerate(put_in):
            request, capture, metadata = records[3 * number : 3 * number + 3]
            place = (reader, seed, number)
            assert [type_of(r) for r in (request, capture, metadata)] == ["request", written.record_type, "metadata"]
            assert request[1] == exchange.request, place
            if earlier is None:
                assert capture[1] == exchange.response, place
            else:
                assert exchange.response.startswith(capture[1]), place
                assert capture[1].endswith(b"\r\n\r\n"), place
                assert len(exchange.response) - len(capture[1]) >= len(entity or b""), place
            assert f"signal: X-Robots-Tag: {number}\r\n".encode() in metadata[1], place
            for fields, block in (request, capture, metadata):
                told = dict(fields)
                assert told["WARC-Block-Digest"] == sha1(block), place
                assert int(told["Content-Length"]) == len(block), place
                assert told["WARC-Target-URI"] == exchange.url, place
                assert told["WARC-Date"] == exchange.started_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), place
            told = dict(capture[0])
            assert told["WARC-Record-ID"] == f"<urn:uuid:{written.capture_id}>", place
            assert told.get("WARC-Payload-Digest") == (None if entity is None else sha1(entity)), place
            assert told.get("WARC-IP-Address") == exchange.ip_address, place
            assert told.get("WARC-Truncated") == exchange.truncated, place
            assert told.get("WARC-Cipher-Suite") == exchange.cipher_suite, place
            protocols = tuple(value for name, value in capture[0] if name == "WARC-Protocol")
            assert protocols == exchange.protocols, place
    for name in files:
        problems = list(verify_warc(tmp_path / name, name=name))
        assert problems == [], seed
    captures = [found for name in files for found in read_captures(tmp_path / name, warc_file=name)]
    assert len(captures) == exchanges
    for (capture, body), (exchange, entity, written, earlier) in zip(captures, put_in, strict=True):
        assert (capture.url, capture.captured_at) == (exchange.url, exchange.started_at), seed
        assert (capture.offset, capture.length) == (written.offset, written.length), seed
        if earlier is None and not capture.content_encoding and b"gzip, Chunked" not in exchange.response[:99]:
            assert body == (exchange.response if entity is None else entity), seed


def type_of(record: Read) -> str:
    return dict(record[0])["WARC-Type"]
