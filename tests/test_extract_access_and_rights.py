"""Who may read an article, whose it is and under which licence, and how it was corrected, each with what says so."""

import json

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def read(head: str = "", *, after: str = "", foot: str = "") -> Extraction:
    article = f"<article><h1>The bridge is open</h1>{BODY}{after}</article>"
    page = f"<html><head>{head}</head><body>{article}{foot}</body></html>"
    got = extract(page.encode(), url="https://news.example.org/2026/bridge")
    assert isinstance(got, Extraction)
    return got


def ld(**fields: object) -> str:
    node = {"@type": "NewsArticle", "headline": "The bridge is open", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("head", "access", "evidence"),
    [
        (ld(isAccessibleForFree=True), "free", "isAccessibleForFree true"),
        (ld(isAccessibleForFree="False"), "subscriber", "isAccessibleForFree false"),
        (
            ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paid"}),
            "subscriber",
            "a part with isAccessibleForFree false",
        ),
        (
            ld(isAccessibleForFree=False) + '<meta property="article:content_tier" content="metered">',
            "metered",
            "isAccessibleForFree false, article:content_tier metered",
        ),
        ('<meta property="article:content_tier" content="locked">', "subscriber", "article:content_tier locked"),
        ('<meta name="k5a:paid" content="0">', "free", "k5a:paid 0"),
        ("", "unknown", None),
    ],
)
def test_access_as_stated(head: str, access: str, evidence: str | None) -> None:
    got = read(head)
    assert (got.access, got.access_evidence) == (access, evidence)


def test_a_wall_on_the_page_is_evidence() -> None:
    got = read(after='<div class="paywall">Already a subscriber? Log in.</div>')
    assert (got.access, got.access_evidence) == ("subscriber", "wall “Already a subscriber?”")


def test_words_of_a_newsletter_are_no_wall() -> None:
    assert read(after='<div class="newsletter">Subscribe to continue reading us by mail.</div>').access == "unknown"


@pytest.mark.parametrize(
    ("head", "foot", "rights"),
    [
        (ld(copyrightNotice="© 2026 Example News. No reprints."), "", "© 2026 Example News. No reprints."),
        (ld(copyrightHolder={"name": "Example News"}, copyrightYear=2026), "", "© 2026 Example News"),
        ('<meta name="dcterms.rights" content="Example News 2026">', "", "Example News 2026"),
        ("", "<footer><p>Copyright 2026 <a>Example News</a></p></footer>", "Copyright 2026 Example News"),
        ("", "<div>© 2019–2026 Example</div><p>Made by hand</p>", "© 2019–2026 Example"),
        ("", "<div>Beispiel Verlag, alle Rechte vorbehalten</div>", "Beispiel Verlag, alle Rechte vorbehalten"),
        ("", "<footer>© Example News</footer>", "© Example News"),
        ("", "<p>© Getty Images</p>", None),
        ("", "", None),
    ],
)
def test_rights_notice(head: str, foot: str, rights: str | None) -> None:
    assert read(head, foot=foot).rights == rights


CC = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("head", "after", "licence"),
    [
        (ld(license=CC), "", CC),
        (f'<link rel="license" href="{CC}">', "", CC),
        ('<link rel="license" href="/licence">', "", "https://news.example.org/licence"),
        ("", f'<p>Published under a <a href="{CC}">Creative Commons licence</a>.</p>', CC),
        ("", f'<p>Dieser Text steht unter der <a href="{CC}">CC BY 4.0</a>.</p>', CC),
        ("", f'<figure><img src="/a.jpg"><figcaption><a rel="license" href="{CC}">CC</a></figcaption></figure>', None),
        ("", f'<p>He likes <a href="{CC}">this page</a>.</p>', None),
        ("", f'<p>Licences: <a href="{CC}">a</a>, <a href="{CC[:-4]}3.0/">b</a></p>', None),
        ("", "", None),
    ],
)
def test_licence_of_the_text(head: str, after: str, licence: str | None) -> None:
    assert read(head, after=after).licence_url == licence


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this article gave the wrong year of the opening.",
        "Corrections and clarifications: The river is the Thames, and not the Tyne as we said.",
        "This article was corrected on 23 November to give the right name of the welder.",
        "An earlier version of this story misstated the length of the bridge.",
        "Editor's note: This story has been corrected to give the right length of the bridge.",
        "Korrektur: In der ersten Fassung stand ein falscher Name, wir bitten das zu entschuldigen.",
        "Anmerkung der Redaktion: In einer früheren Version hieß es, die Brücke sei geschlossen.",
        "Fe de errores: el puente se abrió el domingo, y no el sábado como se decía.",
        "Rectificatif : le pont a été ouvert dimanche et non samedi, comme nous l'avions écrit.",
        "Errata corrige: il ponte è stato aperto domenica e non sabato come avevamo scritto.",
    ],
)
def test_correction_notice(notice: str) -> None:
    assert read(after=f"<p><em>{notice}</em></p>").correction == notice


def test_a_correction_in_json_ld_goes_first() -> None:
    got = read(ld(correction={"@type": "CorrectionComment", "text": "It was Sunday."}), after="<p>Correction: no.</p>")
    assert got.correction == "It was Sunday."


@pytest.mark.parametrize(
    "text",
    [
        "Corrections: If you are aware of an error in this article, please write to us at once.",
        "Editor's note: This story is part of a series about bridges that will go on next week.",
        "Correctional officers crossed the bridge on their way to work on Monday morning.",
        "In einer Version für Kinder ist die Brücke aus Holz, was allen sehr gefallen hat.",
    ],
)
def test_what_corrects_nothing(text: str) -> None:
    assert read(after=f"<p>{text}</p>").correction is None
