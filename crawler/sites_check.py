"""What tomllib read of sites.toml in, Sites or all its mistakes out. Opens nothing but the spiders that are named."""

from __future__ import annotations

import difflib
import ipaddress
import json
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.manners.policy import policy_mistake
from crawler.overrides import Overrides, overrides_mistake, overrides_of
from crawler.redaction import without_userinfo
from crawler.site import REQUISITES, Mistake, Network, Site, Sites, SitesError
from crawler.sites_lines import KeyLines, key_lines
from crawler.sites_spider import spider_mistake
from crawler.sites_texts import texts_mistake
from crawler.urls import host_of, normalise

__all__ = ["check_sites", "syntax_mistake"]

MAX_DELAY_SECONDS = 86_400.0  # a day: beyond it a site would never be finished, and a unit was surely mixed up
MAX_DEPTH = 50
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?")
_TOP_KEYS = ("allow_addresses", "contact", "opt_out_files", "policy", "quota_gb", "site")
_SITE_KEYS = tuple(described.name for described in fields(Site))


class _Wrong(Exception):
    """A value that does not do; `expected` ends the mistake's line. `element`, `key`: which one of a list or table."""

    def __init__(self, expected: str, *, element: int | None = None, key: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.element = element
        self.key = key


@dataclass
class _Report:
    file: Path
    mistakes: list[Mistake] = field(default_factory=list)
    site: str | None = None  # whose stanza is being read
    stanza: int | None = None

    def add(self, line: int, key: str | None, found: str | None, expected: str) -> None:
        mistake = Mistake(
            file=self.file, line=line, site=self.site, stanza=self.stanza, key=key, found=found, expected=expected
        )
        self.mistakes.append(mistake)


def syntax_mistake(path: Path, text: str, message: str) -> Mistake:
    """tomllib's complaint, with its line: it says "(at line 3, column 5)" or "(at end of document)"."""
    place = re.search(r" \(at line (\d+), column \d+\)$| \(at end of document\)$", message)
    line = int(place[1]) if place and place[1] else max(1, len(text.rstrip().splitlines()))
    what = message[: place.start()] if place else message
    shown = without_userinfo("".join(text.splitlines()[line - 1 : line])).strip()[:60]
    return Mistake(file=path, line=line, found=shown or "end of file", expected=f"valid TOML ({what})")


def check_sites(path: Path, text: str, data: dict[str, Any]) -> Sites:
    """Sites, or SitesError with every mistake in the order of the file."""
    lines = key_lines(text)
    report = _Report(path)
    for key in data:
        if key not in _TOP_KEYS:
            expected = _known(key, _TOP_KEYS, {"sites": "site", "quota": "quota_gb"})
            if key in _SITE_KEYS:
                expected = "this key below a [[site]] line"
            report.add(lines.keys.get(key, 1), key, _shown(data[key]), expected)
    checks: dict[str, Callable[[Any], Any]] = {
        "allow_addresses": _networks, "contact": _contact, "opt_out_files": _switch, "policy": _policy,
        "quota_gb": _quota,
    }  # fmt: skip
    top = _values(data, checks, report, lines)
    stanzas = data.get("site", [])
    if not isinstance(stanzas, list) or not all(isinstance(stanza, dict) for stanza in stanzas):
        found = "[site]" if isinstance(stanzas, dict) else f"site = {_shown(stanzas)}"
        report.add(lines.keys.get("site", 1), None, found, "[[site]], in two pairs of brackets, above each site")
        stanzas = []
    sites = []
    for number, stanza in enumerate(stanzas):
        where = lines.stanzas[number] if number < len(lines.stanzas) else KeyLines(header=lines.keys.get("site", 1))
        report.site, report.stanza = _label(stanza), number + 1
        sites.append((where, stanza, _site(stanza, where, report, path)))
    _unique(sites, report)
    if report.mistakes:
        raise SitesError(tuple(sorted(report.mistakes, key=lambda mistake: mistake.line or 0)))
    return Sites(
        path=path,
        sites=tuple(site for _, _, site in sites if site is not None),
        allow_addresses=top.get("allow_addresses", ()),
        contact=top.get("contact"),
        quota_gb=top.get("quota_gb"),
        policy=top.get("policy", ()),
        opt_out_files=top.get("opt_out_files", True),
    )


def _label(stanza: dict[str, Any]) -> str | None:
    name = stanza.get("name")
    return name if isinstance(name, str) and name else None


def _site(stanza: dict[str, Any], lines: KeyLines, report: _Report, path: Path) -> Site | None:
    before = len(report.mistakes)
    for key in stanza:
        if key not in _SITE_KEYS:
            expected = _known(key, _SITE_KEYS, {"delay": "delay_seconds", "url": "home", "feed": "feeds"})
            if key in _TOP_KEYS:
                expected = "this key above the first [[site]]"
            report.add(lines.keys.get(key, lines.header), key, _shown(stanza[key]), expected)
    for key, expected in (("name", 'a name, e.g. "thinlinenews"'), ("home", 'a URL, e.g. "https://example.org/"')):
        if key not in stanza:
            report.add(lines.header, key, None, expected)
    checks: dict[str, Callable[[Any], Any]] = {
        "name": _name, "home": _address, "feeds": _addresses, "sitemaps": _addresses, "delay_seconds": _delay,
        "hosts": _hosts, "include": _patterns, "exclude": _patterns, "follow_article_links": _switch,
        "max_depth": lambda value: _count(value, 0, MAX_DEPTH), "max_pages_per_day": _count, "max_waiting": _count,
        "verify_tls": _switch, "opt_out_files": _switch, "requisites": _requisites,
        "spider": lambda value: _spider(value, path.parent), "policy": lambda value: _policy(value, of_a_site=True),
        "extraction": _extraction,
        "keep_text": _texts, "drop_text": lambda value: _texts(value, stanza.get("keep_text")),
    }  # fmt: skip
    values = _values(stanza, checks, report, lines)
    return Site(**values) if len(report.mistakes) == before else None


def _values(
    table: dict[str, Any], checks: dict[str, Callable[[Any], Any]], report: _Report, lines: KeyLines
) -> dict[str, Any]:
    values = {}
    for key, check in checks.items():
        if key not in table:
            continue
        try:
            values[key] = check(table[key])
        except _Wrong as wrong:
            at, name, found, line = lines, key, table[key], lines.keys.get(key, lines.header)
            if wrong.key is not None:
                at = lines.tables.get(key, KeyLines(header=line))
                name, found, line = wrong.key, found[wrong.key], at.keys.get(wrong.key, at.header)
                key = f"{key}.{wrong.key}"
            shown = _shown(found)
            if wrong.element is not None:
                places = at.elements.get(name, [])
                line = places[wrong.element] if len(places) == len(found) else line
                shown = f"[… {_shown(found[wrong.element])} …]" if len(found) > 1 else shown
            report.add(line, key, shown, wrong.expected)
    return values


def _unique(sites: list[tuple[KeyLines, dict[str, Any], Site | None]], report: _Report) -> None:
    """No two sites of one name, nor of one home address and port: their frontiers would be one."""
    seen: dict[tuple[str, str], int] = {}
    for number, (where, stanza, _) in enumerate(sites, start=1):
        report.site, report.stanza = _label(stanza), number
        home = normalise(stanza["home"]) if isinstance(stanza.get("home"), str) else None
        host = home.partition("://")[2].partition("/")[0] if home else None
        for key, value, of_its_own in (("name", report.site, "a name"), ("home", host, "a host")):
            if not value:
                continue
            line = where.keys.get(key, where.header)
            first = seen.setdefault((key, value), line)
            if first != line:
                report.add(line, key, _shown(stanza[key]), f"{of_its_own} of its own; {value} is taken on line {first}")


def _known(key: str, known: tuple[str, ...], meant: dict[str, str]) -> str:
    near = [meant[key]] if key in meant else difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    near = ["[[site]]" if name == "site" else name for name in near]
    return f"a known key; did you mean {near[0]}?" if near else "a known key: " + ", ".join(known)


def _shown(value: Any) -> str:
    """A value as TOML would write it, short enough for a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = json.dumps(without_userinfo(value), ensure_ascii=False)
    elif isinstance(value, list):
        text = "[" + ", ".join(map(_shown, value)) + "]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {_shown(inner)}" for key, inner in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= 80 else text[:77] + "…" + text[-1]


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _Wrong('a name of a-z, 0-9 and "-", at most 63 characters, e.g. "thinlinenews"')
    return value


def _address(value: Any, *, element: int | None = None) -> str:
    """An absolute http(s) URL without userinfo, as written."""
    if not isinstance(value, str):
        raise _Wrong('a URL in quotes, e.g. "https://example.org/"', element=element)
    if not value.lower().startswith(("http://", "https://")):
        raise _Wrong("an address that starts with http:// or https://", element=element)
    try:
        parts = urlsplit(value)
        host, userinfo = parts.hostname, "@" in parts.netloc
    except ValueError:
        host, userinfo = None, False
    if userinfo:
        raise _Wrong("an address without user name and password", element=element)
    if not host or normalise(value) is None:
        raise _Wrong("an address with a valid host, e.g. https://example.org/", element=element)
    if parts.fragment:
        raise _Wrong(f"an address without the part after #, {value.partition('#')[0]}", element=element)
    if any(character.isspace() for character in value):
        raise _Wrong("an address without spaces", element=element)
    return value


def _strings(value: Any, example: str) -> list[str]:
    if not isinstance(value, list):
        raise _Wrong(f"a list in square brackets, e.g. [{example}]")
    for place, element in enumerate(value):
        if not isinstance(element, str):
            raise _Wrong(f"text in quotes, e.g. {example}", element=place)
        if element in value[:place]:
            raise _Wrong("each entry once", element=place)
    return value


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(
        _address(element, element=place)
        for place, element in enumerate(_strings(value, '"https://example.org/feed/"'))
    )  # fmt: skip


def _hosts(value: Any) -> tuple[str, ...]:
    for place, host in enumerate(_strings(value, '"feeds.example.org"')):
        known = normalise(f"http://{host}/")
        if known is None or not (_HOST.fullmatch(host) or host.startswith("[")) or len(host) > 253:
            raise _Wrong('a host name alone, e.g. "feeds.example.org"', element=place)
    return tuple(host_of(normalise(f"http://{host}/") or "") for host in value)


def _patterns(value: Any) -> tuple[str, ...]:
    for place, pattern in enumerate(_strings(value, r"'/news/\d+'")):
        try:
            with warnings.catch_warnings():
                # "[[a]" and the like: Python warns that it will mean something else one day.
                warnings.simplefilter("error")
                re.compile(pattern)
        except (re.error, OverflowError, RecursionError, Warning) as problem:
            raise _Wrong(f"a regular expression ({problem})", element=place) from None
    return tuple(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _delay(value: Any) -> float:
    if not _number(value) or math.isnan(value):
        raise _Wrong("a number of seconds, e.g. 5.0")
    if value < 0:
        raise _Wrong("a number of seconds that is not negative, e.g. 5.0")
    if value > MAX_DELAY_SECONDS:
        raise _Wrong(f"a number of seconds, at most {MAX_DELAY_SECONDS:.0f} (a day)")
    return float(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false, without quotes")
    return value


def _requisites(value: Any) -> str:
    if value not in REQUISITES:
        raise _Wrong('"none", "lead_image" or "all"')
    return str(value)


def _count(value: Any, least: int = 1, most: int | None = None) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        raise _Wrong(f"a whole number, at least {least}" if most is None else f"a whole number from {least} to {most}")
    return value


def _spider(value: Any, folder: Path) -> str:
    if (expected := spider_mistake(value, folder)) is not None:
        raise _Wrong(expected)
    return str(value)


def _extraction(value: Any) -> Overrides:
    if (mistake := overrides_mistake(value)) is not None:
        raise _Wrong(mistake.expected, key=mistake.key, element=mistake.element)
    return overrides_of(value)


def _texts(value: Any, other: Any = None) -> tuple[str, ...]:
    if (mistake := texts_mistake(_strings(value, '"Sign up for our newsletter"'), other)) is not None:
        raise _Wrong(mistake.expected, element=mistake.element)
    return tuple(value)


def _policy(value: Any, *, of_a_site: bool = False) -> tuple[tuple[str, str], ...]:
    mistake = policy_mistake(value, of_a_site=of_a_site)
    if mistake is not None:
        raise _Wrong(mistake.expected, key=mistake.key)
    return tuple(sorted(value.items()))


def _contact(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(
        r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https?://[^\s/@]+\.[^\s/@]+(?:/\S*)?", value
    ):
        raise _Wrong('"mailto:you@example.org" or "https://example.org/crawler"')
    return value


def _quota(value: Any) -> float:
    if not _number(value) or not 0 < value < math.inf:
        raise _Wrong("a number of gigabytes above 0, e.g. 50")
    return float(value)


def _networks(value: Any) -> tuple[Network, ...]:
    networks = []
    for place, written in enumerate(_strings(value, '"127.0.0.0/8"')):
        try:
            networks.append(ipaddress.ip_network(written))
        except ValueError:
            try:
                meant = ipaddress.ip_network(written, strict=False)
            except ValueError:
                raise _Wrong('a network, e.g. "127.0.0.0/8" or "fd00::/8"', element=place) from None
            raise _Wrong(f'"{meant}", or "{written.partition("/")[0]}" for the one address', element=place) from None
    return tuple(networks)
