"""A number of sites and pages in; a server in a process of its own out, each site at a loopback address of its own.

Every site has a home page that links its articles; an article is HTML whose gzip form has the size asked for. The
server answers from memory, after the latency asked for, and never touches a disk.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

WORDS = 4000  # of the vocabulary: text like that of a page packs about three to one


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is served. `page_bytes`: of an article as sent, gzip."""

    sites: int = 200
    pages_per_site: int = 50
    page_bytes: int = 32_768
    latency_seconds: float = 0.0


def address(site: int) -> str:
    """127.9.0.1, 127.9.0.2, …: all of 127/8 is this machine."""
    return f"127.9.{site // 250}.{site % 250 + 1}"


def article(shape: Shape) -> bytes:
    """HTML whose gzip form is `page_bytes` long, give or take a hundredth."""
    dice = random.Random(7)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(2, 11))) for _ in range(WORDS)]
    paragraphs = ["<!doctype html><html lang=en><head><title>A page</title></head><body><article><h1>A page</h1>"]
    packed = b""
    while len(packed) < shape.page_bytes:
        missing = shape.page_bytes - len(packed)
        for _ in range(max(1, missing // 400)):
            paragraphs.append("<p>" + " ".join(dice.choices(words, k=80)) + ".</p>")
        packed = gzip.compress("\n".join(paragraphs).encode(), 6, mtime=0)
    return packed


def _answers(shape: Shape) -> dict[bytes, bytes]:
    def reply(body: bytes, kind: bytes, *more: bytes) -> bytes:
        lines = [b"HTTP/1.1 200 OK", b"Content-Type: " + kind, b"Content-Length: %d" % len(body), *more]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    links = "".join(
        f'<li><a href="/2026/11/22/story-number-{n}-of-the-day/">Story {n} of the day, in full</a></li>'
        for n in range(shape.pages_per_site)
    )
    home = f"<!doctype html><title>Home</title><ul>{links}</ul>".encode()
    page = reply(article(shape), b"text/html; charset=utf-8", b"Content-Encoding: gzip")
    made = {b"/": reply(home, b"text/html; charset=utf-8"), b"/robots.txt": reply(b"", b"text/plain")}
    made[b"/feed"] = reply(b"<rss version='2.0'><channel><title>x</title></channel></rss>", b"application/rss+xml")
    made[b"/sitemap.xml"] = reply(b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", b"application/xml")
    for n in range(shape.pages_per_site):
        made[b"/2026/11/22/story-number-%d-of-the-day/" % n] = page
    return made


NOT_HERE = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\nnot here"


class _Server(asyncio.Protocol):
    def __init__(self, answers: dict[bytes, bytes], latency_seconds: float) -> None:
        self._answers, self._latency = answers, latency_seconds
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1]
            reply = self._answers.get(path, NOT_HERE)
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._say, reply)
            else:
                self._say(reply)

    def _say(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply)


def _serve(shape: Shape, pipe: Connection) -> None:
    async def run() -> None:
        answers = _answers(shape)
        with socket.socket() as probe:
            probe.bind((address(0), 0))
            port = probe.getsockname()[1]
        await asyncio.get_running_loop().create_server(
            lambda: _Server(answers, shape.latency_seconds), [address(n) for n in range(shape.sites)], port, backlog=512
        )
        pipe.send(port)
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    try:
        asyncio.run(run())
    except EOFError:
        return  # who asked for it is gone


@contextmanager
def serving(shape: Shape) -> Iterator[list[str]]:
    """The home pages of all sites, as long as the block lasts."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(shape, theirs), daemon=True)
    server.start()
    try:
        if not ours.poll(60):
            raise RuntimeError("the server did not come up")
        port = ours.recv()
        yield [f"http://{address(n)}:{port}/" for n in range(shape.sites)]
    finally:
        server.terminate()
        server.join()
