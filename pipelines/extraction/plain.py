"""A page that could not be read as pages are, in; out, a small page of its own plain parts: title, meta elements, the
text of its `p` and subheading elements. Linear in time and bounded in memory whatever the markup.

No tree is built of what came: one pass over the tags finds the parts, and only they are parsed. JSON-LD is left out,
for it may be the trouble.
"""

import re
from html import unescape
from itertools import islice

from .charset import decode
from .furniture import is_furniture
from .page import Page, parse
from .records import Block

MAX_BYTES = 40_000_000
_MAX_TAGS = 1_000_000  # about three seconds; a long article has 5,000
_MAX_METAS, _MAX_META = 200, 2_000
_MAX_TEXT = 2_000_000
_ATTRIBUTE = 4_000  # characters; a tag with a longer value is passed over
_LEAST = 40  # characters of a paragraph: what is shorter is a label as often as not
# A value holds no "<": a quotation mark that is never closed then costs its own tag alone, not the rest of the page.
_TOKEN = re.compile(
    rf"<(?:(!--)|(/?)([a-z][a-z0-9]{{0,15}})(?=[\s/>])"
    rf"((?:[^<>\"']++|\"[^\"<]{{0,{_ATTRIBUTE}}}\"|'[^'<]{{0,{_ATTRIBUTE}}}')*+)>)",
    re.I,
)
_NAMED = re.compile(r"([a-z:-]{2,20})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_RAW = {"script", "style", "textarea", "noscript", "template", "iframe", "svg", "math", "select", "object", "xmp"}
_ASIDE = {"nav", "aside", "footer", "figure", "button", "dialog"}
_KEPT = {"p": "paragraph", "h2": "heading", "h3": "heading", "h4": "heading", "blockquote": "quote", "h1": "title"}
_ENDS = {
    *_KEPT,
    "div",
    "section",
    "article",
    "main",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "body",
    "hr",
    "form",
    *_ASIDE,
}


class TooLarge(Exception):
    """More tags or text than are looked at: what was found is not all of it."""


def plain_page(html: bytes, *, url: str, content_type: str | None = None) -> tuple[Page, list[Block]]:
    """The page made of the plain parts, and the blocks of its body: those within `article` where it holds the most.

    Raises TooLarge.
    """
    text, _ = decode(html[:MAX_BYTES], content_type=content_type)
    parts = _Parts(text)
    small = parse(parts.as_html().encode(), url=url, content_type="text/html; charset=utf-8")
    inside = [block for block, within in parts.blocks if within]
    blocks = inside if _length(inside) * 2 > _length([block for block, _ in parts.blocks]) else parts.body()
    while blocks and blocks[-1].kind == "heading":
        blocks.pop()
    return small, blocks


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.kind != "heading")


class _Parts:
    """What one pass over the tags of a page found."""

    def __init__(self, text: str) -> None:
        self.head: list[str] = []
        self.title = ""
        self.headline = ""
        self.language = ""
        self.blocks: list[tuple[Block, bool]] = []
        self._kind: str | None = None  # of the element whose text is being taken
        self._pieces: list[str] = []
        self._linked = 0  # characters of it within links
        self._in_link = self._in_article = False
        self._aside: list[str] = []
        self._endless: set[str] = set()
        self._kept = 0
        self._read(text)

    def body(self) -> list[Block]:
        return [block for block, _ in self.blocks]

    def as_html(self) -> str:
        paragraphs = "".join(f"<p>{_escaped(block.text)}</p>" for block in self.body())
        return (
            f"<!doctype html><html lang='{_escaped(self.language)}'><head><title>{_escaped(self.title)}</title>"
            f"{''.join(self.head)}</head><body><article><h1>{_escaped(self.headline)}</h1>{paragraphs}</article>"
        )

    def _read(self, text: str) -> None:
        at = count = 0
        while (token := _TOKEN.search(text, at)) is not None:
            count += 1
            self._take(text[at : min(token.start(), at + _MAX_TEXT)])
            comment, closes, name, attributes = token.groups()
            at = token.end()
            if comment:
                at = _behind(text, "-->", at)
                continue
            name = name.lower()
            if closes:
                self._close(name)
            elif name in _RAW:
                at = self._behind_raw(text, name, at)
            elif name == "title" and not self.title:
                end = text.find("<", at)
                self.title = unescape(text[at : end if 0 <= end < at + _MAX_META else at + _MAX_META])
            else:
                self._open(name, attributes)
            if count >= _MAX_TAGS or self._kept >= _MAX_TEXT:
                raise TooLarge(f"more than {_MAX_TAGS:,} tags" if count >= _MAX_TAGS else f"{_MAX_TEXT:,} characters")
        self._flush()

    def _behind_raw(self, text: str, name: str, at: int) -> int:
        """Where the element ends that holds no markup; here, where none of its kind ends any more."""
        if name in self._endless:  # looked for once: a page may open it 100,000 times
            return at
        found = re.compile(rf"</{name}\b", re.I).search(text, at)
        if found is None:
            self._endless.add(name)
        return at if found is None else found.start()

    def _open(self, name: str, attributes: str) -> None:
        if name == "a":
            self._in_link = True
        elif name in {"meta", "link", "html"}:
            self._describe(name, attributes)
        elif name == "br":
            self._take(" ")
        if name not in _ENDS:
            return
        self._flush()
        if name in {"article", "main"}:
            self._in_article, self._aside = True, []  # an aside that was never closed has ended
        elif name in _ASIDE:
            if len(self._aside) < 1000:
                self._aside.append(name)
        elif name in _KEPT and not self._aside:
            self._kind = name

    def _close(self, name: str) -> None:
        if name == "a":
            self._in_link = False
        elif name in _ENDS:
            self._flush()
            if name in {"article", "main"}:
                self._in_article = False
            elif name in self._aside:
                del self._aside[self._aside.index(name) :]

    def _describe(self, name: str, attributes: str) -> None:
        named = {key.lower(): next(filter(None, values), "") for key, *values in _NAMED.findall(attributes)}
        if name == "html":
            self.language = self.language or named.get("lang", "")[:35]
        elif len(self.head) < _MAX_METAS and (name == "meta" or named.get("rel", "").lower() == "canonical"):
            kept = islice(((key, value) for key, value in named.items() if len(value) <= _MAX_META), 8)
            written = " ".join(f"{key}='{_escaped(unescape(value))}'" for key, value in kept)
            self.head.append(f"<{name} {written}>")

    def _take(self, text: str) -> None:
        if self._kind is not None and text:
            self._pieces.append(text)
            self._kept += len(text)
            self._linked += len(text) if self._in_link else 0

    def _flush(self) -> None:
        if self._kind is not None:
            text = " ".join(unescape("".join(self._pieces)).split())
            self._add(self._kind, text)
        self._kind, self._pieces, self._linked = None, [], 0

    def _add(self, name: str, text: str) -> None:
        kind = _KEPT[name]
        if kind == "title":
            self.headline = self.headline or text[:_MAX_META]
        elif kind == "heading":
            if 2 < len(text) <= 200:
                self.blocks.append((Block(kind=kind, text=text, level=int(name[1]), score=0.5), self._in_article))
        elif len(text) >= _LEAST and self._linked * 2 < len(text) and not is_furniture(text):
            self.blocks.append((Block(kind=kind, text=text, score=0.5), self._in_article))


def _behind(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("'", "&#39;")
