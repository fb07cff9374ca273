"""The bytes of a page in, its tree out, decoded as a browser would. Reads nothing in it, fetches nothing."""

from __future__ import annotations

import codecs
import re

from lxml import etree

__all__ = ["tree_of"]

_META_CHARSET = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def tree_of(body: bytes, content_type: str | None) -> etree._Element | None:
    """The root; None where there is nothing in it."""
    text = _decoded(body, content_type)
    # huge_tree, as libxml2 otherwise stops at 256 levels and loses all links below; the body's size is limited already.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing in it: an empty body, or one of comments alone
        return None


def _decoded(body: bytes, content_type: str | None) -> str:
    """By byte order mark, header, meta, then UTF-8 if it is, else Windows-1252: the order of the HTML standard."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    header = _HEADER_CHARSET.search(content_type or "")
    meta = _META_CHARSET.search(body, 0, 4096)
    for label in (header[1] if header else None, meta[1].decode("ascii", "replace") if meta else None):
        try:
            name = codecs.lookup(label).name if label else ""
        except LookupError:
            continue
        if not name or (not header and name.startswith("utf-16")):  # meta cannot say UTF-16: it could not be read
            continue
        # What calls itself Latin-1 or ASCII is Windows-1252 in every browser.
        return body.decode("cp1252" if name in ("iso8859-1", "ascii") else name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
