"""The answer to a request for robots.txt in, rules that decide on URLs out (RFC 9309). Never fetches, has no clock.

A parser of its own rather than Protego: Protego 0.7 ends a group at an unknown line between two User-agent lines,
which RFC 9309 §2.2 does not, and it cannot say which line refused a URL.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from crawler.urls import normalise, path_and_query
from crawler.verdict import Allowed, Refused, Verdict

__all__ = ["Allowed", "Refused", "RobotsRules", "Verdict", "parse_robots"]

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: at least 500 KiB must be read; nothing after it is
_PRODUCT_TOKEN = re.compile(r"[A-Za-z_-]+")  # §2.2.1
# Misspellings that Google's parser (github.com/google/robotstxt) takes as meant; Protego takes the same ones.
_FIELDS = {
    "useragent": "user-agent", "user agent": "user-agent", "user-agent": "user-agent",
    "allow": "allow",
    "disallow": "disallow", "dissallow": "disallow", "dissalow": "disallow", "disalow": "disallow",
    "diasllow": "disallow", "disallaw": "disallow",
    "sitemap": "sitemap", "site-map": "sitemap", "sitemaps": "sitemap",
    "crawl-delay": "crawl-delay", "crawl delay": "crawl-delay", "crawldelay": "crawl-delay",
}  # fmt: skip
_SPACED = re.compile(r"(user[- ]?agent|d\w{5,8}|allow|site-?maps?|crawl[- ]?delay)\s+(\S.*)", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, kw_only=True)
class Rule:
    allow: bool
    line: str  # as written, for the log
    line_number: int
    pattern: str  # comparable form, see _comparable; "*" and a last "$" keep their meaning

    def matches(self, target: str) -> bool:
        """Greedy search from `*` to `*`: linear, where a regular expression could be made to backtrack for hours."""
        anchored = self.pattern.endswith("$")
        pieces = (self.pattern[:-1] if anchored else self.pattern).split("*")
        if not target.startswith(pieces[0]):
            return False
        if len(pieces) == 1:
            return not anchored or target == pieces[0]
        at = len(pieces[0])
        for piece in pieces[1:-1]:
            found = target.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        last = pieces[-1]
        if anchored:
            return target.endswith(last) and len(target) - len(last) >= at
        return target.find(last, at) >= 0


@dataclass(frozen=True, kw_only=True)
class RobotsRules:
    """What one answer says to one crawler. `everything`: Refused for an unreachable robots.txt, else None."""

    agent: str
    rules: tuple[Rule, ...] = ()
    crawl_delay_seconds: float | None = None
    sitemaps: tuple[str, ...] = ()
    everything: Refused | None = None
    truncated: bool = False  # more than 500 KiB came

    def allows(self, url: str) -> Verdict:
        """Whether the agent may fetch a normalised URL. The longest pattern decides, and Allow where two tie."""
        path, query = path_and_query(url)
        if path == "/robots.txt":
            return Allowed(detail="robots.txt is always allowed")  # §2.2.2
        if self.everything is not None:
            return self.everything
        target = _comparable(path if query is None else f"{path}?{query}", pattern=False)
        # §2.2.2 compares reserved characters in their encoded form, so that ?u=http%3A%2F%2Fx is ?u=http://x. Rules
        # that mean the path (/*/print) must go on matching a query as written, hence both.
        targets = {target, _query_decoded(target)}
        best: Rule | None = None
        for rule in self.rules:
            if (
                best is None or (len(rule.pattern), rule.allow) > (len(best.pattern), best.allow)
            ) and any(rule.matches(candidate) for candidate in targets):  # fmt: skip
                best = rule
        if best is None:
            return Allowed()
        return Allowed(detail=best.line) if best.allow else Refused(reason="robots", detail=best.line)


@dataclass
class _Group:
    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)


@dataclass
class _File:
    groups: list[_Group] = field(default_factory=list)
    # Crawl-delay is no part of the standard, so the lines above it that name agents are not ended by one for the rules
    # (§2.2.4), but whoever writes it means those it stands under: agent → the longest delay it was given.
    delays: dict[str, float] = field(default_factory=dict)
    sitemaps: dict[str, None] = field(default_factory=dict)
    truncated: bool = False


def parse_robots(status: int | None, body: bytes, *, agent: str, url: str | None = None) -> RobotsRules:
    """The rules for `agent` (a product token or a whole User-Agent) in the final answer to a robots.txt request.

    `status` is that of the last hop, None when nothing came. 2xx is read; 5xx and None refuse everything, with the
    reason (§2.3.1.4); any other is "unavailable" and allows everything (§2.3.1.3), 429 included: whoever asks adds the
    back-off. `url` is that of robots.txt, to resolve the relative sitemap lines that the standard does not allow.
    """
    found = _PRODUCT_TOKEN.match(agent.strip())
    token = found[0].lower() if found else agent.strip().lower()
    if status is None or status >= 500:
        what = "could not be fetched" if status is None else f"answered {status}"
        return RobotsRules(agent=token, everything=Refused(reason="robots", detail=f"robots.txt {what}"))
    if not 200 <= status < 300:
        return RobotsRules(agent=token)
    file = _read(body, url)
    chosen = [group for group in file.groups if token in group.agents]
    name = token if chosen else "*"
    chosen = chosen or [group for group in file.groups if "*" in group.agents]
    return RobotsRules(
        agent=token,
        rules=tuple(rule for group in chosen for rule in group.rules),
        crawl_delay_seconds=file.delays.get(name),
        sitemaps=tuple(file.sitemaps),
        truncated=file.truncated,
    )


def _read(body: bytes, url: str | None) -> _File:
    file = _File(truncated=len(body) > MAX_BYTES)
    if file.truncated:
        # The line at the limit is cut: "Disallow: /private" might read "Disallow: /".
        body = body[:MAX_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    group: _Group | None = None
    naming = False  # still among the User-agent lines that open a group
    above: set[str] = set()  # agents that a Crawl-delay would be for
    previous: str | None = None
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        name, value = _field(raw)
        if name == "user-agent":
            if group is None or not naming:
                group = _Group()
                file.groups.append(group)
                naming = True
            if previous not in ("user-agent", "sitemap"):
                above = set()
            found = _PRODUCT_TOKEN.match(value)
            agent = "*" if value.startswith("*") else found[0].lower() if found else None
            if agent is not None:
                group.agents.add(agent)
                above.add(agent)
        elif name == "sitemap":  # belongs to no group and ends none, as all other records (§2.2.4)
            address = normalise(value, url)
            if address is not None:
                file.sitemaps[address] = None
        elif name in ("allow", "disallow"):
            naming = False
            pattern = _pattern(value)
            if group is not None and pattern:
                line = raw.partition("#")[0].strip().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                group.rules.append(Rule(allow=name == "allow", line=line, line_number=number, pattern=pattern))
        elif name == "crawl-delay":
            delay = _seconds(value)
            if delay is not None:
                file.delays.update((agent, max(delay, file.delays.get(agent, 0.0))) for agent in above)
        previous = name or previous
    return file


def _field(raw: str) -> tuple[str | None, str]:
    line = raw.partition("#")[0].strip(" \t\x00\x0b\x0c")
    name, colon, value = line.partition(":")
    if colon and name.strip().lower() in _FIELDS:
        return _FIELDS[name.strip().lower()], value.strip()
    spaced = _SPACED.fullmatch(line)  # "Disallow /private": the colon is often forgotten, and what is meant is clear
    if spaced:
        return _FIELDS.get(spaced[1].lower()), spaced[2].strip()
    return None, ""


def _pattern(value: str) -> str:
    """A rule's path in comparable form; "" for the empty value, which rules nothing."""
    if not value:
        return ""
    absolute = re.match(r"https?://[^/?#]*", value, re.IGNORECASE)
    if absolute:
        value = value[absolute.end() :] or "/"
    if not value.startswith(("/", "*")):
        value = "/" + value  # "Disallow: private/" can only mean this
    return _comparable(value, pattern=True)


def _comparable(path: str, *, pattern: bool) -> str:
    """RFC 9309 §2.2.2: unreserved characters decoded, all others that need it encoded, hex in capitals.

    In a URL `*` and `$` are encoded, so that a pattern's %2A and %24 match them; in a pattern they keep their meaning,
    save a `$` that is not last.
    """
    text = _ESCAPE.sub(lambda m: chr(b) if (b := int(m[1], 16)) in _UNRESERVED else f"%{m[1].upper()}", path)
    encoded = "".join(
        chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape")
    )
    if not pattern:
        encoded = encoded.replace("*", "%2A")
    anchored = pattern and encoded.endswith("$")
    encoded = (encoded[:-1] if anchored else encoded).replace("$", "%24") + ("$" if anchored else "")
    head, mark, query = encoded.partition("?")
    return head + mark + query.replace(":", "%3A").replace("/", "%2F") if mark else encoded


def _query_decoded(target: str) -> str:
    head, mark, query = target.partition("?")
    return head + mark + query.replace("%3A", ":").replace("%2F", "/") if mark else target


def _seconds(value: str) -> float | None:
    try:
        delay = float(value.split()[0].rstrip("s").replace(",", "."))
    except (ValueError, IndexError):
        return None
    return delay if math.isfinite(delay) and delay >= 0 else None
