"""A Page in, its fields out: section, language, canonical URL and the like. None where the page is silent."""

import re
from urllib.parse import urljoin

from crawler import registrable_domain

from .found import Found
from .home_links import headings_that_lead_home
from .jsonld import resolve, text_of, types_of
from .page import Page

_ABSOLUTE = re.compile(r"https?://[^/?#\s:@\[\]]+(?::\d{1,5})?(?:[/?#]|$)", re.I)
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$", re.I)
_DESCRIPTION_METAS = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "sailthru.description",
)  # fmt: skip
_MARKS = re.compile(r"\W+")


def site_names(page: Page) -> list[str]:
    """The names the page gives its site: og:site_name, publisher, application name, headings that lead home, domain."""
    names = [page.meta("og:site_name"), page.meta("application-name", "apple-mobile-web-app-title")]
    names += [publisher(page).value]
    names += [text_of(node.get("name")) for node in page.nodes if types_of(node) & {"website"}]
    names += headings_that_lead_home(page)
    domain = registrable_domain(page.url)
    return list(dict.fromkeys(name for name in [*names, domain, domain.split(".")[0]] if name and len(name) < 80))


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
