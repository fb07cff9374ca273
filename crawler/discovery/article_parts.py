"""Two URLs in; out, whether the second is the next page of the article at the first, by their shape. Pure.

Sites number the pages of a long article in the query (`?page=2`, `?seite=2`), in a segment (`/2`, `/seite-2`,
`/page/2`) or in the file's name (`-2.html`). rel=next tells less: of some 200 article pages of our sets that carry it,
two lead to a further page and the others to another article (2026-11).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["MOST_PARTS", "looks_like_part", "part_after"]

MOST_PARTS = 50
_WORDS = r"(?:page|seite|pagina|pag|part|teil|sida|side|strona|p)"
_PARAMETERS = frozenset({"page", "seite", "pagina", "pag", "pageno", "paged", "showpage", "p", "pg", "side", "sida"})
_IN_PATH = (
    re.compile(rf"^(?P<stem>.*[^/])/{_WORDS}[-_/]?(?P<n>\d{{1,2}})(?P<end>)/?$", re.I),
    re.compile(r"^(?P<stem>.*[^/])/(?P<n>\d{1,2})(?P<end>)/?$"),
    re.compile(rf"^(?P<stem>.*[^/])[,_-]{_WORDS}[-_]?(?P<n>\d{{1,2}})(?P<end>\.\w{{3,5}})?$", re.I),
    re.compile(r"^(?P<stem>.*[^/])[_-](?P<n>\d{1,2})(?P<end>\.html?)$", re.I),
)
_HAS_PARAMETER = re.compile(rf"[?&](?:{'|'.join(sorted(_PARAMETERS))})=\d{{1,2}}(?:[&#]|$)", re.I)
_ENDS_IN_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?:/|\.\w{3,5})?$")


def looks_like_part(url: str) -> bool:
    """A quick look: whether it ends in a number of one or two digits, as a further page does and few articles do."""
    # The number and what ends the address are eight characters at most; a page has hundreds of links.
    return _ENDS_IN_NUMBER.search(url.partition("#")[0][-12:]) is not None or (
        "=" in url and _HAS_PARAMETER.search(url) is not None
    )


def part_after(url: str, target: str) -> int | None:
    """The number of the page at `target`, where it follows the page at `url` of the same article; None where not."""
    there = _readings(target)
    for stem, number, _ in _readings(url):
        for other, following, counts_from_nought in there:
            if stem != other or not 1 <= following <= MOST_PARTS:
                continue
            if following == number + 1:
                return following
            if counts_from_nought and following == 1 and number == 1 and url != target and "?" not in url:
                return 2  # `?page=1` is the second page where the first is `?page=0`
    return None


def _readings(url: str) -> list[tuple[str, int, bool]]:
    """What the URL may be a page of, and which, and whether numbers may begin at nought."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    host, path = (parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"))
    if not path:
        return []
    pairs = sorted(pair for pair in parts.query.split("&") if pair)
    found = [(_named(host, path, pairs), 1, False)]
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name.lower() in _PARAMETERS and re.fullmatch(r"\d{1,2}", value):
            found.append((_named(host, path, [other for other in pairs if other != pair]), int(value), True))
    for shape in _IN_PATH:
        if match := shape.match(path):
            stem = match["stem"] + (match["end"] or "")
            if "/" in match["stem"][1:] or _is_slug(match["stem"]):  # `/sport/2` is a page of a section
                found.append((_named(host, stem, pairs), int(match["n"]), False))
    return found


def _is_slug(path: str) -> bool:
    return path.count("-") >= 2 or bool(re.search(r"\d{4,}", path))


def _named(host: str, path: str, pairs: list[str]) -> str:
    return f"{host}{path}?{'&'.join(pairs)}"
