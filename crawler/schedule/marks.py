"""The bytes of an article page in, a mark out that changes when its headline or its date of change does. Pure.

Pages carry nonces, counters and advertisements: their digests differ at every visit, and say nothing of an edit. This
reads no tree and decodes nothing; it is for the schedule, which asks for every page. What a page says is extracted
elsewhere.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

READ_BYTES = 400_000  # further down is no headline
# A date of change so near to the visit is when the page was made, not when somebody edited it.
JUST_NOW = timedelta(minutes=5)

MOST_METAS, LONGEST_META, LONGEST_HEADLINE = 300, 2000, 4000

# None of these can go back and forth: a hostile page is read once.
_TITLE = re.compile(rb"<[tT][iI][tT][lL][eE][^>]{0,200}>([^<]{1,1000})")
_H1 = re.compile(rb"<[hH]1[\s>]")
_TAG = re.compile(rb"<[^>]*>?")
_META = re.compile(rb"<[mM][eE][tT][aA]\s")
_ATTRIBUTE = re.compile(rb"""([a-z]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)
_JSON_LD = re.compile(rb'"dateModified"\s*:\s*"([^"]{4,40})"')
_TITLES = (b"og:title", b"twitter:title")
_DATES = (b"article:modified_time", b"og:updated_time", b"datemodified", b"last-modified")


def page_mark(body: bytes, *, now: datetime) -> str:
    """Ten hexadecimal digits: six of the page's headlines, four of the dates of change that it names."""
    head = body[:READ_BYTES]
    titles, dates = [], []
    for name, content in _metas(head):
        if name in _TITLES:
            titles.append(content)
        elif name in _DATES:
            dates.append(content)
    if (title := _TITLE.search(head)) is not None:
        titles.append(title[1])
    if (h1 := _H1.search(head)) is not None:
        titles.append(_TAG.sub(b" ", head[h1.start() : h1.end() + LONGEST_HEADLINE].partition(b"</h1")[0]))
    dates += [found[1] for found in islice(_JSON_LD.finditer(head), 20)]
    said = {d for d in map(_plain, dates) if not _is_just_now(d, now)}
    headlines = "\n".join(_plain(t) for t in titles)
    return _digest(headlines, 3) + _digest("\n".join(sorted(said)), 2)


def _metas(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of the meta elements."""
    for found in islice(_META.finditer(head), MOST_METAS):
        element = head[found.end() : max(found.end(), head.find(b">", found.end(), found.end() + LONGEST_META))]
        if b"odified" not in element and b"title" not in element and b"updated" not in element:
            continue
        values = {name.lower(): value.strip(b"\"'") for name, value in _ATTRIBUTE.findall(element)}
        name = values.get(b"property") or values.get(b"name") or values.get(b"itemprop") or values.get(b"equiv") or b""
        yield name.lower(), values.get(b"content", b"")


def _plain(text: bytes) -> str:
    return " ".join(html.unescape(text.decode("utf-8", "replace")).split())


def _is_just_now(date: str, now: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return False
    return abs(now - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))) <= JUST_NOW


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
