"""What tests share: a web server that answers the very bytes it is given, an archive to crawl it into, WARC files."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from demo_run import demo as demo  # fixtures, for all test files
from oracles import oracles as oracles

# The tests start some two hundred processes. Where nothing may be compiled to disk, half of each start is compiling.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

Answer = bytes | Callable[[dict[str, str]], bytes]


def answer(
    body: bytes | str = b"", *, status: str = "200 OK", content_type: str = "text/html; charset=utf-8", **headers: str
) -> bytes:
    """A whole HTTP response with its length; header names with underscores for hyphens."""
    payload = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(payload)}"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + payload


@dataclass
class Asked:
    """One request as it came in."""

    at: float
    path: str
    headers: dict[str, str]
    raw: bytes


@dataclass
class Web:
    """A server on loopback: `pages` maps a path to the bytes it answers, or to a function of the request's headers."""

    host: str
    port: int
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    says_later: dict[str, bytes] = field(default_factory=dict)  # path → what comes 0.1 s after the answer, unasked
    hangs_up_after: set[str] = field(default_factory=set)  # paths whose answer ends the connection, whatever it says
    stays_after: set[str] = field(default_factory=set)  # … and does not, whatever it says
    in_pieces: dict[str, int] = field(default_factory=dict)  # path → bytes that go out at once
    tls: ssl.SSLContext | None = None
    handshake_seconds: float = 0.0  # that it takes to answer a TLS client's first message

    @property
    def base(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def paths(self) -> list[str]:
        return [a.path for a in self.asked]


class _Handler(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        web: Web = self.server.web
        self.request.settimeout(30)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if web.tls is not None:
            try:
                time.sleep(web.handshake_seconds)
                self.request = web.tls.wrap_socket(self.request, server_side=True)
            except OSError:  # a client that thinks nothing of our certificate
                return
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                try:
                    data = self.request.recv(65536)
                except OSError:
                    return
                if not data:
                    return
                buffer += data
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
            web.asked.append(Asked(time.time(), path, headers, head + b"\r\n\r\n"))
            page = web.pages.get(path, answer("not here", status="404 Not Found"))
            reply = page(headers) if callable(page) else page
            try:
                for at in range(0, len(reply), web.in_pieces.get(path, len(reply) or 1)):
                    self.request.sendall(reply[at : at + web.in_pieces.get(path, len(reply))])
            except OSError:
                return
            if path in web.says_later:
                time.sleep(0.1)
                self.request.sendall(web.says_later[path])
            unbounded = b"Content-Length" not in reply and b"chunked" not in reply and b" 304 " not in reply[:20]
            if (unbounded and path not in web.stays_after) or path in web.hangs_up_after:
                self._hang_up()
                return

    def finish(self) -> None:
        self.request.close()  # over TLS it is not the socket that the server knows of

    def _hang_up(self) -> None:
        try:
            if isinstance(self.request, ssl.SSLSocket):
                self.request = self.request.unwrap()  # close_notify first: an end without it is one by force
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was quicker


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


@contextmanager
def served(host: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A web server on an address of loopback, for as long as the block lasts."""
    with _Server((host, 0), _Handler) as server:
        made = Web(host=host, port=server.server_address[1], tls=tls)
        server.web = made  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server that is the test's to fill."""
    with served("127.0.0.1") as made:
        yield made


@pytest.fixture
def web_at() -> Iterator[Callable[..., Web]]:
    """The same at any address of loopback, as often as a test likes: `web_at("127.0.0.2", tls=context)`."""
    with ExitStack() as servers:
        yield lambda host, **how: servers.enter_context(served(host, **how))


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs the certificates of a test's servers. Nobody trusts it but who is told to; see `secure_web`."""
    return trustme.CA()


@pytest.fixture
def secure_web(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The same over TLS, on 127.0.0.2, with a certificate that crawls started by this test take for good."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.2").configure_cert(context)
    with served("127.0.0.2", tls=context) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of an archive, still without anything in it."""
    folder = tmp_path / "archive home"
    folder.mkdir()
    return folder


def write_sites(
    home: Path, *stanzas: str, top: str = 'allow_addresses = ["127.0.0.0/8"]', opt_out_files: bool = False
) -> Path:
    """sites.toml with these stanzas, each the lines below its [[site]].

    tdmrep.json and ai.txt are not asked for unless a test is about them: most count what their server is asked.
    """
    path = home / "sites.toml"
    asked = [] if opt_out_files else ["opt_out_files = false"]
    path.write_text("\n".join([*asked, top, *(f"[[site]]\n{stanza}" for stanza in stanzas)]) + "\n", "utf-8")
    return path


@pytest.fixture
def one_site(web: Web, home: Path) -> Path:
    """An archive whose only site is `web`, without delay."""
    write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n')
    return home


def log_lines(home: Path) -> list[dict[str, Any]]:
    """Every line of every crawl log, oldest first."""
    logs = sorted(home.glob("archive/crawl_date=*/*.crawl.jsonl"))
    lines = [json.loads(line) for path in logs for line in path.read_text("utf-8").splitlines()]
    return sorted(lines, key=lambda line: line["at"])


@pytest.fixture
def kit() -> Any:
    """The plain functions above, for test files, which cannot import this one by name."""

    class Kit:
        answer = staticmethod(answer)
        article_page = staticmethod(article_page)
        write_sites = staticmethod(write_sites)
        log_lines = staticmethod(log_lines)
        served = staticmethod(served)

    return Kit


def article_page(title: str, *, paragraphs: int = 4, canonical: str | None = None, published: str | None = None) -> str:
    """An article of a bare hand-written look; other titles, other sentences."""
    head = [f"<title>{title}</title>"]
    head += [f'<link rel="canonical" href="{canonical}">'] if canonical else []
    head += [f'<meta property="article:published_time" content="{published}">'] if published else []
    text = "".join(
        f"<p>{title}, paragraph {n}: the council met for {n + 2} hours on Tuesday and agreed, against the advice of "
        f"its own engineers, that the work on the river crossing should be finished before the winter floods.</p>"
        for n in range(paragraphs)
    )
    return (
        f"<!doctype html><html lang='en'><head>{''.join(head)}</head><body><article><h1>{title}</h1>{text}"
        "<p><a href='/next-story'>The next story</a></p></article></body></html>"
    )


@pytest.fixture
def write_warc(home: Path) -> Callable[..., list[Any]]:
    """Archives answers as a crawl would: `write_warc([(url, response bytes), …], at=…)` returns what was written.

    One file per call, in the folder of the day of `at`; each exchange `step_seconds` after the one before.
    """
    from crawler.archive import Announcement, ArchiveWriter, CaptureNotes, Exchange

    def write(
        answers: list[tuple[str, bytes]],
        *,
        at: datetime = datetime(2026, 11, 22, 9, 20, 30, 123456, UTC),
        step_seconds: float = 1.0,
        site: str | None = "local",
        kind: str = "article",
        announcements: tuple[Announcement, ...] = (),
        revisit_of: Any = None,
        signals: tuple[str, ...] = (),
    ) -> list[Any]:
        writer = ArchiveWriter(home / "archive", software="test", contact=None, host="desk", clock=lambda: at)
        notes = CaptureNotes(site=site, kind=kind, announcements=announcements, signals=signals)
        written = []
        for number, (url, response) in enumerate(answers):
            exchange = Exchange(
                url=url,
                started_at=at + timedelta(seconds=number * step_seconds),
                request=b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n",
                response=response,
                ip_address="127.0.0.1",
            )
            written.append(writer.write(exchange, notes, revisit_of=revisit_of))
        writer.close()
        return written

    return write


@pytest.fixture
def hostile_web() -> Iterator[Any]:
    """Eight sites that mean harm, below localhost on one port; see hostile_server.py, which runs by hand as well."""
    path = Path(__file__).with_name("hostile_server.py")
    spec = importlib.util.spec_from_file_location("hostile_server", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.HostileServer() as server:
        yield server
