"""Texts of ld+json scripts in, schema.org nodes out, and which is the article's. Never raises on bad JSON."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]

ARTICLE_TYPES = {
    "newsarticle": 5, "reportagenewsarticle": 5, "analysisnewsarticle": 5, "backgroundnewsarticle": 5,
    "opinionnewsarticle": 5, "reviewnewsarticle": 5, "askpublicnewsarticle": 5, "liveblogposting": 5, "article": 4,
    "blogposting": 4, "satiricalarticle": 4, "advertisercontentarticle": 4, "techarticle": 4, "scholarlyarticle": 4,
    "report": 3, "review": 3, "recipe": 3, "socialmediaposting": 2, "discussionforumposting": 2, "claimreview": 2,
    "creativework": 1, "videoobject": 1, "imagegallery": 1,
}  # fmt: skip
# Below these keys stand other pages' articles, a live blog's entries, or a comment's own author and date.
OTHERS = {
    "haspart",
    "liveblogupdate",
    "itemlistelement",
    "comment",
    "mentions",
    "about",
    "isrelatedto",
    "relatedlink",
    "review",
    "citation",
}
PAGE_TYPES = {"webpage", "itempage", "aboutpage", "faqpage"}

_OPENING = re.compile(r"(?:/\*\s{0,20})?(?://)?\s{0,20}<!(?:\[CDATA\[|--)\s{0,20}(?:\*/)?")
_CLOSING = re.compile(r"(?:/\*\s{0,20})?(?://)?\s{0,20}(?:\]\]>|-->)\s{0,20}(?:\*/)?;?$")
_AT_THE_END = 100  # characters among which a closing mark is looked for
_MOST_VALUES = 200  # one after the other in a script
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
# “// a note” after a value or on a line of its own, which people copy from examples; never the // of an address.
_LINE_COMMENT = re.compile(r"(?:(?<=[\s,{}\[\]])|^)//[^\n\"]*$", re.M)
_KIND = re.compile(r"\"@type\"\s*:\s*\"(\w+)\"")
_PLAIN_FIELDS = re.compile(
    r"\"(headline|datePublished|dateModified|articleSection|description)\"\s*:\s*\"(.{0,2000}?)\"\s*(?=,\s*\"[@\w]+\"\s*:|[}\n])"
)
_AUTHOR_NAME = re.compile(r"\"author\"\s*:\s*(?:\[\s*)?\{[^{}]{0,2000}?\"name\"\s*:\s*\"([^\"]+)\"")
_SALVAGED = 200_000
_MAX_DEPTH = 12


class Nodes(list[Node]):
    """Those of a page, in page order; references find them by their @id, for pages have thousands."""

    _named: dict[str, list[Node]] | None = None

    def named(self, name: Any) -> list[Node]:
        if self._named is None:
            self._named = {}
            for node in self:
                if isinstance(own := node.get("@id"), str):
                    self._named.setdefault(own, []).append(node)
        return self._named.get(name, []) if isinstance(name, str) else []


def nodes_of(scripts: list[str]) -> Nodes:
    """Every node of every script in page order: those of lists, of @graph, and those nested as mainEntity."""
    found = Nodes()
    for script in scripts:
        for value in _loaded(script):
            found.extend(_walk(value, 0))
    return found


def article_node(nodes: list[Node], *, url: str, title: str | None) -> Node | None:
    """The node that speaks of this page's article, with the gaps filled from its twins; None where there is none.

    A page may carry several: its own, teasers of others, a second by an SEO plugin. Its own names this URL or this
    headline.
    """
    ranked = []
    for position, node in enumerate(nodes):
        rank = max((ARTICLE_TYPES.get(kind, 0) for kind in types_of(node)), default=0)
        if not rank or not (node.get("headline") or node.get("name") or node.get("datePublished")):
            continue
        own_url = any(_same_url(named, url) for named in _urls_of(node))
        own_title = bool(title) and _fold(text_of(node.get("headline")) or text_of(node.get("name"))) == _fold(title)
        complete = sum(bool(node.get(key)) for key in ("headline", "datePublished", "author"))
        ranked.append((3 * own_url + 3 * own_title + rank + complete / 2, -position, node))
    if not ranked:
        return None
    ranked.sort(key=lambda entry: entry[:2], reverse=True)
    best = dict(ranked[0][2])
    for score, _, node in ranked[1:]:
        if score >= 7 and _fold(text_of(node.get("headline"))) == _fold(text_of(best.get("headline"))):
            best.update({key: value for key, value in node.items() if not best.get(key)})
    return best


def page_node(nodes: list[Node]) -> Node | None:
    return next((node for node in nodes if PAGE_TYPES & types_of(node) and node.get("datePublished")), None)


def types_of(node: Node) -> set[str]:
    kinds = node.get("@type")
    return {
        str(kind).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
        for kind in (kinds if isinstance(kinds, list) else [kinds])
        if kind
    }


def resolve(value: Any, nodes: list[Node]) -> Any:
    """A reference {"@id": …} replaced by the node it names, where one on the page says more."""
    if isinstance(value, dict) and "@id" in value and not value.get("name"):
        named = nodes.named(value["@id"]) if isinstance(nodes, Nodes) else nodes
        return next((node for node in named if node.get("@id") == value["@id"] and len(node) > len(value)), value)
    return value


def text_of(value: Any, depth: int = 0) -> str | None:
    """A string out of a JSON-LD value: itself, the first of a list, or @value; unescaped, spaces folded."""
    if isinstance(value, list):
        inner = () if depth > _MAX_DEPTH else value
        return next((text for item in inner if (text := text_of(item, depth + 1))), None)
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = unescape(unescape(value)) if "&" in value else value
    return " ".join(text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "").split()) or None


def _loaded(script: str) -> Iterator[Any]:
    """The values of a script: one, or several that stand one after the other."""
    decoder = json.JSONDecoder(strict=False)
    text = _unwrapped(script)
    for _ in range(_MOST_VALUES):
        for repaired in _repaired(text) if text else ():
            try:
                value, end = decoder.raw_decode(repaired)
            except (ValueError, RecursionError):
                continue
            break
        else:
            if salvaged := _salvaged(text):
                yield salvaged
            return
        yield value
        rest = repaired[end:].lstrip(" \t\r\n,;")
        if rest[:1] not in {"{", "["} or len(rest) >= len(text):
            return
        text = _unwrapped(rest)


def _unwrapped(script: str) -> str:
    """Without the marks of comments and CDATA around it, of which there may be two."""
    text = script.strip()
    for _ in range(2):
        if text[:1] in {"/", "<"} and (opening := _OPENING.match(text)):
            text = text[opening.end() :].lstrip()
        if text[-1:] in {">", "/", ";", "*"} and (closing := _CLOSING.search(text[-_AT_THE_END:])):
            text = text[: max(0, len(text) - _AT_THE_END) + closing.start()].rstrip()
    return text.rstrip(";")


def _salvaged(text: str) -> Node | None:
    """The plain fields of an article whose JSON is past repair: most often a quotation mark within a headline."""
    text = text[:_SALVAGED]
    kind = _KIND.search(text)
    if not kind or kind[1].lower() not in ARTICLE_TYPES:
        return None
    node: Node = {"@type": kind[1]}
    for field in _PLAIN_FIELDS.finditer(text):
        node.setdefault(field[1], field[2].replace('\\"', '"').replace("\\/", "/").strip())
    if author := _AUTHOR_NAME.search(text):
        node["author"] = {"name": author[1]}
    return node if len(node) > 1 else None


def _repaired(text: str) -> Iterator[str]:
    """As it is, then by what most often ails it; each is made only when the one before did not do."""
    yield text
    yield _TRAILING_COMMA.sub(r"\1", _BAD_ESCAPE.sub(r"\\\\", text))
    yield _CONTROL.sub(" ", unescape(text))
    yield _TRAILING_COMMA.sub(r"\1", _LINE_COMMENT.sub("", text))


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value or "@id" in value:
            yield value
        for key, inner in value.items():
            if isinstance(inner, list | dict) and key.lower() not in OTHERS:
                yield from _walk(inner, depth + 1)


def _urls_of(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _same_url(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.split("#")[0].split("?")[0]).rstrip("/").lower()


def _fold(text: str | None) -> str:
    return re.sub(r"\W+", " ", text or "").strip().casefold()
