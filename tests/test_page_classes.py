"""Which captures are pages to be read: HTML by its bytes where the header lies or says nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.captures import Capture
from pipelines.classes import is_html, sort_capture

HTML = b"<!doctype html><title>Bridge</title><p>It reopens."


def capture(**about: object) -> Capture:
    plain: dict[str, object] = {
        **dict.fromkeys(Capture.__dataclass_fields__),
        "capture_id": "1",
        "url": "http://a.localhost/",
        "captured_at": datetime(2026, 11, 22, tzinfo=UTC),
        "record_type": "response",
        "status": 200,
        "content_type": "text/html",
        "announcements": (),
        "protocols": (),
        "signals": (),
        "exceptions": (),
    }
    return Capture(**{**plain, **about})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("about", "body", "class_", "reason"),
    [
        ({}, HTML, None, "page"),
        ({"record_type": "resource", "status": None}, HTML, None, "page"),
        ({"status": 203}, HTML, None, "page"),
        ({"kind": "home"}, HTML, None, "page"),
        ({"status": 404}, HTML, "reject", "error_page"),
        ({"status": 503, "content_type": None}, HTML, "reject", "error_page"),
        ({"status": 500, "content_type": "application/json"}, b'{"error": 1}', "support", "not HTML"),
        ({"status": 301}, HTML, "support", "redirect"),
        ({"status": 304}, b"", "support", "redirect"),
        ({"status": None}, b"garbage", "support", "no HTTP answer"),
        ({"kind": "robots", "status": 404}, HTML, "support", "robots"),
        ({"kind": "feed"}, HTML, "support", "feed"),
        ({"kind": "sitemap"}, b"<urlset/>", "support", "sitemap"),
        ({"content_type": "image/png"}, b"\x89PNG\r\n", "support", "not HTML"),
        ({"record_type": "revisit"}, b"", "revisit", "same payload as before"),
        ({"record_type": "revisit", "status": 304}, b"", "revisit", "same payload as before"),
    ],
)
def test_the_class_of_a_capture(about: dict[str, object], body: bytes, class_: str | None, reason: str) -> None:
    sorted_ = sort_capture(capture(**about), body)
    assert (sorted_.class_, sorted_.reason) == (class_, reason)


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (HTML, "text/html; charset=utf-8", True),
        (HTML, None, True),
        (HTML, "text/plain", True),
        (HTML, "image/jpeg", True),
        ("\ufeff<!-- made by hand -->\n<html lang=de>".encode(), None, True),
        ("<!DOCTYPE html><p>Brücke".encode("utf-16"), None, True),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "application/xml", True),
        (b"<p>no head, no body", "application/octet-stream", True),
        (b"just words", "text/html", True),
        (b"", "text/html", True),
        (b'<?xml version="1.0"?><rss version="2.0">', "text/html", False),
        (b"<!-- x --><urlset>", "text/html", False),
        (b"%PDF-1.7", "text/html", False),
        (b'{"headline": "Bridge"}', "text/html", False),
        (b"<p>a fragment", "application/javascript", False),
        (b"User-agent: *", "text/plain", False),
        (b"", None, False),
    ],
)
def test_html_is_told_by_header_and_bytes(body: bytes, content_type: str | None, expected: bool) -> None:
    assert is_html(body, content_type) is expected
