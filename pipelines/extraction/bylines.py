"""A Page in; the places where it shows who wrote it out, as written, by kind. One walk; decides nobody's name."""

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from .elements import Elements
from .names import is_handle, is_person, names_in
from .page import Page

KINDS = ("microdata", "rel", "page", "class", "text", "handle")
"""itemprop, rel=author, links to authors' pages, class words, “By …” or a name at the end, handles by class words."""

_TAGS = frozenset({
    "a", "span", "div", "p", "address", "li", "ul", "cite", "strong", "em", "h2", "h3", "h4", "h5", "h6", "section",
    "i", "b", "small", "td", "font", "dd", "header", "footer", "byline", "aside", "time", "figcaption",
})  # fmt: skip
_TELLING = (
    "author", "byline", "by-line", "autor", "auteur", "writer", "writter", "verfasser", "contributor",
    "skribent", "signature", "username", "user-name", "posted-by", "postedby", "wrote", "reporter", "redakteur",
    "vcard", "itemposter", "firma", "creator", "journalist",
)  # fmt: skip
_NOT_TELLING = re.compile(
    r"author(?:i[tsz]|ing)|coauthor|affirma|tag-author|category-author|(?:no|hide|without)-author"
)
_NAMING = re.compile(r"author|auteur|autor|vcard|user-?name|byline|poster")
_AUTHOR_PATH = re.compile(
    r"/(?:blog-?)?(?:authors?|autor(?:e?n|es|in|innen)?|auteurs?|autor-in|redakteure?|journalists?|reporters?|writers?|people|"
    r"contributors?|producers?|staff|mitarbeiter|columnists?|redaktion)/[^/?#]{3,}",
    re.I,
)
_AUTHOR_STEMS = (
    "/author", "/autor", "/auteur", "/redakt", "/journalist", "/reporter", "/writer", "/people", "/contributor",
    "/producer", "/staff", "/mitarbeiter", "/columnist", "/blog",
)  # fmt: skip
_FAR = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|comments?|commentlist|comment-\w+|respond|sidebar|side-?bar|teasers?|most-?read|"
    r"popular|cards?|rail|nav|navbar|menu|promo|widget\w*|newsletter|breadcrumbs?|figcaption|caption|cookie\w*)(?=$|[\s_-])|"
    r"related(?=[A-Z])|Comment(?=[A-Z_]|$)|[tT]easer|Sidebar|mostRead|[a-z]Card(?=[A-Z_]|$)"
)
_BUILDERS = re.compile(
    r"\b(?:elementor|et_pb|wp-block|fl|vc|sqs|gb|brxe|jeg|td)[-_][\w-]*|status-\S+|\S*(?:\[|layout)\S*|\b(?:has|no|with|under)-\S+|\bcomments?-(?:open|closed)\b|\S*vcard|h-card"
)
_OF_OTHERS = re.compile(r"(?<![a-z])(?:related|recommend|teaser|comment-body)", re.I)
_META = re.compile(r"auth?or|meta|by-?line|post-?footer|entry|info|credit|postdata", re.I)
_OWN = re.compile(r"(?:^|\s)(?:h-?entry|post-\d+|type-post|article-?body|single-post)(?=$|\s)", re.I)
# Nothing is tried twice: most texts begin with the white space of their source. A single letter counts as a word before
# “by” where a mark stands before it.
_BY_TEXT = re.compile(
    r"\W*+(?:(?:(?:\S{2,12}+|(?<=[^\w\s])\S)\s)?(?:by|von|par|por|di|da|door|av|af)\b|text\b|autor(?:en|in)?\b|author|words|auteur|redaktion:|contributors?:|"
    r"interview:|texto|escrito|rédigé|tekst|testo)",
    re.I,
)
_NAME = (
    r"[^\W\d_a-z][\w’'.-]+"
    r"(?: (?:(?:de|del|della|von|van|der|den|la|le|di|da|bin|al|el|y) )*[^\W\d_a-z][\w’'.-]*){1,3}"
)
_BYLINE = re.compile(
    rf"\W*(?:(?i:written by|words by|story by|reported by|posted by|created by|by|text von|erstellt von|von|par|por|"
    rf"de|di|da|door|av|af|text|autor(?:en|in)?|authors?|redaktion|contributors?|interview|text & fotos|text und fotos|"
    rf"texte?))(?:\s*:\s*|\s+)"
    rf"({_NAME}(?:\s*(?:,|;|&|(?i:\band|und|et|y|e|en|och|og\b))\s+{_NAME})*)"
    r"\s*(?:$|[•·|,;/(@–—\d-]|(?i:on|am|le|el|il|um|vom|updated|published)\b)"
)
_ABOUT_WORDS = (
    "meta",
    "info",
    "submitted",
    "posted",
    "post-date",
    "postdate",
    "timedata",
    "dateline",
    "dateblock",
    "publish",
)
_WITHIN = re.compile(
    rf"(?:^|[\s|•·–—-])(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Aa]utor(?:in)?:?|[Aa]uthor:?|Text:|Redaktion:)\s+"
    rf"({_NAME}(?:\s*(?:,|;|&|\b(?:and|und|et|y|e)\b)\s+{_NAME})*|"
    r"(?<=[Bb]y\s)[\w.-]{2,30}(?=\s*(?:$|\n|\bon\b|@)))"
)
_OTHERS = re.compile(
    r"(?:review|edit|check|photo|foto|translat|übersetz|illustrat|produc|grafik|bild|lektor)\w*(?:\s+(?:by|von))?\W*$",
    re.I,
)
_TO_THE_RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)", re.I)
_MAX = 8
_LONG_NAMES, _LONG_NAME = 1000, 100  # characters of a class attribute, and of a name in such a one


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A place that names an author, and the texts that make it up."""

    element: HtmlElement
    texts: list[str]


def shown(page: Page) -> dict[str, list[Shown]]:
    """kind → places of that kind in page order."""
    found: dict[str, list[Shown]] = {kind: [] for kind in KINDS}
    elements = page.elements
    stated = {
        place
        for prop, positions in elements.saying("itemprop", "author")
        if "author" in prop.split()
        for place in positions
    }
    linked = _linked(elements)
    telling = _told(elements, "id") | _told(elements, "class")
    opening = _opening(elements)
    for place in elements.unnested({*stated, *linked, *telling, *opening}):
        element = elements.all[place]
        tag = element.tag
        if tag not in _TAGS:
            continue
        if place in stated:
            _add(found, "microdata", element)
            continue
        if place in linked:
            _add(found, linked[place], element)
            continue
        told = telling.get(place)
        if told == _AUTHOR:
            _add(found, "class", element)
            continue
        if told == _ABOUT:
            text = lines_of(element, 160)
            match = _WITHIN.search(text) if len(text) < 160 else None
            if match and names_in([match[1]]) and not is_far(element):
                kind = "text" if is_person(names_in([match[1]])[0]) else "handle"
                found[kind].append(Shown(element=element, texts=[match[1]]))
                continue
        if tag == "a" or place not in opening or len(element) > 6:
            continue
        text = lines_of(element, 160)
        if 6 < len(text) < 160 and (match := _BYLINE.match(text)) and not is_far(element):
            found["text"].append(Shown(element=element, texts=[match[1]]))
    if not any(found.values()):
        found["text"] = _signed(elements)
    return found


def _signed(elements: Elements) -> list[Shown]:
    """The last paragraph of a text, where it is a name set to the right, as at the end of a letter."""
    found = []
    for style, positions in elements.saying("style", "text-align"):
        if not _TO_THE_RIGHT.search(style):
            continue
        for element in elements.at(positions):
            after = element.getnext()
            if (
                is_person(text := lines_of(element, 60))
                and element.getprevious() is not None
                and (after is None or after.tag != "p")
            ):
                found.append(Shown(element=element, texts=[text]))
    return found[-1:]


_AUTHOR, _ABOUT = 1, 2


def _linked(elements: Elements) -> dict[int, str]:
    """Positions of the links with rel=author and of those that lead to an author's page; which of the two."""
    found: dict[int, str] = {}
    for href, positions in elements.saying("href", *_AUTHOR_STEMS):
        if _AUTHOR_PATH.search(href):
            found.update(dict.fromkeys(positions, "page"))
    for rel, positions in elements.saying("rel", "author"):
        if "author" in rel.split():
            found.update(dict.fromkeys(positions, "rel"))
    return {place: kind for place, kind in found.items() if elements.all[place].tag == "a"}


def _told(elements: Elements, attribute: str) -> dict[int, int]:
    """Positions of elements whose class or id names an author, or what is told about the article; which of the two."""
    found: dict[int, int] = {}
    for _, positions in elements.saying(attribute, *_ABOUT_WORDS):
        found.update(dict.fromkeys(positions, _ABOUT))
    for value, positions in elements.saying(attribute, *_TELLING):
        found.update(dict.fromkeys(positions, 0 if _NOT_TELLING.search(value.lower()) else _AUTHOR))
    return {place: told for place, told in found.items() if told}


def _opening(elements: Elements) -> set[int]:
    """Positions of the elements that begin as a byline does: by themselves, or with what stands first in them."""
    texts, every = elements.texts, elements.all
    found = {place for place, text in texts.items() if len(text) <= 160 and _BY_TEXT.match(text)}
    for place in tuple(found):
        if place - 1 not in texts and place and every[place].getparent() is every[place - 1]:
            found.add(place - 1)
    return found


def _add(found: dict[str, list[Shown]], kind: str, element: HtmlElement) -> None:
    if len(found[kind]) >= _MAX:
        return
    text = lines_of(element, 1500)
    if not 1 < len(text) < 1500 or is_far(element) or _OTHERS.search(_before(element)):
        return
    texts = [text]
    if kind == "microdata":
        texts = [one.get("content") or lines_of(one, 100) for one in element.iterfind(".//*[@itemprop='name']")][
            :1
        ] or texts
    elif len(text) > 100:  # a box about the author: the name leads it
        texts = [line for line in text.split("\n")[:4] if is_person(line)][:1]
    else:
        links = [lines_of(a, 100) for a in element.iter("a") if a is not element]
        texts = [one for one in links if any(map(is_person, names_in([one])))] or texts
    names = names_in(texts)
    if not names or len(texts[0]) > 120:
        return
    if kind in {"page", "class"} and not is_person(names[0]):
        if (
            not _NAMING.search(told := f"{element.get('class')} {element.get('href')}".lower())
            or not (is_handle(names[0]) or ("vcard" in told and len(names[0].split()) < 4))
            or len(text.split()) > 4
        ):
            return
        kind = "handle"
    found[kind].append(Shown(element=element, texts=texts))


def _before(element: HtmlElement) -> str:
    """The words that stand right before it, up to three elements around."""
    for _ in range(3):
        previous, parent = element.getprevious(), element.getparent()
        if previous is not None:
            return (previous.tail or "").strip() or line_of(previous, 60)[-60:]
        if parent is None or (parent.text or "").strip():
            return (parent.text or "").strip() if parent is not None else ""
        element = parent
    return ""


def together(places: list[Shown]) -> list[str]:
    """The texts of the first place, and of those beside it that name its other authors."""
    first = places[0]
    texts = list(first.texts)
    around = first.element.getparent()
    for _ in range(3):
        if around is None or around.tag in {"article", "main", "body"}:
            break
        near = [place for place in places[1:] if _is_like(place, first) and around in place.element.iterancestors()]
        if near and len(lines_of(around, 240)) < 240:
            return list(dict.fromkeys(texts + [text for place in near for text in place.texts]))
        around = around.getparent()
    return texts


def _is_like(one: Shown, other: Shown) -> bool:
    return (
        one.element.tag == other.element.tag
        and one.element.get("class") == other.element.get("class")
        and other.element not in one.element.iterancestors()
    )


def lines_of(element: HtmlElement, most: int) -> str:
    """Its pieces of text, a line each; cut where that gets longer than asked for."""
    if not len(element):
        return " ".join((element.text or "").split())
    lines: list[str] = []
    for text in element.itertext():
        if line := " ".join(text.split()):
            lines.append(line)
            most -= len(line) + 1
            if most < 0:
                break
    return "\n".join(lines)


def line_of(element: HtmlElement, most: int) -> str:
    pieces: list[str] = []
    for text in element.itertext():
        pieces.append(text)
        most -= len(text)
        if most < -200:
            break
    return " ".join("".join(pieces).split())


def _is_far_by_name(named: str) -> bool:
    if len(named) > _LONG_NAMES:  # the patterns take the square of a word
        named = " ".join(name[:_LONG_NAME] for name in named.split())
    return _is_named_far(named)


@lru_cache(maxsize=8192)
def _is_named_far(named: str) -> bool:
    return _FAR.search(_BUILDERS.sub("", named)) is not None


def is_far(element: HtmlElement | None) -> bool:
    """Whether it stands in a rail, a card, a menu or among comments: what is said there is said of others."""
    steps = 0
    while element is not None and steps < 9:
        tag = element.tag
        named = element.get("class") or ""
        if identity := element.get("id"):
            named += " " + identity
        if tag in {"main", "body"}:
            return False
        if tag == "article":  # whose class tells its looks and topics too
            return bool(_OF_OTHERS.search(named))
        if named and _is_far_by_name(named):
            return True
        if tag == "nav" or (
            tag in {"aside", "footer"}
            and not _META.search(named)
            and (tag == "aside" or next(element.iterancestors("article"), None) is None)
        ):
            return True
        if _OWN.search(named):
            return False
        element, steps = element.getparent(), steps + 1
    return False
