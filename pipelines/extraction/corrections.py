"""A Page and its blocks in; out, the notice by which the article was corrected, and where that was found."""

import re

from .found import Found
from .jsonld import resolve, text_of
from .page import Page
from .page import text_of as element_text
from .records import Block

_LONGEST = 1500
_MARK = r"\s*[:.,–—-]"
# How such a notice begins, without a mark after it …
_OPENINGS = (
    r"correction appended",
    r"this (?:article|story|post|report|piece) (?:has been|was) (?:corrected|amended|(?:updat|edit)ed to correct)",
    r"(?:in )?an? (?:earlier|previous|original) version of this (?:article|story|post|report|piece)",
    r"(?:in )?(?:einer|eine) früheren? (?:version|fassung)",
    r"une (?:première|précédente) version de cet article",
    r"fe de (?:erratas?|errores)",
    r"una versión (?:anterior|previa) de est[ea]",
    r"errata corrige",
    r"una (?:precedente|prima) versione di quest",
    r"(?:em )?uma versão anterior d(?:este|esta)",
    r"(?:in )?een eerdere versie van dit",
    r"(?:訂正|정정|更正)\s*[:：]",
)
# … and the words that a mark follows.
_WORDS = (
    r"corrections?(?:\s+(?:and|&)\s+clarifications?)?(?:\s*\([^)]{4,30}\))?|clarifications?|korrektur(?:hinweis)?|"
    r"richtigstellung|berichtigung|rectificatif|rectification|erratum|errata|corrección|rectificación|aclaración|"
    r"rettifica|correção|erramos|correctie|rectificatie|rettelse|rettet|rättelse|oikaisu|sprostowanie|исправление|"
    r"düzeltme"
)
_CORRECTED = re.compile(rf"^\W*(?:{'|'.join(_OPENINGS)}|(?:{_WORDS}){_MARK})", re.I)
_EDITORS_NOTE = re.compile(
    r"^\W*(?:editor['’]?s['’]? note|anmerkung der redaktion|anm\. ?d\. ?red|hinweis der redaktion|transparenzhinweis|"
    r"note de la rédaction|ndlr|nota de la? redacci[oó]n|nota del editor|nota della redazione|ndr|nota da redação|"
    r"noot van de redactie|redaktionens anm)\b",
    re.I,
)
_ABOUT_AN_ERROR = re.compile(
    r"\bcorrect(?:ed|ion|s)\b|(?:earlier|previous|original) version|incorrectly|misstated|mistakenly|misspelled|"
    r"korrigiert|berichtigt|fälschlich|fehler|früheren? (?:version|fassung)|hieß es|corrig|erreur|erroné|version "
    r"précédente|versión anterior|por error|corregid|versione precedente|errore|corrett|versão anterior|eerdere "
    r"versie|gecorrigeerd|onjuist",
    re.I,
)
_INVITES = re.compile(r"if you (?:are aware|see|spot|find|notice|have)|report (?:a|an) |wenn sie einen fehler", re.I)
# What all of these begin with, in lower case: a look at each paragraph must cost next to nothing.
_MARKS = " *[(–—-•▪►>»“\"'.\n\t\r\xa0"
_BEGINNINGS = (
    "correct", "clarif", "this article", "this story", "this post", "this report", "this piece", "an earl", "a prev",
    "an orig", "in an ", "in a p", "korrekt", "richtigst", "berichtig", "in ein", "eine früher", "einer früher",
    "rectif", "errat", "une pr", "fe de err", "correcc", "aclarac", "una ver", "una pre", "una pri", "rettif",
    "correç", "erramos", "uma ver", "em uma v", "in een", "een eer", "rettel", "rettet", "rättel", "oikaisu",
    "sprost", "исправ", "düzelt", "訂正", "정정", "更正", "editor", "anm", "hinweis der", "transparenz", "note de",
    "ndlr", "nota de", "ndr", "nota da", "noot van", "redaktion",
)  # fmt: skip


def correction_of(page: Page, blocks: list[Block]) -> Found:
    """JSON-LD's `correction`, else a passage that begins as such a notice: in the body, or in a box beside it."""
    stated = (page.article or {}).get("correction")
    for value in stated if isinstance(stated, list) else [stated]:
        if text := _words_of(resolve(value, page.nodes)):
            return Found.of(("json-ld", text[:_LONGEST]))
    for position, block in enumerate(blocks):
        if is_correction(block.text):
            told = block.text
            if len(told) < 40 and position + 1 < len(blocks):  # a heading, or a label on a line of its own
                told = f"{told}\n{blocks[position + 1].text}"
            return Found.of(("page", told[:_LONGEST]))
    for element in page.paragraphs:
        first = (element.text or "").lstrip(_MARKS) or (element[0].text or "" if len(element) else "").lstrip(_MARKS)
        if first[:20].lower().startswith(_BEGINNINGS):
            text = element_text(element)
            if len(text) > 40 and is_correction(text):
                return Found.of(("page", text[:_LONGEST]))
    return Found.of()


def is_correction(text: str) -> bool:
    """Whether a passage of this text corrects the article it stands in; an editor's note may speak of other things."""
    if len(text) > _LONGEST or not text[:20].lstrip(_MARKS).lower().startswith(_BEGINNINGS):
        return False
    start = text[:400]
    told = _CORRECTED.match(start) or (_EDITORS_NOTE.match(start) and _ABOUT_AN_ERROR.search(start))
    return bool(told) and not _INVITES.search(start)


def _words_of(value: object) -> str | None:
    text = text_of(value.get("text") or value.get("description")) if isinstance(value, dict) else text_of(value)
    return None if text is None or text.startswith(("http://", "https://")) else text
