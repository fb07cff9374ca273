"""A site and a URL in; out, whether the URL is the site's to fetch, and why not. Pure; knows nothing of robots."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from crawler.urls import host_of, normalise, path_and_query, registrable_domain
from crawler.verdict import Allowed, Refused, Verdict

if TYPE_CHECKING:
    from crawler.site import Site

__all__ = ["Allowed", "Refused", "Scope", "Verdict", "normalise", "registrable_domain"]

MAX_URL_LENGTH = 2083  # the longest that was ever safe in browsers; sitemaps.org allows less, "under 2,048"
MAX_QUERY_LENGTH = 1024  # longest in-site query on the 119 pages of the news set: 301 characters, 2026-11
MAX_PARAMETERS = 20
MAX_SEGMENTS = 20

# What a news archive of text has no use for. A page's images are asked for by name, not through scope.
_NOT_PAGE_EXTENSIONS = """
jpg jpeg jpe png gif webp avif svg ico bmp tif tiff heic psd eps
mp3 m4a aac ogg oga opus wav flac mp4 m4v mov avi wmv webm mkv mpg mpeg flv f4v 3gp m3u8 mpd ogv
pdf epub mobi doc docx odt xls xlsx ods ppt pptx odp rtf csv
zip gz bz2 xz 7z rar tar tgz iso dmg exe msi apk ipa deb rpm jar bin torrent
css js mjs map woff woff2 ttf otf eot swf wasm ics vcf
"""
_NOT_PAGES = frozenset(_NOT_PAGE_EXTENSIONS.split())
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")
_SESSION = re.compile(
    r"(?:^|[?&;/])(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|sessionid|session_id|sessid"
    r"|s?sid(?==[0-9A-Fa-f]{16}))=[^&/;]+|/\(S\([A-Za-z0-9]{20,}\)\)/",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(?:^|/)(?:calendar|kalender|calendario|calendrier|agenda|events?)/(?:.*/)?\d{4}[-/]\d{1,2}"
    r"|[?&](?:tribe-bar-date|tribe_event_display|ical|outlook-ical|calendar_date|cal_month|cid_month)="
    r"|[?&](?:month|monat|mes|mois)=[^&]+&(?:.*&)?(?:year|jahr|ano|annee|yr)="
    r"|[?&](?:year|jahr|ano|annee|yr)=[^&]+&(?:.*&)?(?:month|monat|mes|mois)=",
    re.IGNORECASE,
)


class Scope:
    """What belongs to one site: its registrable domain and hosts, within the patterns that its owner wrote."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._domain = registrable_domain(site.home)
        self._hosts = tuple(host.lower().rstrip(".") for host in site.hosts)
        # What a person wrote down by name is asked for, wherever it is: feeds are often served by somebody else.
        self._named = frozenset(filter(None, map(normalise, (site.home, *site.feeds, *site.sitemaps))))
        self._include = tuple(re.compile(pattern) for pattern in site.include)
        self._exclude = tuple(re.compile(pattern) for pattern in site.exclude)

    def check(self, url: str, *, depth: int = 0, kind: str | None = None) -> Verdict:
        """Whether a normalised URL may be fetched for the site. `depth`: links followed since the home page.

        `kind`: what it was said to be; a sitemap or feed may have any file type: sitemap-7.gz.

        Refused.reason is one of other_host, pattern, trap, depth, file_type, scheme, too_long.
        """
        if not url.startswith(("http://", "https://")):
            return Refused(reason="scheme", detail=f"{url.partition(':')[0][:20]!r} is neither http nor https")
        if len(url) > MAX_URL_LENGTH:
            return Refused(reason="too_long", detail=f"{len(url)} characters, at most {MAX_URL_LENGTH}")
        if kind == "requisite":
            return self._requisite(url)
        if url in self._named:
            return Allowed(detail="named in sites.toml")
        host = host_of(url)
        if not self.owns(host):
            return Refused(reason="other_host", detail=f"{host} is not of {self._domain}")
        if depth > self.site.max_depth:
            return Refused(reason="depth", detail=f"{depth} links from home, at most {self.site.max_depth}")
        path, query = path_and_query(url)
        return (
            (_file_type(path) if kind not in ("sitemap", "feed") else None)
            or _trap(path, query or "")
            or self._patterns(url)
            or Allowed()
        )  # fmt: skip

    def _requisite(self, url: str) -> Verdict:
        """Of any host: pictures and style sheets are often served by somebody else. What is excluded is left alone."""
        if self.site.requisites == "none":
            return Refused(reason="pattern", detail="sites.toml wants no requisites of the site")
        excluding = next((pattern for pattern in self._exclude if pattern.search(url)), None)
        return Refused(reason="pattern", detail=f"exclude {excluding.pattern!r}") if excluding else Allowed()

    def owns(self, host: str) -> bool:
        """Whether a host is of the site: its registrable domain, or one of its `hosts` and what is below them."""
        name = host.rstrip(".")
        return registrable_domain(name) == self._domain or any(
            name == own or name.endswith("." + own) for own in self._hosts
        )

    def _patterns(self, url: str) -> Refused | None:
        for pattern in self._exclude:
            if pattern.search(url):
                return Refused(reason="pattern", detail=f"exclude {pattern.pattern!r}")
        if self._include and not any(pattern.search(url) for pattern in self._include):
            return Refused(reason="pattern", detail="matches no include pattern")
        return None


def _file_type(path: str) -> Refused | None:
    found = _EXTENSION.search(path)
    if found and found[1].lower() in _NOT_PAGES:
        # Sitemaps come as .xml.gz, and .gz alone says nothing of what is inside.
        if path.lower().endswith((".xml.gz", ".txt.gz")):
            return None
        return Refused(reason="file_type", detail=f".{found[1].lower()} is not a page")
    return None


def _trap(path: str, query: str) -> Refused | None:
    """Addresses that a server makes up without end.

    None of the 10,458 in-site links on the 119 pages of the news set is taken for one, 2026-11.
    """
    whole = path + ("?" + query if query else "")
    segments = [segment for segment in path.split("/") if segment]
    repeated = _repetition(segments)
    if repeated:
        return Refused(reason="trap", detail=f"path repeats {repeated!r}")
    if len(segments) > MAX_SEGMENTS:
        return Refused(reason="trap", detail=f"{len(segments)} path segments, at most {MAX_SEGMENTS}")
    if len(query) > MAX_QUERY_LENGTH or query.count("&") >= MAX_PARAMETERS:
        return Refused(reason="trap", detail=f"query of {len(query)} characters, {query.count('&') + 1} parameters")
    session = _SESSION.search(whole)
    if session:
        return Refused(reason="trap", detail=f"session id in {session[0][:24]!r}")
    calendar = _CALENDAR.search(whole)
    if calendar:
        return Refused(reason="trap", detail=f"calendar page {calendar[0][:40]!r}")
    return None


def _repetition(segments: list[str]) -> str | None:
    """The path segments that come round again: a/a/a, a/b/a/b/a/b, or one segment four times anywhere.

    Numbers may repeat (a date and an id: /2026/11/11/11); no link of the news set repeats words like this.
    """
    words = [segment for segment in segments if not segment.isdigit()]
    for length in (1, 2, 3):
        for start in range(len(words) - 3 * length + 1):
            chunk = words[start : start + length]
            if chunk == words[start + length : start + 2 * length] == words[start + 2 * length : start + 3 * length]:
                return "/".join(chunk)
    most = Counter(words).most_common(1)
    return most[0][0] if most and most[0][1] >= 4 else None
