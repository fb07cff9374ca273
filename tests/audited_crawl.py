"""A script for tests: a crawl in this process, with scripted DNS, that writes down every address it connects to.

`python audited_crawl.py HOME DNS.json CONNECTS.txt`. DNS.json maps a name to its answers, one list of addresses for
each time it is asked; the last one stays. Names that are not in it do not exist; no real server is ever asked.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp.connector

from crawler.options import CrawlOptions
from crawler.run import run_here


def main() -> None:
    home, script, out = map(Path, sys.argv[1:])
    answers: dict[str, list[list[str]]] = json.loads(script.read_text("utf-8"))
    asked: dict[str, int] = {}
    connects = out.open("w", encoding="utf-8", buffering=1)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.bind", "socket.sendto"):
            connects.write(json.dumps([event, str(arguments[1])]) + "\n")

    real = socket.getaddrinfo

    def resolve(host: str, port: int, *more: Any, **named: Any) -> Any:
        if host in answers:
            turn = asked[host] = asked.get(host, -1) + 1
            found = answers[host][min(turn, len(answers[host]) - 1)]
            return [
                (family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if ":" in address else (address, port))
                for address in found
                for family in (socket.AF_INET6 if ":" in address else socket.AF_INET,)
            ]
        named["flags"] = socket.AI_NUMERICHOST
        return real(host, port, *more, **named)

    socket.getaddrinfo = resolve
    aiohttp.connector._DNSCacheTable.expired = lambda self, key: True  # type: ignore[method-assign]
    sys.addaudithook(heard)
    print(run_here(home, CrawlOptions(for_seconds=100)).to_json())


main()
