"""A Page in, when it was published and modified out, with the words it used and where they stood. Never asks the clock.

Order: JSON-LD of the article, meta elements, microdata, marked time elements, JSON-LD of the page, URL, what the page
shows, JSON-LD of other kinds, inline scripts, and the time of change where nothing else spoke. The first that names a
day decides the day; where it names no time of day, the next that names the same day lends it. htmldate, the last resort
once, is right on 6 of the 20 pages of the corpora that it would be left with, at 20 to 100 ms each (2026-11).

A time without an offset is read as UTC, unless another date of the same page shows the offset: the same wall time
with an offset, the same instant in another zone, or a modified time with one. Neither country nor language decide:
both are wrong for wires and for publishers who store UTC. What `03/04/2024` means is settled by the page's other dates.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property
from itertools import islice

from lxml.html import HtmlElement

from .bylines import is_far
from .confidence import Second
from .date_metas import LOOSE_METAS, MODIFIED_METAS, PUBLISHED_METAS
from .jsonld import page_node, text_of
from .local_time import in_site_time
from .moments import Moment, is_ambiguous, parse_moment
from .page import Page
from .page import text_of as element_text
from .url_day import url_day
from .visible_dates import visible_dates

_MODIFIED_WORDS = re.compile(
    r"updated?\b|modified|aktualisiert|geändert|mis à jour|modifi|actualizad|aggiornat|bijgewerkt|uppdaterad|"
    r"oppdatert|обновлен|güncelle|수정|更新",
    re.I,
)
_PUBLISHED_CLASS = re.compile(
    r"publi|pubdate|entry-date|post-date|posted|created|issued|dt-published|article-?date|article-?time", re.I
)
_COUNTRY_HOST = re.compile(r"\.[a-z]{2}$")
_NUMERIC = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:20)?\d{2}(?!\d)")
_IN_SCRIPT = re.compile(
    r"""["']?(?:datePublished|published_?[aA]t|publish_?[dD]ate|publishedDate|pubDate)["']?\s*:\s*["'](\d{4}-\d\d[^"']{3,30})"""
)
_MAX_ELEMENTS = 60


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A date of the page: the moment, the words, the place."""

    moment: Moment
    raw: str
    source: str
    second: Second = "alone"
    """What the page's other statements, of those that cost no search, say to it."""


def published(page: Page, *, language: str | None = None) -> Dated | None:
    orders = _Orders(page, language)
    candidates: list[Dated] = []
    for raw, source in _published_candidates(page):
        if moment := orders.parse(raw):
            candidates.append(Dated(moment=moment, raw=raw, source=source))
            if moment.precision != "day" and moment.has_offset and not _at_midnight(moment):
                break  # nothing further down can say more
    if not candidates:
        changes = list(_all_modified(page, orders))
        # Of 10 pages that gave only a time of change, 5 were published on its day (2026-11).
        return _on_site(page, replace(changes[0], source="modified"), language) if changes else None
    first = candidates[0]
    if first.source == "json-ld" and _is_build_time(page, first, orders):
        first = _shown_before(page, first, orders)
    elif _is_of_change(page, first, orders):  # at 1 day, news that is put out anew is taken for it (2026-11)
        first = _shown_before(page, first, orders, days=3, least=6)
    elif _is_loose(page, first):
        first = _shown_plainly(page, first, orders)
    if first.moment.precision == "day" or _at_midnight(first.moment):
        day = first.moment.at.date()
        first = next(
            (
                one
                for one in candidates
                if _has_time(one) and day in {one.moment.at.date(), one.moment.at.astimezone(UTC).date()}
            ),
            first,
        )
    if not first.moment.has_offset:
        first = _with_offset(first, [*candidates, *_all_modified(page, orders)])
    placed = _on_site(page, _in_page_zone(page, first), language)
    return replace(placed, second=_second(page, placed, orders)) if placed.source in {"json-ld", "meta"} else placed


def modified(page: Page, *, language: str | None = None) -> Dated | None:
    found = _all_modified(page, _Orders(page, language))
    first = next(found, None)
    if first is not None and not first.moment.has_offset:
        first = _with_offset(first, [first, *found])
    return _on_site(page, first, language) if first else None


def moment_of(page: Page, written: str, *, language: str | None = None) -> Moment | None:
    """What a date that is written so means on this page."""
    return _Orders(page, language).parse(written)


def _published_candidates(page: Page) -> Iterator[tuple[str, str]]:
    node = page.article
    if node:
        for key in ("datePublished", "dateCreated", "uploadDate"):
            if raw := text_of(node.get(key)):
                yield raw, "json-ld"
    for name in PUBLISHED_METAS:
        for raw in page.metas.get(name, ())[:1]:
            yield raw, "meta"
    yield from _element_dates(page)
    if (whole := page_node(page.nodes)) and (raw := text_of(whole.get("datePublished"))):
        yield raw, "json-ld"
    if day := url_day(page.url):
        yield day, "url"
    yield from ((seen.text, seen.source) for seen in visible_dates(page))
    for stated in page.nodes:
        if stated is not node and (raw := text_of(stated.get("datePublished"))):
            yield raw, "json-ld"
    for match in _IN_SCRIPT.finditer(page.script_text):
        yield match[1], "script"


def _is_published(named: str, attribute: str) -> bool:
    return (
        "datePublished" in named
        or "dateCreated" in named
        or (attribute == "property" and named in {"dc:date", "dc:created"})
    )


def _marked(page: Page) -> Iterator[HtmlElement]:
    elements = page.elements
    places = [
        place
        for attribute in ("itemprop", "property")
        for named, positions in elements.saying(attribute, "datepublished", "datecreated", "dc:date", "dc:created")
        if _is_published(named, attribute)
        for place in positions
    ]
    return (element for element in elements.at(places) if element.tag != "meta")


def _element_dates(page: Page) -> Iterator[tuple[str, str]]:
    for element in islice(_marked(page), 3):
        if raw := element.get("content") or element.get("datetime") or element_text(element):
            yield raw[:200], "microdata"
    for element in page.elements.of("time", "relative-time", "amp-timeago", "abbr")[:_MAX_ELEMENTS]:
        told = f"{element.get('class') or ''} {'pubdate' if element.get('pubdate') is not None else ''}"
        if _PUBLISHED_CLASS.search(told) and not _MODIFIED_WORDS.search(told) and not is_far(element):
            stated = (
                element.get("title") if element.tag == "abbr" else element.get("datetime") or element.get("dateTime")
            )
            if raw := (stated or "").strip() or element_text(element):
                yield raw[:200], "time"


def _all_modified(page: Page, orders: "_Orders") -> Iterator[Dated]:
    for raw, source in _changes(page):
        if raw and (moment := orders.parse(raw)):
            yield Dated(moment=moment, raw=raw[:200], source=source)


def _changes(page: Page) -> Iterator[tuple[str | None, str]]:
    if page.article:
        yield text_of(page.article.get("dateModified")), "json-ld"
    for name in MODIFIED_METAS:
        yield from ((raw, "meta") for raw in page.metas.get(name, ())[:1])
    elements = page.elements
    changed = [
        place
        for named, positions in elements.saying("itemprop", "datemodified")
        if "dateModified" in named
        for place in positions
    ]
    for element in elements.at(changed)[:2]:
        yield element.get("content") or element.get("datetime") or element_text(element), "microdata"
    for element in elements.of("time")[:8]:
        if _MODIFIED_WORDS.search(f"{element.get('class') or ''} {element_text(element)}") and not is_far(element):
            yield element.get("datetime") or element_text(element), "time"


def _with_offset(one: Dated, others: list[Dated]) -> Dated:
    if one.moment.has_offset or one.moment.precision == "day":
        return one
    wall = one.moment.at.replace(tzinfo=None)
    known = [other.moment.at for other in others if other.moment.has_offset and other.moment.precision != "day"]
    for at in known:
        if abs(at.replace(tzinfo=None) - wall) < timedelta(minutes=1):
            return _placed(one, at)
    for at in known:  # 15:44 here and 13:44Z there are one instant: two hours east
        apart = wall - at.astimezone(UTC).replace(tzinfo=None)
        quarter = round(apart / timedelta(minutes=15))
        if abs(apart - quarter * timedelta(minutes=15)) < timedelta(minutes=1) and -48 <= quarter <= 56:
            return _placed(one, at.astimezone(timezone(quarter * timedelta(minutes=15))))
    for at in known:
        if at.utcoffset() and abs(at.replace(tzinfo=None) - wall) < timedelta(days=45):
            return _placed(one, at)
    return one


def _placed(one: Dated, at: datetime) -> Dated:
    moment = Moment(at=one.moment.at.replace(tzinfo=at.tzinfo), precision=one.moment.precision, has_offset=True)
    return Dated(moment=moment, raw=one.raw, source=one.source)


class _Orders:
    """Reads the dates of one page: which of day and month comes first is looked for only where that decides."""

    def __init__(self, page: Page, language: str | None) -> None:
        self._page, self._language = page, language

    def parse(self, raw: str) -> Moment | None:
        if not is_ambiguous(raw):
            return parse_moment(raw)
        day_first, month_first = parse_moment(raw), parse_moment(raw, month_first=True)
        if day_first is None or month_first is None:
            return day_first or month_first
        by_days = day_first.at.date() in self._days, month_first.at.date() in self._days
        if by_days[0] != by_days[1]:
            return month_first if by_days[1] else day_first
        return month_first if self._is_month_first else day_first

    @cached_property
    def _days(self) -> set[date]:
        """The days that the page names in ways that leave no doubt."""
        raws = [raw for raw, _ in _published_candidates(self._page)]
        moments = (parse_moment(raw) for raw in raws if not is_ambiguous(raw))
        return {moment.at.date() for moment in moments if moment}

    @cached_property
    def _is_month_first(self) -> bool:
        """By the page's other numeric dates, one of whose numbers is over 12; else by its language and country."""
        seen = Counter(
            int(match[2]) > 12
            for match in _NUMERIC.finditer(self._page.all_text)
            if (int(match[1]) > 12) != (int(match[2]) > 12)
        )
        if seen[True] != seen[False]:
            return seen[True] > seen[False]
        declared = (self._language or "").replace("_", "-").lower()
        if declared.startswith("en-"):
            return declared in {"en-us", "en-ph"}
        if (self._page.meta("og:locale") or "").replace("_", "-").lower() == "en-gb":
            return False
        return declared in {"en", ""} and not _COUNTRY_HOST.search(self._page.host)


def _second(page: Page, one: Dated, orders: _Orders) -> Second:
    raws = [raw for name in PUBLISHED_METAS for raw in page.metas.get(name, ())[:1]] if one.source != "meta" else []
    if day := url_day(page.url):
        raws.append(day)
    others = {moment.at.date() for raw in raws if (moment := orders.parse(raw))}
    own = {one.moment.at.date(), one.moment.at.astimezone(UTC).date()}
    return "alone" if not others else "agrees" if others & own else "contradicts"


def _is_build_time(page: Page, first: Dated, orders: _Orders) -> bool:
    """Whether JSON-LD gives when the site was built as when all was published: Webflow's templates do."""
    if not page.tree.getroottree().getroot().get("data-wf-page") or page.article is None:
        return False
    raw = text_of(page.article.get("dateModified"))
    changed = orders.parse(raw) if raw else None
    return changed is not None and abs(changed.at - first.moment.at) < timedelta(days=3)


def _is_of_change(page: Page, first: Dated, orders: _Orders) -> bool:
    """Whether it was changed in the minute in which it says that it was published: where all was imported or built."""
    return first.source in {"json-ld", "meta"} and any(
        one.moment.precision != "day" and abs(one.moment.at - first.moment.at) < timedelta(minutes=2)
        for one in _all_modified(page, orders)
    )


def _shown_before(page: Page, first: Dated, orders: _Orders, *, days: int = 1, least: float = -99) -> Dated:
    for seen in visible_dates(page)[:1]:
        moment = orders.parse(seen.text)
        if moment and seen.score > least and moment.at < first.moment.at - timedelta(days=days):
            return Dated(moment=moment, raw=seen.text, source=seen.source)
    return first


def _is_loose(page: Page, first: Dated) -> bool:
    """Whether it comes from a meta element that may mean any date, and from no other."""
    if first.source != "meta" or any(page.metas.get(name) for name in PUBLISHED_METAS if name not in LOOSE_METAS):
        return False
    return url_day(page.url) is None


def _shown_plainly(page: Page, first: Dated, orders: _Orders) -> Dated:
    """What the page shows in a place of its own, where that is another day: right on 8 of 9 pages (2026-11)."""
    for seen in visible_dates(page)[:1]:
        moment = orders.parse(seen.text)
        apart = moment.at.date() - first.moment.at.date() if moment else timedelta()
        # More than two months off is the day on which the page was read, in its masthead.
        if moment and seen.score >= 5 and timedelta() != apart < timedelta(days=60):
            return Dated(moment=moment, raw=seen.text, source=seen.source)
    return first


def _in_page_zone(page: Page, one: Dated) -> Dated:
    """With the offset of a time element that states the same instant, where it was given in UTC."""
    if not one.moment.has_offset or one.moment.at.utcoffset():
        return one
    for element in page.elements.of("time")[:8]:
        shown = parse_moment(element.get("datetime") or "")
        if shown and shown.has_offset and shown.at == one.moment.at and shown.at.utcoffset():
            return replace(one, moment=replace(one.moment, at=shown.at))
    return one


def _on_site(page: Page, one: Dated, language: str | None) -> Dated:
    """The same instant on the site's own day, where the page gave it in UTC."""
    at = one.moment.at
    if not one.moment.has_offset or at.utcoffset() or _at_midnight(one.moment) or one.raw.isdigit():
        return one
    named = parse_moment(day) if (day := url_day(page.url)) else None
    return replace(
        one,
        moment=replace(
            one.moment, at=in_site_time(at, page.host, language=language, url_day=named.at.date() if named else None)
        ),
    )


def _has_time(one: Dated) -> bool:
    return one.moment.precision != "day" and not _at_midnight(one.moment)


def _at_midnight(moment: Moment) -> bool:
    return (moment.at.hour, moment.at.minute, moment.at.second) == (0, 0, 0)
