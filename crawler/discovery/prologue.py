"""The beginning of an XML document in; its root element, and all of it without document type, out. In linear time.

Without a document type there are no entities: those of a few lines can mean gigabytes, or files of this machine.
"""

from __future__ import annotations

import re

__all__ = ["root_of", "without_doctype"]

_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]{0,400}\?>", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:(?P<pi>\?)|(?P<comment>!--)|(?P<declaration>!)|(?:[\w.-]+:)?(?P<root>[A-Za-z][\w.-]*))")
_IN_DOCTYPE = re.compile(rb"\"[^\"]*\"|'[^']*'|<!--.*?-->|[\[\]>]", re.DOTALL)
_END_OF_SUBSET = re.compile(rb"\]\s*>")


def without_doctype(body: bytes, *, root_at: int) -> bytes:
    """The XML declaration, and everything from the root element on."""
    declaration = _DECLARATION.match(body, 0, root_at)
    return (declaration[0].lstrip() if declaration else b"") + body[root_at:]


def root_of(start: bytes) -> re.Match[bytes] | None:
    """The first element, its name as group `root`: past declaration, comments, document type and instructions.

    Step by step, as one expression for all of that took for ever over a document type of thirty brackets.
    """
    at = 0
    while (found := _MARKUP.search(start, at)) is not None:
        if found["root"]:
            return found
        if found["pi"]:
            at = start.find(b"?>", found.end())
        elif found["comment"]:
            at = start.find(b"-->", found.end())
        else:
            at = _end_of_declaration(start, found.end())
        if at < 0:
            return None
    return None


def _end_of_declaration(start: bytes, at: int) -> int:
    """Past `<!DOCTYPE …>`, its internal subset included; -1 where it has no end."""
    depth = 0
    for token in _IN_DOCTYPE.finditer(start, at):
        depth += {b"[": 1, b"]": -1}.get(token[0], 0)
        if token[0] == b">" and depth <= 0:
            return token.end()
    # What is declared may hold quotes that nobody closes: then the first end that it can have.
    closed = _END_OF_SUBSET.search(start, at)
    return closed.end() if closed else -1
