"""A body that takes long to read in; what discovery makes of it out, from a process with limits. It fetches nothing.

A feed of two megabytes can take feedparser five seconds of Python, a page of ten megabytes half a gigabyte of tree.
While the event loop does that, every other site waits. So what is heavy is read by one process beside the crawl, site
by site, first those that have taken least of its time, within bounds of time and memory.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any, Literal

import psutil

from crawler.discovery import Found, NotAFeed, NotASitemap
from crawler.wire.lane import Lane

What = Literal["feed", "page", "sitemap", "requisites"]

# Above these, reading holds the event loop for more than some 30 ms: feedparser takes 25 µs for a tag, lxml and what
# follows it 3 µs, the reader of sitemaps comes in steps (2026-11). An ordinary feed has 600 tags, a front page 6,000.
MAX_TAGS: dict[What, int] = {"feed": 1_000, "page": 6_000, "sitemap": 20_000, "requisites": 6_000}
MAX_BYTES = 400_000
MAX_SECONDS_OF_SITE = 60.0  # in one crawl; whoever needs more is read no further
WALL_SECONDS = 60.0  # for one body, in case its process hangs without working
PIECE = 262_144
SLIM_BYTES = 80_000_000
_GZIP = b"\x1f\x8b"
_SIZE = struct.Struct("!I")


class TooHard(Exception):
    """A body that was not read; says why."""


def is_heavy(what: What, body: bytes) -> bool:
    """Whether reading it would hold up everybody else."""
    if len(body) > MAX_BYTES or (body.startswith(_GZIP) and what in ("feed", "sitemap")):
        return True
    return len(body) > MAX_TAGS[what] and body.count(b"<") > MAX_TAGS[what]


class Reader:
    """One process, begun when it is first needed and again after it had to be ended."""

    def __init__(self) -> None:
        self._lane = Lane()
        self._child: _Child | None = None
        self._is_over = False

    async def read(self, what: What, body: bytes, *, site: str, **how: Any) -> Any:
        """What `read_feed`, `read_page`, `needed` or (as items and notes) SitemapReader give.

        Raises NotAFeed and NotASitemap as they do, and TooHard.
        """
        token = object()
        await self._lane.enter(token, site=site)
        try:
            if self._is_over:
                raise TooHard("not read: the crawl is ending")
            if self._lane.spent_seconds[site] >= MAX_SECONDS_OF_SITE:
                raise TooHard(f"not read: {site} has taken {MAX_SECONDS_OF_SITE:.0f} s of reading in this crawl")
            return await asyncio.wait_for(self._ask(what, body, how), WALL_SECONDS)
        except TimeoutError:
            self.close()
            raise TooHard(f"not read within {WALL_SECONDS:.0f} s") from None
        except asyncio.CancelledError:
            self.close()  # its answer would be taken for the next one's
            raise
        finally:
            self._lane.leave(token)

    async def _ask(self, what: What, body: bytes, how: dict[str, Any]) -> Any:
        child = self._child = self._child or await _begin()
        if self._is_over:  # since this one's turn came
            self.close()
            raise TooHard("not read: the crawl is ending")
        items: list[Found] = []
        try:
            question = pickle.dumps((what, len(body), how))
            child.asked.write(_SIZE.pack(len(question)) + question)
            for at in range(0, len(body), PIECE):  # in one, it would be copied once more
                child.asked.write(body[at : at + PIECE])
                await child.asked.drain()
                await asyncio.sleep(0)  # it waits for nothing where the process takes all at once
            while True:
                (size,) = _SIZE.unpack(await child.answers.readexactly(_SIZE.size))
                kind, value = pickle.loads(await child.answers.readexactly(size))
                if kind != "items":
                    break
                items += value
                await asyncio.sleep(0)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            why = f"it takes too long or too much memory (reader ended with {child.process.returncode})"
            if what == "sitemap" and items:  # which is read step by step
                return tuple(items), (f"{len(items)} entries read, not the rest: {why}",)
            raise TooHard(f"not read: {why}") from None
        if psutil.Process(child.process.pid).memory_info().rss > SLIM_BYTES:
            self.close()  # what was freed stays with the process; the next one begins slim
        if kind == "error":
            name, url, text = value
            errors = {"NotAFeed": NotAFeed, "NotASitemap": NotASitemap}
            raise errors[name](url=url, what=text) if name in errors else TooHard(f"not read: {name}: {text}")
        if what == "requisites":
            return tuple(items)
        if what == "sitemap":
            return tuple(items), value
        return replace(value, **{"items" if what == "feed" else "links": tuple(items)})

    def stop(self) -> None:
        """Read nothing more, neither what is being read nor what waits for it: the crawl is ending."""
        self._is_over = True
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        child, self._child = self._child, None
        if child is not None:
            child.process.kill()
            if not child.asked.transport.is_closing():
                child.asked.transport.abort()
            child.line.close()
            child.process.wait()


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    asked: asyncio.StreamWriter
    answers: asyncio.StreamReader
    line: asyncio.ReadTransport  # that the answers come through


async def _begin() -> _Child:
    """Not by asyncio's own means: those want to be awaited when all is over, and a crawl's end waits for nobody."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "crawler.intake.reading_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,  # an interrupt at the terminal is for the crawl
    )  # fmt: skip
    loop, answers = asyncio.get_running_loop(), asyncio.StreamReader()
    line, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(answers), process.stdout)
    out, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, process.stdin)
    return _Child(process, asyncio.StreamWriter(out, flow, None, loop), answers, line)
