"""Comment forms, rails, newsletter boxes, consent texts, share rows and copyright lines stay out, in four languages."""

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.furniture import is_furniture, is_rail_heading

FURNITURE = {
    "en": (
        "Most Recent Stories",
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        "Subscribe to our newsletter",
        "Share this article",
    ),
    "de": (
        "Meistgelesen",
        "Schreibe einen Kommentar",
        "Deine E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert",
        "Newsletter abonnieren",
        "Artikel teilen",
    ),
    "fr": (
        "Les plus lus",
        "Laisser un commentaire",
        "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
        "Abonnez-vous à notre newsletter",
        "Partager cet article",
    ),
    "es": (
        "Lo más leído",
        "Deja una respuesta",
        "Tu dirección de correo electrónico no será publicada. Los campos obligatorios están marcados con *",
        "Suscríbete a nuestro boletín",
        "Compartir este artículo",
    ),
}
PROSE = [f"Sentence {n} of an article that is long enough to be read as one by anybody who reads." for n in range(9)]
FRAMES = {
    "article": ("<main><article>", "</article>", "</main>"),
    "plain divs": ("<div><div class='x1'>", "</div>", "</div>"),
    "by hand": ("<table><tr><td>", "", "</td></tr></table>"),
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("language", FURNITURE)
def test_furniture_stays_out_and_subheadings_in(language: str, frame: str) -> None:
    recent, reply, fields, letter, share = FURNITURE[language]
    opened, closed, end = FRAMES[frame]
    links = "".join(f"<li><a href='/{n}'>Another headline, number {n}, of another story</a></li>" for n in range(4))
    paragraphs = [f"<p>{text}</p>" for text in PROSE]
    page = (
        f"<html lang='{language}'><head><title>A story of that day</title></head><body>{opened}<h1>A story of "
        f"that day</h1>"
        f"{''.join(paragraphs[:3])}<h2>The first turn</h2>{''.join(paragraphs[3:6])}<h3>The second turn</h3>"
        f"{''.join(paragraphs[6:])}{closed}"
        f"<div>{share} <a href='#'>Facebook</a> <a href='#'>X</a> <a href='#'>WhatsApp</a></div>"
        f"<div><h3>{recent}</h3><ul>{links}</ul></div>"
        f"<div><h3>{reply}</h3><p>{fields}</p><form><textarea></textarea><input type='email'><button>OK</button>"
        f"</form></div>"
        f"<div><h3>{letter}</h3><input type='email'><button>OK</button></div>{end}"
        f"<div>Copyright 2024, Thin Line News LLC</div></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/2026/11/22/story")
    assert isinstance(got, Extraction)
    assert [(block.kind, block.text) for block in got.blocks] == [
        *[("paragraph", text) for text in PROSE[:3]], ("heading", "The first turn"),
        *[("paragraph", text) for text in PROSE[3:6]], ("heading", "The second turn"),
        *[("paragraph", text) for text in PROSE[6:]],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "Copyright 2024, Thin Line News LLC",
        "© 2026 Seetal-Bote Verlag GmbH. Alle Rechte vorbehalten.",
        "Advertisement",
        "Read more",
        "（责任编辑：王小明）",
        "来源：新华网 责任编辑：王小明",
        "来源：新华网",
        "2 von 17",
        "Image 3 of 12",
        "Bild anzeigen Bild schließen",
        "Читайте также: Мэр открыл новый мост через реку",
    ],
)
def test_lines_of_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "The copyright dispute has ended.",
        "Related to this, the mayor said, is the question of money.",
        "Share prices fell by 4 per cent.",
        "Comments by the minister caused uproar on Monday.",
        "2 of 3 bridges are closed",
        "2 von 17 Brücken sind gesperrt",
        "记者 王小明 走进了桥梁工地，与焊工交谈。",
        "责任编辑王小明说，大桥已经重新开放。",
        "Читайте эту книгу внимательно, сказал он.",
    ],
)
def test_sentences_that_begin_like_furniture(line: str) -> None:
    assert not is_furniture(line)
    assert not is_rail_heading(line)


def test_lists_and_quotes_keep_their_kind() -> None:
    page = (
        f"<html><body><article><h1>T</h1><p>{PROSE[0]} {PROSE[1]}</p><p>These will come:</p><ul><li>the first "
        f"thing</li><li>the second thing</li></ul><blockquote><p>“{PROSE[2]}”</p></blockquote><p>{PROSE[3]} "
        f"{PROSE[4]}</p></article></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert [block.kind for block in got.blocks] == ["paragraph", "paragraph", "list", "quote", "paragraph"]
    assert got.blocks[2].text == "- the first thing\n- the second thing"


def test_a_short_quote_does_not_end_a_hand_written_article() -> None:
    marked = [f"<p>{text}</p>" for text in PROSE]
    body = "".join(marked[:4]) + "<p>“No,” she said.</p>" + "".join(marked[4:])
    comment = (
        "<p><b>old_timer</b> says: <i>November 17, 2026</i><br>I walked past there and it looks nothing like it.</p>"
    )
    page = f"<html><body><h1>The bridge is open again</h1>{body}<hr>{comment}</body></html>"
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    assert "she said" in got.text
    assert PROSE[8] in got.text
    assert "old_timer" not in got.text
