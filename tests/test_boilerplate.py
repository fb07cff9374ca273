"""What stands on many articles of a site is taken out of them at publishing, told in a table, and can be overruled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from readings import block, reading, table

from pipelines.boilerplate import decide, learn
from pipelines.build import plan, run
from pipelines.clean_articles import clean
from pipelines.content import content_digest, word_count
from pipelines.content_forms import form_of, says_furniture
from pipelines.workers import Workers
from warehouse import BlockRow, connect, partition_path, read_parquet, write_catalog

DAY = date(2026, 11, 22)
FOOTER = "Thin Line ist ein Angebot der Regionalen Verlagsgesellschaft mit Sitz in der Hafenstraße."
SLOGAN = "Für die Stadt, seit hundert Jahren, und kein bisschen leise."


def page(kit: Any, title: str, *more: str, canonical: str | None = None) -> bytes:
    html: str = kit.article_page(title, canonical=canonical)
    blocks = "".join(f"<p>{text}</p>" for text in more)
    answer: bytes = kit.answer(html.replace("<p><a href='/next-story'>", f"{blocks}<p><a href='/next-story'>"))
    return answer


def pages(kit: Any, count: int, *more: str, first: int = 0) -> list[tuple[str, bytes]]:
    return [(f"http://a.localhost/{n}", page(kit, f"Bridge {n} reopens", *more)) for n in range(first, first + count)]


def rows(home: Path, table: str, day: date = DAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_parquet(partition_path(home / "tables", table, day)).to_pylist()
    return found


def build(home: Path) -> list[date]:
    return [each.crawl_date for each in run(home, workers=Workers(0)).published]


def test_a_block_on_every_article_is_taken_out(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    write_warc(pages(kit, 6, FOOTER))
    build(home)
    articles = rows(home, "articles")
    assert len(articles) == 6
    for row in articles:
        assert FOOTER not in row["text"]
        assert row["text"] == "\n".join(block["text"] for block in row["blocks"])
        assert len(row["blocks"]) >= 4
        assert (row["words"], row["content_digest"]) == (
            word_count(row["text"]),
            content_digest(row["title"], row["text"]),
        )
    (told,) = [row for row in rows(home, "boilerplate") if row["sample"] == FOOTER]
    assert (told["site"], told["pages"], told["articles"], told["share"]) == ("local", 6, 6, 1.0)
    assert (told["decision"], told["readings"], told["kind"]) == ("drop", 6, "paragraph")
    assert told["reason"] == "on 6 of 6 articles, at a limit of 0.60"
    assert told["first_seen_at"] < told["last_seen_at"]


def test_on_few_articles_it_stays(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    write_warc([*pages(kit, 6, SLOGAN), *pages(kit, 8, first=6)])
    build(home)
    assert sum(SLOGAN in row["text"] for row in rows(home, "articles")) == 6
    (told,) = [row for row in rows(home, "boilerplate") if row["sample"] == SLOGAN]
    assert (told["decision"], told["readings"], told["pages"], told["articles"]) == ("keep", 0, 6, 14)


def test_one_article_read_often_or_at_many_addresses_repeats_nothing(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    again = [("http://a.localhost/1", page(kit, f"Bridge reopens, update {n}", FOOTER)) for n in range(5)]
    elsewhere = [(f"http://a.localhost/{n}/2", page(kit, "Tunnel closes", FOOTER)) for n in range(5)]
    write_warc(again + elsewhere)
    build(home)
    assert len(rows(home, "articles")) == 10
    assert all(FOOTER in row["text"] for row in rows(home, "articles"))
    assert not rows(home, "boilerplate")


def test_it_is_learned_from_the_days_before_and_not_from_those_after(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    at = datetime(2026, 11, 1, 9, tzinfo=UTC)
    for n, days in enumerate((0, 2, 4, 8, 13, 14)):
        write_warc(pages(kit, 1, FOOTER, first=n), at=at + timedelta(days=days))
    build(home)
    kept = {day: FOOTER in rows(home, "articles", at.date() + timedelta(days=day))[0]["text"] for day in (0, 8, 13, 14)}
    assert kept == {0: True, 8: True, 13: False, 14: False}
    (told,) = [row for row in rows(home, "boilerplate", date(2026, 11, 15)) if row["sample"] == FOOTER]
    assert (told["pages"], told["first_seen_at"].day) == (5, 3)  # that of 1 November is out of the window


def test_late_captures_publish_the_days_after_them_again_where_their_site_has_articles(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    at = datetime(2026, 11, 10, 9, tzinfo=UTC)
    write_warc(pages(kit, 3, FOOTER), at=at)
    write_warc([("http://b.localhost/1", page(kit, "Elsewhere"))], at=at + timedelta(days=1), site="other")
    write_warc(pages(kit, 1, FOOTER, first=3), at=at + timedelta(days=20))
    assert build(home) == [date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 30)]
    assert FOOTER in rows(home, "articles", date(2026, 11, 10))[0]["text"]
    write_warc(pages(kit, 4, FOOTER, first=10), at=at - timedelta(days=3))
    planned = plan(home)
    assert planned.files
    again = run(home, planned, workers=Workers(0)).published
    assert [each.crawl_date for each in again] == [date(2026, 11, 7), date(2026, 11, 10)]
    assert FOOTER not in rows(home, "articles", date(2026, 11, 10))[0]["text"]
    assert build(home) == []


def test_a_person_overrules(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    write_warc(pages(kit, 6, FOOTER, SLOGAN))
    stanza = 'name = "local"\nhome = "http://a.localhost/"\n'
    kit.write_sites(home, f'{stanza}keep_text = ["{FOOTER.upper()}"]\ndrop_text = ["Bridge 3 reopens, paragraph 2…"]')
    build(home)
    assert all(FOOTER in row["text"] and SLOGAN not in row["text"] for row in rows(home, "articles"))
    (cut,) = [row for row in rows(home, "articles") if row["url"].endswith("/3")]
    assert "paragraph 2" not in cut["text"]
    assert "paragraph 3" in cut["text"]
    said = {row["sample"][:20]: (row["decision"], row["reason"], row["pages"]) for row in rows(home, "boilerplate")}
    assert said[FOOTER[:20]] == ("keep", "keep_text in sites.toml", 6)
    assert said["Bridge 3 reopens, pa"] == ("drop", "drop_text in sites.toml", 1)
    kit.write_sites(home, stanza)
    assert build(home) == [DAY]
    assert not [row for row in rows(home, "articles") if FOOTER in row["text"]]


def test_a_heading_goes_with_what_it_heads(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    html = [
        (url, body.replace(b"<p>" + FOOTER.encode(), b"<h2>Unser Haus</h2><p>" + FOOTER.encode()))
        for url, body in pages(kit, 6, FOOTER)
    ]
    sized = [(url, kit.answer(body.partition(b"\r\n\r\n")[2])) for url, body in html]
    write_warc(sized)
    build(home)
    assert not [row for row in rows(home, "articles") if "Unser Haus" in row["text"] or FOOTER in row["text"]]


def test_a_standfirst_that_is_the_sites_words_goes_with_its_block(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    def opened(n: int, first: str) -> tuple[str, bytes]:
        html = kit.article_page(f"Bridge {n} reopens")
        html = html.replace("</title>", f"</title><meta name='description' content='{first}'>")
        return f"http://a.localhost/{n}", kit.answer(html.replace("</h1>", f"</h1><p class='lead'>{first}</p>"))

    own = "The seventh bridge is the oldest of them all, and the only one that anybody has ever painted."
    write_warc([*(opened(n, FOOTER) for n in range(6)), opened(7, own)])
    build(home)
    found = {row["url"][-1]: row for row in rows(home, "articles")}
    assert [found[str(n)]["standfirst"] for n in range(6)] == [None] * 6
    assert [n for n, row in found.items() if "standfirst" in [one["field"] for one in row["origins"]]] == ["7"]
    assert {row["description"] for row in found.values()} == {FOOTER, own}
    assert found["7"]["standfirst"] == own
    assert found["7"]["title_source"] == "heading"
    assert found["7"]["title_confidence"] > 0.9


def test_what_is_nothing_else_keeps_its_text(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    text = "".join(f"<p>{FOOTER} Absatz {n}, auf allen Seiten gleich.</p>" for n in range(5))
    same = [
        (f"http://a.localhost/{n}", kit.answer(f"<title>Seite {n}</title><article><h1>Seite {n}</h1>{text}</article>"))
        for n in range(6)
    ]
    write_warc(same)
    build(home)
    assert [row["text"].count("Absatz") for row in rows(home, "articles")] == [5] * 6


@pytest.mark.parametrize("signals", [(), ("X-Robots-Tag: noai",)])
def test_it_is_a_table_for_people(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any, signals: tuple[str, ...]
) -> None:
    write_warc(pages(kit, 6, FOOTER), signals=signals)
    build(home)
    write_catalog(home)
    with connect(home) as session:
        found = session.execute(
            "select sample, articles, days, last_readings from site_boilerplate where decision = 'drop'"
        ).fetchall()
        bound = session.execute("select distinct len(export_bound_by) from boilerplate").fetchall()
    assert (FOOTER, 6, 1, 6) in found
    assert bound == [(len(signals),)]


def test_the_same_inputs_give_the_same_bytes(home: Path, write_warc: Callable[..., list[Any]], kit: Any) -> None:
    write_warc(pages(kit, 6, FOOTER, SLOGAN))
    write_warc(pages(kit, 6, SLOGAN, first=6), at=datetime(2026, 11, 22, 15, tzinfo=UTC))
    build(home)
    before = {path: path.read_bytes() for path in (home / "tables").glob("*/*/*.parquet")}
    for path in before:
        path.unlink()
    build(home)
    assert before == {path: path.read_bytes() for path in before}


def decided(on: int, of: int, repeated: BlockRow, *, authors: int = 3, own_after: bool = False) -> bool:
    """Whether a block that stands at the end of so many articles of a site, by so many authors, is taken out."""
    own = [block(f"What story {n} alone says.") for n in range(of)]
    bodies = [
        [own[n], *([repeated] if n < on else []), *([block(f"And {n}.")] if own_after else [])] for n in range(of)
    ]
    learned = learn(table([reading("a", n, body, author=f"Author {n % authors}") for n, body in enumerate(bodies)]))
    (seen,) = learned.seen.values()
    assert (seen.pages, seen.articles) == (on, of)
    return decide(seen, repeated.text, kind=repeated.kind).drop


def test_the_share_needed_rises_with_what_the_page_alone_could_tell() -> None:
    shares = range(5, 101, 5)
    least = {
        score: next(share for share in shares if decided(share, 100, block(SLOGAN, score=score)))
        for score in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    }
    assert least == {0.5: 40, 0.6: 40, 0.7: 45, 0.8: 55, 0.9: 60, 1.0: 60}


def test_amid_the_articles_own_text_it_takes_more() -> None:
    assert not decided(80, 100, block(SLOGAN), own_after=True)
    assert decided(90, 100, block(SLOGAN), own_after=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Get the day's top stories in your inbox every morning", True),  # a call, and what it calls to
        ("The mayor wants you to get the news in your inbox.", False),  # not how the sentence begins
        ("Follow the river for a mile.", False),
        ("Zum Thema: Wem gehört die alte Mühle?", True),
        ("Er kam zum Thema: der alten Mühle.", False),
        ("Más de La Ría", True),  # a rail's heading that the page made a paragraph
        ("Más de seis millones han huido.", False),
        ("Folgen Sie der Hafenpost auf Instagram. " + "Und so weiter, und so fort. " * 10, False),  # running text
    ],
)
def test_what_words_of_furniture_are(text: str, says: bool) -> None:
    assert says_furniture(text, kind="paragraph") is says


def test_a_name_in_quotation_marks_is_no_quotation() -> None:
    for text in ("«Причал» — издание Региональной прессы.", "„Hafenpost“ ist ein Angebot der Regionalpresse."):
        assert form_of(text, kind="paragraph") is None
    for text in ("«Позор», — сказал он.", "“Never!” he said.", "「遺憾である」と述べた。", "“Never”"):
        assert form_of(text, kind="paragraph") == "a quotation"


def test_words_of_furniture_need_few() -> None:
    assert decided(10, 100, block("Melden Sie sich für unseren Newsletter an."))
    assert not decided(9, 100, block("Melden Sie sich für unseren Newsletter an."))


def test_the_headlines_of_a_rail_go_however_few_pages_they_are_on() -> None:
    titles = [f"Story {n} of this site, which is a headline like any other" for n in range(100)]
    bodies = [[block(f"What story {n} alone says."), block(titles[max(0, n - n % 4)])] for n in range(100)]
    rows = [reading("a", n, body, title=titles[n], author=f"A {n % 3}") for n, body in enumerate(bodies)]
    cleaned, said = clean(table(rows), learn(table(rows)), {}, rows[0].crawl_date)
    assert all(len(row["blocks"]) == 1 for row in cleaned.to_pylist())
    assert {row["reason"] for row in said.to_pylist()} == {"the headline of another article, on 4 of 100 articles"}


def test_what_one_of_several_authors_repeats_is_that_authors() -> None:
    def by(author: str, of_others: str, score: float = 1.0) -> bool:
        own = [
            [block(f"What story {n} alone says."), block("So it goes.", score=score)][: 2 - n // 9] for n in range(12)
        ]
        rows = [reading("a", n, body, author=author if len(body) > 1 else of_others) for n, body in enumerate(own)]
        (seen,) = learn(table(rows)).seen.values()
        return decide(seen, "So it goes.", kind="paragraph").drop

    assert not by("Ada", "Li")
    assert not by("Ada", "Li", score=0.5)
    assert by("Staff", "Staff")  # who writes all of it tells nothing
