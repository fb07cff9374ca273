"""Bodies on stdin, one after the other; what discovery makes of each on stdout, in pieces. Ends with its parent.

Each body has so many seconds of a core and so much memory; one that needs more ends the process, which the parent sees.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import pickle
import resource
import struct
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from crawler.discovery import Found, NotAFeed, NotASitemap, SitemapReader, read_feed, read_page
from crawler.intake.requisite_intake import needed

CPU_SECONDS = 8  # of a core, for one body: 60,000 tags of a feed take some 3
MEMORY_BYTES = 110_000_000  # beyond what the process has when it begins: a page of 10 MB in links takes 90
PIECE = 250  # items: their parent needs 2 ms to take them in, in which nobody else has a turn
_SIZE = struct.Struct("!I")


def main(asked: BinaryIO, answers: BinaryIO) -> None:
    with contextlib.suppress(OSError):
        os.nice(5)  # the crawl comes first
    limit_memory()
    while len(size := asked.read(_SIZE.size)) == _SIZE.size:
        what, length, how = pickle.loads(asked.read(_SIZE.unpack(size)[0]))
        limit_time()
        try:
            answer(what, asked.read(length), how, answers)
        except (NotAFeed, NotASitemap) as error:
            say(answers, "error", (type(error).__name__, error.url, error.what))
        except Exception as error:
            say(answers, "error", (type(error).__name__, "", str(error)[:200]))


def answer(what: str, body: bytes, how: dict[str, Any], answers: BinaryIO) -> None:
    """Its items, in pieces, and then the reading without them."""
    items: Iterable[Found]
    rest: Any
    if what == "feed":
        feed = read_feed(body, **how)
        items, rest = feed.items, replace(feed, items=())
    elif what == "page":
        page = read_page(body, **how)
        items, rest = page.links, replace(page, links=())
    elif what == "requisites":
        items, rest = needed(body, **how), None
    else:
        items = rest = SitemapReader(body, **how)
    left = iter(items)
    while piece := list(itertools.islice(left, PIECE)):
        say(answers, "items", piece)
    say(answers, "rest", rest.notes if what == "sitemap" else rest)


def say(answers: BinaryIO, kind: str, value: Any) -> None:
    data = pickle.dumps((kind, value))
    answers.write(_SIZE.pack(len(data)) + data)
    answers.flush()


def limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def limit_memory() -> None:
    if sys.platform == "linux":  # elsewhere the limit is not kept, and time alone bounds it
        held = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (held + MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
