"""A block of text in; out, whether it says of itself that it is furniture, or has the form of what articles repeat.

Articles do repeat themselves: datelines, the same words of the same person, “The minister said:”, a subheading that a
series always has. None of them is furniture on however many pages. Words of furniture stand in content as well, if
seldom: in 91 of 57,304 paragraphs of the bodies of 794 pages with known truth (2026-11). Pure.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pipelines.extraction.furniture import is_furniture, is_rail_heading

_LONGEST_CUE = 600  # characters; a longer block is running text that may well mention a newsletter
_OPENING, _CLOSING = '“„"«»‚‘‹›「『《〝', '”“"»«’‘›‹」』》〟'
_QUOTED = re.compile(rf"\s*(?:[-–—]\s+)?[{_OPENING}].*?[{_CLOSING}](?P<rest>[^{_OPENING}{_CLOSING}]*)", re.S)
_ATTRIBUTION = 160  # characters after the closing quotation mark: who said it, and where
_LEADS_IN = re.compile(r"[:：–—]\s*$|\s-{1,2}\s*$")
# Agencies as datelines and credits name them, those of ten or more countries first.
_AGENCIES = (
    r"Reuters|AP|AFP|dpa(?:[/-]\w+)?|UPI|ANSA|EFE|Xinhua|TASS|ТАСС|Interfax|Интерфакс|РИА Новости|APA|SDA|ATS|"
    r"Keystone-SDA|KNA|epd|SID|AdnKronos|Belga|ANP|TT|NTB|Ritzau|STT|PAP|ČTK|CTK|TASR|MTI|Agerpres|HINA|Tanjug|Lusa|"
    r"Kyodo|Jiji|Yonhap|PTI|ANI|IANS|Anadolu|AA|DHA|İHA|Bernama|Antara|CP|The Canadian Press|AAP|PA|PA Media|Bloomberg|"
    r"Europa Press|Télam|Agência Brasil|Notimex|CNN|BBC|共同|時事|新华社|中新社|연합뉴스|뉴시스|뉴스1"
)
_DATELINE = re.compile(
    rf"[(（\[]?\s*(?:[^\W\d_][\w .,'’/()（）-]{{0,50}}?[\s,(（[]+)?(?:{_AGENCIES})\s*[)）\]]?"
    rf"(?:\s*[-–—]\s*[^\W\d_][\w .,'’]{{0,40}})?\s*[-–—:.]*\s*"
)
_WORD = re.compile(r"[^\W\d_]")


def says_furniture(text: str, *, kind: str) -> bool:
    """Whether its words are those of a form, a prompt, a rail, a consent or copyright line."""
    flat = " ".join(text.split())
    if is_furniture(flat, kind=kind) or (kind == "heading" and is_rail_heading(flat)):
        return True
    return len(flat) <= _LONGEST_CUE and not is_quotation(flat, kind=kind) and bool(_cues().search(flat.casefold()))


def form_of(text: str, *, kind: str) -> str | None:
    """`a quotation`, `a dateline`, `leads in what follows` or `has no words`; None for all else."""
    flat = " ".join(text.split())
    if not _WORD.search(flat):
        return "has no words"
    if is_quotation(flat, kind=kind):
        return "a quotation"
    if len(flat) <= 90 and _DATELINE.fullmatch(flat):
        return "a dateline"
    return "leads in what follows" if len(flat) <= 300 and _LEADS_IN.search(flat) else None


def is_quotation(text: str, *, kind: str) -> bool:
    """Somebody's words, with little beside them."""
    if kind == "quote":
        return True
    quoted = _QUOTED.match(text)
    return quoted is not None and len(text) - quoted.start("rest") <= _ATTRIBUTION + (quoted.start("rest") // 2)


@cache
def _cues() -> re.Pattern[str]:
    lines = files(__package__).joinpath("boilerplate.txt").read_text(encoding="utf-8").splitlines()
    phrases = sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")}, key=len)
    return re.compile("|".join(_bounded(phrase) for phrase in reversed(phrases)))


def _bounded(phrase: str) -> str:
    """The phrase as whole words, where its script has such."""
    before = r"\b" if re.match(r"[a-zà-ÿа-я]", phrase) else ""
    after = r"\b" if re.search(r"[a-zà-ÿа-я]$", phrase) else ""
    return before + re.escape(phrase).replace(r"\*", ".{0,40}?").replace("'", "['’]") + after
