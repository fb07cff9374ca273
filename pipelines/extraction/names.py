"""Bylines as written in; the names in them and the agencies beside these out. Pure: knows no page.

A byline comes in lines, one for each piece of text that its markup sets apart.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .agencies import agencies_in

_LABEL = re.compile(
    r"^\W*(?:(?:texts?|words|story|report|reporting|interview|autor(?:en|in|innen)?|authors?|auteure?s?|autor[ea]s?|autora|"
    r"redaktion|contributors?|writers?|written|von|by|par|por|di|door|tekst|texte|texto|testo|redacción|posted|"
    r"autor\*innen|"
    r"автор|yazan|bericht|protokoll|fotos?|photos?|bilder|und|and|&|et|analyse|kommentar|kolumne|gastbeitrag)\b\s*)+:\s*",
    re.I,
)
_OTHERS_LABEL = re.compile(
    r"^\W*(?:photos?|fotos?|bild(?:er)?|images?|illustrations?|grafik|design|code|content|video|kamera|camera|schnitt|"
    r"edit(?:ed|ing)|produced|translat\w+|übersetz\w+|photograph\w*|image credit|(?:fact.?)?checked|reviewed|medically)"
    r"\b[^:]{0,20}(?::|\bby\b|\bvon\b)",
    re.I,
)
_BY = re.compile(
    r"^\W*(?:(?:[\w’'-]+\s+){0,4}?(?:written|posted|published|reported|story|text|words|articles?|report|created|posts?|"
    r"review(?:ed)?|guest post|authored|submitted|stories|contributed)\s+by|posted\s(?:on|in)\s.{3,60}?\sby|by|"
    r"(?:(?:ein\w*|alle|mehr|zeige|weitere)\s+)*"
    r"(?:artikel|beitr[aä]ge?|pressemitteilung|blog|blog-?beitrag|texte?|interview|bericht|kommentar|gastbeitrag|erstellt|geschrieben|"
    r"verfasst|veröffentlicht|gepostet|eingestellt|mehr|alles?|\beine? \w+)\s+(?:beitrag\s+)?von|"
    r"insights from|vom|von|par|por|di|da|door|av|af|od|oleh|über(?=\s[A-ZÄÖÜ]\S+\s[A-ZÄÖÜ])|"
    r"tekst|text|texte|texto|testo|autore?|autora|autor(?:in)?|author|auteur|redacción|автор|yazan|"
    r"מאת|بقلم)\b\s*[:\-–—|]*\s*|^By(?=[A-Z][a-z]+\s+[A-Z])",
    re.I,
)
_AND = re.compile(
    r"\s*(?:;|\||•|·|\s/\s|\n|\band\b|\bund\b|\bet\b|\by\b(?=\s[A-ZÁÉÍÓÚÑ])|\be\b(?=\s[A-Z])|\ben\b(?=\s[A-Z])|\boch\b|"
    r"\bog\b|&|、|・(?=$))\s*"
)
_NOT_NAME = re.compile(
    r"https?:|www\.|@\S+\.\w|^\W*$|^\d|\d{3}.*\s|\s.*\d{3}|^\w+(?:\.\w+){3,}$|\b(?:admin|administrator|webmaster|"
    r"editor(?:ial)? staff|unknown|anonymous|null|none|"
    r"undefined|posted|published|updated|publiziert|veröffentlicht|publié|publicado|zuletzt|aktualisiert|"
    r"uncategorized|kommentar|edit(?:ion)?|no author|designed|alle beiträge|all posts|artikelübersicht|archives?|"
    r"image|photo|foto|getty|read more|about|contact|follow|share|comments?|minutes?|view all|"
    r"more from|see (?:all|more)|anzeigen|archiv|bearbeiten|connecter|profil|spotlight|"
    r"the author|autor(?:en)?|written by|authors?|subscribe|newsletter|views?|"
    r"verfasst|geschrieben|lesezeit|uhr)\b",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:reporters?|editors?|correspondents?|writers?|journalists?|columnist|producer|contributor|staff|chief|"
    r"head of|director|managing|senior|manager|officer|founder|co-founder|president|consultant|specialist|coordinator|"
    r"ceo|cto|expert|dietitian|engineer|strategist|horticulturalist|candidate|"
    r"redakt\w*|korrespondent\w*|reporter\w*|journalist\w*|ressort\w*|leiter\w*|volont\w*|autor(?:in)?|periodista|redactora?|corresponsal|"
    r"rédact\w*|geschäftsführer\w*|"
    r"envoyée?|giornalista|inviat[oa]|photograph\w*|fotograf\w*|critic|analyst|professor|fellow|ph\.?d|md|m\.d|muhabir\w*|editör\w*)\b",
    re.I,
)
_TRAILING = re.compile(
    r"\s*(?:\((?:[^()]*)\)|\[[^\]]*\]|<[^>]*>|\s(?:[-–—|]\s|für |for |in (?=[A-Z])|aus |at the |on behalf of |из ).*|"
    r"\s@\w+.*|,?\s(?:updated|published|on)\b.*|\s기자.*|記者$)\s*$"
)
_BESIDE = re.compile(r"^(.+?)(?:\s*[/(]\s*|\s+(?:with|mit|avec|con)\s+)([^/()]+)\)?$")
_MONTH = (
    r"(?:jan(?:uar[yi]?)?|feb(?:ruar[yi]?)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_DATED = re.compile(
    rf"(?:\s+(?:am|on|vom|le|el|il|the|at|um|@))?(?:(?<![\s,|•·–—-])[\s,|•·–—-]++|(?<=(?-i:[a-z]))(?=(?-i:[A-Z])))"
    rf"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?(?:{_MONTH}\.?\s+\d{{1,2}}\b|\d{{1,2}}[./:\s-]).*$|"
    rf"\s+(?:updated|published|posted)\b.*$",
    re.I | re.S,
)
_DATE_ALONE = re.compile(
    rf"^\W*(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\w*\W+)?(?:{_MONTH}\.?(?:\W*\d.*)?$|\d)", re.I
)
_CONNECTED = re.compile(
    r"(?:^\s*(?:and|und|et|y|e|en|och|og|&|,)(?:\s|$)|^,|(?:,|&|\b(?:and|und|et|och|og|y|e|en))\s*$)"
)
_PARTICLE = r"(?:de|del|della|di|da|dos|das|do|du|van|von|vom|zu|zum|der|den|ter|ten|la|le|el|al|bin|ibn|af|av|st\.?)"
_PERSON = re.compile(
    rf"^(?:(?:Dr|Prof|Sir|Dame|Rev|Fr)\.?\s+)*[^\W\d_a-z][\w’'.-]*(?:\s+(?:{_PARTICLE}\s+)*[^\W\d_a-z][\w’'.-]*){{1,3}}$"
)
# Japanese, Chinese and Korean names: two to four letters, or a family and a given name.
_EASTERN = re.compile(
    r"^(?:[\u3040-\u30ff\u4e00-\u9fff々]{2,4}|[\uac00-\ud7af]{2,4}|[\u3040-\u30ff\u4e00-\u9fff々]{1,3}\s[\u3040-\u30ff\u4e00-\u9fff々]{1,3})$"
)
_TEAM = re.compile(r"\b(?:team|redaktion|editors|staff|desk|redacción|rédaction|redazione|redactie)\b", re.I)
_DAY_WORD = re.compile(
    rf"^(?:{_MONTH}|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|datum|date|human)$", re.I
)
_THING = re.compile(
    r"\b(?:the|and|for|of|in|to|news|team|group|inc|llc|ltd|gmbh|ag|verlag|media|press|blog|magazine?|online|redaktion|"
    r"editorial|desk|university|institut\w*|center|centre|foundation|association|society|company|solutions|services?|"
    r"guide|best|how|why|what|your|our|read|more|min|home|page|post|article|category|technology|business|finance|"
    r"health|travel|food|marketing|strategy|management|politics?|politik|wirtschaft|sport|kultur|culture|science|"
    r"security|software|data|cloud|design|development|engineering|insights?|resources?|tips|life|style|real|estate|"
    r"credit|source|quelle|cookie|privacy|terms|policy|menu|search|login|sign|free|new|top|latest|featured|all|"
    r"facebook|twitter|linkedin|instagram|youtube|whatsapp|e-?mail|print|drucken|teilen|share|copy|link)\b",
    re.I,
)


def names_in(bylines: Iterable[str]) -> tuple[str, ...]:
    """The names in bylines as they are written: “By Ada Mbeki and Li Wei, Reuters” → Ada Mbeki, Li Wei."""
    named = names_of(bylines)
    return tuple(one.name for one in named if not one.agencies) or tuple(one.name for one in named)


@dataclass(frozen=True, kw_only=True)
class Named:
    """One name of a byline, as written."""

    name: str
    agencies: tuple[str, ...]
    """The news agencies that it is, by their usual names; empty for everybody else."""
    is_alone: bool
    """Whether it was written by itself, not in one text with others."""


def names_of(bylines: Iterable[str], *, whole: frozenset[str] = frozenset()) -> list[Named]:
    """The names, each once: people, houses and agencies. ``whole``: folded names of houses, never taken apart."""
    found: dict[str, Named] = {}
    for written in bylines:
        if whole and fold(written) in whole:
            found.setdefault(fold(written), Named(name=" ".join(written.split()), agencies=(), is_alone=True))
            continue
        for folded, named in _named(written):
            found.setdefault(folded, named)
    return list(found.values())


@lru_cache(maxsize=1024)  # what names a place is read twice: where it is found, and when authors are decided
def _named(written: str) -> tuple[tuple[str, Named], ...]:
    """The names in one text, each with its folded form."""
    found: list[Named] = []
    pieces = list(_pieces(written))
    for piece in pieces:
        if (beside := _BESIDE.match(piece)) and (agencies := agencies_in(beside[2])) and is_person(beside[1]):
            found.append(Named(name=beside[1], agencies=(), is_alone=False))
            found.append(Named(name=beside[2], agencies=agencies, is_alone=False))
            continue
        agencies = agencies_in(piece)
        name = piece.strip(" ()[]") if agencies else _name(piece)
        if name:
            found.append(Named(name=name, agencies=agencies, is_alone=len(pieces) == 1))
    return tuple((fold(one.name), one) for one in found)


def is_person(name: str) -> bool:
    """Whether it is written as people's names are: two to four words in capitals, none of them a thing's."""
    return bool(_PERSON.match(name) or _EASTERN.match(name)) and not _THING.search(name)


def is_handle(name: str) -> bool:
    """Whether it is one word, as people sign in blogs and forums, or the name of a team."""
    if len(name.split()) > 1:
        return bool(_TEAM.search(name)) and len(name.split()) < 5
    return (
        len(name) > 1
        and name[:1].isalnum()
        and not _DAY_WORD.match(name)
        and (not _THING.search(name) or bool(_TEAM.search(name)))
    )


def fold(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _pieces(written: str) -> Iterator[str]:
    for line in _lines(written):
        if _OTHERS_LABEL.match(line):
            continue
        text = _DATED.sub("", _BY.sub("", _LABEL.sub("", line)))
        for part in _AND.split(text):
            commas = [piece.strip() for piece in part.split(",") if piece.strip()]
            # "Doe, Jane" is one person; "Jane Doe, Senior reporter" is one with a role; "Jane Doe, John Roe" are two.
            if len(commas) == 2 and all(len(piece.split()) == 1 for piece in commas) and not _ROLE.search(commas[1]):
                if agencies_in(commas[1]):
                    yield from commas
                else:
                    yield " ".join(reversed(commas))
                continue
            for position, piece in enumerate(commas):
                if position and agencies_in(piece):
                    yield piece
                elif position and (_ROLE.search(piece) or len(piece.split()) < 2):
                    break
                else:
                    yield piece


def _lines(written: str) -> list[str]:
    """The lines up to where the names end: a line goes on with them where “and”, “&” or a comma ties it to one."""
    lines = [" ".join(line.split()) for line in written.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) < 2:
        return lines
    kept: list[str] = []
    for line in lines:
        tied = bool(kept) and bool(_CONNECTED.search(line) or _CONNECTED.search(kept[-1]))
        if (
            tied
            or (kept and _BY.fullmatch(kept[-1] + " "))
            or (kept and _is_word(_BY.sub("", kept[-1])) and _is_word(line))
        ):
            kept[-1] += " " + line
        elif not kept or not any(_name(_BY.sub("", _LABEL.sub("", one))) for one in kept):
            kept.append(line)
        else:
            break
    return kept


def _is_word(line: str) -> bool:
    return line.isalpha() and line[:1].isupper() and not line.isupper() and not _NOT_NAME.search(line)


def _name(piece: str) -> str | None:
    name = _BY.sub("", piece).strip(' \t,.;:-–—|/*"“”')
    shorter = _TRAILING.sub("", name).strip(" ,.;:-–—|/")
    name = shorter if len(shorter) > 2 else name
    if not 2 <= len(name) <= 60 or len(name.split()) > 7 or _NOT_NAME.search(name) or _DATE_ALONE.match(name):
        return None
    if len(name.split()) > 2 and _ROLE.search(name) and name[:1].islower():
        return None
    return name
