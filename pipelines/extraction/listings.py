"""A Page and its blocks in; whether it leads to articles instead of being one, out. Reads no class names."""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from .fields import absolute, fold
from .jsonld import ARTICLE_TYPES, types_of
from .page import Page, text_of
from .records import Block

_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_LINKS = 600  # each costs the text of its box; a page of teasers shows itself long before
_LONGEST_CARD = 700  # characters
_COLLECTIONS = {"collectionpage", "searchresultspage", "profilepage", "itemlist"}
_TEXT_BLOCKS = {"p", "li", "td", "blockquote", "dt", "dd", "h1", "h2", "h3", "h4", "h5"}
_LIST_PATH = re.compile(
    r"^/?(?:[a-z]{2}/)?(?:tags?|people|writers?|reporters?|journalists?|rubriken|ressorts?|temas?|etiquetas?|"
    r"seccion(?:es)?|categorias?|auteurs?|autores?|redaktion|schlagworte?|stichwort|mots-cles|topics?|category|"
    r"categories|author|authors|autor|autoren|themen?|rubrik|section|sections|search|suche|archive?|page)(?:/|$)",
    re.I,
)
_ONE_WORD_PATH = re.compile(r"^/[a-z]+(?:-[a-z]+)?(?:/|\.html?)?$", re.I)


def weight(text: str) -> int:
    """Length in characters of an alphabet: one of Chinese, Japanese or Korean says about three times as much."""
    return len(text) if text.isascii() else len(text) + 2 * len(_DENSE.findall(text))


def says_article(page: Page) -> bool:
    """Whether the page calls itself an article: by JSON-LD with a date, og:type, or a publication time."""
    node = page.article or {}
    dated = any(ARTICLE_TYPES.get(kind, 0) >= 3 for kind in types_of(node)) and bool(node.get("datePublished"))
    return (
        dated
        or (page.meta("og:type") or "").lower() in {"article", "news", "blog", "newsarticle"}
        or page.meta("article:published_time") is not None
    )


def listing_evidence(page: Page, blocks: list[Block]) -> str | None:
    """Evidence that the page leads to articles rather than being one, None where it does not."""
    if says_article(page):
        return None
    path = urlsplit(page.url).path
    # A link that is never closed, or a glossary, puts whole passages of a text into links.
    passages = sum(weight(block.text) for block in blocks if block.kind == "paragraph" and weight(block.text) > 200)
    if passages < 1500 and (linked := _linked_share(page)) > 0.9:
        return f"{linked:.0%} of the visible text are links, at {path or '/'}"
    kinds = {kind for node in page.nodes for kind in types_of(node)}
    root = (path in {"", "/"} and "?" not in page.url) or re.fullmatch(
        r"/(?:index\.\w+|[a-z]{2}/?|home/?)", path
    ) is not None
    named = bool(_LIST_PATH.match(path) or kinds & _COLLECTIONS or _is_headed_by_path(page, path))
    cards = _cards(page)
    held = fold(" ".join(text for _, text in cards))
    headlines = tuple(fold(headline) for headline, _ in cards)
    outside, after_headline = 0, False
    for block in blocks:
        text = fold(block.text)
        if text.startswith(headlines):
            after_headline = len(text) < 200
            continue
        if (
            weight(block.text) > 60
            and block.kind in {"paragraph", "quote"}
            and text not in held
            and not (after_headline and weight(block.text) < 350)
        ):
            outside += weight(block.text)
        after_headline = False
    needed = 1 if named else 3 if root else 6
    if not (named or root) and sum(weight(block.text) for block in blocks) > 250:
        return None
    if len(cards) >= needed and outside < (700 if root and len(cards) > 7 else 400 if named or root else 200):
        return f"{len(cards)} teasers and {outside} characters of text besides them at {path or '/'}"
    return None


def _linked_share(page: Page) -> float:
    """How much of the visible text stands in links: a bare list of headlines has next to nothing else."""
    whole = len(page.body_text)
    inside = sum(len(page.text(a)) for a in page.elements.of("a") if a.get("href"))
    return inside / whole if whole else 0.0


def _is_headed_by_path(page: Page, path: str) -> bool:
    """Whether the first heading is the one word of the path: “Politics” at /politics."""
    if not _ONE_WORD_PATH.match(path):
        return False
    word = fold(re.sub(r"\.html?$", "", path.strip("/")).replace("-", " "))
    return any(fold(text_of(heading)) == word for heading in page.elements.of("h1", "h2")[:2])


def _cards(page: Page) -> list[tuple[str, str]]:
    """The page's teasers outside rails: a headline that links elsewhere, with the text of the box around it."""
    found: dict[str, tuple[str, str]] = {}
    own = page.url.split("#")[0].split("?")[0].rstrip("/")
    too_long: set[HtmlElement] = set()
    headed = {around for h1 in page.elements.of("h1") for around in h1.iterancestors()}
    for link in page.elements.of("a")[:_MOST_LINKS]:
        text = page.text(link)
        if len(text) < 20:
            continue
        url = absolute(page, link.get("href"))
        if url is None or url.split("#")[0].split("?")[0].rstrip("/") == own or url in found:
            continue
        if any(one.tag in {"nav", "aside", "footer", "form"} for one in link.iterancestors()):
            continue
        block = next((one for one in link.iterancestors() if one.tag in _TEXT_BLOCKS), None)
        if (
            block is not None
            and not text_of(block)[:400].startswith(text)
            and block.tag not in {"h1", "h2", "h3", "h4", "h5"}
        ):
            continue  # a link within a sentence
        whole = text
        parent = link.getparent()
        while parent is not None and parent.tag not in {"body", "main", "html"} and parent not in headed:
            if parent in too_long:
                break
            around = page.text(parent)
            if len(around) > _LONGEST_CARD:
                too_long.add(parent)
            if len(around) > min(len(text) + 450, _LONGEST_CARD):
                break
            whole, parent = around, parent.getparent()
        found[url] = (text, whole)
    return list(found.values())
