"""The answer to a request for robots.txt in, rules that decide on URLs out (RFC 9309). Never fetches, has no clock.

A parser of its own rather than Protego: Protego 0.7 ends a group at an unknown line between two User-agent lines,
which RFC 9309 §2.2 does not, and it cannot say which line refused a URL.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from crawler.manners.path_patterns import matches, pattern_of, targets_of
from crawler.urls import normalise, path_and_query
from crawler.verdict import Allowed, Refused, Verdict

__all__ = ["Allowed", "ContentSignal", "Refused", "RobotsRules", "Verdict", "parse_robots"]

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
    "content-signal": "content-signal", "content-signals": "content-signal",
}  # fmt: skip
_SPACED = re.compile(r"(user[- ]?agent|d\w{5,8}|allow|site-?maps?|crawl[- ]?delay)\s+(\S.*)", re.IGNORECASE)
# contentsignals.org: "search=yes, ai-train=no"; a path before it says where.
_SIGNAL = re.compile(r"([A-Za-z][\w-]*)\s*=\s*([\w-]+)")


@dataclass(frozen=True, kw_only=True)
class Rule:
    allow: bool
    line: str  # as written, for the log
    line_number: int
    pattern: str  # comparable form, see path_patterns; "*" and a last "$" keep their meaning

    def matches(self, target: str) -> bool:
        return matches(self.pattern, target)


@dataclass(frozen=True, kw_only=True)
class ContentSignal:
    """One Content-Signal line: what its pages may be used for."""

    line: str  # as written
    pattern: str
    values: tuple[tuple[str, str], ...]  # lower case: (("search", "yes"), ("ai-train", "no"))


@dataclass(frozen=True, kw_only=True)
class RobotsRules:
    """What one answer says to one crawler. `everything`: Refused for an unreachable robots.txt, else None."""

    agent: str
    rules: tuple[Rule, ...] = ()
    crawl_delay_seconds: float | None = None
    sitemaps: tuple[str, ...] = ()
    content_signals: tuple[ContentSignal, ...] = ()
    everything: Refused | None = None
    truncated: bool = False  # more than 500 KiB came

    def allows(self, url: str) -> Verdict:
        """Whether the agent may fetch a normalised URL. The longest pattern decides, and Allow where two tie."""
        if path_and_query(url)[0] == "/robots.txt":
            return Allowed(detail="robots.txt is always allowed")  # §2.2.2
        if self.everything is not None:
            return self.everything
        best = self.deciding(targets_of(url))
        if best is None:
            return Allowed()
        return Allowed(detail=best.line) if best.allow else Refused(reason="robots", detail=best.line)

    def deciding(self, targets: frozenset[str]) -> Rule | None:
        """The rule that decides on what is called by any of `targets`; `None` where none matches."""
        best: Rule | None = None
        for rule in self.rules:
            if (
                best is None or (len(rule.pattern), rule.allow) > (len(best.pattern), best.allow)
            ) and any(rule.matches(target) for target in targets):  # fmt: skip
                best = rule
        return best

    def signals_for(self, url: str) -> tuple[str, ...]:
        """The Content-Signal lines that have a say on a URL, as written, those of the longest pattern first."""
        if not self.content_signals:
            return ()
        targets = targets_of(url)
        found = [s for s in self.content_signals if any(matches(s.pattern, target) for target in targets)]
        return tuple(s.line for s in sorted(found, key=lambda s: -len(s.pattern)))


@dataclass
class _Group:
    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)


@dataclass
class _File:
    groups: list[_Group] = field(default_factory=list)
    # Crawl-delay and Content-Signal are no part of the standard, so the lines above them that name agents are not ended
    # by one for the rules (§2.2.4), but whoever writes it means those it stands under: agent → the longest delay it was
    # given, and its signals.
    delays: dict[str, float] = field(default_factory=dict)
    signals: dict[str, list[ContentSignal]] = field(default_factory=dict)
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
        content_signals=tuple(file.signals.get(name, ())),
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
    above: set[str] = set()  # agents that a Crawl-delay or a Content-Signal would be for
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
            agent = _agent(value)
            if agent is not None:
                group.agents.add(agent)
                above.add(agent)
        elif name == "sitemap":  # belongs to no group and ends none, as all other records (§2.2.4)
            address = normalise(value, url)
            if address is not None:
                file.sitemaps[address] = None
        elif name in ("allow", "disallow"):
            naming = False
            pattern = pattern_of(value)
            if group is not None and pattern:
                group.rules.append(
                    Rule(allow=name == "allow", line=_as_written(raw), line_number=number, pattern=pattern)
                )
        elif name == "crawl-delay":
            delay = _seconds(value)
            if delay is not None:
                file.delays.update((agent, max(delay, file.delays.get(agent, 0.0))) for agent in above)
        elif name == "content-signal" and (values := _SIGNAL.findall(value)):
            path = value.split()[0] if value.startswith(("/", "*")) else "/"
            signal = ContentSignal(
                line=_as_written(raw), pattern=pattern_of(path),
                values=tuple((key.lower(), said.lower()) for key, said in values),
            )  # fmt: skip
            for agent in above:
                file.signals.setdefault(agent, []).append(signal)
        previous = name or previous
    return file


def _agent(value: str) -> str | None:
    """The product token that a User-agent line names, lower case; `*` only where it stands alone."""
    if value[:1] == "*":
        return "*" if not value[1:2].strip() else None
    found = _PRODUCT_TOKEN.match(value)
    return found[0].lower() if found else None


def _field(raw: str) -> tuple[str | None, str]:
    line = raw.partition("#")[0].strip(" \t\x00\x0b\x0c")
    name, colon, value = line.partition(":")
    if colon and name.strip().lower() in _FIELDS:
        return _FIELDS[name.strip().lower()], value.strip()
    spaced = _SPACED.fullmatch(line)  # "Disallow /private": the colon is often forgotten, and what is meant is clear
    if spaced:
        return _FIELDS.get(spaced[1].lower()), spaced[2].strip()
    return None, ""


def _as_written(raw: str) -> str:
    return raw.partition("#")[0].strip().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _seconds(value: str) -> float | None:
    try:
        delay = float(value.split()[0].rstrip("s").replace(",", "."))
    except (ValueError, IndexError):
        return None
    return delay if math.isfinite(delay) and delay >= 0 else None
