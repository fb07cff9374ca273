"""The path patterns of robots.txt (RFC 9309 §2.2.2 and §2.2.3), which tdmrep.json and ai.txt use too. Pure.

`*` stands for anything, a last `$` for the end; all else is compared after percent-encoding is made the same.
"""

from __future__ import annotations

import re

from crawler.urls import path_and_query

__all__ = ["matches", "pattern_of", "targets_of"]

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def pattern_of(value: str) -> str:
    """A rule's path in comparable form; "" for the empty value, which rules nothing."""
    if not value:
        return ""
    absolute = re.match(r"https?://[^/?#]*", value, re.IGNORECASE)
    if absolute:
        value = value[absolute.end() :] or "/"
    if not value.startswith(("/", "*")):
        value = "/" + value  # "Disallow: private/" can only mean this
    return _comparable(value, pattern=True)


def targets_of(url: str) -> frozenset[str]:
    """Path and query of a normalised URL in the forms that a pattern may match.

    §2.2.2 compares reserved characters in their encoded form, so that ?u=http%3A%2F%2Fx is ?u=http://x. Rules that mean
    the path (/*/print) must go on matching a query as written, hence both.
    """
    path, query = path_and_query(url)
    target = _comparable(path if query is None else f"{path}?{query}", pattern=False)
    head, mark, rest = target.partition("?")
    decoded = head + mark + rest.replace("%3A", ":").replace("%2F", "/") if mark else target
    return frozenset((target, decoded))


def matches(pattern: str, target: str) -> bool:
    """Greedy search from `*` to `*`: linear, where a regular expression could be made to backtrack for hours."""
    anchored = pattern.endswith("$")
    pieces = (pattern[:-1] if anchored else pattern).split("*")
    if not target.startswith(pieces[0]):
        return False
    if len(pieces) == 1:
        return not anchored or target == pieces[0]
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        found = target.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    last = pieces[-1]
    if anchored:
        return target.endswith(last) and len(target) - len(last) >= at
    return target.find(last, at) >= 0


def _comparable(path: str, *, pattern: bool) -> str:
    """RFC 9309 §2.2.2: unreserved characters decoded, all others that need it encoded, hex in capitals.

    In a URL `*` and `$` are encoded, so that a pattern's %2A and %24 match them; in a pattern they keep their meaning,
    save a `$` that is not last.
    """
    text = _ESCAPE.sub(lambda m: chr(b) if (b := int(m[1], 16)) in _UNRESERVED else f"%{m[1].upper()}", path)
    encoded = "".join(
        chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape")
    )
    if not pattern:
        encoded = encoded.replace("*", "%2A")
    anchored = pattern and encoded.endswith("$")
    encoded = (encoded[:-1] if anchored else encoded).replace("$", "%24") + ("$" if anchored else "")
    head, mark, query = encoded.partition("?")
    return head + mark + query.replace(":", "%3A").replace("/", "%2F") if mark else encoded
