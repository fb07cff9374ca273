"""Over TLS, the peer, protocol version, cipher and certificate of each exchange are in the archive."""

from __future__ import annotations

import hashlib
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.archive import open_records


def records_of(home: Path, url: str) -> dict[str, Any]:
    """Record type → the record's fields and block, of everything archived of one URL."""
    found = {}
    for path in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with path.open("rb") as stream:
            for record in open_records(stream, name=path.name):
                if record.url == url:
                    found[record.record_type] = (record, record.read())
    return found


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
def test_version_cipher_and_certificate_are_archived(
    version: ssl.TLSVersion, secure_web: Any, home: Path, kit: Any
) -> None:
    """As another client of the same server has them."""
    secure_web.tls.minimum_version = secure_web.tls.maximum_version = version
    secure_web.pages["/a"] = kit.answer("hello")
    kit.write_sites(home, f'name = "secure"\nhome = "{secure_web.base}/"\ndelay_seconds = 0')
    assert crawl(home, CrawlOptions(urls=(f"{secure_web.base}/a",))).failed == 0
    client = ssl.create_default_context()  # finds the test's authority where the crawl finds it
    with (
        socket.create_connection((secure_web.host, secure_web.port)) as plain,
        client.wrap_socket(plain, server_hostname=secure_web.host) as other,
    ):
        cipher, certificate = other.cipher(), other.getpeercert(binary_form=True)
    assert cipher is not None
    assert certificate is not None
    found = records_of(home, f"{secure_web.base}/a")
    for kind in ("request", "response"):
        record, _ = found[kind]
        assert record.all("WARC-Protocol") == ("http/1.1", {"TLSv1_2": "tls/1.2", "TLSv1_3": "tls/1.3"}[version.name])
        assert record.all("WARC-Cipher-Suite") == (cipher[0],)
        assert record.all("WARC-IP-Address") == (secure_web.host,)
    assert b"certificateSha256: " + hashlib.sha256(certificate).hexdigest().encode() in found["metadata"][1]
