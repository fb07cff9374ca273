"""What is filed in one walk is what a walk of its own would find; quick looks find what the whole look finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extraction import access, bylines, charset, reading, rejects, tags, visible_dates
from pipelines.extraction.access import wall_words
from pipelines.extraction.elements import Elements
from pipelines.extraction.page import parse, text_of

TAGS = ("div", "p", "a", "h1", "time", "span")
NAMES = ("byline", "Author box", "author", "MAIN", "post-meta", "İnfo", "")


def markup() -> st.SearchStrategy[str]:
    words = st.sampled_from(["By Ada", " ", "12.11.2026", "a &amp; b", "\n\t", "ß"])
    element = st.builds(
        lambda tag, name, inside, tail: f'<{tag} class="{name}">{"".join(inside)}</{tag}>{tail}',
        st.sampled_from(TAGS),
        st.sampled_from(NAMES),
        st.lists(words, max_size=3),
        words,
    )
    return st.lists(element | words, max_size=12).map("".join)


@given(markup())
def test_elements_are_filed_as_walks_find_them(html: str) -> None:
    tree = parse(f"<html><body>{html}</body></html>".encode(), url="https://a.example/").tree
    filed = Elements(tree)
    assert filed.all == list(tree.iter())
    for wanted in (("p",), ("a", "h1"), TAGS):
        assert filed.of(*wanted) == list(tree.iter(*wanted))
        assert filed.first(*wanted) is next(tree.iter(*wanted), None)
    texts, tails = [one.text for one in tree.iter()], [one.tail for one in tree.iter()]
    for filed_texts, all_texts in ((filed.texts, texts), (filed.tails, tails)):
        assert filed_texts == {place: text for place, text in enumerate(all_texts) if (text or "").strip()}
    for stems in (("author",), ("meta", "main"), ("nfo",), ("none",)):
        places = [place for _, positions in filed.saying("class", *stems) for place in positions]
        looked_up = [one for one in tree.iter() if any(stem in (one.get("class") or "").lower() for stem in stems)]
        assert filed.at(places) == looked_up
        assert all(filed.all[place].get("class") == value for value, [place, *_] in filed.saying("class", *stems))


@given(markup())
def test_text_of_an_element_is_that_of_all_within_it(html: str) -> None:
    page = parse(f"<html><body>{html}</body></html>".encode(), url="https://a.example/")
    for element in page.tree.iter():
        assert text_of(element) == page.text(element) == " ".join("".join(element.itertext()).split())


@given(st.text(st.sampled_from("by von(c)“ —\n·Texrp:"), max_size=24) | st.text(max_size=12))
def test_what_begins_as_a_byline_is_told_without_going_back(text: str) -> None:
    words = bylines._BY_TEXT.pattern
    behind = words[words.index("?(?:by|") + 1 :]
    patient = re.compile(rf"\W*(?:(?:\S{{2,12}}\s)?{behind}", re.I)
    assert (bylines._BY_TEXT.match(text) is None) == (patient.match(text) is None)


@given(st.text("0129./- ٠年", max_size=20))
def test_every_date_has_what_is_looked_for_first(text: str) -> None:
    assert visible_dates._has_date(text) == (5 < len(text) < 600 and visible_dates._DATE.search(text) is not None)


@pytest.mark.parametrize(
    "words",
    [
        "Subscribe to unlock", "TO CONTINUE READING", "This article is for subscribers", "subscribers only",
        "already a subscriber?", "Become a member to", "Unlock this article", "Jetzt weiterlesen", "nur für Abonnenten",
        "Möchten Sie weiterlesen", "mit Plus weiterlesen", "réservé aux abonnés", "Il vous reste 80 % de cet article",
        "la suite est réservée", "Abonnez-vous pour lire", "contenido exclusivo para suscriptores",
        "Suscríbete para seguir",
        "para seguir leyendo", "riservato agli abbonati", "exclusivo para assinantes", "alleen voor abonnees",
        "kun for abonnenter", "この記事は有料", "会員限定", "有料記事", "残り120文字",
    ],
)  # fmt: skip
def test_words_of_a_wall_are_found_behind_a_quick_look(words: str) -> None:
    text = f"One. {words} Two."
    match = access._WALL_WORDS.search(text)
    assert match is not None
    assert wall_words(text) == match.group(0)


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        (access._WALL_WORDS, access._WORD_STEMS),
        (access._WALL, access._WALL_STEMS),
        (bylines._AUTHOR_PATH, bylines._AUTHOR_STEMS),
        (rejects._CONSENT, rejects._CONSENT_WORDS),
        (rejects._ERROR_MARK, rejects._ERROR_STEMS),
        (tags._CLOUD, tags._CLOUD_STEMS),
        (tags._TAG_BOX, tags._TAG_BOX_STEMS),
        (visible_dates._PUBLISHED, visible_dates._PUBLISHED_STEMS),
        (visible_dates._MODIFIED, visible_dates._MODIFIED_STEMS),
        (visible_dates._OTHERS, visible_dates._OTHERS_STEMS),
    ],
)
@given(data=st.data())
def test_whatever_a_pattern_finds_has_one_of_its_stems(
    pattern: re.Pattern[str], stems: tuple[str, ...], data: st.DataObject
) -> None:
    # Without the letters that are others in lower case than those that they match: ſ is s, and K is k.
    letters = st.characters(exclude_characters="ſ\u212aİı", codec="utf-8")
    text = data.draw(st.from_regex(pattern, alphabet=letters))
    assert any(stem in text.lower() for stem in stems)


@given(st.binary(max_size=60) | st.text("<!doctypehtml/> \n\ufeff\ufffeé", max_size=40).map(lambda text: text.encode()))
def test_a_body_in_utf8_is_parsed_as_its_text_would_be(body: bytes) -> None:
    decoded = charset.read(body)
    assert charset.decode(body) == (decoded.text, decoded.codec)
    assert decoded.utf8 is None or decoded.utf8 == decoded.text.encode()


@given(st.lists(st.sampled_from(["<p>", "<a b=c>", "=" * 7_000, "=" * 10_000, ">", "x" * 9_999, "<"]), max_size=9))
def test_an_overloaded_tag_is_found_in_few_looks(pieces: list[str]) -> None:
    html = "".join(pieces).encode() + b"<p>" + b"y" * 250_000
    most = max(piece.partition(b">")[0].count(b"=") for piece in html.split(b"<"))
    assert reading.has_overloaded_tag(html) == (most > reading.MAX_ATTRIBUTES)


def test_values_are_looked_through_once_however_many_hold_a_stem() -> None:
    links = "".join(f"<a href='/topic/{number}'>{number}</a>" for number in range(3000))
    elements = parse(f"<html><body>{links}</body></html>".encode(), url="https://a.example/").elements
    counted = Counting(elements._values("href")[1])
    elements._filed["href"] = elements._values("href")[0], counted
    assert len(elements.saying("href", "topic")) == 3000
    assert counted.looked_at <= 2 * len(counted)


class Counting(str):
    """A text that says how many of its letters were counted through."""

    looked_at = 0

    def count(self, *args: object) -> int:
        _, start, end = args
        self.looked_at += end - start  # type: ignore[operator]
        return super().count(*args)  # type: ignore[arg-type]


def test_long_texts_are_not_kept_for_every_element_around_them() -> None:
    deep = "<div>" * 300 + "word " * 2000 + "</div>" * 300
    page = parse(f"<html><body>{deep}</body></html>".encode(), url="https://a.example/")
    assert all(len(page.text(element)) > 9000 for element in page.elements.of("div"))
    assert sum(map(len, page._texts.values())) < 10_000
