"""A certificate has to be right, for every host of every site that does not say by name that it need not be."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler import CrawlOptions, crawl
from crawler.archive import open_records

NOW = dt.datetime.now(dt.UTC)


class Authority:
    """A certificate authority of the test's own; what it makes is written to files, as ssl wants it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.key = folder, name, ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(name, self.key.public_key(), None, 0, 30)
        (folder / f"{name}.pem").write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, name: str, public: Any, host: str | None, begins: int, ends: int) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(NOW + dt.timedelta(days=begins, hours=-1)).not_valid_after(
            NOW + dt.timedelta(days=ends)
        )
        made = made.add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        if host is not None:
            known: x509.GeneralName = x509.DNSName(host)
            if host[0].isdigit():
                known = x509.IPAddress(ipaddress.ip_address(host))
            made = made.add_extension(x509.SubjectAlternativeName([known]), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def issue(self, host: str, *, begins: int = 0, ends: int = 10) -> ssl.SSLContext:
        """A server's context with a certificate for `host`, valid between these days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        path = self.folder / f"{self.name}-{host}-{begins}-{ends}.key.pem"
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        certificate = self._sign(host, key.public_key(), host, begins, ends)
        path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one authority that the crawler trusts in this test."""
    made = Authority(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return made


def self_signed(folder: Path, host: str) -> ssl.SSLContext:
    lone = Authority(folder, "lone")
    path = folder / "lone.key.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = lone._sign("lone", lone.key.public_key(), host, 0, 10)
    path.write_bytes(lone.key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


WRONG: dict[str, Callable[[Authority, Path], ssl.SSLContext]] = {
    "self-signed": lambda trusted, folder: self_signed(folder, "127.0.0.1"),
    "expired": lambda trusted, folder: trusted.issue("127.0.0.1", begins=-9, ends=-1),
    "not yet valid": lambda trusted, folder: trusted.issue("127.0.0.1", begins=5),
    "of another host": lambda trusted, folder: trusted.issue("www.example.org"),
    "of another address": lambda trusted, folder: trusted.issue("127.0.0.2"),
    "of an authority nobody knows": lambda trusted, folder: Authority(folder, "unknown").issue("127.0.0.1"),
}


def stanza(name: str, base: str, *more: str) -> str:
    return "\n".join([f'name = "{name}"', f'home = "{base}/"', "delay_seconds = 0", *more])


def exceptions(home: Path) -> dict[str, list[str]]:
    """URL → the exceptions that its metadata record names."""
    found: dict[str, list[str]] = {}
    for path in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with path.open("rb") as stream:
            reader = open_records(stream, name=path.name)
            while (record := reader.next_record()) is not None:
                if record.record_type == "metadata":
                    lines = record.read().decode().splitlines()
                    found[record.url or ""] = [v for k, _, v in (x.partition(": ") for x in lines) if k == "exception"]
                record.finish()
    return found


def test_a_right_certificate_is_taken(web_at: Any, trusted: Authority, home: Path, kit: Any) -> None:
    web = web_at("127.0.0.1", tls=trusted.issue("127.0.0.1"))
    web.pages |= {"/": kit.answer("<p>hello</p>")}
    kit.write_sites(home, stanza("right", web.base))
    report = crawl(home)
    assert "/" in web.paths()
    assert report.failed == 0
    assert set(map(tuple, exceptions(home).values())) == {()}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_one_is_refused(
    web_at: Any, trusted: Authority, home: Path, kit: Any, tmp_path: Path, wrong: str
) -> None:
    web = web_at("127.0.0.1", tls=WRONG[wrong](trusted, tmp_path))
    web.pages["/"] = kit.answer("<p>hello</p>")
    kit.write_sites(home, stanza("wrong", web.base))
    report = crawl(home, CrawlOptions(urls=(f"{web.base}/",)))
    assert web.asked == [], "not a byte of a request"
    assert report.captured == 0
    log = kit.log_lines(home)
    assert {line["reason"] for line in log if line["kind"] == "robots"} == {"tls"}
    assert "certificate" in log[0]["detail"]


def test_a_site_may_be_excepted_by_name_and_its_captures_say_so(
    web_at: Any, trusted: Authority, home: Path, kit: Any, tmp_path: Path
) -> None:
    """Its own hosts only: not the site beside it, not its feed elsewhere, not where its robots.txt leads."""
    unknown = Authority(tmp_path, "unknown")
    lax, strict = (web_at(host, tls=unknown.issue(host)) for host in ("127.0.0.1", "127.0.0.2"))
    plain, foreign = web_at("127.0.0.3"), web_at("127.0.0.4", tls=unknown.issue("127.0.0.4"))
    for web in (lax, strict, plain, foreign):
        web.pages |= {"/": kit.answer("<p>hello</p>"), "/feed": kit.answer("<rss/>")}
    plain.pages["/robots.txt"] = kit.answer("", status="302 Found", Location=f"{foreign.base}/robots.txt")
    kit.write_sites(
        home,
        stanza("lax", lax.base, f'feeds = ["{foreign.base}/feed"]', 'hosts = ["127.0.0.3"]', "verify_tls = false"),
        stanza("strict", strict.base),
    )
    crawl(home, CrawlOptions(urls=tuple(web.base + "/" for web in (lax, strict, plain)), for_seconds=60))
    crawl(home, CrawlOptions(for_seconds=60))
    assert "/" in lax.paths()
    assert strict.asked == foreign.asked == []
    assert "/robots.txt" in plain.paths()
    of = exceptions(home)
    assert of[f"{lax.base}/"] == of[f"{lax.base}/robots.txt"] == ["tls-not-verified"]
    assert of[f"{plain.base}/robots.txt"] == [], "there is nothing to verify on plain http"


def test_keys_of_the_session_are_written_nowhere(
    web_at: Any, trusted: Authority, home: Path, kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    web = web_at("127.0.0.1", tls=trusted.issue("127.0.0.1"))
    web.pages["/"] = kit.answer("<p>hello</p>")
    kit.write_sites(home, stanza("right", web.base))
    crawl(home)
    assert "/" in web.paths()
    keys = tmp_path / "keys"  # aiohttp makes the file when it is loaded
    assert not keys.exists() or "SECRET" not in keys.read_text()
