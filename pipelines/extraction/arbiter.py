"""Blocks and what the page says of its article in; better blocks out. Cheap certainties only, no guessing by style.

The title said again goes, bylines, dates and reading times at the edges go; the standfirst comes to the front where
the page shows it; and where JSON-LD carries the body (`articleBody`, a third of news pages), it settles which blocks
are of it.
"""

import re
from collections.abc import Iterable
from html import unescape

from lxml.html import HtmlElement

from .furniture import is_furniture
from .jsonld import text_of as ld_text
from .moments import month_of, parse_moment
from .page import Page
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
_SHINGLE = 4


def settle(blocks: list[Block], page: Page, *, titles: Iterable[str], authors: tuple[str, ...]) -> list[Block]:
    """The blocks in their final form, without the title. ``titles`` are all the ways the page writes it."""
    known = [folded for one in titles if (folded := fold(one))]
    body = article_body(page)
    if body:
        blocks = _by_article_body(blocks, page, body)
    blocks = [
        block
        for position, block in enumerate(blocks)
        if not _is_edge_line(block, position, len(blocks), known, authors)
    ]
    while blocks and blocks[-1].kind == "heading":
        blocks.pop()
    standfirst = _standfirst(page, known, blocks) if blocks else None
    return [Block(kind="paragraph", text=standfirst), *blocks] if standfirst else blocks


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


def fold(text: str | None) -> str:
    return re.sub(r"\W+", " ", (text or "").replace("\xad", "")).strip().casefold()


def _is_edge_line(block: Block, position: int, count: int, titles: list[str], authors: tuple[str, ...]) -> bool:
    text = block.text.strip()
    first, last = position < _EDGE, position >= count - _EDGE
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
        and flat.startswith(tuple(fold(name) for name in authors))
        and _BIO.search(text)
    ):
        return True
    if not (first or last) or len(text) > 140 or block.kind == "table":
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


def _standfirst(page: Page, titles: list[str], blocks: list[Block]) -> str | None:
    """The description where the page shows it above the body in one element, and the blocks do not hold it yet."""
    said = {
        fold(text): text
        for text in (
            page.meta("og:description"),
            page.meta("description"),
            page.meta("twitter:description"),
            ld_text((page.article or {}).get("description")),
        )
        if text and 40 <= len(text) <= 700
    }
    said = {folded: text for folded, text in said.items() if folded not in titles}
    whole = fold(" ".join(block.text for block in blocks))
    said = {folded: text for folded, text in said.items() if folded not in whole and folded[:40] not in whole[:3000]}
    if not said or not any(folded in fold(element_text(page.tree)) for folded in said):
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


def _in_rail(element: HtmlElement) -> bool:
    return (
        any(one.tag in {"aside", "footer", "nav", "figcaption", "figure", "li", "a"} for one in element.iterancestors())
        or element.tag == "li"
    )


def _by_article_body(blocks: list[Block], page: Page, body: str) -> list[Block]:
    truth = _shingles(body)
    mine = _shingles("\n".join(block.text for block in blocks))
    if not truth:
        return blocks
    covered = len(truth & mine) / len(truth)
    if covered < 0.75 and len(truth) > 80:
        found = _from_tree(page, truth)
        held = _shingles("\n".join(block.text for block in found))
        if len(truth & held) > max(0.85 * len(truth), len(truth & mine)):
            return found
        if len(body) > 1.2 * sum(len(block.text) for block in blocks):
            return [
                Block(kind="paragraph", text=line)
                for piece in body.split("\n")
                if (line := " ".join(piece.split())) and not is_furniture(line)
            ]
    if covered < 0.9:
        return blocks
    shares = [_share(block.text, truth) for block in blocks]
    inside = [position for position, share in enumerate(shares) if share >= 0.5]
    if not inside:
        return blocks
    first, last = inside[0], inside[-1]
    after = sum(len(block.text) for block in blocks[last + 1 :])
    cut_off = after > 0.2 * sum(
        len(block.text) for block in blocks
    )  # some publishers put only the first part into JSON-LD
    kept: list[Block] = []
    for position, (block, share) in enumerate(zip(blocks, shares, strict=True)):
        if block.kind == "list" and kept and kept[-1].text.endswith(":"):  # JSON-LD bodies often leave lists out
            kept.append(block)
            continue
        outside = (
            share < 0.2 and len(block.text) > 20 and (position > last or block.kind in {"paragraph", "list", "quote"})
        )
        if (
            outside
            and position > first
            and not (cut_off and position > last)
            and not (position < last and block.kind != "paragraph")
        ):
            continue
        kept.append(block)
    return kept


def _from_tree(page: Page, truth: set[str]) -> list[Block]:
    """The page's own elements whose words are those of the body, in page order, with the headings between them."""
    found: list[tuple[Block, bool]] = []
    taken: set[HtmlElement] = set()
    for element in page.tree.iter("p", "h2", "h3", "h4", "li", "blockquote", "div", "section"):
        if any(ancestor in taken for ancestor in element.iterancestors()):
            continue
        if element.tag in {"div", "section"} and any(
            child.tag in {"p", "div", "section", "ul", "ol", "article", "h2", "h3", "table"} for child in element
        ):
            continue
        text = element_text(element)
        if not text or is_furniture(text):
            continue
        if element.tag in {"h2", "h3", "h4"}:
            found.append((Block(kind="heading", text=text, level=int(element.tag[1])), False))
            taken.add(element)
        elif len(text) > 15 and _share(text, truth) >= 0.8:
            kind = {"li": "list", "blockquote": "quote"}.get(str(element.tag), "paragraph")
            found.append((Block(kind=kind, text=f"- {text}" if kind == "list" else text), True))
            taken.add(element)
    sure = [position for position, (_, own) in enumerate(found) if own]
    return list(dict.fromkeys(block for block, _ in found[sure[0] : sure[-1] + 1])) if sure else []


def _share(text: str, truth: set[str]) -> float:
    own = _shingles(text)
    return len(own & truth) / len(own) if own else 0.0


def _shingles(text: str) -> set[str]:
    """Runs of four words; of eight characters where words are not set apart."""
    words = re.findall(r"\w+", text.casefold())
    flat = "".join(words)
    if words and len(flat) / len(words) > 12:
        return {flat[start : start + 8] for start in range(max(1, len(flat) - 7))}
    return (
        {" ".join(words[start : start + _SHINGLE]) for start in range(max(1, len(words) - _SHINGLE + 1))}
        if words
        else set()
    )
