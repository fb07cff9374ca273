"""One page in, an Extraction or a Reject out. Pure: no disk, clock or network."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from . import access, authors, dates, fields, headlines, live, overrides, rights
from .confidence import AUTHORS, MODIFIED, PUBLISHED, TITLE, confidence
from .corrections import correction_of
from .found import Found
from .images import images_of
from .kinds import kind_of
from .links import links
from .origins import origins_of
from .page import VERY_LARGE, Page, parse
from .parts import part_of
from .plain import TooLarge, plain_page
from .records import EXTRACTOR_VERSION, PLAIN_EXTRACTOR_VERSION, Block, Extraction, Reject
from .rejects import MAX_CHARACTERS, Reason, before_parsing, reject_of
from .sections import section as section_of
from .standfirst import standfirst_of
from .tags import tags_of
from .uncollected import uncollected

if TYPE_CHECKING:
    from .detected_language import Detected

# Each costs up to a tenth of a millisecond, so these some five seconds. The largest of 1,752 pages has 10,077
# (2026-11).
MAX_ELEMENTS = 50_000
# libxml2 looks for each attribute among those before it: 40,000 on one tag take 2 s, and lxml 4.6 s to list (2026-11).
MAX_ATTRIBUTES = 10_000
_LARGE = 250_000  # bytes: in fewer there is not room for so much that a page takes ten seconds


@uncollected()
def extract(
    html: bytes, *, url: str, content_type: str | None = None, rules: overrides.Rules = ()
) -> Extraction | Reject:
    """Read one page.

    ``html`` is the body with transfer and content coding undone; ``url`` where it was found, which relative links and
    the canonical URL are measured against; ``content_type`` the header's value, whose charset comes before the page's
    own; ``rules`` the site's selectors in sites.toml, which win over all. Never raises on any bytes, and the same page
    gives the same result whatever was read before it.
    """
    from . import arbiter  # loads trafilatura, as the next a model: only for who reads pages
    from .detected_language import detected_language

    if reason := before_parsing(html, content_type):
        return _rejected(reason)
    if has_overloaded_tag(html):
        overloaded = f"a tag of more than {MAX_ATTRIBUTES:,} attributes"
        return _plainly(html, overloaded, url=url, content_type=content_type, rules=rules)
    page = parse(html, url=url, content_type=content_type)
    if much := _too_much(html, page):
        return _plainly(html, much, url=url, content_type=content_type, rules=rules)
    overrides.drop(page, rules)
    names = fields.site_names(page)
    headline = overrides.titled(page, rules) or headlines.headline(page, names)
    title = headline.text
    byline = overrides.signed(page, rules) or authors.authors(page, site_names=names)
    told = overrides.body(page, rules)
    titles = arbiter.titles_of(page, title, headline.raw)
    blocks = told or arbiter.body_of(page, titles=titles, authors=byline.names, site_names=names)
    blocks = overrides.with_kept(page, blocks, rules)
    if told is None and (reason := reject_of(page, blocks, title=title)):
        return _rejected(reason, page=page, title=title)
    read = _extraction(page, blocks, headline, byline, detect=detected_language)
    return overrides.applied(read, page, rules)


def has_overloaded_tag(html: bytes) -> bool:
    """Whether a parser would be at one tag of the page for seconds."""
    at = 0
    while len(html) >= _LARGE and at + MAX_ATTRIBUTES < len(html):
        # From one “<” to the last that is near enough for no tag between them to hold so many: a page in forty looks.
        following = html.rfind(b"<", at + 1, at + 1 + MAX_ATTRIBUTES)
        if following < 0:
            following = len(html) if (end := html.find(b"<", at + 1)) < 0 else end
            if html[at:following].partition(b">")[0].count(b"=") > MAX_ATTRIBUTES:
                return True
        at = following
    return False


def _too_much(html: bytes, page: Page) -> str | None:
    """What of the page is more than `extract` can read in bearable time."""
    if page.is_cut:
        return "elements nested deeper than 2,048"
    if page.characters > MAX_CHARACTERS:
        return f"{page.characters} characters"
    if len(html) >= _LARGE and (count := _elements_of(html, page)) > MAX_ELEMENTS:
        return f"{count:,} elements"
    return None


def _elements_of(html: bytes, page: Page) -> int:
    """How many elements the page has; 0 where a very large one cannot have too many."""
    if len(html) < VERY_LARGE:  # they are filed already
        return len(page.elements.all)
    return sum(1 for _ in page.tree.iter()) if html.count(b"<") > MAX_ELEMENTS else 0


def _plainly(
    html: bytes, much: str, *, url: str, content_type: str | None, rules: overrides.Rules
) -> Extraction | Reject:
    read = extract_plain(html, url=url, content_type=content_type, rules=rules)
    if isinstance(read, Extraction):
        return read
    return _rejected(Reason(reason="too_large", detail=f"{much}; read plainly: {read.reason}: {read.detail}"))


def extract_plain(
    html: bytes, *, url: str, content_type: str | None = None, rules: overrides.Rules = ()
) -> Extraction | Reject:
    """Read a page that `extract` could not: its meta elements and the text of its paragraphs, in little time.

    Of the ``rules`` those for fields win that find something in its head; no other finds anything.
    """
    from .detected_language import detected_language

    if reason := before_parsing(html, content_type):
        return _rejected(reason)
    try:
        page, blocks = plain_page(html, url=url, content_type=content_type)
    except TooLarge as much:
        return _rejected(Reason(reason="too_large", detail=str(much)))
    head, names = overrides.head_of(page), fields.site_names(page)
    headline = overrides.titled(head, rules) or headlines.headline(page, names)
    if reason := reject_of(page, blocks, title=headline.text):
        return _rejected(reason, page=page, title=headline.text)
    byline = overrides.signed(head, rules) or authors.authors(page, site_names=names)
    read = _extraction(page, blocks, headline, byline, detect=detected_language)
    return replace(overrides.applied(read, head, rules), extractor=PLAIN_EXTRACTOR_VERSION)


def _extraction(
    page: Page,
    blocks: list[Block],
    headline: headlines.Headline,
    byline: authors.Byline,
    *,
    detect: "Callable[[str], Detected | None]",
) -> Extraction:
    language, language_source = fields.language(page)
    published = dates.published(page, language=language)
    modified = dates.modified(page, language=language)
    canonical, section, image = fields.canonical(page), section_of(page), fields.lead_image(page)
    description, publisher = fields.description(page), fields.publisher(page)
    if not publisher.value:
        publisher = Found.of(("json-ld", authors.house_of(page)))
    notice, licence = rights.rights_of(page), rights.licence_of(page)
    tags, tags_source = tags_of(page)
    text = "\n".join(block.text for block in blocks)
    detected = detect(text)
    standfirst = Found.of(("page", standfirst_of(page, blocks, title=headline.text, byline=byline.names)))
    correction = correction_of(page, blocks)
    readable, named = access.access_to(page), links(page)
    part = part_of(page, named, canonical=canonical.value)
    kind = kind_of(page, title=headline.text, section=section.value, text=text)
    return Extraction(
        text=text,
        blocks=tuple(live.with_times(page, blocks)),
        title=headline.text,
        title_raw=headline.raw,
        title_source=headline.source,
        title_confidence=confidence(TITLE, headline.source, headline.second),
        standfirst=standfirst.value,
        authors=byline.names,
        authors_raw=byline.raw,
        authors_source=byline.source,
        authors_confidence=confidence(AUTHORS, byline.source, byline.second),
        wire_credit=byline.wire_credit,
        published_at=published.moment.at if published else None,
        published_raw=published.raw if published else None,
        published_source=published.source if published else None,
        published_confidence=confidence(PUBLISHED, published.source, published.second) if published else None,
        published_precision=published.moment.precision if published else None,
        modified_at=modified.moment.at if modified else None,
        modified_raw=modified.raw if modified else None,
        modified_source=modified.source if modified else None,
        modified_confidence=confidence(MODIFIED, modified.source) if modified else None,
        section=section.value,
        tags=tags,
        language=language,
        language_source=language_source,
        language_detected=detected.code if detected else None,
        language_detected_confidence=detected.confidence if detected else None,
        canonical_url=canonical.value,
        canonical_raw=canonical.raw,
        lead_image_url=image.value,
        description=description.value,
        publisher=publisher.value,
        access=readable.access,
        access_evidence=readable.evidence,
        page_type=kind.kind if kind else None,
        page_type_evidence=kind.evidence if kind else None,
        origins=origins_of(
            section=section,
            tags=Found(", ".join(tags), tags_source, None),
            canonical_url=canonical,
            lead_image_url=image,
            description=description,
            publisher=publisher,
            rights=notice,
            licence_url=licence,
            standfirst=standfirst,
            correction=correction,
        ),
        rights=notice.value,
        licence_url=licence.value,
        correction=correction.value,
        images=images_of(page, blocks, lead=image.value),
        part=part.number,
        part_before_url=part.before_url,
        next_part_url=part.next_url,
        links=named,
        extractor=EXTRACTOR_VERSION,
    )


def _rejected(reason: Reason, *, page: Page | None = None, title: str | None = None) -> Reject:
    return Reject(
        reason=reason.reason,
        detail=reason.detail,
        title=title,
        language=fields.language(page)[0] if page else None,
        links=links(page) if page else (),
    )
