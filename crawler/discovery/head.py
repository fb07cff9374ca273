"""The bytes of an article page in; what its head says of its other forms out. Reads nothing below the head.

Most pages are not even parsed: a look for the few words that matter comes first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from crawler.discovery.found import Found
from crawler.discovery.variants import variant_shape
from crawler.urls import normalise

__all__ = ["Forms", "forms_in_head", "forms_of_article"]

# Heads of the 119 pages of the news set are 72 KB on average, 805 KB at most, 2026-11; a body's start ends each.
_END = re.compile(rb"</head\s*>|<body\b", re.IGNORECASE)
_AT_MOST = 1_000_000
_AMP_PAGE = re.compile(rb"<html\b[^>]*?\s(?:amp|\xe2\x9a\xa1)(?=[\s=>/])", re.IGNORECASE)
_WORTH_READING = re.compile(rb"amphtml|hreflang|max-width", re.IGNORECASE)
MAX_FORMS = 100  # more translations than there are, of one article


@dataclass
class Forms:
    """What <link> elements say of the page's other forms, absolute and in the head's order."""

    canonical: str | None = None
    others: dict[str, str] = field(default_factory=dict)  # URL → amp | mobile | translation


def forms_in_head(root: etree._Element, base: str) -> Forms:
    """The canonical address and the other forms that the <link> elements of a parsed page name."""
    forms = Forms()
    for element in root.iter("link"):
        rel = (element.get("rel") or "").lower().split()
        form = _form(rel, element)
        if form is None or (address := normalise(element.get("href") or "", base)) is None:
            continue
        if form == "canonical":
            forms.canonical = forms.canonical or address
        elif len(forms.others) < MAX_FORMS:
            forms.others.setdefault(address, form)
    return forms


def _form(rel: list[str], element: etree._Element) -> str | None:
    if "canonical" in rel:
        return "canonical"
    if "amphtml" in rel:
        return "amp"
    if "alternate" not in rel or element.get("type"):  # with a type it is a feed, or an interface for programs
        return None
    if element.get("hreflang"):
        return "translation"
    return "mobile" if "max-width" in (element.get("media") or "") else None


def forms_of_article(body: bytes, *, url: str) -> tuple[Found, ...]:
    """The other forms of the article at `url`. Of a page that is an AMP, print or mobile form itself: its article.

    A page that merely names another address as canonical is no other form of it; the archive keeps both apart.
    """
    shape = variant_shape(url)
    is_amp = _AMP_PAGE.search(body, 0, 4096) is not None
    end = _END.search(body, 0, _AT_MOST)
    head = body[: end.start() if end else _AT_MOST]
    if not (shape or is_amp or _WORTH_READING.search(head)):
        return ()
    # Addresses are ASCII, or UTF-8 in nearly all cases; a head in another encoding has the same tags.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(head, parser)
    except etree.XMLSyntaxError:  # nothing in it
        return ()
    if root is None:
        return ()
    base = next((href for e in root.iter("base") if (href := normalise(e.get("href") or "", url)) is not None), url)
    forms = forms_in_head(root, base)
    if (shape or is_amp) and forms.canonical not in (None, url):
        assert forms.canonical is not None
        return (Found(url=forms.canonical, kind="article", channel="page", variant_of=url, form="canonical"),)
    own = (url, forms.canonical)
    return tuple(
        Found(url=address, kind="article", channel="page", variant_of=url, form=form)
        for address, form in forms.others.items()
        if address not in own
    )
