"""A URL in, its SURT key out: the sort key of CDXJ, the one that replay tools look up. Pure.

The rules are those of the Wayback machine's key maker (`WaybackURLKeyMaker` in iipc/webarchive-commons, Apache-2.0), as
cdxj-indexer applies them; written anew, because Python's `surt` package is AGPL. Tests compare the two over many URLs.
"""

from __future__ import annotations

import contextlib
import re
import socket
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+\-.]*:")
_PARTS = re.compile(rb"(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?\Z", re.DOTALL)
# One to four parts, decimal or octal; a part inside may be either, which inet_aton decides.
_NUMERIC_HOST = re.compile(rb"[1-9][0-9]*(?:\.[0-9]+){0,3}|0[0-7]*(?:\.[0-7]+){0,3}")
_WWW = re.compile(rb"www\d*\.")
# Everything printable in ASCII stays as it is, save # and %, which would change what the key means.
_KEPT = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "#%")
_ASPX_SESSION = re.compile(rb"(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)|\([0-9a-z]{24}\))/([^?]+\.aspx.*)", re.I)
_QUERY_SESSIONS = tuple(
    re.compile(rb"(.*)" + name + rb"(?:&(.*))?\Z", re.I)
    for name in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)
_DEFAULT_PORTS = {b"http": 80, b"https": 443}


def surt_key(url: str) -> str:
    """The key of a URL: host reversed, www and default port dropped, path and query lower case, query sorted.

    A URL that cannot be taken apart (a port that is no number, bytes that no host can have) is its own key.
    """
    try:
        return _key(url.encode()).decode()
    except ValueError:
        return url


def _key(url: bytes) -> bytes:
    if not url:
        return b"-"
    if url.startswith(b"filedesc"):
        return url
    url = re.sub(rb"[\n\r\t]", b"", url.strip())
    if not _SCHEME.match(url):
        url = b"http://" + url
    url = re.sub(rb"\A(?:https?://)*(https?://)", rb"\1", url)
    found = _PARTS.match(url)
    if found is None:
        raise ValueError("not a URL")
    scheme, authority, path, query = (part or b"" for part in found.groups())
    host, port = _host_and_port(authority.rstrip(b":"))
    if scheme.startswith(b"http") and not host and path:
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    host = _canonical_host(host) if host else b""
    path = _unescape(path)
    path = _canonical_path(_escape(_without_dots(path) if host else path))
    query = _canonical_query(_escape(_unescape(query)))
    if not host:
        return scheme + b":" + (path or b"/" * bool(query)) + (b"?" + query if query else b"")
    if scheme != b"dns":
        host = _WWW.sub(b"", host, count=1) if _WWW.match(host) else host
    shown_port = b":%d" % port if port is not None and port != _DEFAULT_PORTS.get(scheme.lower()) else b""
    key = b",".join(reversed(host.split(b"."))) + shown_port + b")" + (path or b"/" * bool(query))
    return key + (b"?" + query if query else b"")


def _host_and_port(authority: bytes) -> tuple[bytes, int | None]:
    _, _, place = authority.rpartition(b"@")
    before, bracket, inside = place.partition(b"[")
    if bracket:
        host, _, port = inside.partition(b"]")
        _, _, port = port.partition(b":")
    else:
        host, _, port = before.partition(b":")
    if not port:
        return host.lower(), None
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"port {port!r}")
    return host.lower(), int(port) or None


def _canonical_host(host: bytes) -> bytes:
    host = _unescape(host)
    if not host.isascii():
        # What is no name that DNS could carry is escaped below, byte for byte.
        with contextlib.suppress(UnicodeError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    return _address(host) or _escape(host.lower()).lower()


def _address(host: bytes) -> bytes | None:
    """A numeric host (decimal, octal, one to four parts) as a dotted address, as inet_aton reads it."""
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4)).encode()
    if not _NUMERIC_HOST.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode())).encode()
    except OSError:
        return None


def _without_dots(path: bytes) -> bytes:
    kept: list[bytes] = []
    for part in path.split(b"/")[1:]:
        if part == b".":
            continue
        if part != b"..":
            kept.append(part)
        elif kept:
            kept.pop()
        else:
            kept.append(part)
    if not kept:
        return b"/"
    return b"/" + b"".join(part + b"/" for part in kept[:-1] if part) + kept[-1]


def _canonical_path(path: bytes) -> bytes:
    path = path.lower()
    while session := _ASPX_SESSION.fullmatch(path):
        path = session[1] + session[2]
    return path[:-1] if path.endswith(b"/") and len(path) > 1 else path


def _canonical_query(query: bytes) -> bytes:
    for session in _QUERY_SESSIONS:
        if found := session.match(query):
            query = found[1] + (found[2] or b"")
    query = query.lower()
    if len(query) <= 1:
        return query
    return b"&".join(b"=".join(pair) for pair in sorted(tuple(part.split(b"=", 1)) for part in query.split(b"&")))


def _unescape(data: bytes) -> bytes:
    while (once := unquote_to_bytes(data)) != data:
        data = once
    return data


def _escape(data: bytes) -> bytes:
    return quote_from_bytes(data, safe=_KEPT).encode()
