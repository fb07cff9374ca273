"""An exception of a download in, the word that the crawl log has for it out. Handles nothing."""

from __future__ import annotations

import ssl

import aiohttp
from scrapy.exceptions import IgnoreRequest, UnsupportedURLSchemeError

from crawler.wire.guard import AddressRefused

# The first that fits, inside out: Scrapy wraps aiohttp's exceptions, which wrap those of the system.
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefused, "address"),
    (ssl.SSLError, "tls"),
    (ssl.CertificateError, "tls"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientConnectorError, "connect"),
    (aiohttp.ServerDisconnectedError, "disconnect"),
    (aiohttp.ClientPayloadError, "disconnect"),
    (aiohttp.ClientOSError, "disconnect"),
    (UnsupportedURLSchemeError, "scope"),
    (IgnoreRequest, "too_large"),  # the gate gives its own reasons; this is a decoded body past the limit
)


def why(error: BaseException) -> str:
    """address, tls, dns, timeout, connect, disconnect, scope, too_large; or protocol: the answer made no sense."""
    chain = _chain(error)
    return next((word for kind, word in _WORDS if any(isinstance(e, kind) for e in chain)), "protocol")


def detail(error: BaseException) -> str:
    """What happened, for a person: the innermost words, which are the system's or the server's, not the wrapping's."""
    chain = _chain(error)
    refused = next((e for e in chain if isinstance(e, AddressRefused)), None)
    innermost = refused or next((e for e in reversed(chain) if str(e)), error)
    words = str(innermost) if refused else f"{type(innermost).__name__}: {innermost}"
    return " ".join(words.split())[:300]


def truncation(error: BaseException) -> str:
    """The WARC-Truncated reason that a failure after the first byte stands for (WARC 1.1 §5.13)."""
    known = {"timeout": "time", "disconnect": "disconnect", "tls": "disconnect", "connect": "disconnect"}
    return known.get(why(error), "unspecified")  # given up at what made no sense: more might have come


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = getattr(error, "os_error", None) or error.__cause__ or error.__context__
    return chain
