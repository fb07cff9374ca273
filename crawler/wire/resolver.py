"""A host name in, its addresses out, as the system's resolver has them. Judges none of them; see crawler.wire.guard."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

# A name whose server does not answer holds its thread for as long as the system's resolver is patient, some 20 s. In
# asyncio's own pool (six threads on two cores) six such names hold up those of every other site.
MAX_LOOKUPS = 64


class Resolver(AbstractResolver):
    """The system's resolver; names below `localhost` are the loopback address everywhere (RFC 6761), macOS included."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(MAX_LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower().rpartition(".")[2] == "localhost":
            return [_result(host, "127.0.0.1", port, socket.AF_INET)]
        async with self._room:
            infos = await _look_up(host, port, family)
        return [_result(host, str(address[0]), port, kind) for kind, _, _, _, address in infos]

    async def close(self) -> None:
        """Nothing is held open."""


def _result(host: str, address: str, port: int, family: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )  # fmt: skip


async def _look_up(host: str, port: int, family: int) -> list[Any]:
    """getaddrinfo in a thread that dies with the process: a crawl that ends waits for no name server."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def settle(found: list[Any] | None, error: OSError | UnicodeError | None) -> None:
        if not answer.done():
            answer.set_exception(error) if error is not None else answer.set_result(found or [])

    def ask() -> None:
        found, error = None, None
        try:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        except (OSError, UnicodeError) as problem:
            error = problem if isinstance(problem, OSError) else OSError(str(problem))
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found, error)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    return await answer
