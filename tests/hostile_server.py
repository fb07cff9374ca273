"""Eight sites that mean harm, on loopback: `python tests/hostile_server.py [PORT]`, then http://bombs.localhost:PORT/ …

A request in, an answer out that is too long, too slow, too deep or never ends. It reads nothing and keeps only a count.
In tests it is the fixture `hostile_web`.
"""

from __future__ import annotations

import asyncio
import gzip
import struct
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache

import brotli
import zstandard

Answer = Callable[["Visit"], Awaitable[None]]
STORY = "/2026/11/22/a-story-about-the-river-crossing-{}/"
MEBIBYTE = b"\0" * 1_048_576


class Visit:
    """One request, and the way to answer it."""

    def __init__(self, path: str, headers: dict[str, str], out: asyncio.StreamWriter) -> None:
        self.path, self.headers, self.out = path, headers, out

    async def send(self, body: bytes | str, *headers: str, status: str = "200 OK", kind: str = "text/html") -> None:
        data = body.encode() if isinstance(body, str) else body
        await self.begin(f"Content-Length: {len(data)}", *headers, status=status, kind=kind)
        await self.write(data)

    async def begin(self, *headers: str, status: str = "200 OK", kind: str = "text/html") -> None:
        head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers, "", ""]
        await self.write("\r\n".join(head).encode("latin-1"))

    async def write(self, data: bytes) -> None:
        self.out.write(data)
        await self.out.drain()

    async def forever(self, piece: bytes, *, every_seconds: float = 0.0) -> None:
        while True:
            await self.write(piece)
            await asyncio.sleep(every_seconds)


def page(*links: str) -> str:
    anchors = (f'<li><a href="{link}">A headline long enough to be taken for one</a></li>' for link in links)
    return f"<!doctype html><title>x</title><ul>{''.join(anchors)}</ul>"


@lru_cache
def bomb(coding: str, mebibytes: int) -> bytes:
    """Zeros, packed; `gzip, gzip` packs them twice."""
    if coding == "br":
        packer = brotli.Compressor(quality=5)
        return b"".join([*(packer.process(MEBIBYTE) for _ in range(mebibytes)), packer.finish()])
    if coding == "zstd":
        made = zstandard.ZstdCompressor(level=1).compressobj()
        return b"".join([*(made.compress(MEBIBYTE) for _ in range(mebibytes)), made.flush()])
    inner = zeros(mebibytes, gzip_frame=coding.startswith("gzip"))
    return gzip.compress(inner, 9) if coding == "gzip, gzip" else inner


def zeros(mebibytes: int, *, gzip_frame: bool) -> bytes:
    """One packed mebibyte, many times over: after a full flush a piece stands on its own (RFC 1950 to 1952)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = (packer.compress(MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)) * mebibytes + b"\x03\x00"
    crc, adler = 0, 1
    for _ in range(mebibytes):
        crc, adler = (zlib.crc32(MEBIBYTE, crc), adler) if gzip_frame else (crc, zlib.adler32(MEBIBYTE, adler))
    if gzip_frame:
        return b"\x1f\x8b\x08" + bytes(5) + b"\x02\xff" + body + struct.pack("<II", crc, mebibytes << 20)
    return b"\x78\xda" + body + struct.pack(">I", adler)


async def bombs(v: Visit) -> None:
    """A few hundred kilobytes that become gigabytes."""
    codings = {"gz": "gzip", "nested": "gzip, gzip", "br": "br", "zst": "zstd", "deflate": "deflate"}
    name = v.path.strip("/").partition("-")[0]
    if v.path == "/":
        await v.send(
            page(*(f"/{name}-section/" for name in codings), *(f"/{n}-2026/11/22/a-b-c-d-e/" for n in codings))
        )
    elif v.path in ("/sitemap.xml", "/feed/"):
        await v.send(bomb("gzip", 2000), kind="application/x-gzip")
    elif name in codings:
        await v.send(bomb(codings[name], 500), f"Content-Encoding: {codings[name]}")
    else:
        await v.send("", status="404 Not Found")


async def endless(v: Visit) -> None:
    """Bodies that do not end, as fast as they are taken; what they hold does not pack."""
    noise = bytes(i * 7919 % 251 for i in range(65_536)).replace(b"<", b"-")
    if v.path == "/":
        await v.begin()
        await v.write(page("/a-section/", STORY.format(1), STORY.format(2)).encode())
    elif v.path == "/feed/":
        await v.begin(kind="application/rss+xml")
        await v.write(b"<rss version='2.0'><channel><title>x</title><description>")
    elif v.path == "/sitemap.xml":
        await v.begin("Transfer-Encoding: chunked", kind="application/xml")
        await v.write(b"8\r\n<urlset>\r\n")
        url = b"<url><loc>http://endless.localhost/%09d</loc></url>"
        for n in range(1_000_000_000):
            block = b"".join(url % (n * 500 + i) for i in range(500))
            await v.write(b"%x\r\n%b\r\n" % (len(block), block))
    elif v.path == "/robots.txt":
        await v.begin(kind="text/plain")
        await v.forever(b"Disallow: /*a*b*c$\n" * 1000)
    else:
        await v.begin("Transfer-Encoding: chunked")
        await v.forever(b"1\r\na\r\n" * 10_000)
    await v.forever(noise)


async def drips(v: Visit) -> None:
    """A byte now and then: of the head, of the body, of neither."""
    if v.path == "/robots.txt":
        await v.send("", status="404 Not Found")
    elif v.path == "/":
        await v.send(page(*map(STORY.format, range(50)), "/a-section/", "/b-section/"))
    elif v.path.endswith("1/"):
        await v.forever(b"HTTP/1.1 100 Continue\r\n\r\n", every_seconds=0.5)
    elif v.path.endswith("2/"):
        await asyncio.sleep(3600)
    else:
        await v.begin()
        await v.forever(b"<p>", every_seconds=0.5)


async def headers(v: Visit) -> None:
    """Heads without end: of many lines, of one line, of folds, of interim answers."""
    if v.path == "/robots.txt":
        await v.send("", *(f"X-{n}: y" for n in range(3000)), status="404 Not Found")
    elif v.path == "/":
        await v.send(page("/a-section/", *map(STORY.format, range(20))), *(f"Set-Cookie: a{n}=b" for n in range(2500)))
    else:
        await v.write(b"HTTP/1.1 200 OK\r\n")
        kinds = (b"X: y\r\n" * 1000, b"X" * 65_536, b" folded\r\n" * 1000, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
        await v.forever(kinds[len(v.path) % 4 if v.path[-2].isalpha() else int(v.path[-2]) % 4])


async def loops(v: Visit) -> None:
    """Redirects in circles, to ever longer addresses, and to ever new ones."""
    where, _, query = v.path.partition("?")
    if v.path == "/":
        await v.send(page("/a-section/", "/b-section/", *map(STORY.format, range(50))))
    elif where == "/robots.txt":
        await v.send("", f"Location: /robots.txt?{time.time_ns()}", status="302 Found")
    elif where == "/a-section/":
        await v.send("", "Location: /b-section/", status="302 Found")
    elif where == "/b-section/":
        await v.send("", "Location: /a-section/", status="301 Moved Permanently")
    else:
        await v.send("", f"Location: {where}?{query}{'x' * 100}", status="307 Temporary Redirect")


@lru_cache
def hundred_thousand(kind: str) -> bytes:
    def story(n: int) -> str:
        return "http://links.localhost" + STORY.format(n)

    if kind == "feed":
        items = (f"<item><title>t {n}</title><link>{story(n)}</link></item>" for n in range(100_000))
        return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()
    if kind == "sitemap":
        return f"<urlset>{''.join(f'<url><loc>{story(n)}</loc></url>' for n in range(100_000))}</urlset>".encode()
    if kind == "deep":
        return b"<div><a href='/x'>" * 100_000
    if kind == "bases":
        return b"<rss><channel>" + b"<item xml:base='a/'>" * 40_000
    if kind == "json":
        return b'{"version":"https://jsonfeed.org/version/1","items":' + b'[{"a":' * 1_000_000
    return page(*(STORY.format(n) + "x" * 20 for n in range(100_000))).encode()


async def links(v: Visit) -> None:
    """A hundred thousand of everything: links, entries, levels."""
    named = {"/feed/": "feed", "/sitemap.xml": "sitemap", "/deep-section/": "deep", "/": "page", "/j-section/": "json",
             "/bases": "bases", "/json": "json", "/wide-section/": "page"}  # fmt: skip
    if v.path == "/":
        more = "".join(
            f'<link rel=alternate type="application/rss+xml" href="{p}">' for p in ("/feed/", "/bases", "/json")
        )
        sections = "".join(f'<a href="{p}">x</a>' for p in ("/deep-section/", "/wide-section/"))
        await v.send(more.encode() + sections.encode() + hundred_thousand("page"))
    elif v.path in named:
        await v.send(hundred_thousand(named[v.path]))
    else:
        await v.send("<p>x</p>", status="200 OK" if "/20" in v.path else "404 Not Found")


async def mazes(v: Visit) -> None:
    """Addresses that are made up as they are asked for: days, sessions, paths that come round, pages behind pages."""
    if v.path == "/robots.txt":
        await v.send("", status="404 Not Found")
        return
    n = zlib.crc32(v.path.encode())
    days = [f"/termine/{2000 + (n + i) % 90}/{1 + i % 12}/{1 + (n + i) % 28}/" for i in range(40)]
    sessions = [f"/thema-{i}/?zx={(n * 2654435761 + i) % 2**32:08x}" for i in range(40)]
    rounds = [v.path.rstrip("/") + f"/{word}/" for word in ("news", "more", "all")] if len(v.path) < 300 else []
    pages = [f"/rubrik/page-{(n + i) % 10**6}/" for i in range(40)]
    await v.send(page(*days, *sessions, *rounds, *pages))


def entities(root: str) -> dict[str, bytes]:
    """XML that grows, or that reads and fetches what is not its own."""
    laughs = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    quadratic = f'<!ENTITY q "{"q" * 50_000}">'
    outside = '<!ENTITY o SYSTEM "file:///etc/passwd"><!ENTITY w SYSTEM "http://canary.localhost:1/">'
    parameter = '<!ENTITY % p SYSTEM "http://canary.localhost:1/x.dtd"> %p;'
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    item = {"rss": "<channel><item><title>{}</title><link>http://xml.localhost/{}</link></item></channel>",
            "urlset": "<url><loc>http://xml.localhost/{}{}</loc></url>"}[root]  # fmt: skip
    return {
        name: f"<?xml version='1.0'?><!DOCTYPE {root} [{dtd}]><{root}>{item.format(use, 'a')}</{root}>".encode()
        for name, dtd, use in (
            ("laughs", laughs, "&l9;"), ("quadratic", quadratic, "&q;" * 50_000), ("outside", outside, "&o;&w;"),
            ("parameter", parameter, "x"), ("include", "", include),
        )
    }  # fmt: skip


async def xml(v: Visit) -> None:
    """Feeds and sitemaps with entities, inclusions and document types of their own."""
    known = {f"/{root}-{name}": body for root in ("rss", "urlset") for name, body in entities(root).items()}
    if v.path == "/":
        feeds = (f'<link rel=alternate type="application/rss+xml" href="{p}">' for p in known if "rss" in p)
        await v.send("".join(feeds))
    elif v.path == "/robots.txt":
        await v.send("\n".join(f"Sitemap: /{p[1:]}" for p in known if "urlset" in p), kind="text/plain")
    elif v.path in known:
        await v.send(known[v.path], kind="application/xml")
    else:
        await v.send("", status="404 Not Found")


SITES: dict[str, Answer] = {
    f.__name__: f for f in (bombs, endless, drips, headers, loops, links, mazes, xml)
}  # fmt: skip


class Line(asyncio.StreamReaderProtocol):
    """A connection that stands in `lines` from the moment it is taken until its socket is closed."""

    def __init__(self, answer: Callable[..., Awaitable[None]], lines: set[asyncio.Transport]) -> None:
        super().__init__(asyncio.StreamReader(), answer)
        self._lines = lines

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._lines.add(transport)
        self._line = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._lines.discard(self._line)


class HostileServer:
    """All of them on one port, each under its name below localhost; `asked` counts requests by site and path."""

    def __init__(self, port: int = 0) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.sites = tuple(SITES)
        self._lines: set[asyncio.Transport] = set()
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    entities = staticmethod(entities)

    def url(self, site: str) -> str:
        return f"http://{site}.localhost:{self.port}/"

    def __enter__(self) -> HostileServer:
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def dally(self, seconds: float) -> None:
        """Nobody is let in and nobody answered for a while, as on a machine with too much to do."""
        self._loop.call_soon_threadsafe(time.sleep, seconds)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        taking = self._loop.create_server(lambda: Line(self._answer, self._lines), "127.0.0.1", self.port)
        server = self._loop.run_until_complete(taking)
        self.port = server.sockets[0].getsockname()[1]
        self._begun.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._hang_up(server))
        self._loop.close()

    async def _hang_up(self, server: asyncio.Server) -> None:
        """Until no line is left, of those too that were taken in the last moment and that nobody answers yet."""
        while self._lines or len(asyncio.all_tasks()) > 1:
            for line in list(self._lines):
                line.abort()
            await asyncio.sleep(0.01)  # in which the tasks learn that nobody listens, and end
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
        server.close()  # not before: asyncio drops a line that it has taken and not yet handed on, with its socket open

    async def _answer(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
            path = head[0].split(" ")[1]
            site = named.get("host", "").partition(".")[0]
            self.asked[site, path] += 1
            if site in SITES:
                await SITES[site](Visit(path, named, out))
        if out.transport.get_write_buffer_size() > 1_000_000:
            out.transport.abort()
        out.close()
        with suppress(OSError, asyncio.CancelledError):
            await out.wait_closed()  # until what is on its way has gone out, or all hang up


if __name__ == "__main__":
    with HostileServer(int(sys.argv[1]) if len(sys.argv) > 1 else 8666) as running:
        print("\n".join(running.url(site) for site in SITES), flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
