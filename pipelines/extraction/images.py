"""A Page and its blocks in, the article's images out, in page order, with what is said of each. Fetches nothing.

The article's are those between its headline and its last paragraph, outside menus, rails, cards that lead elsewhere,
and whatever is small. The image that the page names for its headline comes first where it does not stand among them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import unquote

from lxml import etree
from lxml.html import HtmlElement

from .fields import absolute
from .found import Found
from .jsonld import Node, resolve, text_of, types_of
from .page import Page
from .page import text_of as element_text
from .records import Block, Image

MOST_IMAGES = 200
_MOST_LOOKED_AT = 2000  # of whatever size
_SMALLEST = 80  # pixels: below it stand icons, portraits of authors and counters
_ELSEWHERE = {"nav", "aside", "footer", "form"}
_RAIL = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|teasers?|promos?|authors?|avatars?|bylines?|share|social|comments?|newsletter|"
    r"logos?|icons?|ads?|advert\w*|sidebar|widgets?|trending|popular|outbrain|taboola|more-(?:from|stories)|cards?|"
    r"read-?more|mehr-zum-thema|weitere-artikel)(?:$|[\s_-])",
    re.I,
)
_NO_PICTURE = re.compile(
    r"^data:|\.svg(?:$|\?)|(?:^|[/_.-])(?:avatar|gravatar|logo|icons?|sprite|pixel|spacer|blank|placeholder|loading|"
    r"transparent|1x1|emoji|button|badge)s?(?:[/_.-]|$)",
    re.I,
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.I)
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-url", "data-hi-res-src", "data-image")
_SIZE_IN_NAME = re.compile(r"(?:[-_]\d{2,4}x\d{2,4}|-scaled|@2x)(?=\.\w+$)")
_CANDIDATES = re.compile(r",\s+")
_WIDTH = re.compile(r"\s*(\d+(?:\.\d+)?)[wx]")
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:\s*px)?\s*$")
_CREDIT_CLASS = re.compile(r"credit|copyright|photographer|attribution|urheber|(?:image|photo|img)[_-]?source", re.I)
_CAPTION_CLASS = re.compile(r"caption|legend|bildunterschrift|bildtext|didascalia", re.I)
_CREDIT = re.compile(
    r"[\s(\[|/–—-]*(?:(?:\b(?:fotos?|photos?|photography|photograph|pictures?|images?|bild(?:er)?|bildquelle|quelle|"
    r"credits?|cr[ée]ditos?|crédits?(?: photo)?|(?:photo|image) credit|source|fuente|fonte|imagen|imagem|foto de|fot\.|"
    r"фото|写真)\s*(?::|©|/|\b(?:by|von|por)\b)|©|\(c\))\s*)"
    r"(?P<who>[^:.]{2,90}(?:\.(?:com|de|org|net))?[^:.]{0,30})\.?\s*[)\]]?\s*$",
    re.I,
)
_LENGTH: Any = etree.XPath("string-length(normalize-space(.))")
_BOXES = {"figure", "div", "p", "td", "li", "section", "dl"}


def images_of(page: Page, blocks: list[Block], *, lead: str | None) -> tuple[Image, ...]:
    """`lead`: the address of the image that goes with the headline, as the page names it."""
    described = _described(page)
    found: dict[str, Image] = {}
    elsewhere: dict[HtmlElement, bool] = {}
    for element in _of_article(page, blocks):
        image = _image(element, page, described, elsewhere)
        if image is not None:
            found.setdefault(_stem(image.url), image)
        if len(found) >= MOST_IMAGES:
            break
    if lead:
        stem = _stem(lead)
        if stem in found:
            found[stem] = replace(found[stem], is_lead=True)
        else:
            found = {stem: _lead(lead, page, described.get(stem)), **found}
    return tuple(found.values())


def _of_article(page: Page, blocks: list[Block]) -> list[HtmlElement]:
    starts = {start for block in blocks if (start := _start(block.text)) and block.kind in {"paragraph", "quote"}}
    root = _root(page, sum(len(block.text) for block in blocks))
    within: list[HtmlElement] = []
    until = 0  # images before the last paragraph that was read
    for element in root.iter("img", "p"):
        if element.tag == "img":
            within.append(element)
            if len(within) > _MOST_LOOKED_AT:
                break
        elif starts and len(within) > until:
            text = "".join(islice(element.itertext(), 8)) if len(element) else element.text
            if text and _start(text) in starts:
                until = len(within)
    if starts and not until:  # no paragraphs in the source, or no image among them
        until = len(within) if next(root.iter("p"), None) is None else 0
    return within[:until]


def _root(page: Page, size: int) -> HtmlElement:
    """The smallest element around the headline that holds most of the text that was read."""
    root = next((h1 for h1 in page.elements.of("h1") if len(h1) or h1.text), None)
    if root is None:
        root = page.elements.first("article", "main")
    if root is None:
        root = page.tree
    while (parent := root.getparent()) is not None and _LENGTH(root) < size // 2:
        root = parent
    return root


def _image(
    element: HtmlElement, page: Page, described: dict[str, Node], elsewhere: dict[HtmlElement, bool]
) -> Image | None:
    raw = _address(element)
    if raw is None or _NO_PICTURE.search(raw) or (url := absolute(page, raw)) is None:
        return None
    width, height = _pixels(element.get("width")), _pixels(element.get("height"))
    if any(size is not None and size < _SMALLEST for size in (width, height)) or _is_elsewhere(element, elsewhere):
        return None
    node = described.get(_stem(url), {})
    shown = _said(element)
    caption, credit = _first(shown[0], text_of(node.get("caption"))), _first(shown[1], _credit_of(node))
    return Image(
        url=url,
        caption=caption.value,
        caption_source=caption.source,
        credit=credit.value,
        credit_source=credit.source,
        alt=" ".join((element.get("alt") or "").split()) or None,
        width=width or _pixels(text_of(node.get("width"))),
        height=height or _pixels(text_of(node.get("height"))),
        is_lead=False,
    )


def _lead(url: str, page: Page, node: Node | None) -> Image:
    node = node or {}
    caption, credit = _first(None, text_of(node.get("caption"))), _first(None, _credit_of(node))
    return Image(
        url=url,
        caption=caption.value,
        caption_source=caption.source,
        credit=credit.value,
        credit_source=credit.source,
        alt=page.meta("og:image:alt", "twitter:image:alt"),
        width=_pixels(page.meta("og:image:width") or text_of(node.get("width"))),
        height=_pixels(page.meta("og:image:height") or text_of(node.get("height"))),
        is_lead=True,
    )


def _first(shown: str | None, stated: str | None) -> Found:
    return Found.of(("page", shown), ("json-ld", stated))


def _address(element: HtmlElement) -> str | None:
    """The largest form that the element names: of a srcset, of what a script would load, else its src."""
    picture = next(element.iterancestors("picture"), None)  # libxml2 nests: a source is closed with its picture
    sources: Iterable[HtmlElement] = picture.iter("source") if picture is not None else ()
    sets = [text for each in (element, *sources) for name in ("srcset", "data-srcset") if (text := each.get(name))]
    offered = [candidate for text in sets for candidate in _offered(text)]
    if offered:
        return max(offered)[1]
    lazy = next((value for name in _LAZY if (value := element.get(name)) and not value.startswith("data:")), None)
    src: str | None = element.get("src")
    return lazy or src


def _offered(srcset: str) -> Iterator[tuple[float, str]]:
    """Width (or density) and address of each candidate. Addresses may hold commas, but not with a space after them."""
    for candidate in _CANDIDATES.split(srcset.strip()):
        address, _, size = candidate.strip().rstrip(",").partition(" ")
        if address and not address.startswith("data:"):
            number = _WIDTH.match(size)
            yield float(number[1]) if number else 0.0, address


def _is_elsewhere(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether it stands in a menu, a rail or a link; ``known``: what is known of the boxes around others."""
    passed: list[HtmlElement] = []
    is_elsewhere = False
    for around in element.iterancestors():
        if around in known:
            is_elsewhere = known[around]
            break
        passed.append(around)
        is_elsewhere = _leads_elsewhere(around)
        if is_elsewhere or around.tag in {"article", "main", "body"}:
            break
    known.update(dict.fromkeys(passed, is_elsewhere))
    return is_elsewhere


def _leads_elsewhere(box: HtmlElement) -> bool:
    tag = box.tag
    if tag in {"article", "main", "body"}:
        return False
    if tag == "a" and not ((href := box.get("href") or "#").startswith("#") or _PICTURE.search(href)):
        return True
    return tag in _ELSEWHERE or _is_rail(f"{box.get('class') or ''} {box.get('id') or ''}")


def _said(element: HtmlElement) -> tuple[str | None, str | None]:
    """Caption and credit in the box around the image: a figure, else a small box with an element called caption."""
    box = next((one for one in element.iterancestors("figure")), None)
    if box is None:
        box = element.getparent()
        for _ in range(3):
            if box is None or (box.tag not in _BOXES and box.tag not in {"a", "picture", "span"}):
                return None, None
            if any(_role(one.get("class") or "") == "caption" for one in islice(box.iterdescendants(), 30)):
                break
            box = box.getparent()
        else:
            return None, None
    if len(list(islice(box.iter("img"), 4))) > 3:
        return None, None
    credits, captions = [], []
    for one in islice(box.iterdescendants(), 300):
        role = _role(one.get("class") or "")
        if role == "credit":
            credits.append(one)
        elif role == "caption" or one.tag == "figcaption":
            captions.append(one)
    credit = next((text for one in credits if (text := element_text(one))), None)
    caption = max((element_text(one) for one in captions), key=len, default="")
    if credit:
        caption = caption.replace(credit, " ").strip(" |–—-\n")
        return " ".join(caption.split()) or None, _bare_credit(credit)
    if match := _CREDIT.search(caption):
        return caption[: match.start()].strip() or None, _closed(match["who"])
    return caption or None, None


@lru_cache(maxsize=4096)  # a site has a few hundred class names
def _is_rail(named: str) -> bool:
    return bool(_RAIL.search(named))


@lru_cache(maxsize=4096)
def _role(named: str) -> str | None:
    return "credit" if _CREDIT_CLASS.search(named) else "caption" if _CAPTION_CLASS.search(named) else None


def _bare_credit(credit: str) -> str:
    match = _CREDIT.match(credit)
    return _closed(match["who"] if match else credit.strip(" ()[]"))[:200]


def _closed(who: str) -> str:
    bare = who.strip()
    more = bare.count("(") - bare.count(")")
    return f"{bare})" if more > 0 else bare.removesuffix(")") if more < 0 else bare


def _described(page: Page) -> dict[str, Node]:
    """What JSON-LD says of images, by address."""
    found: dict[str, Node] = {}
    own: Any = (page.article or {}).get("image")
    for value in [*(own if isinstance(own, list) else [own]), *page.nodes]:
        node = resolve(value, page.nodes)
        if isinstance(node, dict) and (node is not value or "imageobject" in types_of(node) or value is own):
            url = text_of(node.get("contentUrl")) or text_of(node.get("url"))
            if url:
                found.setdefault(_stem(url), node)
    return found


def _credit_of(node: Node) -> str | None:
    creator = node.get("creator") or node.get("author")
    name = text_of(creator.get("name")) if isinstance(creator, dict) else text_of(creator)
    return text_of(node.get("creditText")) or name or text_of(node.get("copyrightNotice"))


def _stem(url: str) -> str:
    """What two sizes of one image have in common: its own name where that tells it from others, else the whole path."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0]
    path = _SIZE_IN_NAME.sub("", unquote(path).lower())
    name = _PICTURE.sub("", path.rpartition("/")[2])
    return name if len(name) >= 16 and re.search(r"\d", name) else path


def _pixels(raw: str | None) -> int | None:
    match = _PIXELS.match(raw) if raw else None
    return int(match[1]) if match and int(match[1]) else None


def _start(text: str) -> str:
    start = "".join(text[:120].split())[:40]
    return (start if len(start) == 40 else "".join(text.split())[:40]).casefold()
