"""A Page in, its fields out: title, section, tags, canonical URL and the like. None where the page is silent."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from crawler import registrable_domain

from .confidence import Second
from .found import Found
from .home_links import headings_that_lead_home
from .jsonld import resolve, text_of, types_of
from .page import Page

_SEPARATOR = re.compile(r"\s+[|·•»«›‹:*–—-]+\s+|\s*[|»ㅣ｜]\s*")
_SEPARATOR_AT_END = re.compile(rf"(?:{_SEPARATOR.pattern})$")
_ARCHIVES = ("Blog Archive", "Blog Archiv")  # of every story's title in early WordPress
_ABSOLUTE = re.compile(r"https?://[^/?#\s:@\[\]]+(?::\d{1,5})?(?:[/?#]|$)", re.I)
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$", re.I)
_DESCRIPTION_METAS = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "sailthru.description",
)  # fmt: skip
_MARKS = re.compile(r"\W+")
_TITLE_METAS = ("og:title", "twitter:title", "dc.title", "title", "sailthru.title")


def site_names(page: Page) -> list[str]:
    """The names the page gives its site: og:site_name, publisher, application name, headings that lead home, domain."""
    names = [page.meta("og:site_name"), page.meta("application-name", "apple-mobile-web-app-title")]
    names += [publisher(page).value]
    names += [text_of(node.get("name")) for node in page.nodes if types_of(node) & {"website"}]
    names += headings_that_lead_home(page)
    domain = registrable_domain(page.url)
    return list(dict.fromkeys(name for name in [*names, domain, domain.split(".")[0]] if name and len(name) < 80))


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The headline, and what is known of where it stood."""

    text: str | None
    """Without the site's name."""
    raw: str | None
    source: str | None
    """`json-ld`, `meta`, `heading`, `document` or `override`."""
    second: Second = "alone"


def title(page: Page, names: list[str]) -> tuple[str | None, str | None]:
    """The headline without the site's name, and as found."""
    found = headline(page, names)
    return found.text, found.raw


def headline(page: Page, names: list[str]) -> Headline:
    """The headline, where it was found, and whether another part of the page says the same.

    JSON-LD's headline first, then a single h1 (what the reader sees), then og:title, then the document's title; a
    heading that one of them merely continues (“… | Sport”) is the headline. On 1,611 pages with known titles this
    order was right on .84, og:title first on .76; with the two exceptions, the shorter of two forms that differ by a
    kicker and what h1 and og:title say alike against the JSON-LD of no news article, on .85; with a heading that leads
    home known for the site's name, and the h1 of blogs before their JSON-LD, on .87 (2026-11).
    """
    known = {fold(name) for name in names}
    stated, social, document = (
        (raw, cut) if raw and (cut := without_site(raw, names)) and fold(cut) not in known else None
        for raw in (text_of((page.article or {}).get("headline")), page.meta(*_TITLE_METAS), page.document_title)
    )
    headings = [heading for heading in page.headings[:6] if fold(heading) not in known and len(heading) < 400]

    def taken(text: str, raw: str, source: str) -> Headline:
        if social and source != "meta" and _is_kicker_before(social[1], text):
            text, raw, source = *reversed(social), "meta"
        said = {"json-ld": stated and [stated[1]], "meta": social and [social[1]], "heading": headings}
        said["document"] = document and [document[1]]
        others = [one for where, found in said.items() if where != source for one in found or ()]
        return Headline(text=text, raw=raw, source=source, second=_second(text, others))

    for heading in headings:
        folded = fold(heading)
        if (
            stated
            and len(folded) > 12
            and fold(stated[1]).startswith(folded)
            and re.match(r"\s*[|–—»·-]", stated[1][len(heading) :])
        ):
            return taken(heading, stated[0], "heading")
    # Two against one; but what the JSON-LD of news sites has is printed, and the others are for search and sharing.
    kinds = types_of(page.article or {})
    is_news = any(kind.endswith(("newsarticle", "posting")) for kind in kinds)
    if stated and social and headings and not is_news and fold(social[1]) == fold(headings[0]) != fold(stated[1]):
        return taken(headings[0], headings[0], "heading")
    # Plugins for blogs put there what they write for search engines: the h1 was right on 13 of 14 pages (2026-11).
    is_blog = "blogposting" in kinds and len(headings) == 1 and len(fold(headings[0])) > 12
    if stated and is_blog and fold(stated[1]) not in fold(headings[0]):
        return taken(headings[0], headings[0], "heading")
    if stated:
        return taken(stated[1], stated[0], "json-ld")
    if len(headings) == 1 and len(fold(headings[0])) > 12:
        return taken(headings[0], headings[0], "heading")
    for heading in headings:
        for other in (social, document):
            if (
                other
                and len(fold(heading)) > 8
                and (fold(other[1]).startswith(fold(heading)) or fold(other[1]).endswith(fold(heading)))
            ):
                return taken(heading, other[0], "heading")
    if social:
        return taken(social[1], social[0], "meta")
    if headings:
        return taken(headings[0], headings[0], "heading")
    return taken(document[1], document[0], "document") if document else Headline(text=None, raw=None, source=None)


def _is_kicker_before(title: str, text: str) -> bool:
    """Whether a text is the title with a kicker before it: “SVP-Sonderparteitag zur Migration: Chiesa ruft …”.

    Where og:title is the end of what stands in JSON-LD or the h1, it was right on 18 of 24 pages, the longer form on 4
    (2026-11).
    """
    short = fold(title)
    return len(short) > 20 and fold(text).endswith(f" {short}")


def _second(text: str, others: list[str]) -> Second:
    """Whether one of the others says it, be it with more before or behind it (“… | Sport”)."""
    folded = fold(text)
    said = [flat for other in others if (flat := fold(other))]
    if folded in said or (len(folded) > 8 and any(one.startswith(folded) or one.endswith(folded) for one in said)):
        return "agrees"
    return "contradicts" if said else "alone"


def titles_of(page: Page) -> list[str]:
    """Every way the page writes its title: JSON-LD, meta elements, the document's title."""
    node = page.article or {}
    found = [
        text_of(node.get("headline")),
        text_of(node.get("alternativeHeadline")),
        page.meta("og:title"),
        page.meta("twitter:title"),
    ]
    return [one for one in found if one]


def without_site(text: str, names: list[str]) -> str:
    """The text without leading or trailing pieces that name the site."""
    known = {fold(name).replace(" ", "") for name in (*names, *_ARCHIVES)}
    for name in names:  # which may have a mark within it: “Story | Example | The paper of the hills”
        if text.endswith(name) and _SEPARATOR.search(name) and (mark := _SEPARATOR_AT_END.search(text[: -len(name)])):
            text = text[: mark.start()]
    for _ in range(3):
        marks = list(_SEPARATOR.finditer(text))
        if not marks:
            break
        head, tail = text[: marks[-1].start()], text[marks[-1].end() :]
        first, rest = text[: marks[0].start()], text[marks[0].end() :]
        if _names_site(tail, known) and head:
            text = head
        elif _names_site(first, known) and rest and len(marks) > 0:
            text = rest
        else:
            break
    return text.strip()


def description(page: Page) -> Found:
    stated = text_of((page.article or {}).get("description"))
    return Found.of(("meta", page.meta(*_DESCRIPTION_METAS)), ("json-ld", stated))


def descriptions(page: Page) -> list[str]:
    """Every way the page sums itself up: meta elements and JSON-LD."""
    stated = text_of((page.article or {}).get("description"))
    return [one for one in (*map(page.meta, _DESCRIPTION_METAS), stated) if one]


def publisher(page: Page) -> Found:
    value = resolve((page.article or {}).get("publisher"), page.nodes)
    if isinstance(value, list):
        value = value[0] if value else None
    name = text_of(value.get("name")) if isinstance(value, dict) else text_of(value)
    metas = page.meta("og:site_name", "dc.publisher", "citation_publisher", "article:publisher_name")
    return Found.of(("json-ld", name), ("meta", metas))


def language(page: Page) -> tuple[str | None, str | None]:
    """The declared language as a BCP 47 tag, and where it was declared. Never guessed from the words."""
    root = page.tree.getroottree().getroot()
    node = page.article or {}
    for raw, source in (
        (root.get("lang") or root.get("xml:lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"), "html"),
        (text_of(node.get("inLanguage")), "json-ld"),
        (
            page.meta("content-language", "dc.language", "dcterms.language", "inlanguage", "language", "og:locale"),
            "meta",
        ),
    ):
        if raw and (tag := _language_tag(raw)):
            return tag, source
    return None, None


def canonical(page: Page) -> Found:
    """The canonical URL where it is http(s) and of the page's own registrable domain; its raw form in any case."""
    stated = (
        href
        for element in page.elements.of("link")
        if " canonical " in f" {element.get('rel') or ''} ".lower() and (href := element.get("href"))
    )
    found = Found.of(("link", next(stated, None)), ("meta", page.meta("og:url")))
    url = absolute(page, found.raw)
    return found._replace(value=url if url and registrable_domain(url) == registrable_domain(page.url) else None)


def lead_image(page: Page) -> Found:
    metas = page.meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
    if url := absolute(page, metas):
        return Found(url, "meta", metas)
    value = resolve((page.article or {}).get("image"), page.nodes)
    while isinstance(value, list):
        value = resolve(value[0], page.nodes) if value else None
    raw = text_of(value.get("url") or value.get("contentUrl")) if isinstance(value, dict) else text_of(value)
    return Found.of(("json-ld", raw)).with_value(absolute(page, raw))


def absolute(page: Page, raw: str | None) -> str | None:
    """The URL resolved against the page's base, None where that gives no http(s) URL."""
    if not raw:
        return None
    resolved = page.resolved
    if raw not in resolved:
        resolved[raw] = _absolute(page, raw)
    return resolved[raw]


def _absolute(page: Page, raw: str) -> str | None:
    if len(raw) > 4000:
        return None
    url = "".join(raw.split())
    if origin := page.origin:  # most links are the site's own
        if url.startswith(origin) and url[len(origin) : len(origin) + 1] == "/":
            return url
        if url.startswith("/") and not _is_intricate(url):
            return origin + url  # what urljoin gives, at a twentieth of its cost
    if not _ABSOLUTE.match(url):
        try:
            url = urljoin(page.base_url, url)
        except ValueError:
            return None
    return url if _ABSOLUTE.match(url) else None


def _is_intricate(path: str) -> bool:
    """Whether urljoin may make another of it: it has dot segments, empty parts, parameters or control characters."""
    return "//" in path or "/." in path or ";" in path or "?#" in path or path[-1] in "?#" or not path.isprintable()


def fold(text: str) -> str:
    """For comparing: letters and digits only, case folded, soft hyphens gone."""
    return _MARKS.sub(" ", text.replace("\xad", "")).strip().casefold()


def _names_site(piece: str, known: set[str]) -> bool:
    flat = fold(piece).replace(" ", "")
    return bool(flat) and (
        flat in known
        or any(
            len(name) > 3 and (flat.startswith(name) or flat.endswith(name)) and len(flat) < 2.5 * len(name)
            for name in known
        )
    )


def _language_tag(raw: str) -> str | None:
    tag = raw.split(",")[0].strip().replace("_", "-")
    if not _LANGUAGE.match(tag):
        return None
    first, *rest = tag.split("-")
    return "-".join(
        [
            first.lower(),
            *(piece.upper() if len(piece) == 2 else piece.title() if len(piece) == 4 else piece for piece in rest),
        ]
    )
