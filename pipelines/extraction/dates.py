"""A Page in, when it was published and modified out, with the words it used and where they stood. Never asks the clock.

Order: JSON-LD of the article, meta elements, microdata, time elements, JSON-LD of the page, URL, visible text, and
htmldate where nothing else spoke. The first that names a day decides the day; where it names no time of day, the next
that names the same day lends it.

A time without an offset is read as UTC, unless another date of the same page shows the offset: the same wall time
with an offset, the same instant in another zone, or a modified time with one. Neither country nor language decide:
both are wrong for wires and for publishers who store UTC. `03/04/2024` is month first where the page is American
(lang `en-US`, or English without a region on a host that is not under a country's domain) and no other date of the
page says otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from .jsonld import page_node, text_of
from .moments import Moment, parse_moment
from .page import Page
from .page import text_of as element_text

PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "article:published:time",
    "article_published_time", "og:published_time", "datepublished", "published_time", "publish-date", "publish_date",
    "publishdate", "publishtime", "pubdate", "pub_date", "publication_date", "published-date", "published_at",
    "publicationdate", "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date.published", "sailthru.date", "date", "dc.date", "dcterms.date",
    "dc.date.created", "datecreated", "originalpublicationdate", "article.published", "displaydate",
    "rnews:datepublished",
    "citation_publication_date", "bt:pubdate", "vr:published_time", "mediator_published_time", "article.created",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "article:modified",
    "article:modified:time",
    "article_modified_time", "article:updated_time", "last-modified", "lastmod", "modified_time", "dc.date.modified",
    "dcterms.modified", "last_updated_date", "revised", "article.updated",
)  # fmt: skip

_DATED = re.compile(r"date|time|publish|posted|pubdat|datum|fecha|data-pub|stamp|meta|byline|dato", re.I)
_MODIFIED_WORDS = re.compile(
    r"updated?\b|modified|aktualisiert|geändert|mis à jour|modifi|actualizad|aggiornat|bijgewerkt|uppdaterad|"
    r"oppdatert|обновлен|güncelle|수정|更新",
    re.I,
)
_PUBLISHED_CLASS = re.compile(
    r"publi|pubdate|entry-date|post-date|posted|created|issued|dt-published|article-?date|article-?time", re.I
)
_FAR = re.compile(
    r"related|recommend|sidebar|comment|footer|teaser|most-?read|popular|widget|card|promo|rail|nav", re.I
)
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?!\d)")
_URL_COMPACT = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))")
_COUNTRY_HOST = re.compile(r"\.[a-z]{2}$")
_DATE_OR_CLOCK = re.compile(r"[\d\W_]+")
_BYLINE = re.compile(r"(?:\w{3,10} )?(?:by|von|par|por|di|da|de|av|af|door)\s", re.I)
_MAX_ELEMENTS = 60


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A date of the page: the moment, the words, the place."""

    moment: Moment
    raw: str
    source: str


def published(page: Page, *, language: str | None = None) -> Dated | None:
    american = _month_first(page, language)
    candidates: list[Dated] = []
    for raw, source in _published_candidates(page):
        if moment := parse_moment(raw, month_first=american):
            candidates.append(Dated(moment=moment, raw=raw, source=source))
            if moment.precision != "day" and moment.has_offset and not _at_midnight(moment):
                break  # nothing further down can say more
    if not candidates:
        return _last_resort(page)
    first = candidates[0]
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
    return _with_offset(first, [*candidates, *_all_modified(page, american)])


def modified(page: Page, *, language: str | None = None) -> Dated | None:
    found = list(_all_modified(page, _month_first(page, language)))
    first = next(iter(found), None)
    return _with_offset(first, found) if first else None


def moment_of(page: Page, written: str, *, language: str | None = None) -> Moment | None:
    """What a date that is written so means on this page."""
    return parse_moment(written, month_first=_month_first(page, language))


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
    path = re.sub(r"^https?://web\.archive\.org/web/\d+\w*/", "", page.url).split("?")[0]
    for pattern in (_URL_DAY, _URL_COMPACT):
        if match := pattern.search(path):
            yield f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}", "url"
            break
    yield from _text_dates(page)


def _element_dates(page: Page) -> Iterator[tuple[str, str]]:
    later: list[tuple[str, str]] = []
    for element in page.tree.xpath("//*[contains(@itemprop,'datePublished') or contains(@itemprop,'dateCreated')]")[:3]:
        if raw := element.get("content") or element.get("datetime") or element_text(element):
            yield raw[:200], "microdata"
    for element in list(page.tree.iter("time", "relative-time", "amp-timeago"))[:_MAX_ELEMENTS]:
        raw = (element.get("datetime") or element.get("dateTime") or "").strip() or element_text(element)
        told = " ".join(
            filter(
                None,
                (
                    element.get("class"),
                    element.get("itemprop"),
                    (element.get("pubdate") is not None and "pubdate") or None,
                ),
            )
        )
        if not raw or _is_far(element) or "dateModified" in told:
            continue
        words = element_text(element)
        parent = element.getparent()
        around = words + (parent.text or "" if parent is not None else "")
        if _PUBLISHED_CLASS.search(told) and not _MODIFIED_WORDS.search(told):
            yield raw[:200], "time"
        else:
            later.append((raw[:200], "time" if not _MODIFIED_WORDS.search(around + told) else "modified"))
    yield from ((raw, "time") for raw, kind in later if kind == "time")
    yield from ((raw, "time") for raw, kind in later if kind == "modified")


def _text_dates(page: Page) -> Iterator[tuple[str, str]]:
    seen = 0
    for element in page.tree.iter(
        "span", "div", "p", "li", "small", "em", "i", "td", "font", "b", "strong", "address", "section"
    ):
        if seen >= _MAX_ELEMENTS:
            return
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        telling = _DATED.search(named)
        if len(element) > 12 or (not telling and (len(element) > 3 or not element.text or len(element.text) > 160)):
            continue
        words = element_text(element)
        if (
            not 6 <= len(words) <= 160
            or not re.search(r"(?:19|20)\d{2}|\d[./-]\d{1,2}[./-]\d{2}", words)
            or _is_far(element)
        ):
            continue
        seen += 1
        if not telling and len(_DATE_OR_CLOCK.sub(" ", words).split()) > (
            16 if _BYLINE.match(words) else 9
        ):  # a sentence that mentions a day
            continue
        if not re.search(r"©|copyright|all rights|rechte vorbehalten", words, re.I):
            yield words, "text"


def _all_modified(page: Page, american: bool) -> Iterator[Dated]:
    raws: list[tuple[str | None, str]] = []
    if page.article:
        raws.append((text_of(page.article.get("dateModified")), "json-ld"))
    raws += [(raw, "meta") for name in MODIFIED_METAS for raw in page.metas.get(name, ())[:1]]
    for element in page.tree.xpath("//*[contains(@itemprop,'dateModified')]")[:2]:
        raws.append((element.get("content") or element.get("datetime") or element_text(element), "microdata"))
    for element in list(page.tree.iter("time"))[:8]:
        if _MODIFIED_WORDS.search(f"{element.get('class') or ''} {element_text(element)}") and not _is_far(element):
            raws.append((element.get("datetime") or element_text(element), "time"))
    for raw, source in raws:
        if raw and (moment := parse_moment(raw, month_first=american)):
            yield Dated(moment=moment, raw=raw[:200], source=source)


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


def _month_first(page: Page, language: str | None) -> bool:
    declared = (language or "").replace("_", "-").lower()
    if declared.startswith("en-"):
        return declared in {"en-us", "en-ph"}
    if (page.meta("og:locale") or "").replace("_", "-").lower() == "en-gb":
        return False
    return declared in {"en", ""} and not _COUNTRY_HOST.search(page.host)


def _last_resort(page: Page) -> Dated | None:
    from htmldate import find_date  # loads dateparser: only for the few pages that say nothing plainly

    # max_date is given because htmldate would ask the clock.
    try:
        found = find_date(page.tree, original_date=True, extensive_search=True, url=page.url, max_date="2099-12-31")
    except (ValueError, TypeError, RecursionError, OverflowError, AttributeError, LookupError):
        return None
    moment = parse_moment(found) if found else None
    return Dated(moment=moment, raw=str(found), source="htmldate") if moment else None


def _has_time(one: Dated) -> bool:
    return one.moment.precision != "day" and not _at_midnight(one.moment)


def _at_midnight(moment: Moment) -> bool:
    return (moment.at.hour, moment.at.minute, moment.at.second) == (0, 0, 0)


def _is_far(element: object) -> bool:
    """Whether an element stands in a rail, a card or the comments, whose dates are those of others."""
    steps = 0
    while element is not None and steps < 8:
        tag = element.tag  # type: ignore[attr-defined]
        if tag in {"aside", "footer", "nav"}:
            return True
        if tag in {"article", "main", "body"}:
            return False
        if _FAR.search(f"{element.get('class') or ''} {element.get('id') or ''}"):  # type: ignore[attr-defined]
            return True
        element, steps = element.getparent(), steps + 1  # type: ignore[attr-defined]
    return False
