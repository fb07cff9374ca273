"""A date as somebody wrote it, or a URL, in; the span of time that it can mean out. Pure: has no clock, knows no now.

A span rather than a moment: "2011-03" is a month, "03/04/2011" is one of two days, and what is asked is always whether
something can lie within a range of days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

__all__ = ["Span", "hull", "span_in_article_url", "span_in_sitemap_url", "span_of_date"]

_MONTHS = {
    prefix: number
    for number, prefixes in enumerate(
        ("jan gen ene", "feb fev fév", "mar mär mae mrt", "apr avr abr", "may mai mag mei maj", "jun giu juin",
         "jul lug juil", "aug ago aou aoû", "sep set", "oct okt out ott", "nov", "dec dez déc dic"), start=1,
    )
    for prefix in prefixes.split()
}  # fmt: skip
_NAME = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[^\W\d_]{{0,7}}"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_YMD = re.compile(rf"{_YEAR}(?P<sep>[-/._])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})(?!\d)")
_DMY = re.compile(r"(?P<one>\d{1,2})(?P<sep>[-/. ])(?P<two>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d\d)(?!\d)")
_NAMED_DAY = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?[\s.-]*(?:de\s+)?{_NAME}\.?[\s,.-]*(?:de[l]?\s+)?{_YEAR}(?!\d)",
    re.I,
)
_NAMED_FIRST = re.compile(rf"{_NAME}\.?[\s-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,-]+{_YEAR}(?!\d)", re.IGNORECASE)
_NAMED_MONTH = re.compile(rf"{_NAME}\.?[\s,-]+{_YEAR}(?!\d)", re.IGNORECASE)
_UNIX = re.compile(r"\d{10}(?:\d{3})?")

# In addresses. A month has two digits: sitemap-2026-2.xml is the second part of a year as often as its February.
_IN_PATH = re.compile(
    rf"(?<!\d){_YEAR}(?:"
    r"(?P<sep>[-/_.]?)(?P<month>0[1-9]|1[0-2])(?:(?P=sep)(?P<day>0[1-9]|[12]\d|3[01]))?(?!\d)"
    r"|[-/_.]?q(?P<quarter>[1-4])(?![a-z0-9])"
    rf"|[-/_.]?{_NAME}(?![a-z])"
    r"|(?!\d))",
    re.IGNORECASE,
)  # fmt: skip
_MONTH_FIRST = re.compile(
    rf"(?<![a-z0-9])(?:(?:(?P<day>0[1-9]|[12]\d|3[01])[-_./])?(?P<month>0[1-9]|1[0-2])|{_NAME})[-_./]{_YEAR}(?!\d)",
    re.I,
)
_PARAMETER = re.compile(r"(?:^|&)(?P<name>[a-z_]+)=(?P<value>[^&]*)", re.IGNORECASE)
_PARAMETERS = {
    "year": ("year", "yyyy", "yy", "y", "jahr", "annee", "ano", "anio"),
    "month": ("month", "mm", "mon", "mo", "m", "monat", "mois", "mes"),
    "day": ("day", "dd", "d", "tag", "jour", "dia"),
}
_A_YEAR = timedelta(days=365)
# In an article's address a year alone is part of a headline as often as not.
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)"
_ARTICLE_DAY = re.compile(rf"(?:^|[/_-]){_YEAR}(?P<sep>[-/_])(?P<month>0?[1-9]|1[0-2])(?P=sep){_DAY}")
_ARTICLE_COMPACT = re.compile(rf"(?<!\d){_YEAR}/?(?P<month>0[1-9]|1[0-2])/?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")
_ARTICLE_MONTH = re.compile(r"/(?P<year>(?:19|20)\d\d)(?P<sep>[-/])(?P<month>0[1-9]|1[0-2])(?=/)")
_ARTICLE_NAMED = re.compile(rf"/{_YEAR}/{_NAME}/{_DAY}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start`, aware UTC, until just before `end`."""

    start: datetime
    end: datetime

    def touches(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def within(self, other: Span) -> bool:
        return other.start <= self.start and self.end <= other.end


def hull(*spans: Span | None) -> Span | None:
    """The shortest span that holds all of those given, or None where there is none."""
    given = [span for span in spans if span is not None]
    return Span(min(s.start for s in given), max(s.end for s in given)) if given else None


@lru_cache(maxsize=4096)  # an index of 100,000 sitemaps repeats a few thousand days
def span_of_date(raw: str | None) -> Span | None:
    """What a feed's or sitemap's date can mean; None where it is no date. Without a zone it counts as UTC.

    W3C and ISO 8601 in every precision, RFC 822 with its usual mistakes, day and month in either order, months by
    name in seven languages, unix seconds and milliseconds.
    """
    text = " ".join((raw or "").split())[:100]
    if not text:
        return None
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return _span(int(text))
    if found := re.fullmatch(r"((?:19|20)\d\d)-(\d\d)", text):
        return _span(int(found[1]), int(found[2]))
    if _UNIX.fullmatch(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return _moment(datetime.fromtimestamp(seconds, UTC))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _rfc_822(text) or _by_pattern(text)
    return _span(moment.year, moment.month, moment.day) if len(text) in (8, 10) else _moment(moment)


def span_in_article_url(url: str) -> Span | None:
    """The day or month that an article's address names: /2011/03/04/, /2011/mar/04/, -20110304, /2011/03/."""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    for pattern in (_ARTICLE_DAY, _ARTICLE_NAMED, _ARTICLE_COMPACT, _ARTICLE_MONTH):
        for found in pattern.finditer("/" + path):
            if (span := _of_groups(found.groupdict())) is not None:
                return span
    return None


def span_in_sitemap_url(url: str) -> Span | None:
    """The time that a sitemap's address names, in path or query; the hull where it names several: 2010-2015.

    A year alone does not count beside a month or day: /maps/2026/sitemap-2005-07.xml may be the 2026th of them.
    """
    rest = url.partition("://")[2].partition("/")[2]
    path, _, query = rest.partition("?")
    given: dict[str, str | None] = {}
    spans: list[Span | None] = []
    for found in _PARAMETER.finditer(query):
        part = next((part for part, names in _PARAMETERS.items() if found["name"].lower() in names), None)
        if part and found["value"].isascii() and found["value"].isdigit() and len(found["value"]) <= 4:
            given.setdefault(part, found["value"])
        else:
            spans.extend(_in_path(found["value"]))
    if len(given.get("year") or "") == 4:
        if "month" not in given:
            given.pop("day", None)
        spans.append(_of_groups(given))
    spans.extend(_in_path("/" + path))
    exact = [span for span in spans if span is not None and span.end - span.start < _A_YEAR]
    return hull(*(exact or spans))


def _in_path(text: str) -> Iterator[Span | None]:
    for found in _MONTH_FIRST.finditer(text):
        yield _of_groups(found.groupdict())
    for found in _IN_PATH.finditer(_MONTH_FIRST.sub("/", text)):
        groups = found.groupdict()
        if groups["quarter"]:
            first = 3 * int(groups["quarter"]) - 2
            yield hull(_span(int(groups["year"]), first), _span(int(groups["year"]), first + 2))
        else:
            yield _of_groups(groups) or _span(int(groups["year"]))


def _of_groups(groups: dict[str, str | None]) -> Span | None:
    name = groups.get("name")
    month = _month(name) if name else int(groups["month"] or 0) if groups.get("month") else None
    day = groups.get("day")
    return _span(int(groups["year"] or 0), month, int(day) if day else None)


def _month(name: str) -> int:
    return next(_MONTHS[name.lower()[:n]] for n in (4, 3) if name.lower()[:n] in _MONTHS)


def _span(year: int, month: int | None = None, day: int | None = None) -> Span | None:
    """A year, month or day; None where there is no such one."""
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        else:
            end = datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return Span(start, end)


def _moment(moment: datetime) -> Span | None:
    try:
        start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
        return Span(start, start + timedelta(seconds=1))
    except (ValueError, OverflowError):  # 0001-01-01T00:00:00+01:00, the zero of many a database
        return None


def _rfc_822(text: str) -> Span | None:
    try:
        return _moment(parsedate_to_datetime(text)) if ":" in text and not text[:3].isdigit() else None
    except (ValueError, OverflowError):
        return None


def _by_pattern(text: str) -> Span | None:
    for pattern in (_YMD, _NAMED_DAY, _NAMED_FIRST):
        if found := pattern.search(text):
            return _of_groups(found.groupdict())
    if found := _DMY.search(text):
        year, one, two = int(found["year"]), int(found["one"]), int(found["two"])
        day_first, month_first = _span(year, two, one), _span(year, one, two)
        # With dots the day comes first everywhere; with slashes it depends on who writes.
        return day_first if found["sep"] == "." and day_first else hull(day_first, month_first)
    if found := _NAMED_MONTH.search(text):
        return _of_groups(found.groupdict())
    return None
