"""Title, description, section, tags, language, canonical URL, lead image, publisher, access and kind of an article."""

import json

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def read(
    head: str = "",
    *,
    h1: str = "The bridge is open",
    url: str = "https://www.example.co.uk/news/bridge",
    after: str = "",
    lang: str = "",
) -> Extraction:
    page = f"<html {lang}><head>{head}</head><body><article><h1>{h1}</h1>{BODY}{after}</article></body></html>"
    got = extract(page.encode(), url=url)
    assert isinstance(got, Extraction)
    return got


def ld(**fields: object) -> str:
    return (
        f'<script type="application/ld+json">'
        f"{json.dumps({'@type': 'NewsArticle', 'headline': 'The bridge is open', **fields})}</script>"
    )


@pytest.mark.parametrize(
    "document",
    [
        "The bridge is open | Example News",
        "Example News - The bridge is open",
        "The bridge is open – Example News",
        "The bridge is open « example.co.uk",
    ],
)
def test_the_site_is_no_part_of_the_title(document: str) -> None:
    head = f'<title>{document}</title><meta property="og:site_name" content="Example News">'
    assert read(head, h1="").title == "The bridge is open"


def test_json_ld_names_the_title_with_entities_resolved() -> None:
    got = read(ld(headline="It&#039;s open: &quot;at last&quot;"))
    assert got.title == 'It\'s open: "at last"'


def test_the_title_is_not_said_again_in_the_text() -> None:
    assert "The bridge is open" not in read("<title>The bridge is open</title>").text


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://example.co.uk/bridge", "https://example.co.uk/bridge"),
        ("/bridge", "https://www.example.co.uk/bridge"),
        ("https://m.example.co.uk/bridge?id=1", "https://m.example.co.uk/bridge?id=1"),
        ("https://elsewhere.co.uk/bridge", None),
        ("javascript:void(0)", None),
        ("http://[broken", None),
    ],
)
def test_canonical_url_of_the_own_domain_only(href: str, canonical: str | None) -> None:
    got = read(f'<link rel="canonical" href="{href}">')
    assert got.canonical_url == canonical
    assert got.canonical_raw == href


@pytest.mark.parametrize(
    ("lang", "head", "language", "source"),
    [
        ("lang='de'", "", "de", "html"),
        ("lang='en_us'", "", "en-US", "html"),
        ("lang='zh-hant-tw'", "", "zh-Hant-TW", "html"),
        ("", '<meta http-equiv="Content-Language" content="fr">', "fr", "meta"),
        ("", "", None, None),
        ("lang='not a language!'", "", None, None),
    ],
)
def test_language_as_declared(lang: str, head: str, language: str | None, source: str | None) -> None:
    got = read(head, lang=lang)
    assert (got.language, got.language_source) == (language, source)


def test_section_tags_publisher_image_and_description() -> None:
    got = read(
        ld(
            articleSection="Local",
            keywords="river, bridges,river",
            publisher={"@type": "Organization", "name": "Example News"},
        )
        + (
            '<meta property="og:image" content="/media/bridge.jpg"><meta name="description" content="A welder, a '
            'choir and a raffle did it.">'
        )
    )
    assert got.section == "Local"
    assert got.tags == ("river", "bridges")
    assert got.publisher == "Example News"
    assert got.lead_image_url == "https://www.example.co.uk/media/bridge.jpg"
    assert got.description == "A welder, a choir and a raffle did it."


@pytest.mark.parametrize(
    ("head", "access"),
    [
        (ld(isAccessibleForFree=True), "free"),
        (ld(isAccessibleForFree="False"), "subscriber"),
        ('<meta property="article:content_tier" content="metered">', "metered"),
        ('<meta property="article:content_tier" content="locked">', "subscriber"),
        ("", "unknown"),
    ],
)
def test_access_as_stated(head: str, access: str) -> None:
    assert read(head).access == access


@pytest.mark.parametrize(
    ("kind", "page_type"),
    [
        ("NewsArticle", "article"),
        ("LiveBlogPosting", "live_blog"),
        ("OpinionNewsArticle", "opinion"),
        ("AdvertiserContentArticle", "sponsored"),
    ],
)
def test_kind_of_page(kind: str, page_type: str) -> None:
    script = json.dumps({"@type": kind, "headline": "The bridge is open", "datePublished": "2026-11-22"})
    assert read(f'<script type="application/ld+json">{script}</script>').page_type == page_type


@pytest.mark.parametrize(
    "script",
    [
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"The bridge is open","articleSection":"Local"}\n//]]>',
        '{"@type":"NewsArticle","headline":"The bridge is open","articleSection":"Local",}',
        '{"@type":"NewsArticle","headline":"The\nbridge is open","articleSection":"Local"};',
        '[[{"@graph":[{"@type":["Thing","schema:NewsArticle"],"headline":"The bridge is open",'
        '"articleSection":"Local"}]}]]',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"The bridge is open",'
        '"articleSection":"Local"}}',
    ],
)
def test_json_ld_is_repaired_cheaply(script: str) -> None:
    assert read(f'<script type="application/ld+json">{script}</script>').section == "Local"


def test_a_silent_page_gives_none() -> None:
    got = read()
    assert (
        got.published_at,
        got.modified_at,
        got.section,
        got.language,
        got.canonical_url,
        got.publisher,
        got.lead_image_url,
    ) == (None,) * 7
    assert (got.authors, got.tags) == ((), ())


def test_links_are_absolute_and_http() -> None:
    got = read(
        after=(
            '<a href="/a">A</a><a href="mailto:x@example.org">M</a><a href="//cdn.example.org/b" rel="nofollow">'
            'B</a><a href="http://[x">C</a>'
        )
    )
    assert [(link.url, link.text, link.rel) for link in got.links] == [
        ("https://www.example.co.uk/a", "A", None),
        ("https://cdn.example.org/b", "B", "nofollow"),
    ]


def test_a_kicker_before_the_title_is_no_part_of_it() -> None:
    title = "Council votes on the bridge over the river"
    kicked = f"Vote in Linz: {title}"
    got = read(f'{ld(headline=kicked)}<meta property="og:title" content="{title}">', h1=kicked)
    assert (got.title, got.title_raw, got.title_source) == (title, title, "meta")
    got = read(f'{ld(headline=title)}<meta property="og:title" content="{kicked}">', h1=title)
    assert (got.title, got.title_source) == (title, "json-ld")


@pytest.mark.parametrize(("kind", "wins"), [("Article", "The bridge is open again"), ("NewsArticle", "Bridge news")])
def test_heading_and_og_title_outvote_json_ld_of_no_news_article(kind: str, wins: str) -> None:
    head = f"""<script type="application/ld+json">{{"@type": "{kind}", "headline": "Bridge news"}}</script>
    <meta property="og:title" content="The bridge is open again">"""
    assert read(head, h1="The bridge is open again").title == wins


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("/", "How to prune"),
        ("https://example.co.uk/index.php", "How to prune"),
        ("https://www.example.co.uk/en/", "How to prune"),
        ("https://example.com/", "The garden of all"),
        ("/news/the-garden-of-all", "The garden of all"),
        ("#top", "The garden of all"),
    ],
)
def test_a_heading_that_leads_home_is_the_name_of_the_site(link: str, title: str) -> None:
    named = f"<a href='{link}'>The garden of all</a>"
    assert read("<title>How to prune | The garden of all</title>", h1=named).title == title


def test_a_front_page_may_be_headed_by_a_link_to_itself() -> None:
    got = read("<title>Welcome</title>", h1="<a href='/'>The garden of all</a>", url="https://www.example.co.uk/")
    assert got.title == "The garden of all"


def test_an_archived_page_leads_to_the_archived_front_page() -> None:
    archived = "https://web.archive.org/web/20140226054445/http://garden.example.co.uk"
    named = f"<a href='{archived}/'>The garden of all</a>"
    assert read("<title>The garden of all » How to prune</title>", h1=named, url=f"{archived}/prune").title == (
        "How to prune"
    )


@pytest.mark.parametrize(
    ("kind", "stated", "wins"),
    [
        ("BlogPosting", "Prune Roses: 12 Tips [2026]", "How we prune our roses"),
        ("Article", "Prune Roses: 12 Tips [2026]", "Prune Roses: 12 Tips [2026]"),
        ("NewsArticle", "Prune Roses: 12 Tips [2026]", "Prune Roses: 12 Tips [2026]"),
        ("BlogPosting", "We prune our roses", "We prune our roses"),
    ],
)
def test_the_heading_of_a_blog_comes_before_what_is_for_search_engines(kind: str, stated: str, wins: str) -> None:
    head = ld(**{"@type": kind, "headline": stated}) + f'<meta property="og:title" content="{stated}">'
    heading = "How we prune our roses" if "12" in stated else f"From the garden {stated}"
    assert read(head, h1=heading).title == wins


@pytest.mark.parametrize(
    "document",
    ["How to prune | Example News | The paper of the hills", "Example News » Blog Archive » How to prune"],
)
def test_names_of_sites_with_a_mark_within_and_archives_of_blogs(document: str) -> None:
    names = '<meta property="og:site_name" content="Example News | The paper of the hills">'
    if "Blog" in document:
        names = '<meta property="og:site_name" content="Example News">'
    assert read(f"<title>{document}</title>{names}", h1="").title == "How to prune"
