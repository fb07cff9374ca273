"""A Page in, the article's text that stands in its scripts alone out: pages that a browser draws from JSON.

Only strings that hold paragraphs of HTML under a telling key count; nothing is executed.
"""

import json
import re

from lxml import etree
from lxml.html import fragment_fromstring

from .page import Page

_STATED = re.compile(
    r'"(?:contents?|body|html|content_?html|body_?html|article_?body|main_?text|text|contenido|inhalt)"\s*:\s*'
    r'"((?:[^"\\]++|\\.)*+)"',
    re.I,
)
_BLOCK_END = re.compile(r"</(?:p|div|h[1-6]|li|blockquote)>|<br\s*/?>", re.I)


def scripted_body(page: Page) -> str | None:
    """Plain text with a line for each paragraph, of the longest such string; None where there is none."""
    best: str | None = None
    for match in _STATED.finditer(page.script_bodies):
        if len(match[1]) < 800:
            continue
        try:
            html = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            continue
        if "<p" not in html and "<br" not in html and "</div" not in html:
            continue
        text = _text_of(html)
        if len(text) > len(best or ""):
            best = text
    return best if best and len(best) >= 400 else None


def _text_of(html: str) -> str:
    try:
        tree = fragment_fromstring(_BLOCK_END.sub(r"\g<0>&#10;", html), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    for dropped in list(tree.iter("script", "style", "figure", "iframe")):
        dropped.drop_tree()
    lines = ("".join(tree.itertext())).encode("utf-8", "ignore").decode("utf-8").split("\n")
    return "\n".join(line for piece in lines if (line := " ".join(piece.split())))
