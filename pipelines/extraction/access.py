"""A Page in, who may read it out: free, metered, subscriber or unknown, with the evidence in words.

Guesses nothing from the text's length.
"""

import re
from dataclasses import dataclass

from .jsonld import Node, text_of
from .page import Page
from .page import text_of as element_text

_TIERS = {
    "free": "free",
    "metered": "metered",
    "locked": "subscriber",
    "premium": "subscriber",
    "subscriber": "subscriber",
    "paid": "subscriber",
    "registered": "metered",
    "registration": "metered",
    "plus": "subscriber",
    "subscription": "subscriber",
    "1": "subscriber",
    "true": "subscriber",
    "0": "free",
    "false": "free",
}
_TIER_METAS = (
    "article:content_tier",
    "og:article:content_tier",
    "content_tier",
    "cxenseparse:access",
    "k5a:paid",
    "vr:content_access",
)
_WALL = re.compile(
    r"pay-?wall|piano-(?:offer|container)|subscriber-?only|subscription-?(?:wall|required)|premium-?(?:barrier|"
    r"wall|overlay)|regwall|paid-?barrier|abo-?schranke|plus-?schranke",
    re.I,
)
_BOXES = {"div", "section", "aside"}
_WALL_STEMS = ("wall", "piano", "subscri", "premium", "barrier", "schranke")  # one of them is in whatever _WALL matches
# One of them is in whatever _WALL_WORDS matches, which takes a hundred times as long.
_WORD_STEMS = (
    "subscribe", "to continue reading", "this article is", "this story is", "this content is", "become a member",
    "unlock this", "weiterlesen", "abonn", "cet article", "suscr", "la suite est", "seguir leyendo", "abbonat",
    "assinantes", "この記事は有料", "会員限定", "有料記事", "残り",
)  # fmt: skip
# “… mit seinem Entwurf Weiterlesen” is a teaser and its link, “Mit Plus weiterlesen” a wall.
_WALL_WORDS = re.compile(
    r"subscribe to (?:continue|keep|read|unlock)|to continue reading|this (?:article|story|content) is (?:for|"
    r"reserved for|only available to|exclusive to) (?:\w+ )?(?:subscribers|members)|subscribers? only|"
    r"already a subscriber\?|become a (?:subscriber|member) to|unlock this article|jetzt weiterlesen|möchten "
    r"sie weiterlesen|ich bin (?:bereits )?abonnent|weiterlesen mit|mit .{2,30} (?-i:weiterlesen)|nur für "
    r"abonnenten|exklusiv für abonnenten|diesen artikel weiterlesen|"
    r"für abonnenten|réservé aux abonnés|il vous reste .{1,12} de cet article|la suite est réservée|abonnez-vous "
    r"pour lire|contenido exclusivo para suscriptores|solo para suscriptores|suscríbete para (?:seguir|continuar)|"
    r"sólo para suscriptores|para seguir leyendo|riservato agli abbonati|abbonati per leggere|exclusivo para "
    r"assinantes|alleen voor abonnees|kun for abonnenter|この記事は有料|会員限定|有料記事|残り\d+文字",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Access:
    access: str
    evidence: str | None


def access_to(page: Page) -> Access:
    """What the page states goes first: JSON-LD, of the whole or of the part behind a wall, then its tier in a meta."""
    node = page.article or {}
    stated = _stated(node.get("isAccessibleForFree"))
    parts = node.get("hasPart")
    part = next(
        (each for each in (parts if isinstance(parts, list) else [parts]) if isinstance(each, dict) and _is_paid(each)),
        None,
    )
    name, content = _tier_meta(page)
    tier = _TIERS.get(content.strip().lower()) if content else None
    if stated is False or (stated is None and part is not None):
        where = "isAccessibleForFree false" if stated is False else "a part with isAccessibleForFree false"
        access = tier if tier in {"metered", "subscriber"} else "subscriber"
        return Access(access=access, evidence=f"{where}, {name} {content}" if access == tier else where)
    if tier:
        return Access(access=tier, evidence=f"{name} {content}")
    if stated is True:
        return Access(access="free", evidence="isAccessibleForFree true")
    if wall := wall_of(page):
        return Access(access="subscriber", evidence=f"wall “{wall}”")
    return Access(access="unknown", evidence=None)


def access_of(page: Page) -> str:
    return access_to(page).access


def _tier_meta(page: Page) -> tuple[str, str | None]:
    return next(((name, content) for name in _TIER_METAS if (content := page.meta(name))), ("", None))


def _is_paid(part: Node) -> bool:
    return _stated(part.get("isAccessibleForFree")) is False


def wall_of(page: Page) -> str | None:
    """The words of the wall that stands on the page, None where there is none to see."""
    elements = page.elements
    places = [
        place
        for attribute in ("class", "id")
        for named, positions in elements.saying(attribute, *_WALL_STEMS)
        if "hidden" not in named and _WALL.search(named)
        for place in positions
    ]
    for element in elements.at(places):
        if element.tag in _BOXES and (words := wall_words(element_text(element)[:3000])):
            return words
    return None


def wall_words(text: str) -> str | None:
    """The first words of the text that stand before a wall."""
    lower = text.lower()
    if not any(word in lower for word in _WORD_STEMS):
        return None
    match = _WALL_WORDS.search(text)
    return match.group(0) if match else None


def _stated(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = (text_of(value) or "").strip().lower()
    return True if text in {"true", "yes", "1"} else False if text in {"false", "no", "0"} else None
