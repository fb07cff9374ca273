"""A Page in, who may read it out: free, metered, subscriber or unknown. Guesses nothing from the text's length."""

import re

from .jsonld import text_of
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
}
_TIER_METAS = (
    "article:content_tier",
    "og:article:content_tier",
    "content_tier",
    "cxenseparse:access",
    "k5a:paid",
    "vr:content_access",
    "lp.article:opinion",
)
_WALL = re.compile(
    r"pay-?wall|piano-(?:offer|container)|subscriber-?only|subscription-?(?:wall|required)|premium-?(?:barrier|"
    r"wall|overlay)|regwall|paid-?barrier|abo-?schranke|plus-?schranke",
    re.I,
)
WALL_WORDS = re.compile(
    r"subscribe to (?:continue|keep|read|unlock)|to continue reading|this (?:article|story|content) is (?:for|"
    r"reserved for|only available to|exclusive to) (?:\w+ )?(?:subscribers|members)|subscribers? only|"
    r"already a subscriber\?|become a (?:subscriber|member) to|unlock this article|jetzt weiterlesen|weiterlesen "
    r"mit|mit .{2,30} weiterlesen|nur für abonnenten|exklusiv für abonnenten|diesen artikel weiterlesen|"
    r"für abonnenten|réservé aux abonnés|il vous reste .{1,12} de cet article|la suite est réservée|abonnez-vous "
    r"pour lire|contenido exclusivo para suscriptores|solo para suscriptores|suscríbete para (?:seguir|continuar)|"
    r"sólo para suscriptores|para seguir leyendo|riservato agli abbonati|abbonati per leggere|exclusivo para "
    r"assinantes|alleen voor abonnees|kun for abonnenter|この記事は有料|会員限定|有料記事|残り\d+文字",
    re.I,
)


def access_of(page: Page) -> str:
    stated = _stated((page.article or {}).get("isAccessibleForFree"))
    tier = _TIERS.get((page.meta(*_TIER_METAS) or "").strip().lower())
    if stated is False:
        return tier if tier in {"metered", "subscriber"} else "subscriber"
    if tier:
        return tier
    if stated is True:
        return "free"
    return "subscriber" if wall_of(page) else "unknown"


def wall_of(page: Page) -> str | None:
    """The words of the wall that stands on the page, None where there is none to see."""
    for element in page.tree.iter("div", "section", "aside"):
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _WALL.search(named) and "hidden" not in named and (match := WALL_WORDS.search(element_text(element)[:3000])):
            return match.group(0)
    return None


def _stated(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = (text_of(value) or "").strip().lower()
    return True if text in {"true", "yes", "1"} else False if text in {"false", "no", "0"} else None
