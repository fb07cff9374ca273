"""A block of text in; out, whether it says of itself that it is furniture, or has the form of what articles repeat.

Articles do repeat themselves: datelines, the same words of the same person, “The minister said:”, a subheading that a
series always has. None of them is furniture on however many pages. Words of furniture stand in content as well, if
seldom: in 91 of 57,304 paragraphs of the bodies of 794 pages with known truth (2026-11). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.extraction.corrections import is_correction
from pipelines.extraction.furniture import is_furniture, is_rail_heading

_LONGEST_CUE = 600  # characters; a longer block is running text that may well mention a newsletter
_LONGEST_PROMPT = 250
_LABEL = 40  # “More from *” as a paragraph; “Más de *” begins sentences as well
_OPENING, _CLOSING = '“„"«»‚‘‹›「『《〝', '”“"»«’‘›‹」』》〟'
_QUOTED = re.compile(rf"\s*(?:[-–—]\s+)?[{_OPENING}](?P<words>.*?)[{_CLOSING}](?P<rest>[^{_OPENING}{_CLOSING}]*)", re.S)
_ENDS = re.compile(r"[,.!?…。、！？]\s*$")  # what is said ends before the mark, …
_GOES_ON = re.compile(r"\s*(?:,|と|って)")  # … or who said it follows with a comma; in Japanese with a particle
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
    if is_furniture(flat, kind=kind):
        return True
    if is_rail_heading(flat) and (kind == "heading" or (len(flat) <= _LABEL and flat[-1] not in ".!?…")):
        return True
    if len(flat) > _LONGEST_CUE or is_quotation(flat, kind=kind):
        return False
    cues, folded = _cues(), flat.casefold()
    if cues.anywhere.search(folded):
        return True
    return len(flat) <= _LONGEST_PROMPT and bool(cues.start.match(folded) or cues.prompt.search(folded))


def form_of(text: str, *, kind: str) -> str | None:
    """`a quotation`, `a dateline`, `a correction`, `leads in what follows` or `has no words`; None for all else."""
    flat = " ".join(text.split())
    if not _WORD.search(flat):
        return "has no words"
    if is_quotation(flat, kind=kind):
        return "a quotation"
    if len(flat) <= 90 and _DATELINE.fullmatch(flat):
        return "a dateline"
    if is_correction(text):
        return "a correction"
    return "leads in what follows" if len(flat) <= 300 and _LEADS_IN.search(flat) else None


def is_quotation(text: str, *, kind: str) -> bool:
    """Somebody's words, with little beside them; not a name in quotation marks and what is said of it."""
    if kind == "quote":
        return True
    quoted = _QUOTED.match(text)
    if quoted is None or len(text) - quoted.start("rest") > _ATTRIBUTION + (quoted.start("rest") // 2):
        return False
    words, rest = quoted["words"], quoted["rest"]
    return len(words.split()) > 2 or not _WORD.search(rest) or bool(_ENDS.search(words) or _GOES_ON.match(rest))


@dataclass(frozen=True, kw_only=True)
class _Cues:
    """boilerplate.txt as patterns over folded text."""

    anywhere: re.Pattern[str]
    start: re.Pattern[str]
    prompt: re.Pattern[str]


@cache
def _cues() -> _Cues:
    sections: dict[str, list[str]] = {}
    for line in files(__package__).joinpath("boilerplate.txt").read_text(encoding="utf-8").splitlines():
        phrase = line.strip()
        if phrase.startswith("["):
            section = sections.setdefault(phrase.strip("[]"), [])
        elif phrase and not phrase.startswith("#"):
            section.append(phrase)
    any_of = {
        name: "|".join(map(_bounded, sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))))
        for name, phrases in sections.items()
    }
    return _Cues(
        anywhere=re.compile(any_of["anywhere"]),
        start=re.compile(rf"\W*(?:{any_of['start']})"),
        prompt=re.compile(
            rf"(?:^|[.!?…:;|·•–—。！？]\s*)\W*(?:{any_of['call']})[^.!?。！？]{{0,100}}?(?:{any_of['channel']})"
        ),
    )


def _bounded(phrase: str) -> str:
    """The phrase as whole words, where its script has such."""
    before = r"\b" if re.match(r"[a-zà-ÿа-я]", phrase) else ""
    after = r"\b" if re.search(r"[a-zà-ÿа-я]$", phrase) else ""
    return before + re.escape(phrase).replace(r"\*", ".{0,40}?").replace("'", "['’]") + after
