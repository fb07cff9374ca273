"""A capture and its decoded body in; out, its class, or that it is a page to be read. Pure; parses no page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from pipelines.captures import Capture

ARTICLE, REJECT, REVISIT, SUPPORT = "article", "reject", "revisit", "support"
CLASSES = (ARTICLE, REJECT, REVISIT, SUPPORT)


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """`class_` is None for a page that is still to be read: reading decides between article and reject."""

    class_: str | None
    reason: str  # for a reject its reason, for the others what was seen
    detail: str = ""


# What a crawler asks for on its way to pages. An HTML "not found" in their place is no page that was lost.
_ON_THE_WAY = frozenset({"robots", "feed", "sitemap", "requisite"})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
# Types that servers give to whatever they do not know, and XML, which XHTML is.
_VAGUE_TYPES = frozenset(
    {"", "text/plain", "application/octet-stream", "unknown/unknown", "text/xml", "application/xml"}
)
_LEAD = rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
_STARTS_AS_HTML = re.compile(_LEAD + rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_STARTS_AS_FEED = re.compile(_LEAD + rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg)[\s>]", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(rb"<(?:title|meta|div|p|article|table|h1|span|a|script|center|font|br)[\s>/]", re.IGNORECASE)
# From the WHATWG MIME Sniffing Standard, §6 and §7: what no HTML begins with.
_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"wOF",
    b"\x00\x00\x01\x00",
)
_LOOKED_AT = 2048


def sort_capture(capture: Capture, body: bytes) -> Sorted:
    """Which class a capture is of, as far as that can be said without reading its page.

    A page is HTML that came with a 2xx status (or as a `resource` record, which has none) and was not asked for as
    robots, feed or sitemap. HTML with a status of 400 or more is a reject `error_page`. All else is support.
    """
    if capture.record_type == "revisit":
        return Sorted(class_=REVISIT, reason="same payload as before")
    if capture.kind in _ON_THE_WAY:
        return Sorted(class_=SUPPORT, reason=str(capture.kind))
    status = capture.status
    if status is None and capture.record_type != "resource":
        return Sorted(class_=SUPPORT, reason="no HTTP answer")
    if status is not None and not 200 <= status < 300 and status < 400:
        return Sorted(class_=SUPPORT, reason="redirect" if status >= 300 else "interim answer")
    if not is_html(body, capture.content_type):
        return Sorted(class_=SUPPORT, reason="not HTML")
    if status is not None and status >= 400:
        return Sorted(class_=REJECT, reason="error_page", detail=f"HTTP status {_spoken(status)}")
    return Sorted(class_=None, reason="page")


def is_html(body: bytes, content_type: str | None) -> bool:
    """Whether this is an HTML page, by its header where that is believable and by its first bytes where not.

    Believed over the header: bytes that are no HTML under an HTML type, an HTML document under any other.
    """
    declared = (content_type or "").partition(";")[0].strip().lower()
    start = _start(body)
    if start.startswith(_MAGIC) or _STARTS_AS_FEED.match(start):
        return False
    if _STARTS_AS_HTML.match(start):
        return True
    if declared in _HTML_TYPES:
        return not (start.lstrip()[:1] in (b"{", b"[") and not _TAG.search(start))  # JSON with a careless header
    return declared in _VAGUE_TYPES and start.lstrip()[:1] == b"<" and _TAG.search(start) is not None


def _start(body: bytes) -> bytes:
    """The first bytes, without byte order mark; UTF-16 as ASCII, as far as it goes."""
    start = body[:_LOOKED_AT]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace").encode("ascii", "replace")
    return start.removeprefix(b"\xef\xbb\xbf")


def _spoken(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
