"""Authors are names: no “By”, roles, addresses or site names beside people."""

import json

import pytest

from pipelines import Extraction, extract

BODY = "".join(
    f"<p>Sentence {n} of an article that is long enough to be read as one by anybody who reads.</p>" for n in range(8)
)


def read(head: str = "", above: str = "") -> Extraction:
    page = (
        f"<html><head><title>A story</title>{head}</head><body><article><h1>A story</h1>{above}{BODY}</article>"
        f"</body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/story")
    assert isinstance(got, Extraction)
    return got


def ld(author: object, **more: object) -> str:
    return (
        f'<script type="application/ld+json">'
        f"{json.dumps({'@type': 'NewsArticle', 'headline': 'A story', 'author': author, **more})}</script>"
    )


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Jane Doe"}, ("Jane Doe",)),
        ([{"name": "Jane Doe"}, {"name": "John Roe"}, {"name": "jane doe"}], ("Jane Doe", "John Roe")),
        ("By Jane Doe and John Roe", ("Jane Doe", "John Roe")),
        ("Von Jana Müller und Jörg Özdemir", ("Jana Müller", "Jörg Özdemir")),
        ("Jane Doe, Senior reporter", ("Jane Doe",)),
        ("Doe, Jane", ("Jane Doe",)),
        (
            "Mamokete Modiba, Claire Benit-Gbaffou, Sarah Charlton and Tanya Zack",
            ("Mamokete Modiba", "Claire Benit-Gbaffou", "Sarah Charlton", "Tanya Zack"),
        ),
        ({"name": "https://news.example.org/authors/jane"}, ()),
        ({"givenName": "Jane", "familyName": "Doe"}, ("Jane Doe",)),
        ("Victoria O&#8217;Regan", ("Victoria O’Regan",)),
        ({"name": ["Jane Doe", "John Roe"]}, ("Jane Doe", "John Roe")),
        ([{"name": "Jane Doe"}, {"name": "Example News"}], ("Jane Doe",)),
        (None, ()),
        (17, ()),
    ],
)
def test_names_of_json_ld(author: object, names: tuple[str, ...]) -> None:
    got = read(ld(author, publisher={"name": "Example News"}))
    assert got.authors == names


def test_a_house_alone_is_what_the_page_says() -> None:
    assert read(ld({"@type": "Organization", "name": "Example News"}, publisher={"name": "Example News"})).authors == (
        "Example News",
    )


def test_a_person_in_the_byline_comes_before_a_house() -> None:
    got = read(
        ld({"@type": "Organization", "name": "Example News"}),
        '<p class="byline">By <a href="/authors/jane-doe">Jane Doe</a></p>',
    )
    assert got.authors == ("Jane Doe",)


def test_references_are_followed() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "headline": "A story", "datePublished": "2026-11-22", "author": {"@id": "#jane"}},
            {"@type": "Person", "@id": "#jane", "name": "Jane Doe"},
        ]
    }
    assert read(f'<script type="application/ld+json">{json.dumps(graph)}</script>').authors == ("Jane Doe",)


@pytest.mark.parametrize(
    "above",
    [
        "<p>By Jane Doe • November 22, 2026 at 4:20 pm</p>",
        "<div><span>Written by</span> <a rel='author' href='/author/jane/'>Jane Doe</a></div>",
        "<div itemprop='author' itemscope><span itemprop='name'>Jane Doe</span></div>",
        "<div class='c-byline'>By Jane Doe</div>",
    ],
)
def test_visible_bylines(above: str) -> None:
    got = read(above=above)
    assert got.authors == ("Jane Doe",)
    assert "Jane Doe" not in got.text


@pytest.mark.parametrize(
    ("above", "names"),
    [
        (
            "<p class='meta'><span class='author vcard'><a href='/author/ada/'>Ada Mbeki</a></span></p>",
            ("Ada Mbeki",),
        ),
        (
            "<div class='author-name'><b>Ada Mbeki</b><span>November 22, 2026</span><i>5 min read</i></div>",
            ("Ada Mbeki",),
        ),
        ("<p class='byline'>By <b>Ada</b> <b>Mbeki</b> and <b>Li Wei</b></p>", ("Ada Mbeki", "Li Wei")),
        ("<ul><li class='author'>Ada Mbeki</li><li class='author'>Li Wei</li></ul>", ("Ada Mbeki", "Li Wei")),
        ("<p class='author'>Text und Fotos: Jana Müller</p>", ("Jana Müller",)),
        ("<p>Autorin: Jana Müller, Projektleiterin</p>", ("Jana Müller",)),
        ("<div class='posted'>Erstellt von Jana Müller</div>", ("Jana Müller",)),
        ("<div class='elementor-widget'><span class='author'>Ada Mbeki</span></div>", ("Ada Mbeki",)),
        (
            "<div class='author-box'><h4>Ada Mbeki</h4><p>" + "She has written of bridges. " * 6 + "</p></div>",
            ("Ada Mbeki",),
        ),
        ("<span class='username'>bridgewatcher</span>", ("bridgewatcher",)),
        ("<p class='author'>Photo: Li Wei</p>", ()),
        ("<p>Reviewed by <a href='/author/li/'>Li Wei</a></p>", ()),
        ("<div class='author'>Alle Beiträge anzeigen</div>", ()),
        ("<div class='teaser'><a rel='author' href='/author/li/'>Li Wei</a></div>", ()),
        ("<div class='author'>November 22, 2026</div>", ()),
    ],
)
def test_what_a_page_shows(above: str, names: tuple[str, ...]) -> None:
    assert read(above=above).authors == names


def test_a_first_name_is_completed_by_the_byline() -> None:
    assert read(ld({"name": "Ada"}), "<p class='full-name author'>Ada Mbeki</p>").authors == ("Ada Mbeki",)
    assert read(ld({"name": "ada.mbeki"}), "<p class='author'>Ada Mbeki</p>").authors == ("Ada Mbeki",)
    assert read(ld({"name": "Ada"}), "<p class='author'>Li Wei</p>").authors == ("Ada",)


def test_names_of_houses_are_not_taken_apart() -> None:
    house = {"@type": "Organization", "name": "Centre for Bridges and Roads"}
    assert read(ld(house)).authors == ("Centre for Bridges and Roads",)
    assert read(ld("Example News - Ada Mbeki", publisher={"name": "Example News"})).authors == ("Ada Mbeki",)


def test_a_desk_of_the_site_is_no_author_beside_a_person() -> None:
    assert read(above="<p class='author'>von <a>Ada Mbeki, EXAMPLE SÜDEN</a></p>").authors == ("Ada Mbeki",)
    assert read(above="<p class='author'>von Ada Mbeki, Example Südermann</p>").authors == (
        "Ada Mbeki",
        "Example Südermann",
    )
    assert read(above="<p class='author'>von EXAMPLE SÜDEN</p>").authors == ("EXAMPLE SÜDEN",)
    assert read(ld([{"name": "Ada Mbeki"}, {"name": "EXAMPLE SÜDEN"}])).authors == ("Ada Mbeki", "EXAMPLE SÜDEN")


def test_a_name_to_the_right_at_the_end_is_the_author_where_none_else_is() -> None:
    house = ld({"@type": "Organization", "name": "Example News"})
    signed = "<p style='text-align: right'><strong>Lê Phương</strong></p>"
    got = read(house, above=f"{BODY}{signed}<ul><li>One</ul>")
    assert (got.authors, got.authors_source) == (("Lê Phương",), "text")
    assert "Lê Phương" not in got.text
    assert read(ld("Ada Mbeki"), above=f"{BODY}{signed}").authors == ("Ada Mbeki",)
    assert read(house, above=f"{BODY}{signed}<p>What else was said.").authors == ("Example News",)


def test_raw_words_are_kept() -> None:
    assert read(ld("By Jane Doe, Senior reporter")).authors_raw == "By Jane Doe, Senior reporter"


def test_commenters_are_no_authors() -> None:
    got = read(above="<div class='comment'><span class='author'>Loud Voice</span></div>")
    assert got.authors == ()


@pytest.mark.parametrize("name", ["citation_author", "citation_authors"])
def test_all_authors_of_a_scholarly_article(name: str) -> None:
    head = '<meta name="dc.creator" content="Jane Doe"><meta name="author" content="Jane Doe">'
    head += "".join(f'<meta name="{name}" content="{one}">' for one in ("Jane Doe", "John Roe", "Jin Park"))
    assert read(head).authors == ("Jane Doe", "John Roe", "Jin Park")
