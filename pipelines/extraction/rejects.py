"""A Page and its blocks in; the Reject it is, or None where it is an article. Every reason carries its evidence."""

import re
from dataclasses import dataclass

from .access import access_of, wall_words
from .listings import listing_evidence, says_article, weight
from .page import Page
from .records import Block

MAX_CHARACTERS = 10_000_000
_NOTHING = b" \t\r\n\x00\xef\xbb\xbf"
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|title|meta|div|p|article|section|table|h1|span|a|script|main|center|font|br)\b",
    re.I,
)
_NOT_HTML = re.compile(
    r"^(?:image|audio|video|font)/|^application/(?:pdf|json|ld\+json|javascript|zip|octet-stream|rss\+xml|"
    r"atom\+xml|xml|x-gzip|msword|vnd)|^text/(?:css|javascript|csv|plain|xml|calendar)",
    re.I,
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg)\b", re.I | re.S
)
_ERROR = re.compile(
    r"^\W*(?:error\s*)?(?:404|410|403|500|502|503)\b|\b404\b.{0,20}\b(?:error|not found|page)|\b(?:error|"
    r"http)\s*(?:404|410|403|500|502|503)\b|page (?:you.{0,40} )?(?:was |is |could |can )?(?:not|n['’]t)(?: be)? "
    r"(?:found|available|exist)|page not found|"
    r"\bnot found\b|(?:this|that|the) (?:page|article|story) (?:does not exist|doesn['’]t exist|is no longer "
    r"available|no longer exists|has been removed|is unavailable|cannot be found|can['’]t be found|could not be "
    r"found)|access denied|forbidden|"
    r"internal server error|service unavailable|bad gateway|something went wrong|seite (?:wurde )?(?:leider "
    r")?nicht (?:gefunden|gefunden werden|verfügbar)|nicht gefunden|nichts gefunden|existiert nicht|nicht mehr "
    r"verfügbar|"
    r"page (?:introuvable|non trouvée|inexistante)|n['’]existe (?:pas|plus)|introuvable|página no (?:encontrada|"
    r"existe|disponible)|no se (?:ha )?(?:encontr\w+|pudo encontrar)|no encontrad[ao]|no existe|no hemos "
    r"encontrado|nothing (?:was )?found|rien (?:n['’]a été )?trouvé|"
    r"pagina non trovata|página não encontrada|pagina niet gevonden|niet gevonden|siden (?:ble |blev )?ikke "
    r"funnet|siden findes ikke|sidan (?:kunde inte )?hitta\w*|nie znaleziono|страница не найдена|sayfa bulunamadı|"
    r"ページが見つかりません|"
    r"페이지를 찾을 수 없|页面不存在|找不到",
    re.I,
)
_CONSENT_WORDS = (
    "cookie", "consent", "privacy", "einwilligung", "datenschutz", "zustimm", "tracking", "werbung", "akzeptieren",
    "accept all", "vie privée", "consentement", "accepter", "privacidad", "aceptar", "consentimiento", "tcf", "gdpr",
    "dsgvo", "rgpd", "partner",
)  # fmt: skip
_CONSENT = re.compile("|".join(_CONSENT_WORDS), re.I)
_WALL_TITLE = re.compile(
    r"bevor sie weiter|before (?:you|we) continue|avant de (?:continuer|poursuivre)|antes de (?:continuar|seguir)|"
    r"prima di continuare|privatsphäre|werbung|mit oder ohne|with or without|accept to|privacy|cookie|"
    r"consent|einwilligung|zustimmung|vie privée|privacidad|"
    r"consentimiento|consentement",
    re.I,
)
_OTHER_ERROR = re.compile(r"403|50\d|denied|forbidden|internal|unavailable|gateway|went wrong|http\s*error", re.I)
# What a page shows to a reader whose browser runs no scripts; its text is not there then.
_BROWSER = re.compile(
    r"(?:enable|activate|turn on|requires?|without) javascript|javascript (?:is|must be|needs to be) (?:disabled|"
    r"enabled|required)|browser (?:is|ist) (?:leider |zu |too )?(?:veraltet|outdated|out of date|not supported|alt)|"
    r"(?:aktivieren|aktiviere) (?:sie )?(?:bitte )?javascript|activer javascript|navigateur (?:est )?(?:obsolète|"
    r"trop ancien)|activar? javascript|habilit\w+ (?:el )?javascript|navegador (?:está )?(?:obsoleto|desactualizad\w)|"
    r"abilita(?:re)? javascript|attiva(?:re)? javascript|schakel javascript in|slå på javascript",
    re.I,
)
_ERROR_MARK = re.compile(r"(?:^|[\s_-])(?:error-?404|page-?404|404-?page|not-?found|error-?page)(?:$|[\s_-])", re.I)
_ERROR_STEMS = ("404", "found", "error")
_MARKED = {"body", "section", "div", "main", "article"}
_REDIRECT = re.compile(
    r"(?:window|document|top|self)?\.?location(?:\.href)?\s*=\s*['\"]|location\.(?:replace|assign)\(\s*['\"]", re.I
)


@dataclass(frozen=True, kw_only=True)
class Reason:
    reason: str
    detail: str


def before_parsing(body: bytes, content_type: str | None) -> Reason | None:
    """Reasons that the bytes give away."""
    # Looked at piece by piece: each look at the whole body would copy it.
    if not body[:1000].strip(_NOTHING) and not body.strip(_NOTHING):
        return Reason(reason="empty", detail=f"{len(body)} bytes, none of them text")
    if len(body) > 4 * MAX_CHARACTERS:
        return Reason(reason="too_large", detail=f"{len(body)} bytes")
    kind = (content_type or "").split(";")[0].strip().lower()
    if (
        body[:8]
        .lstrip(b"\xef\xbb\xbf")
        .startswith(
            (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\x00\x00\x00")
        )
    ):
        return Reason(reason="not_html", detail=f"begins with {body[:8]!r}")
    if _FEED.match(body[:2000]):
        return Reason(reason="not_html", detail="an XML feed, sitemap or drawing")
    if (
        kind
        and _NOT_HTML.match(kind)
        and not (kind in {"text/plain", "application/xml", "text/xml"} and _MARKUP.search(body[:4096]))
    ):
        return Reason(reason="not_html", detail=f"Content-Type {kind}")
    if not _MARKUP.search(body[:4096].replace(b"\x00", b"")) and not _MARKUP.search(
        body.replace(b"\x00", b"")[:200_000]
    ):
        return Reason(reason="not_html", detail="no HTML element within the first 200,000 bytes")
    return None


def reject_of(page: Page, blocks: list[Block], *, title: str | None) -> Reason | None:
    weights = [weight(block.text) for block in blocks]
    text = sum(weights)
    prose = sum(
        size for block, size in zip(blocks, weights, strict=True) if size > 60 and block.kind in {"paragraph", "quote"}
    )
    visible = len(page.body_text) if text < 600 else text
    if visible < 600 and text < 250 and (target := _redirect_target(page)):
        return Reason(reason="redirect_stub", detail=f"leads to {target} and shows {visible} characters")
    if visible == 0:
        return Reason(
            reason="empty" if page.scripts == 0 and page.characters < 2000 else "no_text",
            detail=f"no visible text, {page.scripts} scripts",
        )
    if text < 1500 and (found := _error_words(page, title)):
        # The page came as a success: what says “not found” under that is a soft 404, the rest some other mishap.
        reason = "error_page" if _OTHER_ERROR.search(found) else "soft_404"
        return Reason(reason=reason, detail=f"“{found}” in title or heading, {text} characters of text")
    if listing := listing_evidence(page, blocks):
        return Reason(reason="listing", detail=listing)
    if _is_consent(page, blocks, text):
        return Reason(reason="consent_wall", detail=f"{text} characters of text under a title and words about consent")
    if wall := _stub_wall(page, prose):
        return Reason(reason="paywall_stub", detail=f"{prose} characters of prose before “{wall}”")
    if text < 500 and (notice := next((m[0] for block in blocks if (m := _BROWSER.search(block.text))), None)):
        return Reason(reason="no_text", detail=f"{text} characters of body text, among them “{notice}”")
    if text < 80 and not (page.article and text >= 25):
        return Reason(reason="no_text", detail=f"{text} characters of body text, {visible} on the page")
    return None


def _redirect_target(page: Page) -> str | None:
    if refresh := page.meta("refresh"):
        match = re.search(r"url\s*=\s*['\"]?([^'\"]+)", refresh, re.I)
        if match and re.match(r"\s*\d{1,2}(?:\.\d+)?\s*[;,]", refresh):
            return match.group(1)[:200]
    if match := _REDIRECT.search(page.script_text):
        return page.script_text[match.end() : match.end() + 200].split("'")[0].split('"')[0]
    return None


def _error_words(page: Page, title: str | None) -> str | None:
    if page.article and page.article.get("datePublished"):
        return None
    for words in (page.document_title or "", title or "", *page.headings[:2]):
        if len(words) < 120 and (match := _ERROR.search(words)):
            return match.group(0)
    if says_article(page):
        return None
    marks = {
        place: mark.group(0).strip()
        for named, positions in page.elements.saying("class", *_ERROR_STEMS)
        if (mark := _ERROR_MARK.search(named))
        for place in positions
        if page.elements.all[place].tag in _MARKED
    }
    return marks[min(marks)] if marks else None


def _is_consent(page: Page, blocks: list[Block], text: int) -> bool:
    if says_article(page) or text > 4000:
        return False
    asked = next(
        (words for words in (page.document_title or "", *page.headings[:2]) if _WALL_TITLE.search(words)), None
    )
    if (
        asked
        and text < 900
        and page.elements.first("body") is not None
        and len(set(_CONSENT.findall(page.body_text.lower()))) >= (1 if text < 300 else 2)
    ):
        return True
    said = " ".join(block.text for block in blocks)
    lower = said.lower()
    if sum(map(lower.count, _CONSENT_WORDS)) < 4 or len(_CONSENT.findall(said)) < 4:  # the first costs a hundredth
        return False
    about = sum(
        len(block.text)
        for block in blocks
        if len(_CONSENT.findall(block.text)) >= 2 or re.search(r"cookie", block.text, re.I)
    )
    return about > 0.6 * text


def _stub_wall(page: Page, prose: int) -> str | None:
    if prose > 450:
        return None
    words = wall_words(page.body_text[:200_000]) if page.elements.first("body") is not None else None
    if words and (access_of(page) in {"subscriber", "metered"} or prose < 350):
        return words
    return "isAccessibleForFree: false" if prose < 60 and access_of(page) == "subscriber" else None
