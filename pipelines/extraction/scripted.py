"""A Page in, the article's text that stands in its scripts alone out: pages that a browser draws from JSON.

Only strings that hold paragraphs of HTML under a telling key count; nothing is executed.
"""

import json
import re

from lxml import etree
from lxml.html import fragment_fromstring

from .candidates import SECTIONS, Candidate, candidates
from .page import Page

_STATED = re.compile(
    r'"(?:contents?|body|html|content_?html|body_?html|article_?body|main_?text|text|contenido|inhalt)"\s*:\s*'
    r'"((?:[^"\\]++|\\.)*+)"',
    re.I,
)
_PLACEHOLDER = re.compile(r"\$\$\w{2,30}\$\$")  # where an advertisement is to go
_ENOUGH = 400  # characters
_FIGURE = 1 << SECTIONS.index("figure")


def scripted(page: Page) -> list[Candidate]:
    """The blocks of the longest such string, none where there is none; each stands in its own small tree."""
    best: list[Candidate] = []
    most = _ENOUGH - 1
    for match in _STATED.finditer(page.script_bodies):
        if len(match[1]) < 2 * _ENOUGH:
            continue
        try:
            html = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            continue
        if "<p" not in html and "<br" not in html and "</div" not in html:
            continue
        found = _blocks_of(html)
        size = sum(len(one.text) for one in found)
        if size > most:
            best, most = found, size
    return best


def _blocks_of(html: str) -> list[Candidate]:
    html = _PLACEHOLDER.sub("<hr>", html.encode("utf-8", "ignore").decode("utf-8"))
    try:
        found = candidates(fragment_fromstring(html, create_parent="div"))
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    return [one for one in found if not one.place.flags & _FIGURE]
