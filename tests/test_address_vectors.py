"""No spelling of an address, no answer of a name server and no hop leads the crawler into the network it runs in."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from crawler.urls import host_of, normalise
from crawler.wire.guard import may_connect, own_addresses
from crawler.wire.resolver import Resolver

_PARTS = Path(__file__).with_name("address_vectors.txt").read_text("utf-8").split("\n\n")
ADDRESSES, SPELLINGS = ([line for line in part.splitlines() if not line.startswith("# ")] for part in _PARTS)

ALLOWED = "127.7.7.7"  # stands for a public address: the only one that may be connected to
# Name server's answers, by turn. ALLOWED first means: robots.txt may be had there, and then the name points elsewhere.
ANSWERS: list[list[list[str]]] = [
    *([[a]] for a in ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "::ffff:127.0.0.1")),
    *([[a]] for a in ("fe80::1%lo", "fe80::1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1", "::127.0.0.1")),
    *([[ALLOWED], [a]] for a in ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::ffff:127.0.0.1")),
    *([[ALLOWED], [ALLOWED, a]] for a in ("127.0.0.1", "::1", "::ffff:7f00:1")),
    *([[ALLOWED], [a, ALLOWED]] for a in ("127.0.0.1", "::1")),
    [["127.0.0.1", "::1"]], [["10.0.0.1", "192.168.1.1", "::1"]], [["::1", "fe80::1%lo", "127.0.0.1"]],
    [[ALLOWED], [ALLOWED], ["127.0.0.1"]], [[ALLOWED], ["127.0.0.1"], [ALLOWED]], [["not an address"]], [[""]],
]  # fmt: skip


def test_there_are_more_than_two_hundred() -> None:
    assert len(set(ADDRESSES)) > 120
    assert len(set(SPELLINGS)) > 120
    assert len(ANSWERS) > 25


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_socket_for_the_address(address: str) -> None:
    assert not may_connect(address, ())


@pytest.mark.parametrize("written", SPELLINGS)
def test_no_address_behind_the_spelling_may_be_connected_to(written: str) -> None:
    url = normalise(written.replace("PORT", "8123").replace("SITE", "80"), "http://127.0.0.1:8123/")
    if url is None:
        return  # no web address, so nothing asks for it
    for address in asyncio.run(addresses(host_of(url).strip("[]"))):
        assert not may_connect(address, ()), url


async def addresses(host: str) -> list[str]:
    """What the crawler's own resolver makes of a host that needs no name server; what is no such host has none."""
    try:
        return [found["host"] for found in await Resolver().resolve(host)]
    except OSError:
        return []


def test_public_addresses_of_this_machine_are_not_the_web() -> None:
    assert any(address.is_loopback for address in own_addresses())
    own = {ip_address("8.8.8.8"), ip_address("2a00:1450::8")}
    for address in ("8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::8"):
        assert may_connect(address, ())
        assert not may_connect(address, (), own)
    assert may_connect("8.8.8.8", (ip_network("8.8.8.8/32"),), own), "unless a person says so"


class Canary:
    """Listens where nobody may come."""

    def __init__(self) -> None:
        self.visitors: list[str] = []
        self._sockets: list[socket.socket] = []
        first = socket.create_server(("127.0.0.1", 0))
        self.port = first.getsockname()[1]
        self._listen(first)
        self._listen(socket.create_server(("127.0.0.2", self.port)))
        self._listen(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self._listen(socket.create_server(("127.0.0.1", 0)))

    def _listen(self, listening: socket.socket) -> None:
        self._sockets.append(listening)
        threading.Thread(target=self._wait, args=(listening,), daemon=True).start()

    def _wait(self, listening: socket.socket) -> None:
        while True:
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            self.visitors.append(str(listening.getsockname()))
            visitor.close()

    def close(self) -> None:
        for listening in self._sockets:
            listening.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    if sys.platform != "linux":
        pytest.skip("needs the whole of 127.0.0.0/8 on the loopback interface")
    listening = Canary()
    yield listening
    listening.close()


def as_url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def test_a_crawl_that_is_led_to_all_of_them_connects_to_none(
    web_at: Any, canary: Canary, home: Path, kit: Any, tmp_path: Path
) -> None:
    """By links, feed, sitemap, robots.txt, redirects, the sites' own names in sites.toml, and name servers."""
    web = web_at(ALLOWED)
    story = "2026/11/22/a-story-with-a-name-of-many-words-{}/"
    named = [as_url(a, canary.port) + "/" for a in ADDRESSES]
    written = [s.replace("PORT", str(canary.port)).replace("SITE", str(web.port)) for s in SPELLINGS]
    dns = {f"name{n}.vectors.test": answers for n, answers in enumerate(ANSWERS)}
    names = [f"http://{name}:{port}/" for name in dns for port in (web.port, canary.port)]
    every = [v + story.format(n) if v.endswith("/") else v for n, v in enumerate([*named, *written, *names])]
    hosts = {host_of(url) for v in every if (url := normalise(v, web.base + "/"))} - {ALLOWED, ""}
    hosts = {h.rstrip(".") for h in hosts if not h.endswith(".test")} | {"vectors.test"}
    quote = {"&": "&amp;", '"': "&quot;", "<": "&lt;"}
    safe = ["".join(quote.get(c, c) for c in v) for v in every]
    hops = {f"/2026/11/22/a-page-that-has-moved-elsewhere-{n}/": v for n, v in enumerate(every[::4])}
    answer, closes = kit.answer, {"Connection": "close"}
    web.pages |= {
        path: answer("", status="302 Found", Location=to.encode().decode("latin-1"), **closes)
        for path, to in hops.items()
    }
    links = "".join(f'<a href="{v}">A headline that is long enough to be one</a>' for v in [*safe, *hops])
    items = "".join(f"<item><title>x</title><link>{v}</link></item>" for v in safe)
    web.pages |= {
        "/": answer(links, **closes),
        "/robots.txt": answer("".join(f"Sitemap: {v}\n" for v in every[::3]), content_type="text/plain", **closes),
        "/feed": answer(f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="text/xml", **closes),
        "/map": answer(f"<urlset>{''.join(f'<url><loc>{v}</loc></url>' for v in safe)}</urlset>", **closes),
    }
    stanza = f'name = "main"\nhome = "{web.base}/"\nfeeds = ["{web.base}/feed"]\nsitemaps = ["{web.base}/map"]\n'
    stanza += f"delay_seconds = 0\nhosts = {json.dumps(sorted(hosts))}"
    own = [f'name = "own{n}"\nhome = "{url}"\ndelay_seconds = 0' for n, url in enumerate((
        f"http://127.0.0.1:{canary.port}/", f"http://[::1]:{canary.port}/", f"http://0.0.0.0:{canary.port}/",
        f"http://localhost:{canary.port}/", f"http://2130706434:{canary.port}/", "http://169.254.169.254/",
    ))]  # fmt: skip
    kit.write_sites(home, stanza, *own, top=f'allow_addresses = ["{ALLOWED}/32"]\ncontact = "mailto:a@example.org"')
    (tmp_path / "dns.json").write_text(json.dumps(dns), "utf-8")
    command = [sys.executable, str(Path(__file__).with_name("audited_crawl.py")), str(home), str(tmp_path / "dns.json")]
    done = subprocess.run(
        [*command, str(tmp_path / "connects")], capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["ended_because"] == "nothing_due"
    heard = [json.loads(line) for line in (tmp_path / "connects").read_text("utf-8").splitlines()]
    assert {event for event, _ in heard} == {"socket.connect"}
    assert {address.split("'")[1] for _, address in heard} == {ALLOWED}, "by the system's own account"
    assert canary.visitors == []
    refused = {host_of(line["url"]) for line in kit.log_lines(home) if line["reason"] == "address"}
    assert len(refused) > 100, "they were tried, and it was the guard that refused them"
    only_elsewhere = {name for name, answers in dns.items() if ALLOWED not in answers[-1]}
    assert len(only_elsewhere) > 20
    assert only_elsewhere - refused == set()
