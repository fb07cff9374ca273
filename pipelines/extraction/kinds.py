"""A Page and its text in, what kind of page it is out, with the evidence in words. None where nothing says so.

What the page states of itself goes first (schema.org and Open Graph types), then the label beside its headline, its
section, its address, the beginning of its headline, and how releases of agencies begin. A label counts only in the
small box around the headline: “Anzeige” stands above every advertisement of a German page, whose articles are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from .jsonld import text_of, types_of
from .page import Page
from .page import text_of as element_text

_TYPES = {
    "advertisercontentarticle": "sponsored", "liveblogposting": "live_blog", "opinionnewsarticle": "opinion",
    "reviewnewsarticle": "review", "review": "review", "criticreview": "review", "videoobject": "video",
    "imagegallery": "gallery", "mediagallery": "gallery", "podcastepisode": "podcast", "recipe": "recipe",
    "claimreview": "fact_check", "analysisnewsarticle": "analysis",
}  # fmt: skip
_ARTICLE_LIKE = re.compile(r"article|blogposting|report$", re.I)
_SHOWN_NOT_WRITTEN = {"video", "gallery", "podcast"}  # by words only where there is little to read
_MOST_TEXT_BESIDE_MEDIA = 1500
_LONGEST_LABEL = 40
_LARGEST_BOX = 400  # characters besides the headline in the box that a label shares with it
_AGENCIES = re.compile(
    r"[-–—/(]\s*(PRNewswire|Business ?Wire|GLOBE ?NEWSWIRE|Newsfile Corp|ACCESSWIRE|ACCESS Newswire|EINPresswire|"
    r"EQS-News|EQS Group-News|PR-inside|openPR|ots)\b(?:\s*[-–—/):.]|\s*$)",
    re.I,
)
# Beside a headline these lead to the comments, to a broadcast or to other pages; as a section they mean what they say.
_NO_LABELS = {
    "comment", "kommentare", "kommentarer", "commenti", "live", "direct", "direkt", "direkte", "directo", "reviews",
    "videos", "photos", "fotos", "watch", "podcasts", "interviews", "letters", "columns",
}  # fmt: skip
_NO_SECTIONS = {"live", "direct", "direkt", "direkte", "directo"}  # a rubric of concerts, and others
_OTHER_PARTS = {"nav", "footer", "form", "aside"}
_SLOT = re.compile(r"(?:^|[\s_-])(?:ads?|adslot\w*|advert\w*|banner\w*|dfp|gpt|promotions?)(?:$|[\s_-])", re.I)
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, kw_only=True)
class Kind:
    kind: str
    evidence: str


def kind_of(page: Page, *, title: str | None, section: str | None, text: str) -> Kind | None:
    """`article` where the page calls itself one and nothing says more; `text`: the body that was read."""
    stated = types_of(page.article) if page.article else set()
    for type_ in sorted(stated & _TYPES.keys()):
        return Kind(kind=_TYPES[type_], evidence=f"JSON-LD {type_}")
    if found := _by_words(page, title=title, section=section, text=text):
        return found
    for type_ in sorted(stated):
        if _ARTICLE_LIKE.search(type_):
            return Kind(kind="article", evidence=f"JSON-LD {type_}")
    if not page.meta("article:published_time") and (word := service_word(page)):
        return Kind(kind="service", evidence=f"“{word}” at the end of the address, and no date")
    declared = (page.meta("og:type") or "").lower()
    if declared.startswith("video"):
        return Kind(kind="video", evidence=f"og:type {declared}")
    if declared in {"article", "news", "blog", "newsarticle"}:
        return Kind(kind="article", evidence=f"og:type {declared}")
    if page.meta("article:published_time"):
        return Kind(kind="article", evidence="article:published_time")
    return None


def service_word(page: Page) -> str | None:
    """The end of the path that says that this page is about the site itself; None where it says no such thing."""
    last = _segments(page.url)[-1:]
    return last[0] if last and _words()["service /"].fullmatch(last[0]) else None


def _by_words(page: Page, *, title: str | None, section: str | None, text: str) -> Kind | None:
    short = len(text) <= _MOST_TEXT_BESIDE_MEDIA
    for source, label in _labels(page, title, section):
        kind = _kind_named(label)
        if kind and (short or kind not in _SHOWN_NOT_WRITTEN):
            return Kind(kind=kind, evidence=f"{source} “{label}”")
    for segment in _segments(page.url):
        kind = _kind_at(segment)
        if kind and (short or kind not in _SHOWN_NOT_WRITTEN):
            return Kind(kind=kind, evidence=f"“{segment}” in the address")
    if title and (mark := re.match(r"([^:|–—]{3,30}?)\s*(?:[:|]|\s[–—-]\s)", title)):
        kind = _kind_named(mark[1])
        if kind and (short or kind not in _SHOWN_NOT_WRITTEN):
            return Kind(kind=kind, evidence=f"headline begins “{mark[1]}”")
    if wire := _AGENCIES.search(text[:200]):
        return Kind(kind="press_release", evidence=f"begins with {wire[1]}")
    return None


def _labels(page: Page, title: str | None, section: str | None) -> Iterator[tuple[str, str]]:
    """Where it stands, and what it says, the likeliest first."""
    for label in _beside_headline(page, title):
        yield "label", label
    node = page.article or {}
    sections = node.get("articleSection")
    for value in [*(sections if isinstance(sections, list) else [sections]), node.get("genre"), section]:
        if (said := text_of(value)) and said.casefold() not in _NO_SECTIONS:
            yield "section", said


def _beside_headline(page: Page, title: str | None) -> list[str]:
    """Short texts of the small box around the headline: kicker, breadcrumb, label."""
    heading = _headline(page, title)
    if heading is None:
        return []
    own = len(element_text(heading))
    box = heading
    for around in heading.iterancestors():
        if around.tag in {"body", "html", "main"} or _is_longer(around, own + _LARGEST_BOX):
            break
        box = around
    found = []
    before = box.getprevious() if box is not None else None
    boxes = [box] if before is None or _is_longer(before, 4 * _LONGEST_LABEL) else [before, box]
    for element in (each for one in boxes for each in one.iter()):
        if len(element) or element is heading or element.tag in {"option", "button", "input"}:
            continue
        text = " ".join((element.text or "").split())
        if 1 < len(text) <= _LONGEST_LABEL and text.casefold() not in _NO_LABELS and not _is_elsewhere(element, boxes):
            found.append(text)
    return found


def _is_elsewhere(element: HtmlElement, boxes: list[HtmlElement]) -> bool:
    """Whether it belongs to a menu or to an advertisement rather than to the headline."""
    for one in chain([element], element.iterancestors()):
        if one.tag in _OTHER_PARTS or _is_slot(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return True
        if one in boxes:
            return False
    return False


@lru_cache(maxsize=4096)
def _is_slot(named: str) -> bool:
    return _SLOT.search(named) is not None


def _is_longer(element: HtmlElement, limit: int) -> bool:
    """Whether it holds more text than that, white space folded; stops counting there."""
    length = 0
    for piece in element.itertext():
        length += len(" ".join(piece.split()))
        if length > limit:
            return True
    return False


def _headline(page: Page, title: str | None) -> HtmlElement | None:
    headings = [h1 for h1 in page.elements.of("h1") if len(h1) or h1.text]
    if len(headings) > 1 and title:
        same = [h1 for h1 in headings[:6] if title in element_text(h1)]
        headings = same or headings
    return headings[0] if headings else None


def _kind_named(label: str) -> str | None:
    flat = _EDGES.sub("", " ".join(label.split())).casefold()
    return _kinds().get(flat)


@lru_cache(maxsize=4096)
def _kind_at(segment: str) -> str | None:
    return next(
        (
            name.removesuffix(" /")
            for name, words in _words().items()
            if name != "service /" and words.fullmatch(segment)
        ),
        None,
    )


def _segments(url: str) -> list[str]:
    try:
        path = urlsplit(url).path
    except ValueError:
        return []
    return [unquote(segment).lower().partition(".")[0] for segment in path.split("/") if segment][:8]


@cache
def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    current = ""
    for line in files(__package__).joinpath("kinds.txt").read_text(encoding="utf-8").splitlines():
        phrase = line.strip()
        if phrase.startswith("["):
            current = phrase.strip("[]")
        elif phrase and not phrase.startswith("#"):
            lists.setdefault(current, []).append(phrase)
    return lists


@cache
def _kinds() -> dict[str, str]:
    return {
        phrase.casefold(): name for name, phrases in _lists().items() if not name.endswith("/") for phrase in phrases
    }


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(re.escape(phrase).replace(r"\*", ".*") for phrase in phrases))
        for name, phrases in _lists().items()
        if name.endswith("/")
    }
