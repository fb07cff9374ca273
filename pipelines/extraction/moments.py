"""One written date in, one Moment out, in the many ways publishers write them. Pure; knows no page."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A point in time as written somewhere."""

    at: datetime
    """Aware; UTC stands in where no offset was written."""
    precision: str
    """`second`, `minute` or `day`."""
    has_offset: bool


# Month names by how they begin, accents folded; longer beginnings first where one would swallow the other.
_MONTHS = {
    1: "jan gen ene sty oca led jän january январ янв січ ιαν tammi ianuarie",
    2: "feb fev fév lut şub sub únor феврал фев лют φεβ helmi fevr févr",
    3: "mar mär mrz maa март марта берез μαρ maalis břez brez",
    4: "apr avr abr kwi nis dub квіт апрел απρ huhti",
    5: "may mai mei mag maj máj maí kvě kve мая май трав μαι μαϊ touko mayıs",
    6: "jun juin giu cze haz čer cer июн черв ιουν kesä kesa jún",
    7: "jul juil lug lip tem čvc cvc июл лип ιουλ heinä heina júl",
    8: "aug aoû aou ago sie ağu agu srp авг серп αυγ elo ágú agú août",
    9: "sep set wrz eyl zář zar сентяб сен верес σεπ syys",
    10: "oct okt ott out paź paz eki říj rij октяб окт жовт οκτ loka ekim",
    11: "nov lis kas noy ноябр ноя листоп νοε marras kasım",
    12: "dec dez dic déc dez gru ara pro дек груд δεκ joulu des aralık diciembre dicembre",
}
_BEGINNINGS = sorted(
    ((prefix, month) for month, words in _MONTHS.items() for prefix in words.split()), key=lambda entry: -len(entry[0])
)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180,
    "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "jst": 540, "kst": 540, "sast": 120, "aest": 600, "aedt": 660, "hkt": 480, "sgt": 480, "pkt": 300,
}  # fmt: skip

_OFFSET = r"(?P<zone>Z\b|(?:UTC|GMT)?\s?[+\-−]\d{1,2}(?::?\d{2})?(?!\d)|[A-Z]{2,4}\b)?"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s?(?:[:.h時시]|\s?Uhr)\s?(?P<minute>\d{2})?"
    r"(?:[:.分분]\s?(?P<second>\d{2})(?:[.,]\d+)?)?(?!\d|[./](?:19|20)\d{2})\s*(?P<half>[ap]\.?\s?m\b\.?)?"
)
_ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:(?:[T_ ]|\s+)\s*(?P<hour>\d{1,2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?P<fraction>[.,]\d{1,9})?)?\s*" + _OFFSET + r")?(?!\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s?[-/.年년]\s?(?P<month>\d{1,2})\s?[-/.月월]\s?(?P<day>\d{1,2})(?!\d)"
)
_NUMBERS = re.compile(
    r"(?<![\d/.-])(?P<one>\d{1,2})\s?(?P<mark>[./-])\s?(?P<two>\d{1,2})\s?[./-]\s?(?P<year>(?:19|20)\d{2}|\d{2})(?!\d)"
)
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"
_DAY_WORD = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º|ª)?,?\s?(?:de |of |d')?\s?[-/]?"
    + _WORD
    + r",?\s?[-/]?(?:de |del |г\. )?\s?(?P<year>(?:19|20)\d{2})(?!\d)",
    re.I,
)
_WORD_DAY = re.compile(
    _WORD + r"\s?(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?:\d{1,2}:\d{2}(?::\d{2})?\s)?(?P<year>(?:19|20)\d{2})(?!\d)",
    re.I,
)
_TIME = re.compile(r"(?<![\d:.])" + _CLOCK + r"\s*(?:Uhr|hrs|hs|h\b)?[\s(]*" + _OFFSET, re.I)
_TIME_ONLY_HALF = re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b\.?)", re.I)
# “10:00-11:30” is a span of hours, no offset.
_UNTIL = re.compile(r"[-−]\d{1,2}:\d{2}")
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")


def parse_moment(written: str, *, month_first: bool = False) -> Moment | None:
    """What a written date means; None where it means none or lies outside 1990–2100.

    ``month_first`` settles 03/04/2024 and nothing else: 13/04 and 04/13 speak for themselves,
    and dots are day first everywhere.
    """
    text = unicodedata.normalize("NFKC", written).strip()[:200]
    if not re.search(r"\d{2}", text):
        return None
    if _EPOCH.match(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return _checked(datetime.fromtimestamp(seconds, UTC), "second", True)
    if match := _ISO.search(text):
        found = _from_iso(match)
        if found is not None and (found.precision != "day" or match.end() == len(text)):
            return found
    return _from_words(text, month_first)


def is_ambiguous(written: str) -> bool:
    """Whether the order of day and month decides what it means: 03/04/2024, but neither 3.4.2024 nor 13/04/2024."""
    text = unicodedata.normalize("NFKC", written).strip()[:200]
    if _ISO.search(text) or _YEAR_FIRST.search(text) or not (match := _NUMBERS.search(text)):
        return False
    one, two = int(match["one"]), int(match["two"])
    return match["mark"] != "." and one <= 12 and two <= 12 and one != two


def _from_iso(match: re.Match[str]) -> Moment | None:
    part = match.groupdict()
    zone = _zone(part["zone"])
    second = part["second"]
    try:
        at = datetime(
            int(part["year"]), int(part["month"]), int(part["day"]), int(part["hour"] or 0), int(part["minute"] or 0),
            min(int(second or 0), 59), _micro(part["fraction"]), tzinfo=zone or UTC,
        )  # fmt: skip
    except ValueError:
        return None
    return _checked(at, "day" if part["hour"] is None else "second" if second else "minute", zone is not None)


def _from_words(text: str, month_first: bool) -> Moment | None:
    day = _day(text, month_first)
    if day is None:
        return None
    (year, month, number), (start, end) = day
    rest = text[:start] + " | " + text[end:]
    # “15:44 BST, 27 April 2024”, “27.04.2024, 15:44 Uhr”: the time may stand on either side;
    # what JavaScript prints has it in between.
    clock = next(
        (
            found
            for piece in (text[end:], text[start:end] if ":" in text[start:end] else "", text[:start])
            if (found := _clock(piece))
        ),
        None,
    )
    try:
        if clock is None:
            return _checked(datetime(year, month, number, tzinfo=UTC), "day", False)
        hour, minute, second, zone = clock
        zone = zone or _zone_after(rest)
        at = datetime(year, month, number, hour, minute, second or 0, tzinfo=zone or UTC)
    except ValueError:
        return None
    return _checked(at, "minute" if second is None else "second", zone is not None)


def _day(text: str, month_first: bool) -> tuple[tuple[int, int, int], tuple[int, int]] | None:
    if match := _YEAR_FIRST.search(text):
        return (int(match["year"]), int(match["month"]), int(match["day"])), match.span()
    for pattern in (_DAY_WORD, _WORD_DAY):
        for match in pattern.finditer(text):
            if month := month_of(match["word"]):
                return (int(match["year"]), month, int(match["day"])), match.span()
    if match := _NUMBERS.search(text):
        one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
        year += 2000 if year < 100 else 0
        american = two > 12 or (month_first and one <= 12 and match["mark"] != ".")
        return ((year, one, two) if american else (year, two, one)), match.span()
    return None


def month_of(word: str) -> int | None:
    """1–12 for the name of a month or its beginning in some twenty languages."""
    folded = word.casefold()
    return next((month for beginning, month in _BEGINNINGS if folded.startswith(beginning)), None)


def _clock(text: str) -> tuple[int, int, int | None, timezone | None] | None:
    for match in _TIME.finditer(text):
        part = match.groupdict()
        if part["minute"] is None and "Uhr" not in match[0] and not part["half"]:
            continue
        hour = _hour(int(part["hour"]), part["half"], text)
        if hour < 24 and int(part["minute"] or 0) < 60:
            return (
                hour,
                int(part["minute"] or 0),
                int(part["second"]) if part["second"] and int(part["second"]) < 60 else None,
                None if _UNTIL.fullmatch(part["zone"] or "") else _zone(part["zone"]),
            )
    if half := _TIME_ONLY_HALF.search(text):
        hour = _hour(int(half["hour"]), half["half"], text)
        return (hour, 0, None, None) if hour < 24 else None
    return None


def _hour(hour: int, half: str | None, text: str) -> int:
    if half is None:
        afternoon = "오후" in text or "午後" in text or "下午" in text
        return hour + 12 if afternoon and hour < 12 else hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    name = written.strip().lower().replace("−", "-")
    if name in _ZONES:
        return timezone(timedelta(minutes=_ZONES[name])) if _ZONES[name] else UTC
    match = re.fullmatch(r"(?:utc|gmt)?\s?([+-])(\d{1,2}):?(\d{2})?", name)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > 14 * 60 or int(match[3] or 0) > 59:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes else UTC


def _zone_after(text: str) -> timezone | None:
    match = re.search(
        r"\b(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?|\b(?:UTC|GMT|BST|CET|CEST|EST|EDT|PST|PDT|JST|SAST|AEST|AEDT)\b", text
    )
    return _zone(match[0]) if match else None


def _micro(fraction: str | None) -> int:
    return int(fraction[1:7].ljust(6, "0")) if fraction else 0


def _checked(at: datetime, precision: str, has_offset: bool) -> Moment | None:
    if not EARLIEST_YEAR <= at.year < LATEST_YEAR:
        return None
    return Moment(at=at, precision=precision, has_offset=has_offset)
