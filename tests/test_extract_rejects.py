"""Pages that become no article, each with its true reason; and articles that look like one of them and are not."""

import pytest

from pipelines import Extraction, Reject, extract

PROSE = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)
TEASERS = "".join(
    (
        f'<div><h2><a href="/2026/11/{n}/story">A headline that leads to story number {n}</a></h2><p>What happened '
        f"there on day {n}, in one sentence.</p></div>"
    )
    for n in range(1, 13)
)


def reason(
    page: str | bytes, *, url: str = "https://news.example.org/2026/11/22/story", content_type: str | None = None
) -> str:
    got = extract(page if isinstance(page, bytes) else page.encode(), url=url, content_type=content_type)
    if isinstance(got, Reject):
        assert got.detail
        return got.reason
    return "article"


def html(body: str, title: str = "A story", head: str = "") -> str:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize("body", [b"", b"  \r\n\t ", b"\x00\x00", b"\xef\xbb\xbf"])
def test_empty(body: bytes) -> None:
    assert reason(body) == "empty"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", None),
        (b'{"a": 1}', "application/json"),
        (b"just words, no markup at all", None),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "text/html"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_not_html(body: bytes, content_type: str | None) -> None:
    assert reason(body, content_type=content_type) == "not_html"


def test_too_large() -> None:
    assert reason("<html><body><p>" + "word " * 2_000_100 + "</p></body></html>") == "too_large"


@pytest.mark.parametrize(
    "url",
    ["https://news.example.org/", "https://news.example.org/tag/rivers/", "https://news.example.org/category/local"],
)
def test_listing(url: str) -> None:
    assert reason(html(f"<main><h1>Local</h1>{TEASERS}</main>"), url=url) == "listing"


def test_an_article_among_teasers_is_an_article() -> None:
    assert reason(html(f"<main><h1>A story</h1>{PROSE}{TEASERS}</main>")) == "article"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Page not found", "soft_404"), ("404", "soft_404"), ("Seite nicht gefunden", "soft_404"),
        ("Page introuvable", "soft_404"), ("Página no encontrada", "soft_404"), ("Access denied", "error_page"),
        ("503 Service Unavailable", "error_page"), ("Something went wrong", "error_page"),
    ],
)  # fmt: skip
def test_errors_under_a_status_of_success(title: str, expected: str) -> None:
    page = html(f"<main><h1>{title}</h1><p>Try the search, or go to the home page.</p></main>", title)
    assert reason(page) == expected


MORE_PROSE = "".join(
    f"<p>In the year {1990 + n} a room of engineers at table {n} gave the number {400 + n} its meaning, and {n + 2} of "
    "them have told the story since, each with another joke at its end.</p>"
    for n in range(8)
)


def test_an_article_about_errors_is_an_article() -> None:
    assert (
        reason(
            html(
                f"<article><h1>404: how a number became a joke</h1>{PROSE}{MORE_PROSE}</article>",
                "404: how a number became a joke",
            )
        )
        == "article"
    )


def test_paywall_stub() -> None:
    body = (
        "<article><h1>A story</h1><p>The first sentence is free and says very little about it.</p><div "
        'class="paywall">Subscribe to continue reading. Already a subscriber? Log in.</div></article>'
    )
    assert reason(html(body, head='<meta property="article:content_tier" content="locked">')) == "paywall_stub"


def test_the_teaser_of_another_story_is_no_wall() -> None:
    teaser = (
        "<p>The council met <a href='/other'>Weiterlesen …</a></p><p>The mayor came mit dem Entwurf Weiterlesen …</p>"
    )
    assert reason(html(f"<h1>A story</h1><img src='/a.jpg'>{teaser}")) != "paywall_stub"
    assert reason(html("<h1>A story</h1><p>The first sentence.</p><p>Mit WELTplus weiterlesen</p>")) == "paywall_stub"


def test_a_page_set_in_headings_is_an_article() -> None:
    """Some page builders know no other way to make text large: what ends as sentences do is no heading."""
    said = (
        "Children of six to twelve are invited to draw a poster about the river, and to send it to the mayor by April"
    )
    text = f"<h2>A contest for children</h2><h3>{said}, who will choose the best.</h3><h4>{said}!<br>To the mayor.</h4>"
    page = html(f"<article><h1>Keep our waters clean</h1>{text}</article>", "Keep our waters clean")
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert [(block.kind, block.text.count("mayor")) for block in got.blocks] == [
        ("heading", 0), ("paragraph", 1), ("paragraph", 2)
    ]  # fmt: skip


def test_a_whole_article_behind_a_wall_is_an_article() -> None:
    got = extract(
        html(
            f'<article><h1>A story</h1>{PROSE}<div class="paywall">Subscribe to continue reading</div></article>',
            head='<meta property="article:content_tier" content="locked">',
        ).encode(),
        url="https://news.example.org/story",
    )
    assert isinstance(got, Extraction)
    assert got.access == "subscriber"


def test_consent_wall() -> None:
    body = (
        "<h1>We value your privacy</h1><p>We and our 214 partners store cookies on your device for advertising and "
        "tracking. You can accept all cookies or manage your consent.</p><button>Accept all</button>"
    )
    assert reason(html(body, "Before you continue")) == "consent_wall"


@pytest.mark.parametrize(
    "page",
    [
        html("", head='<meta http-equiv="refresh" content="0; url=https://news.example.org/new">'),
        html('<script>window.location.href = "https://news.example.org/new";</script><a href="/new">Click here</a>'),
    ],
)
def test_redirect_stub(page: str) -> None:
    assert reason(page) == "redirect_stub"


def test_a_page_that_reloads_itself_is_no_redirect() -> None:
    assert (
        reason(html(f"<article><h1>A story</h1>{PROSE}</article>", head='<meta http-equiv="refresh" content="300">'))
        == "article"
    )


def test_no_text() -> None:
    assert reason(html('<div id="app"></div><script>start()</script>')) == "no_text"


def test_a_notice_to_old_browsers_is_no_text() -> None:
    notice = "<p>Dein Browser ist leider veraltet. Lade für ein besseres Erlebnis einen neueren Browser herunter.</p>"
    assert reason(html(f"<div>{notice}</div><script>start()</script>")) == "no_text"
    assert reason(html(f"<article><h1>A story</h1>{notice}{PROSE}</article>")) == "article"


def test_a_page_about_the_site_itself_is_told_by_its_kind() -> None:
    got = extract(html(f"<main><h1>About us</h1>{PROSE}</main>").encode(), url="https://news.example.org/about-us/")
    assert isinstance(got, Extraction)
    assert (got.page_type, got.page_type_evidence) == ("service", "“about-us” at the end of the address, and no date")


def test_a_reject_keeps_title_and_links() -> None:
    got = extract(
        html(f"<main><h1>Local</h1>{TEASERS}</main>", "Local").encode(), url="https://news.example.org/category/local"
    )
    assert isinstance(got, Reject)
    assert got.title == "Local"
    assert len(got.links) == 12
