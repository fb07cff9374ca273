"""A Page in; the dates that its text shows out, the likeliest to be the article's own first. Parses none of them."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from .bylines import is_far, lines_of
from .elements import Elements
from .page import Page

_DATED = re.compile(
    r"date|time|publish|posted|pubdat|datum|fecha|stamp|meta|byline|dato|calendar|created|submitted", re.I
)
_DATE = re.compile(r"(?:19|20)\d{2}|(?<![\d.])\d{2}[./-]\s?\d{2}[./-]\s?\d{2}(?!\d)|\d/\d{1,2}/\d{2}(?!\d)")
_DIGITS = re.compile(r"\d\d")  # which every such date has, and which is found at a fifth of the cost
_PUBLISHED = re.compile(
    r"publi[sšcé]|posted|veröffentlicht|erschienen|erstellt|datum|date\b|geschrieben|^vom\b|eingestellt|online seit|"
    r"(?:artikel|beitrag|meldung|mitteilung) vom|creat|fecha|data\b|written|submitted|stand:",
    re.I,
)
_PUBLISHED_STEMS = (
    "publi", "posted", "veröffentlicht", "erschienen", "erstellt", "dat", "geschrieben", "vom", "eingestellt",
    "online seit", "creat", "fecha", "written", "submitted", "stand:",
)  # fmt: skip
_MODIFIED = re.compile(
    r"updated?\b|modified|aktualisiert|geändert|änderung|mis à jour|modifi|actualizad|aggiornat|bijgewerkt|uppdaterad|"
    r"oppdatert|обновлен|güncelle|수정|更新|last edited|reviewed",
    re.I,
)
_MODIFIED_STEMS = (
    "update", "modif", "aktualisiert", "geänder", "änderung", "mis à jour", "actualizad", "aggiornat", "bijgewerkt",
    "uppdaterad", "oppdatert", "обновлен", "güncelle", "수정", "更新", "last edited", "reviewed",
)  # fmt: skip
_OTHERS = re.compile(
    r"©|copyright|all rights|rechte vorbehalten|\(c\)|aktuell\w* (?:datum|zeit)|current (?:date|time)|nächste|"
    r"erscheinungs\w+|release|born|geboren|registriert|registered|joined|mitglied seit|volume|vol\.|issn|isbn|doi\b",
    re.I,
)
_OTHERS_STEMS = (
    "©", "copyright", "all rights", "rechte vorbehalten", "(c)", "aktuell", "current ", "nächste", "erscheinungs",
    "release", "born", "geboren", "registriert", "registered", "joined", "mitglied seit", "vol", "issn", "isbn", "doi",
)  # fmt: skip
_ORIGINALLY = re.compile(
    r"\W*(?:this (?:\w+ ){1,3}(?:was|is) )?(?:originally|first|initially) published\b|"
    r"\W*(?:dieser? \w+ (?:ist|wurde) )?(?:ursprünglich|zuerst|erstmals) (?:am .{6,20} )?"
    r"(?:erschienen|veröffentlicht)\b",
    re.I,
)
_OPENING = re.compile(r"\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?(?:19|20)\d{2}")
_WORD = re.compile(r"[^\W\d_]+")
_SKIPPED = {"script", "style", "option", "noscript", "title", "textarea", "button", "label"}
_TIMES = {"time", "relative-time", "amp-timeago"}
_MAX = 60
_NEAR = 60  # elements between the headline and its date


@dataclass(frozen=True, kw_only=True)
class SeenDate:
    text: str
    source: str
    """`text`, or `time` for what a time element states."""
    score: float
    """From 5 it stands alone in an element named for it; above 6 near the headline, too."""


def visible_dates(page: Page) -> list[SeenDate]:
    """Texts of a line that hold a date, and dates of time elements, best first."""
    found = _dated(page.elements)
    if not found:
        return []
    headline = next(iter(page.elements.positions("h1")), None)
    ranked = []
    alike = Counter((holder.tag, holder.get("class")) for _, holder, _ in found)
    for order, (at, holder, text) in enumerate(found):
        is_aside = is_far(holder)
        if holder.tag in _SKIPPED or (is_aside and next(holder.iterancestors("aside", "nav"), None) is not None):
            continue
        is_time = holder.tag in _TIMES
        around = holder.getparent() if is_time else holder
        whole = _line(around if around is not None else holder, text)
        words = len(_WORD.findall(text))
        telling = f"{holder.get('class') or ''} {holder.get('id') or ''}"
        label = _found(_PUBLISHED, _PUBLISHED_STEMS, whole)
        score = 3.0 * bool(is_time or _is_named_for_it(telling)) + 2.0 * bool(label)
        score += 2 if words <= 3 else 1 if words <= 9 else -2 if words <= 16 else -5
        changed = _found(_MODIFIED, _MODIFIED_STEMS, whole)
        if label and changed and _MODIFIED.search(whole, 0, label.start()):
            whole = whole[label.start() :]
        score -= 3.0 * (changed is not None and label is None)
        score -= 5.0 * is_aside + 6.0 * bool(_found(_OTHERS, _OTHERS_STEMS, whole))
        score += 9.0 * bool(_ORIGINALLY.match(whole))
        score += 3.0 * bool(words > 9 and _OPENING.match(text))
        if headline is not None:
            apart = at - headline
            score += max(0.0, 4 - apart / 30) if apart >= 0 else max(0.0, 2 + apart / 30)
        if alike[holder.tag, holder.get("class")] > 2:  # a list of others
            score -= 2
        ranked.append((-score, order, text if is_time or len(whole) > 160 else whole, "time" if is_time else "text"))
    ranked.sort()
    return [SeenDate(text=text[:160], source=source, score=-score) for score, _, text, source in ranked]


def _dated(elements: Elements) -> list[tuple[int, HtmlElement, str]]:
    """Positions, with the element whose text it is and the text that holds a date, in page order."""
    times = {place: elements.all[place] for place in elements.unnested(elements.positions(*_TIMES))}
    stated = {
        place: time.get("datetime") or time.get("dateTime") or lines_of(time, 80) for place, time in times.items()
    }
    dated = [(place, False, text) for place, text in (elements.texts | stated).items() if _has_date(text)]
    dated += [(place, True, text) for place, text in elements.tails.items() if _has_date(text)]
    dated.sort()
    found: list[tuple[int, HtmlElement, str]] = []
    for place, is_behind, text in dated:
        element = elements.all[place]
        holder = element.getparent() if is_behind else element
        if element.tag not in _SKIPPED and holder is not None and len(found) < _MAX:
            found.append((place, holder, " ".join(text.split())))
    return found


def _has_date(text: str) -> bool:
    return 5 < len(text) < 600 and _DIGITS.search(text) is not None and _DATE.search(text) is not None


@lru_cache(maxsize=4096)
def _is_named_for_it(telling: str) -> bool:
    return _DATED.search(telling) is not None


def _found(pattern: re.Pattern[str], stems: tuple[str, ...], text: str) -> re.Match[str] | None:
    """What the pattern finds: looked for only where one of the stems is, which takes a tenth of the time."""
    lower = text.lower()
    for stem in stems:
        if stem in lower:
            return pattern.search(text)
    return None


def _line(holder: HtmlElement, text: str) -> str:
    """The text with what stands beside it in its element, where that is a line and not a passage."""
    if len(text) > 60:
        return text
    whole = lines_of(holder, 160)
    return " ".join(whole.split()) if len(whole) <= 160 else text
