"""Which kind of page it is, and what of the page says so: articles, live blogs, opinion, releases, advertising, …"""

import json

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads it to the end, and "
    "then some more of it, since a film with a caption is short and an article is not.</p>"
    for n in range(14)
)


def read(
    *, head: str = "", header: str = "<h1>The bridge is open</h1>", url: str = "https://news.example.org/2026/bridge",
    body: str = BODY, before: str = "",
) -> Extraction:  # fmt: skip
    page = f"<html><head>{head}</head><body>{before}<article><header>{header}</header>{body}</article></body></html>"
    got = extract(page.encode(), url=url)
    assert isinstance(got, Extraction)
    return got


def ld(kind: str, **fields: object) -> str:
    node = {"@type": kind, "headline": "The bridge is open", "datePublished": "2026-11-22", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("head", "kind", "evidence"),
    [
        (ld("NewsArticle"), "article", "JSON-LD newsarticle"),
        (ld("LiveBlogPosting"), "live_blog", "JSON-LD liveblogposting"),
        (ld("OpinionNewsArticle"), "opinion", "JSON-LD opinionnewsarticle"),
        (ld("AdvertiserContentArticle"), "sponsored", "JSON-LD advertisercontentarticle"),
        (ld("ReviewNewsArticle"), "review", "JSON-LD reviewnewsarticle"),
        (ld("NewsArticle", articleSection=["News", "Opinion"]), "opinion", "section “Opinion”"),
        (ld("NewsArticle", articleSection="Leitartikel"), "opinion", "section “Leitartikel”"),
        ('<meta property="og:type" content="article">', "article", "og:type article"),
        ('<meta property="og:type" content="website">', None, None),
    ],
)
def test_what_the_page_states(head: str, kind: str | None, evidence: str | None) -> None:
    got = read(head=head)
    assert (got.page_type, got.page_type_evidence) == (kind, evidence)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Anzeige", "sponsored"), ("Sponsored", "sponsored"), ("Contenu sponsorisé", "sponsored"),
        ("Contenido patrocinado", "sponsored"), ("Annonsørinnhold", "sponsored"), ("Pressemitteilung", "press_release"),
        ("Communiqué de presse", "press_release"), ("Comunicato stampa", "press_release"), ("Liveticker", "live_blog"),
        ("En direct", "live_blog"), ("Minuto a minuto", "live_blog"), ("Kommentar", "opinion"), ("Opinión", "opinion"),
        ("Kronikk", "opinion"), ("社説", "opinion"), ("Interview", "interview"), ("Entrevista", "interview"),
        ("Rezension", "review"), ("Anmeldelse", "review"),
    ],
)  # fmt: skip
def test_labels_beside_the_headline(label: str, kind: str) -> None:
    got = read(head=ld("NewsArticle"), header=f"<span class='kicker'>{label}</span><h1>The bridge is open</h1>")
    assert (got.page_type, got.page_type_evidence) == (kind, f"label “{label}”")


@pytest.mark.parametrize(
    ("before", "header"),
    [
        ('<div class="ad-slot"><span>Anzeige</span></div>', "<h1>The bridge is open</h1>"),
        ("", '<div class="banner">Advertisement</div><div id="ads">Anzeige</div><h1>The bridge is open</h1>'),
        ("<nav><a href='/opinion'>Opinion</a></nav>", "<h1>The bridge is open</h1>"),
        ("", "<h1>The bridge is open</h1><a href='#comments'>Kommentare</a>"),
        ("", "<h1>The bridge is open</h1><nav><a>Live</a><a>Video</a><a>Interview</a></nav>"),
    ],
)
def test_labels_of_something_else_say_nothing(before: str, header: str) -> None:
    assert read(head=ld("NewsArticle"), before=before, header=header).page_type == "article"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/opinion/2026/the-bridge", "opinion"), ("/meinung/kommentar-bruecke", "opinion"),
        ("/press-releases/the-bridge", "press_release"), ("/presse/pressemitteilungen/bruecke", "press_release"),
        ("/politik/liveblog-zur-wahl", "live_blog"), ("/sponsored/the-bridge", "sponsored"),
        ("/reviews/the-bridge", "review"), ("/2026/opinionated-bridge", "article"), ("/gallery/the-bridge", "article"),
    ],
)  # fmt: skip
def test_words_of_the_address(path: str, kind: str) -> None:
    assert read(head=ld("NewsArticle"), url=f"https://news.example.org{path}").page_type == kind


@pytest.mark.parametrize(("path", "kind"), [("/video/the-bridge", "video"), ("/fotostrecken/bruecke", "gallery")])
def test_a_film_is_one_where_there_is_little_to_read(path: str, kind: str) -> None:
    short = "<p>The bridge, filmed from the river on the day on which it was opened, in one minute and a half.</p>" * 2
    assert read(head=ld("NewsArticle"), url=f"https://news.example.org{path}", body=short).page_type == kind


@pytest.mark.parametrize(
    "dateline",
    [
        "LONDON, Nov. 22, 2026 /PRNewswire/ -- Bridges Ltd today announced the opening of a bridge over the river.",
        "LONDON--(BUSINESS WIRE)--Bridges Ltd today announced the opening of a bridge over the river for all.",
        "Hamburg (ots) - Die Brücken GmbH hat heute die Brücke eröffnet, auf die alle so lange gewartet hatten.",
    ],
)
def test_releases_by_the_way_they_begin(dateline: str) -> None:
    got = read(head=ld("NewsArticle"), body=f"<p>{dateline}</p>{BODY}")
    assert got.page_type == "press_release"
    assert got.page_type_evidence is not None
    assert got.page_type_evidence.startswith("begins with ")


def test_the_beginning_of_the_headline() -> None:
    got = read(head='<meta property="og:type" content="article">', header="<h1>Kolumne: Die Brücke und ich</h1>")
    assert (got.page_type, got.page_type_evidence) == ("opinion", "headline begins “Kolumne”")
