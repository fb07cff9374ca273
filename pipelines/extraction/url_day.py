"""A page's address in, the day that it names out. Pure."""

import re

from .moments import month_of

_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})[/-](?:(?P<month>0?[1-9]|1[0-2])|(?P<word>[a-z]{3,9}))[/-](?P<day>0?[1-9]|[12]\d|3[01])(?!\d)",
    re.I,
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>0[1-9]|[12]\d|3[01])[-._]?(?P<month>0[1-9]|1[0-2])[-._]?(?P<year>20[012]\d)(?!\d)"
)
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d+\w*/")


def url_day(url: str) -> str | None:
    """`2026-11-22` of …/2026/11/22/…, …/2026/nov/22/…, …20261122… or …22-11-2026…."""
    path = _ARCHIVED.sub("", url).split("?")[0]
    for pattern in (_YEAR_FIRST, _COMPACT, _DAY_FIRST):
        if match := pattern.search(path):
            part = match.groupdict()
            month = month_of(part["word"]) if part.get("word") else int(part["month"])
            if month is not None:
                return f"{part['year']}-{month:02}-{int(part['day']):02}"
    return None
