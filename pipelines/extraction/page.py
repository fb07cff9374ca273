"""Bytes in, Page out: decoded and parsed once, meta elements and JSON-LD at hand. Decides nothing, never raises."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction, document_fromstring

from . import charset, jsonld
from .elements import Elements

# One class for all elements: lxml.html's own parser asks a function in Python for each element that is met.
_CLASSES = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
)

EMPTY_DOCUMENT = "<html><head></head><body></body></html>"

# libxml2 takes a self-closing <html/> or a slash in the doctype as the end of the document (lxml bug 1955915).
_SELF_CLOSED = re.compile(r"(<html\b[^<>]*?)\s*/>", re.I)
_DOCTYPE = re.compile(r"\s*<\s*!\s*doctype[^>]*>", re.I)
_ORIGIN = re.compile(r"https?://[^/?#\s:@\[\]]+(?::\d{1,5})?")
_HTML5 = "<!DOCTYPE html>"
_BEGINNING = 4096
_LONGEST_KEPT = 1000  # characters
VERY_LARGE = 2_000_000
"""Bytes of a page whose elements are not filed when it is parsed: nobody may want to know more of it."""
_RUBY = ("rt", "rp")  # how the signs beside them are read, small and above them: no part of the text
_LONGEST_READING = 60  # characters
_ENDS = re.compile(rb"</(?:body|html)\s*>", re.I)
_MUCH = 2000  # bytes
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)


@dataclass(kw_only=True)
class Page:
    """One parsed page. The tree is shared: whoever changes it works on a copy."""

    url: str
    tree: HtmlElement
    codec: str
    characters: int
    """Length of the decoded page."""
    scripts: int
    """How many scripts it had before they were dropped."""
    script_text: str
    """Beginning of the inline scripts, for redirects and walls made by script."""
    script_bodies: str
    """The inline scripts that hold paragraphs of HTML, for pages that a browser draws from them."""
    base_url: str
    is_cut: bool = False
    """Whether the tree ends before the page does, its elements being nested deeper than libxml2 follows."""
    metas: dict[str, list[str]] = field(default_factory=dict)
    """name, property, itemprop or http-equiv in lower case → contents in page order."""
    nodes: list[jsonld.Node] = field(default_factory=list)
    """schema.org nodes of the page's JSON-LD."""

    def meta(self, *names: str) -> str | None:
        """The first content that stands under one of the names, in the order of the names."""
        return next((content for name in names for content in self.metas.get(name, ()) if content), None)

    @cached_property
    def elements(self) -> Elements:
        """Those of the tree; made anew by whoever changes it."""
        return Elements(self.tree)

    @cached_property
    def article(self) -> jsonld.Node | None:
        title = self.meta("og:title", "twitter:title") or (self.headings[0] if self.headings else None)
        return jsonld.article_node(self.nodes, url=self.meta("og:url") or self.url, title=title)

    @cached_property
    def headed(self) -> list[tuple[HtmlElement, str]]:
        """The h1 elements with their texts, empty ones left out."""
        elements = self.elements
        found = elements.at(elements.unnested(elements.positions("h1")))
        return [(h1, text) for h1 in found if (text := text_of(h1))]

    @cached_property
    def headings(self) -> list[str]:
        """Texts of the h1 elements, empty ones left out."""
        return [text for _, text in self.headed]

    @cached_property
    def paragraphs(self) -> list[HtmlElement]:
        """The p elements, in page order."""
        return self.elements.of("p")

    @cached_property
    def document_title(self) -> str | None:
        """Text of the first title element that has one."""
        return next((text for element in self.elements.of("title") if (text := text_of(element))), None)

    @cached_property
    def all_text(self) -> str:
        """All text of the tree, hidden parts included, spaced as in the source: a cheap way to look words up."""
        return etree.tostring(self.tree, method="text", encoding="utf-8").decode("utf-8", "replace")

    @cached_property
    def lower_text(self) -> str:
        """`all_text` in lower case."""
        return self.all_text.lower()

    @cached_property
    def squeezed(self) -> str:
        """`all_text` without white space, case folded: whether a text stands somewhere on the page."""
        return squeezed(self.all_text)

    @cached_property
    def body_text(self) -> str:
        """Text of the body, of all of the tree where there is none, on one line."""
        body = self.elements.first("body")
        return text_of(body if body is not None else self.tree)

    @cached_property
    def resolved(self) -> dict[str, str | None]:
        """Links as written → their URLs, as `fields.absolute` finds them: most are asked for more than once."""
        return {}

    @cached_property
    def _texts(self) -> dict[HtmlElement, str]:
        return {}

    def text(self, element: HtmlElement) -> str:
        """`text_of` an element of the tree, kept: those of links are asked for three times.

        A long one is not kept: of elements within one another each has the whole text.
        """
        known = self._texts.get(element)
        if known is None:
            known = text_of(element)
            if len(known) <= _LONGEST_KEPT:
                self._texts[element] = known
        return known

    @cached_property
    def origin(self) -> str | None:
        """Scheme and authority of what links are relative to; None where these are not plain http(s)."""
        try:
            base = urlsplit(self.base_url)
        except ValueError:
            return None
        origin = f"{base.scheme}://{base.netloc}"
        return origin if _ORIGIN.fullmatch(origin) else None

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()


def parse(body: bytes, *, url: str, content_type: str | None = None) -> Page:
    """Parse once. Scripts other than JSON-LD, styles, comments, drawings and readings are not kept in the tree."""
    decoded = charset.read(body, content_type=content_type)
    source, characters = _mended(decoded)
    url = _readable(url)
    tree, is_cut = _tree(_unclosed(source))
    ld, scripts, inline, bodies = _take_scripts(tree)
    page = Page(
        url=url, tree=tree, codec=decoded.codec, characters=characters, scripts=scripts, script_text=inline,
        script_bodies=bodies, base_url=url, is_cut=is_cut, nodes=jsonld.nodes_of(ld),
    )  # fmt: skip
    of = page.elements.of if len(source) < VERY_LARGE else lambda tag: list(tree.iter(tag))
    page.metas = _metas(of("meta"))
    if base := next((href for element in of("base") if (href := element.get("href"))), None):
        page.base_url = _joined(url, base)
    return page


def squeezed(text: str) -> str:
    """For finding long text in long text: without white space, case folded."""
    return "".join(text.casefold().split())


def text_of(element: HtmlElement) -> str:
    """Text of an element on one line."""
    if not len(element):
        return " ".join((element.text or "").split())
    # What itertext() gives, in half the time: no element within is looked at in Python.
    text: str = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    return " ".join(text.split())


def _mended(decoded: charset.Decoded) -> tuple[bytes, int]:
    """The text in UTF-8 as libxml2 reads it whole, and its length in characters.

    All that is mended stands at the beginning: the rest is neither copied nor encoded where that can be saved.
    """
    text, cut, start = decoded.text, 0, ""
    if declaration := _XML_DECLARATION.match(text):
        cut = declaration.end()
    doctype = _DOCTYPE.match(text, cut)
    if doctype and doctype.group() != _HTML5:
        start, cut = _HTML5, doctype.end()
    head = start + text[cut : cut + _BEGINNING]
    if closed := _SELF_CLOSED.search(head, 0, _BEGINNING):
        head = head[: closed.end(1)] + ">" + head[closed.end() :]
    elif not cut and decoded.utf8 is not None:
        return decoded.utf8, len(text)
    behind = cut + _BEGINNING
    rest = text[behind:].encode() if decoded.utf8 is None else decoded.utf8[len(text[:behind].encode()) :]
    return head.encode() + rest, len(head) + max(0, len(text) - behind)


def _unclosed(source: bytes) -> bytes:
    """The page without the end tags of html and body, where much or a paragraph follows the first.

    libxml2 (2.14) leaves that out, and in browsers it is of the body (HTML §13.2.6.4.22). Of 1,752 pages one has its
    article there (2026-11).
    """
    ends = [at for tag in (b"</html", b"</HTML") if (at := source.find(tag)) >= 0]
    if not ends or (len(source) - min(ends) < _MUCH and source.find(b"<p", min(ends)) < 0):
        return source
    return _ENDS.sub(b"", source)


def _tree(source: bytes) -> tuple[HtmlElement, bool]:
    # A new parser for each page: a parser keeps its errors and its dictionary. huge_tree: without it, lxml cuts
    # whatever stands deeper than 256 elements, silently; with it, 2,048 (libxml2 2.14).
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = document_fromstring(source or b" ", parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return document_fromstring(EMPTY_DOCUMENT), False
    return tree, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _take_scripts(tree: HtmlElement) -> tuple[list[str], int, str, str]:
    ld, count, inline, bodies = [], 0, [], []
    for element in list(tree.iter("script", "svg", "math", "rt", "rp")):
        if element.tag in _RUBY:
            if len(element) > 1 or any(map(len, element)) or len(text_of(element)) > _LONGEST_READING:
                element.tag = "span"  # never closed: the rest of the page is in it
            continue
        if element.tag != "script":
            # Never closed: in browsers a paragraph ends it (HTML §13.2.6.5), in libxml2 it is in it.
            if next(element.iter("p", "h1"), None) is not None:
                element.drop_tag()
            continue
        count += 1
        text = element.text  # made anew whenever it is asked for, and long
        if "ld+json" in (element.get("type") or "").lower():
            ld.append(text or "")
        elif text:
            inline.append(text[:2000])
            if len(text) > 1000 and ("<p" in text or ("\\u003" in text and "\\u003cp" in text.lower())):
                bodies.append(text)
    etree.strip_elements(tree, "script", "style", "svg", "template", *_RUBY, with_tail=False)
    return ld, count, "\n".join(inline)[:40_000], "\n".join(bodies)[:500_000]


def _metas(elements: list[HtmlElement]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in elements:
        content = " ".join((element.get("content") or "").split())
        if not content:
            continue
        for attribute in ("name", "property", "itemprop", "http-equiv"):
            if name := element.get(attribute):
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def _readable(url: str) -> str:
    """The URL, or an empty one where it cannot be taken apart: then nothing is relative to it."""
    try:
        urlsplit(url).hostname  # noqa: B018 - both steps may raise
    except ValueError:
        return ""
    return url


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return base
