"""A tree in; where no class, id or element names the article, the element that holds its paragraphs is marked as one. Reads structure, no words."""

import re

from lxml.html import HtmlElement

# What trafilatura's container expressions look for, in short. A page with one of these is left alone.
_TELLING = re.compile(
    r"(?:entry|article|art|post|page|text|story|main|theme|blog|section|single)[-_]{0,2}(?:content|body|text|entry|main|column)|articlebody|fulltext|"
    r"content[-_]{0,2}(?:main|body)|body-text|post_inner_wrapper|article__container|single-post|^article |wpb_text_column|^primary|^main|^story",
    re.I,
)
_EXACT = {"post", "entry", "content", "Content", "story", "text", "postarea", "art-postcontent", "article"}
_TEXT_TAGS = ("p", "h2", "h3", "h4", "blockquote", "ul", "ol", "pre", "table", "div")
_MIN_PARAGRAPH = 40
_MARK = "article-body"


def mark_container(tree: HtmlElement) -> None:
    """Turn the element that holds the article's paragraphs into ``<article class="article-body">``, on pages that name none.

    Such pages (builders with plain divs, hand-written ones) are where trafilatura falls back to bare paragraphs and loses all subheadings.
    """
    if _is_named(tree):
        return
    found = find_container(tree)
    if found is not None and found.tag not in {"body", "html"}:
        found.tag = "article"
        found.set("class", _MARK)
    elif found is not None:
        found.set("class", "")
        _wrap(found)


def find_container(tree: HtmlElement) -> HtmlElement | None:
    """The lowest element under which most of the page's running text stands."""
    weights: dict[HtmlElement, float] = {}
    total = 0.0
    for paragraph in tree.iter("p", "div", "td", "blockquote", "li", "section", "font", "span"):
        own = _own_text(paragraph)
        if own < _MIN_PARAGRAPH:
            continue
        weight = own - 1.5 * _link_text(paragraph)
        if weight <= 0 or paragraph.tag == "li" and own < 2 * _MIN_PARAGRAPH:
            continue
        total += weight
        element: HtmlElement | None = paragraph if paragraph.tag not in {"p", "span", "li", "font", "blockquote"} else paragraph.getparent()
        while element is not None:
            weights[element] = weights.get(element, 0.0) + weight
            element = element.getparent()
    if total < 3 * _MIN_PARAGRAPH:
        return None
    body = tree.find(".//body")
    current = body if body is not None else tree
    while True:
        heavy = max((child for child in current if isinstance(child.tag, str)), key=lambda child: weights.get(child, 0.0), default=None)
        # 0.75: below it, text stands in several siblings, which is the article itself (or a listing)
        if heavy is None or weights.get(heavy, 0.0) < 0.75 * weights.get(current, total):
            return current
        if heavy.tag in {"p", "li", "ul", "ol", "table", "blockquote", "span"} and heavy.tag != "table":
            return current
        current = heavy


def _is_named(tree: HtmlElement) -> bool:
    for element in tree.iter("article", "div", "main", "section"):
        if element.tag in {"article", "main"} or element.get("itemprop") == "articleBody" or (element.get("role") or "").startswith(("main", "article")):
            return True
        for name in (element.get("class") or "", element.get("id") or ""):
            if name in _EXACT or (name and _TELLING.search(name)):
                return True
    return False


def _wrap(body: HtmlElement) -> None:
    """Put what a body holds into one article, so that its headings are read in place."""
    article = body.makeelement("article", {"class": _MARK})
    article.text, body.text = body.text, None
    for child in list(body):
        article.append(child)
    body.append(article)


def _own_text(element: HtmlElement) -> int:
    """Characters of text that belong to the element itself and its inline children."""
    if element.tag in {"div", "td", "section"}:
        return len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)
    return len(" ".join("".join(element.itertext()).split()))


def _link_text(element: HtmlElement) -> int:
    return sum(len("".join(link.itertext())) for link in element.iter("a"))
