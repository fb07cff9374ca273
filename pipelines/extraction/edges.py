"""What is certain at the edges of a body: the title said again, bylines, dates, reading times, the standfirst."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from lxml.html import HtmlElement

from .jsonld import Node, types_of
from .jsonld import text_of as ld_text
from .moments import month_of, parse_moment
from .page import Page, squeezed
from .page import text_of as element_text
from .records import Block

_READING_TIME = re.compile(
    r"^\W*\d{1,3}\s*[-–]?\s*(?:min\b\.?|mins\b|minutes?|minuten|minutos|minuti)\s*(?:read|reading time|lesezeit|"
    r"lesedauer|de lecture|de lectura|di lettura|leestijd)?\W*$|^(?:lesezeit|reading time|temps de lecture|tiempo "
    r"de lectura)\b.{0,25}$",
    re.I,
)
_DATE_WORDS = re.compile(
    r"\b(?:published|updated|posted|created|last|modified|on|at|stand|uhr|veröffentlicht|aktualisiert|zuletzt|"
    r"erstellt|am|um|vom|publié|mis à jour|le|à|modifié|publicado|actualizado|el|a las|pubblicato|aggiornato|il|"
    r"gmt|utc|[a-z]?[ecpmb]s?t|am|pm|mon|tue|wed|thu|fri|sat|sun|\w{3,10}day|montag|dienstag|mittwoch|donnerstag|"
    r"freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|"
    r"viernes|sábado|domingo|de|ist|edt|est|h|hrs|güncelleme|giriş)\b",
    re.I,
)
_BY = re.compile(
    r"^(?:by|von|par|por|di|da|de|door|text|words|story by|written by|reported by|geschrieben von|autor(?:in)?|"
    r"author)\b[:\s]",
    re.I,
)
_SIGN_OFF = re.compile(
    r"^\(?(?:[a-zäöü]{2,5}|dpa|afp|ap|reuters|sda|apa|epd|kna|efe|ansa|ots)(?:\s?[/,-]\s?[a-zäöü]{2,6})*\)$|"
    r"^(?:dpa|afp|ap|reuters|sda|apa|efe|ansa|ots)(?:/\w{2,5})*$|^\W*(?:source|quelle|fuente|"
    r"fonte)\s*:\s*\S{2,20}(?:\s\S{2,20})?$|^©.{0,90}$",
    re.I,
)
_BIO = re.compile(
    r"\b(?:is|was|writes|covers|has (?:covered|written|worked|been)|reports|works|joined|ist|schreibt|arbeitet|"
    r"berichtet|est|écrit|couvre|travaille|es|escribe|cubre|trabaja|è|scrive)\b",
    re.I,
)
_EDGE = 5
_LONG = 600  # characters; no title, byline, date or bio at the edge of an article is longer


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a page says of its article, before the body is read."""

    titles: tuple[str, ...]
    """All the ways the page writes its title, folded."""
    descriptions: tuple[str, ...]
    authors: tuple[str, ...]
    site_names: tuple[str, ...] = ()
    news: float = 0
    """How plainly JSON-LD says that this is news: 1 in so many words, 0.5 for an article of another kind."""

    @classmethod
    def of(
        cls, page: Page, *, titles: Iterable[str], authors: Sequence[str], site_names: Sequence[str] = ()
    ) -> "Known":
        said = (
            page.meta("og:description"),
            page.meta("description"),
            page.meta("twitter:description"),
            ld_text((page.article or {}).get("description")),
        )
        return cls(
            titles=tuple(dict.fromkeys(folded for one in titles if (folded := fold(one)))),
            descriptions=tuple(dict.fromkeys(text for text in said if text)),
            authors=tuple(authors),
            site_names=tuple(site_names),
            news=0.0 if page.article is None else 1.0 if _is_news(page.article) else 0.5,
        )


def article_body(page: Page) -> str | None:
    """The body that JSON-LD carries, as plain text with its line breaks; None where it is missing or a mere teaser."""
    value = (page.article or {}).get("articleBody")
    if isinstance(value, list):
        value = "\n".join(one for one in value if isinstance(one, str))
    if not isinstance(value, str) or len(value) < 400:
        return None
    text = unescape(unescape(value))
    text = re.sub(r"<(?:/p|br|/div|/h\d|/li)\b[^>]*>", "\n", text, flags=re.I)
    return re.sub(r"<[^<>]{1,300}>", " ", text)


def lines_of(text: str) -> list[str]:
    """Its lines, spaces folded, without empty ones."""
    return [line for piece in text.split("\n") if (line := " ".join(piece.split()))]


def fold(text: str | None) -> str:
    return re.sub(r"\W+", " ", (text or "").replace("\xad", "")).strip().casefold()


def is_edge_line(block: Block, position: int, count: int, known: Known) -> bool:
    """Whether a block that stands so near the beginning or the end is a title, byline, date, reading time or bio."""
    titles, authors = known.titles, known.authors
    text = block.text.strip()
    first, last = position < _EDGE, position >= count - _EDGE
    if not (first or last) or len(text) > _LONG:
        return False
    flat = fold(text)
    if (
        first
        and block.kind in {"heading", "paragraph"}
        and any(
            flat == one
            or (len(one) > 20 and flat.replace(" ", "").endswith(one.replace(" ", "")) and len(flat) < len(one) + 70)
            for one in titles
        )
    ):
        return True
    if (
        last
        and authors
        and len(text) < 320
        and _BIO.search(text)
        and flat.startswith(tuple(fold(name) for name in authors))
    ):
        return True
    if len(text) > 140 or block.kind == "table":
        return False
    bare = text.lstrip("- ")
    if _READING_TIME.match(bare) or not flat:
        return True
    if (last and _SIGN_OFF.match(bare)) or _is_date(bare):
        return True
    names = fold(re.sub(_BY, "", bare))
    if authors and _BY.match(bare) and fold(authors[0]) in names:  # “By Jane Doe • November 17, 2026 at 6:42 am”
        rest = names
        for one in authors:
            rest = rest.replace(fold(one), " ")
        words = re.sub(r"[\d\W_]+", " ", _DATE_WORDS.sub(" ", rest)).split()
        if len([word for word in words if month_of(word) is None]) <= 3:
            return True
    return bool(authors) and (
        names in {fold(" ".join(authors)), *(fold(name) for name in authors)}
        or (bool(_BY.match(bare)) and fold(authors[0]) in names and len(names) < len(fold(" ".join(authors))) + 40)
    )


def _is_date(text: str) -> bool:
    if len(text) > 90 or not re.search(r"\d", text) or (text.endswith((".", "!", "?")) and len(text) > 40):
        return False
    if parse_moment(text) is None:
        return False
    rest = re.sub(r"[\d\W_]+", " ", _DATE_WORDS.sub(" ", text)).split()
    return len(rest) <= 1


def standfirst(page: Page, known: Known, blocks: list[Block]) -> str | None:
    """The description where a page of news shows it above the body in one element, and the blocks do not hold it yet.

    On other pages it is a line for search engines, or an excerpt (articles, five folds: exact .185 → .190; 2026-11).
    """
    if known.news < 1:
        return None
    said = {fold(text): text for text in known.descriptions if 40 <= len(text) <= 700}
    said = {folded: text for folded, text in said.items() if folded not in known.titles}
    if said:
        whole = fold(" ".join(block.text for block in blocks))
        said = {
            folded: text for folded, text in said.items() if folded[:40] not in whole[:3000] and folded not in whole
        }
    if not said or not any(text in page.squeezed for text in map(squeezed, said.values())):
        return None
    for element in page.tree.iter("p", "div", "h2", "h3", "h4", "span", "strong", "header", "section", "li", "em", "b"):
        if len(element) > 6:
            continue
        text = element_text(element)
        if not 40 <= len(text) <= 800:
            continue
        flat = fold(text)
        if flat in said and not _in_rail(element):
            return text
    return None


def _is_news(article: Node) -> bool:
    return any(kind.endswith("newsarticle") or kind in {"liveblogposting", "claimreview"} for kind in types_of(article))


def _in_rail(element: HtmlElement) -> bool:
    return (
        any(one.tag in {"aside", "footer", "nav", "figcaption", "figure", "li", "a"} for one in element.iterancestors())
        or element.tag == "li"
    )
