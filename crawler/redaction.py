"""Text that a person or a server wrote in; the same without user names and passwords of addresses, out. Pure."""

from __future__ import annotations

import logging
import re

__all__ = ["redact_logs", "sitemaps_without_userinfo", "without_userinfo"]

# As far as an authority reaches. Browsers take one slash, none and backslashes for two. A password may hold any
# character but those that end it, so "http://a.example and me@b.example" loses a few words.
_USERINFO = re.compile(r"(?P<before>(?:\b(?:https?|ftp|wss?):[/\\]{0,3}|[/\\]{2}))[^/\\?#\n]*@", re.IGNORECASE)

_SITEMAP = re.compile(rb"^[ \t]*site-?maps?[ \t]*:[^\r\n]*", re.IGNORECASE | re.MULTILINE)


def without_userinfo(text: str) -> str:
    """`redirect to 'ftp://u:p@host/'` as `redirect to 'ftp://host/'`."""
    return _USERINFO.sub(lambda found: found["before"], text) if "@" in text else text


def sitemaps_without_userinfo(robots: bytes) -> bytes:
    """robots.txt, its Sitemap lines without them; all other lines are rules, and stay as they are."""
    if b"@" not in robots:
        return robots
    return _SITEMAP.sub(lambda line: without_userinfo(line[0].decode("latin-1")).encode("latin-1"), robots)


def redact_logs() -> None:
    """Whatever goes to a log from now on, tracebacks included, goes there without them."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, _Redacting):
            handler.setFormatter(_Redacting(handler.formatter or logging.Formatter()))


class _Redacting(logging.Formatter):
    """Formats as the one it stands for."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return without_userinfo(self._inner.format(record))
