"""Which zone a site keeps, from its host's country: an instant given in UTC is shown on the site's own day.

The instant stays as it is; where the page gives an offset other than UTC, that is kept. Of 9 pages of the corpora whose
known day was the day after or before that of their UTC time, all were on the day of their country (2026-11).
"""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Countries with one zone, or nearly all of whose readers live in one.
_ZONES = {
    "de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "fr": "Europe/Paris", "it": "Europe/Rome",
    "es": "Europe/Madrid", "nl": "Europe/Amsterdam", "be": "Europe/Brussels", "lu": "Europe/Luxembourg",
    "pl": "Europe/Warsaw", "cz": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest",
    "dk": "Europe/Copenhagen", "se": "Europe/Stockholm", "no": "Europe/Oslo", "fi": "Europe/Helsinki",
    "ee": "Europe/Tallinn", "lv": "Europe/Riga", "lt": "Europe/Vilnius", "gr": "Europe/Athens",
    "ro": "Europe/Bucharest",
    "bg": "Europe/Sofia", "hr": "Europe/Zagreb", "si": "Europe/Ljubljana", "rs": "Europe/Belgrade",
    "uk": "Europe/London", "ie": "Europe/Dublin", "ua": "Europe/Kyiv", "tr": "Europe/Istanbul",
    "il": "Asia/Jerusalem", "ae": "Asia/Dubai", "in": "Asia/Kolkata", "pk": "Asia/Karachi", "bd": "Asia/Dhaka",
    "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh", "my": "Asia/Kuala_Lumpur",
    "sg": "Asia/Singapore",
    "ph": "Asia/Manila", "cn": "Asia/Shanghai", "hk": "Asia/Hong_Kong", "tw": "Asia/Taipei", "jp": "Asia/Tokyo",
    "kr": "Asia/Seoul", "au": "Australia/Sydney", "nz": "Pacific/Auckland", "za": "Africa/Johannesburg",
    "ng": "Africa/Lagos", "ke": "Africa/Nairobi", "eg": "Africa/Cairo", "br": "America/Sao_Paulo",
    "ar": "America/Argentina/Buenos_Aires", "uy": "America/Montevideo", "cl": "America/Santiago",
    "py": "America/Asuncion",
    "bo": "America/La_Paz", "pe": "America/Lima", "ec": "America/Guayaquil", "ve": "America/Caracas",
    "mx": "America/Mexico_City", "cr": "America/Costa_Rica", "do": "America/Santo_Domingo", "us": "America/New_York",
}  # fmt: skip


# Of hosts of no country, by language: only where the page's address names the day that it then is.
_BY_LANGUAGE = {
    "de": "de", "fr": "fr", "it": "it", "nl": "nl", "pl": "pl", "tr": "tr", "ja": "jp", "ko": "kr", "pt": "br",
    "en": "us",
}  # fmt: skip


def in_site_time(at: datetime, host: str, *, language: str | None = None, url_day: date | None = None) -> datetime:
    """The same instant in the zone of the host's country; as it is where that is unknown."""
    zone = _zone(host.rsplit(".", 1)[-1])
    if zone is None and url_day is not None and url_day != at.date():
        zone = _zone(_BY_LANGUAGE.get((language or "")[:2].lower(), ""))
        return local if zone is not None and (local := at.astimezone(zone)).date() == url_day else at
    return at.astimezone(zone) if zone is not None else at


@cache
def _zone(country: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(_ZONES[country]) if country in _ZONES else None
    except ZoneInfoNotFoundError:  # a system without a time zone database
        return None
