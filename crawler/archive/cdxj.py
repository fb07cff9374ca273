"""Records in, a CDXJ index out: the lines cdxj-indexer 1.5 writes by default, sorted. Reads a WARC file, writes the
index beside it.

Some fields are as odd as there, on purpose: replay tools know them so. Status and MIME type are read from the block in
warcio's lenient way, also where it is no HTTP; a missing payload digest is that of the block after such a head.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.index_draft import IndexDraft
from crawler.archive.message import label_sha1
from crawler.archive.scan import Record, open_records
from crawler.archive.surt import surt_key

_INDEXED = ("response", "revisit", "resource", "metadata")
_MIME_END = re.compile(r"[;\s]")
# Where a head is longer, the rest of it counts as body; servers are held to 64 KiB by our own crawler.
_LONGEST_HEAD_BYTES = 1 << 18


@dataclass(frozen=True, kw_only=True)
class _LenientHead:
    status: str | None
    """None where there is neither a status nor a header: the indexer then writes none."""
    content_type: str | None
    length: int


def cdxj_path(warc: Path) -> Path:
    """Where the index of a WARC file stands: beside it, `.cdxj` for `.warc.gz`."""
    return warc.with_name(warc.name.removesuffix(".open").removesuffix(".gz").removesuffix(".warc") + ".cdxj")


def cdxj_line(
    *,
    record_type: str,
    url: str,
    warc_date: str,
    block_type: str | None,
    block: bytes,
    payload_digest: str | None,
    offset: int,
    length: int,
    filename: str,
) -> str:
    """One line, with its line end. `block` is the record's block, or enough of it to hold an HTTP head."""
    head = _lenient_head(record_type, url, block)
    fields: dict[str, str] = {"url": url.replace(" ", "%20")}
    mime = "warc/revisit" if record_type == "revisit" else block_type
    if record_type == "response":
        mime = head.content_type if head else None
    if mime is not None:
        fields["mime"] = mime if record_type == "revisit" else _MIME_END.split(mime, maxsplit=1)[0].strip()
    if head and head.status is not None:
        fields["status"] = head.status
    if payload_digest is not None:
        fields["digest"] = payload_digest
    fields |= {"length": str(length), "offset": str(offset), "filename": filename}
    digits = re.sub(r"\D", "", warc_date.partition(".")[0])[:14].ljust(14, "0")
    return f"{surt_key(fields['url'])} {digits} {json.dumps(fields)}\n"


def digest_as_indexed(record_type: str, url: str, block: Iterable[bytes]) -> str | None:
    """The payload digest that the indexer computes for a record that carries none: chunking stays in; None for a
    revisit.
    """
    if record_type == "revisit":
        return None
    pieces = iter(block)
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= _LONGEST_HEAD_BYTES:
            break
    head = _lenient_head(record_type, url, start)
    sha1 = hashlib.sha1(start[head.length if head else 0 :], usedforsecurity=False)
    for piece in pieces:
        sha1.update(piece)
    return label_sha1(sha1.digest())


def write_cdxj(warc: Path, *, name: str) -> Path:
    """Indexes a whole WARC file; `name` is what its lines call it (the last part of a path).

    Raises what reading it raises.
    """
    draft = IndexDraft()
    with warc.open("rb") as stream:
        for record in open_records(stream, name=name):
            line = index_line(record, Path(name).name)
            if line:
                draft.add(line)
    return save_cdxj(cdxj_path(warc), draft)


def save_cdxj(path: Path, draft: IndexDraft) -> Path:
    """Puts the index in place, whole or not at all."""
    unfinished = path.with_name(path.name + ".open")
    with unfinished.open("wb") as out:
        out.writelines(draft.lines())
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    return path


def index_line(record: Record, filename: str, *, offset: int | None = None) -> str | None:
    """The line of a record whose block is still unread; None for one that is not indexed. Finishes the record.

    `offset`: where it lies in the file of that name, if not where it was read.
    """
    record_type, url, block_type = record.record_type, record.url, record.get("Content-Type")
    if record_type not in _INDEXED or url is None:
        return None
    if record_type in ("resource", "metadata") and block_type == "application/warc-fields":
        return None
    digest = record.get("WARC-Payload-Digest")
    start = record.read(_LONGEST_HEAD_BYTES)
    if not digest:
        digest = digest_as_indexed(record_type, url, _chain(start, record))
    return cdxj_line(
        record_type=record_type,
        url=url,
        warc_date=record.get("WARC-Date") or "",
        block_type=block_type,
        block=start,
        payload_digest=digest,
        offset=record.offset if offset is None else offset,
        length=record.finish(),
        filename=filename,
    )


def _chain(start: bytes, record: Record) -> Iterable[bytes]:
    yield start
    yield from record.pieces()


def _lenient_head(record_type: str, url: str, block: bytes) -> _LenientHead | None:
    if record_type not in ("response", "revisit") or not url.startswith(("http:", "https:")) or not block:
        return None
    used = 0
    texts: list[str] = []
    for line in _lines(block):
        used += len(line)
        text = _text(line).rstrip()
        if not text:
            break
        texts.append(text)
    _, _, after = texts[0].partition(" ") if texts else ("", "", "")
    says_something = after.strip() or any(":" in text for text in texts[1:])
    return _LenientHead(
        status=after.strip().split(" ", 1)[0] if says_something else None,
        content_type=_content_type(texts[1:]),
        length=used,
    )


def _lines(block: bytes) -> Iterable[bytes]:
    at = 0
    while at < min(len(block), _LONGEST_HEAD_BYTES):
        newline = block.find(b"\n", at)
        end = newline + 1 if newline >= 0 else len(block)
        yield block[at:end]
        at = end


def _content_type(lines: list[str]) -> str | None:
    found: str | None = None
    for line in lines:
        if found is not None and line.startswith((" ", "\t")):
            found += line
            continue
        if found is not None:
            break
        name, colon, value = line.partition(":")
        if colon and name.rstrip(" \t").lower() == "content-type":
            found = value.lstrip()
    return found


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("iso-8859-1")
