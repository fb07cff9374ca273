"""Opt-outs as they were found in, which of them are meant for us out. Pure: fetches nothing and decides on nothing.

A signal is one line, verbatim, behind the place where it was found: `X-Robots-Tag: noai`, `meta robots: noarchive`,
`tdmrep.json: {…}`, `ai.txt: Disallow: *.html`, `robots.txt Content-Signal: ai-train=no`. That line is what the archive
keeps (`signal:` in the metadata record). What it means is read from it again whenever it is needed, so that a better
reading reads old archives too. What an opt-out then binds is crawler.manners.policy's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crawler.manners.robots import parse_robots
from crawler.version import ROBOTS_TOKEN

__all__ = ["HEADERS", "header_signals", "opt_outs", "robots_signals"]

# Content-Signal is a robots.txt line; Cloudflare sends it as a header as well, with pages that it turned into Markdown.
HEADERS = ("X-Robots-Tag", "TDM-Reservation", "TDM-Policy", "Content-Signal")
MAX_SIGNAL = 1_000  # characters; a longer line is cut: it is a wish, not a text
MAX_SIGNALS = 50  # of one capture
_ROBOTS_OPT_OUTS = ("noindex", "noarchive", "noai", "noimageai")
# What a directive of X-Robots-Tag that has a colon begins with; anything else before a colon is a crawler's name.
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_PREFIX = re.compile(r"\s*([A-Za-z_*][\w.*-]*)\s*:\s*")
_OUR_NAMES = ("robots", "*", ROBOTS_TOKEN)
_CONTENT_SIGNALS = {"ai-train": "ai_train", "ai-input": "ai_input", "search": "search"}
_RESERVED = re.compile(r'"tdm-reservation"\s*:\s*"?1"?\s*[,}]')


def header_signals(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The opt-out headers of a response, in their order. `fields`: name and value of each header line."""
    known = {name.lower(): name for name in HEADERS}
    found = (f"{known[name.lower()]}: {value}" for name, value in fields if name.lower() in known)
    return tuple(cut(line) for line in found)[:MAX_SIGNALS]


def robots_signals(lines: Iterable[str]) -> tuple[str, ...]:
    """Content-Signal lines of robots.txt that have a say on a page, as signals of that page."""
    return tuple(cut(f"robots.txt {line}") for line in lines)


def cut(line: str) -> str:
    """On one line, and no longer than anybody needs."""
    one = " ".join(line.split())
    return one if len(one) <= MAX_SIGNAL else one[: MAX_SIGNAL - 1] + "…"


def opt_outs(signals: Iterable[str]) -> frozenset[str]:
    """What signals say to us: robots, noindex, noarchive, noai, noimageai, tdm, ai_txt, ai_train, ai_input, search.

    Directives that name another crawler are none of ours. Where several places speak of the same, what is nearest to
    the page is heard: of TDM meta elements before headers before tdmrep.json, of Content-Signal the header before
    robots.txt and there the longest path; of two on one level the reservation.
    """
    found: set[str] = set()
    reserved: dict[int, bool] = {}
    used: dict[str, tuple[int, bool]] = {}
    for signal in signals:
        where, _, value = signal.partition(":")
        where, value = where.strip(), value.strip()
        place = where.lower()
        if place == "x-robots-tag":
            found.update(_directives(value))
        elif place.startswith("meta ") and place != "meta tdm-policy":
            if place == "meta tdm-reservation":
                reserved[2] = reserved.get(2, False) or value == "1"
            elif place.removeprefix("meta ") in _OUR_NAMES:
                found.update(_plain(value))
        elif place == "tdm-reservation":
            reserved[1] = reserved.get(1, False) or value == "1"
        elif place == "tdmrep.json":
            reserved[0] = reserved.get(0, False) or bool(_RESERVED.search(value))
        elif place == "ai.txt":
            found.add("ai_txt")
        elif place == "robots.txt":  # of a page that was fetched all the same, by an exception
            found.add("robots")
        elif place in ("content-signal", "robots.txt content-signal", "robots.txt content-signals"):
            for name, rank, refused in _content_signal(value, nearer=place == "content-signal"):
                before = used.get(name, (-1, False))
                if (rank, refused) > before:
                    used[name] = (rank, refused)
    if reserved and reserved[max(reserved)]:
        found.add("tdm")
    found.update(name for name, (_, refused) in used.items() if refused)
    return frozenset(found)


def _plain(value: str) -> Iterator[str]:
    for directive in re.split(r"[,\s]+", value.lower()):
        if directive in _ROBOTS_OPT_OUTS:
            yield directive
        elif directive == "none":  # "noindex, nofollow"
            yield "noindex"


def _directives(value: str) -> Iterator[str]:
    """Those of an X-Robots-Tag that are ours: `noindex, otherbot: noarchive` has one."""
    ours = True
    for part in value.split(","):
        named = _PREFIX.match(part)
        if named is not None and named[1].lower() not in _WITH_VALUE:
            ours = named[1].lower() in _OUR_NAMES
            part = part[named.end() :]
        if ours and ":" not in part:
            yield from _plain(part)


def _content_signal(value: str, *, nearer: bool) -> Iterator[tuple[str, int, bool]]:
    """Opt-out, how near to the page it stands, and whether it is one: `no` refuses, `yes` does not."""
    rules = parse_robots(200, f"User-agent: *\nContent-Signal: {value}".encode(), agent=ROBOTS_TOKEN)
    for signal in rules.content_signals:
        rank = 1 << 20 if nearer else len(signal.pattern)
        for key, said in signal.values:
            if key in _CONTENT_SIGNALS and said in ("yes", "no"):
                yield _CONTENT_SIGNALS[key], rank, said == "no"
