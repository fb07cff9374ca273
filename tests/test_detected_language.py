"""The language of a text by its words, beside the one that its page declares; where they contradict each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import Extraction, extract
from pipelines.build import run
from pipelines.cli import run as broadsheet
from pipelines.extraction.detected_language import detected_language
from pipelines.extraction.reading import extract_plain
from pipelines.workers import Workers
from warehouse import connect

ROOT = Path(__file__).resolve().parent.parent
URL = "https://news.example.org/story"
# The first article of the Universal Declaration of Human Rights.
TEXTS = {
    "en": (
        "All human beings are born free and equal in dignity and rights. They are endowed with reason and "
        "conscience and should act towards one another in a spirit of brotherhood."
    ),
    "de": (
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen "
        "begabt und sollen einander im Geist der Brüderlichkeit begegnen."
    ),
    "nb": (
        "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter. De er utstyrt med fornuft "
        "og samvittighet og bør handle mot hverandre i brorskapets ånd."
    ),
    "da": (
        "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft og "
        "samvittighed, og de bør handle mod hverandre i en broderskabets ånd."
    ),
    "sr": (
        "Сва људска бића рађају се слободна и једнака у достојанству и правима. Она су обдарена разумом и свешћу "
        "и треба једни према другима да поступају у духу братства."
    ),
    "sh": (
        "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. Ona su obdarena razumom i "
        "svešću i treba jedni prema drugima da postupaju u duhu bratstva."
    ),
    "uk": (
        "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і "
        "повинні діяти у відношенні один до одного в дусі братерства."
    ),
    "pt": (
        "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de "
        "consciência, devem agir uns para com os outros em espírito de fraternidade."
    ),
    "sw": (
        "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa "
        "watendeane kindugu."
    ),
    "ar": (
        "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا "
        "بروح الإخاء."
    ),
    "zh": "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係的精神相對待。",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
}


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_of_two_sentences_has_its_language(code: str) -> None:
    got = detected_language(TEXTS[code])
    assert got is not None
    assert got.code == code
    assert 0.7 <= got.confidence <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Traffic is back on the bridge.",
        "Brücke offen.",
        "1:0 (12.), 2:0 (34.), 2:1 (56.), 3:1 (78.) - 45.321 - 12.11.2026 - 19:30 " * 6,
        "\x00" * 700,
        "\ud800 " * 400,
        "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.",  # Indonesian, or Malay
    ],
)
def test_what_is_short_or_no_language_or_of_either_of_two_has_none(text: str) -> None:
    assert detected_language(text) is None


def test_of_a_mixed_text_the_beginning_decides() -> None:
    english, german = TEXTS["en"], TEXTS["de"]
    for first, second, code in ((english, german, "en"), (german, english, "de")):
        got = detected_language("\n".join([first] * 4 + [second] * 40))
        assert got is not None
        assert got.code == code
    quoted = detected_language(f"{german}\n“{english[:60]}”\n{german}")
    assert quoted is not None
    assert quoted.code == "de"
    assert detected_language(f"{english}\n{german}\n" * 9) is None, "it is in both"


def test_the_same_text_has_the_same_answer_whatever_came_before() -> None:
    before = {code: detected_language(text) for code, text in TEXTS.items()}
    assert {code: detected_language(text) for code, text in reversed(TEXTS.items())} == before


def page(code: str, *, declared: str = "en") -> bytes:
    told = "".join(f"<p>{TEXTS[code]}</p><p>{n}. {TEXTS[code]}</p>" for n in range(2, 5))
    return f"<html lang='{declared}'><head><title>T</title></head><body><article><h1>T</h1>{told}</article>".encode()


@pytest.mark.parametrize("reader", [extract, extract_plain])
def test_it_stands_beside_the_declared_one_and_is_not_swayed_by_it(reader: Callable[..., Any]) -> None:
    for declared in ("en", "pt-BR", ""):
        got = reader(page("pt", declared=declared), url=URL)
        assert isinstance(got, Extraction)
        assert (got.language, got.language_detected) == (declared or None, "pt")
        assert got.language_detected_confidence is not None
        assert got.language_detected_confidence > 0.9


def test_a_short_article_has_none() -> None:
    short = b"<html lang='en'><body><h1>T</h1><p class='all'>It is open.</p>"
    got = extract(short, url=URL, rules=(("body", (".all",)),))
    assert isinstance(got, Extraction)
    assert (got.language, got.language_detected, got.language_detected_confidence) == ("en", None, None)


@pytest.fixture
def archive(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> Path:
    """Four pages that declare English; two of them are."""
    write_warc([(f"http://a.localhost/{code}", kit.answer(page(code))) for code in ("pt", "sw", "en")])
    write_warc([("http://a.localhost/nb", kit.answer(page("nb", declared="no")))])
    run(home, workers=Workers(0))
    return home


def test_the_guide_finds_pages_that_declare_another_language(archive: Path) -> None:
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    (sql,) = re.findall(r"^-- pages that declare a language[^\n]*\n(select .*?;)$", guide, re.M | re.S)
    with connect(archive) as session:
        found = session.sql(sql).to_arrow_table().to_pylist()
        every = session.sql("select declared, detected, contradicts from site_languages").to_arrow_table().to_pylist()
    assert {(row["declared"], row["detected"], row["articles"], row["example_url"]) for row in found} == {
        ("en", "pt", 1, "http://a.localhost/pt"),
        ("en", "sw", 1, "http://a.localhost/sw"),
    }
    assert {(row["declared"], row["detected"]) for row in every if not row["contradicts"]} == {
        ("en", "en"),
        ("no", "nb"),
    }


def test_show_and_sites_try_print_both(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert broadsheet(["show", "http://a.localhost/pt", "--home", str(archive)]) == 0
    assert re.search(r"^length .* words, en \(detected: pt\), access", capsys.readouterr().out, re.M)
    (archive / "sites.toml").write_text('[[site]]\nname = "a"\nhome = "http://a.localhost/"\n')
    assert broadsheet(["sites", "try", "http://a.localhost/pt", "--home", str(archive)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "language en html" in lines
    assert any(re.fullmatch(r"language_detected pt (0\.9\d|1\.0)", line) for line in lines)
