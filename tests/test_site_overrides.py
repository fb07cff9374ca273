"""A site's selectors in sites.toml win over what the reader finds, and only files with its pages are read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines import Extraction, Reject, extract
from pipelines.archive_files import list_warc_files
from pipelines.build import plan, run
from pipelines.pages import Page, read_plain
from pipelines.workers import Workers
from warehouse import run_sql, write_catalog

SENTENCE = "Sentence {n} of an article that is long enough to be read as one by anybody who reads."
BODY = "".join(f"<p>{SENTENCE.format(n=n)}</p>" for n in range(8))
URL = "https://news.example.org/2026/bridge"
PAGE = f"""<html lang="en-GB"><head><title>Example</title><meta name="x-head" content="From a meta element">
<meta property="og:image" content="/share.jpg"></head><body><main><h1>Wrong</h1><h2 class="real">The bridge is open</h2>
<div class="who"><a>Ada Mbeki</a> <a>Li Wei</a></div><div class="when">03/04/2026 09:20</div>
<time class="upd" datetime="2026-04-03T11:05:00+01:00">today</time><p class="lede">In short, it is open.</p>
<i class="rubric">Local</i><b class="tag">rivers</b><b class="tag">bridges</b><img class="big" src="/real.jpg">
<article>{BODY}<p class="promo">Read our newsletter about bridges, which comes on every Sunday morning.</p></article>
<aside class="facts related"><p>Length: 300 metres</p></aside></main></body></html>"""


def read(page: str = PAGE, **rules: str | tuple[str, ...]) -> Extraction | Reject:
    held = tuple((key, (value,) if isinstance(value, str) else value) for key, value in sorted(rules.items()))
    return extract(page.encode(), url=URL, rules=held)


def article(page: str = PAGE, **rules: str | tuple[str, ...]) -> Extraction:
    got = read(page, **rules)
    assert isinstance(got, Extraction)
    return got


def test_every_field() -> None:
    got = article(
        title="h2.real", authors=".who a", published=".when", modified="time.upd", standfirst=".lede",
        section=".rubric", tags=".tag", lead_image="img.big",
    )  # fmt: skip
    assert (got.title, got.authors, got.authors_raw) == (
        "The bridge is open", ("Ada Mbeki", "Li Wei"), "Ada Mbeki, Li Wei",
    )  # fmt: skip
    assert got.published_at == datetime(2026, 4, 3, 9, 20, tzinfo=UTC), "day first, as British pages have it"
    assert (got.published_raw, got.published_source) == ("03/04/2026 09:20", "override")
    assert (got.published_confidence, got.authors_source, got.authors_confidence) == (1, "override", 1)
    assert got.modified_at == datetime(2026, 4, 3, 10, 5, tzinfo=UTC)
    assert (got.title_source, got.title_confidence) == ("override", 1)
    assert (got.standfirst, got.section, got.tags) == ("In short, it is open.", "Local", ("rivers", "bridges"))
    assert got.lead_image_url == "https://news.example.org/real.jpg"
    assert [image.url for image in got.images if image.is_lead] == ["https://news.example.org/real.jpg"]


def test_attributes_alternatives_and_selectors_that_find_nothing() -> None:
    assert article(title="meta[name=x-head]").title == "From a meta element"
    assert article(title=(".nowhere", "h2.real")).title == "The bridge is open"
    assert article(section="meta[property='og:image']::attr(property)").section == "og:image"
    assert article(title=".nowhere", authors=".nowhere", published=".rubric") == article()


def test_a_told_standfirst_leaves_the_description() -> None:
    page = PAGE.replace("<main>", '<meta name="description" content="All about bridges."><main>')
    got = article(page, standfirst=".lede")
    assert (got.standfirst, got.description) == ("In short, it is open.", "All about bridges.")
    assert article(page).standfirst is None


def test_the_canonical_url_may_be_told() -> None:
    page = PAGE.replace("<main>", '<main><a class="permalink" href="/bridge">#</a>')
    assert article(page, canonical="a.permalink").canonical_url == "https://news.example.org/bridge"


def test_dropped_blocks_are_gone_before_anything_is_read() -> None:
    assert "newsletter" in article().text
    assert "newsletter" not in article(drop=".promo").text
    assert article(drop=(".promo", "h1")).title != "Wrong"


def test_kept_blocks_stand_where_they_stand_on_the_page() -> None:
    assert "300 metres" not in article().text
    got = article(keep=(".facts", ".lede"), drop=".promo")
    assert got.text.startswith("In short, it is open.\nSentence 0")
    assert got.text.endswith("Length: 300 metres")
    assert article(keep="article p").text == article().text, "what is there already is not said twice"


def test_the_body_may_be_told_and_is_then_no_reject() -> None:
    got = article(body="article")
    assert got.text.split("\n")[0] == SENTENCE.format(n=0)
    assert "In short" not in got.text
    short = '<html><body><div class="login">Log in</div><div class="note">It rained.</div></body></html>'
    assert isinstance(read(short), Reject)
    assert article(short, body=".note").text == "It rained."
    assert isinstance(read(short, body=".nowhere"), Reject)


HEAD = """<meta name="x-title" content="The bridge is open"><meta name="x-by" content="Ada Mbeki; Li Wei">
<meta name="x-at" content="2026-04-03 09:20"><meta name="x-tags" content="rivers,bridges">
<meta name="x-part" content="Local"><meta name="x-image" content="/real.jpg"><link rel="canonical" href="/other">
<meta name="x-url" content="/bridge">"""


def test_read_plainly_those_that_find_something_in_the_head_win() -> None:
    deep = PAGE.replace("<title>", HEAD + "<title>").replace("<main>", "<div>" * 3000 + "<main>")
    got = article(
        deep, title="meta[name=x-title]", authors="html[lang] > head meta[name=x-by]",
        published=("time.upd", "meta[name=x-at]"), tags="meta[name=x-tags]", section="meta[name^=x-part]",
        lead_image="meta[name=x-image]", canonical="[name=x-url]", standfirst="meta[name=x-head]",
    )  # fmt: skip
    assert got.extractor.endswith("-plain")
    assert (got.title, got.title_source, got.title_confidence) == ("The bridge is open", "override", 1)
    assert (got.authors, got.authors_source) == (("Ada Mbeki", "Li Wei"), "override")
    assert got.published_at == datetime(2026, 4, 3, 9, 20, tzinfo=UTC)
    assert (got.published_raw, got.published_source) == ("2026-04-03 09:20", "override")
    assert (got.section, got.tags, got.standfirst) == ("Local", ("rivers", "bridges"), "From a meta element")
    assert (got.lead_image_url, got.canonical_url) == (
        "https://news.example.org/real.jpg", "https://news.example.org/bridge",
    )  # fmt: skip
    assert got.text == article(deep).text


def test_read_plainly_none_of_the_others_finds_anything() -> None:
    deep = PAGE.replace("<main>", "<div>" * 3000 + "<main>")
    told = article(
        deep, title="h1", authors="p", published="time", standfirst="p:first-of-type", section="body *",
        tags="article *", body="article p:last-child", drop="p, .promo", keep=".facts",
    )  # fmt: skip
    assert told.extractor.endswith("-plain")
    assert told == article(deep)


def test_a_worker_that_reads_a_page_plainly_has_the_rules() -> None:
    page = Page(html=PAGE.encode(), url=URL, content_type=None, rules=(("title", ("meta[name=x-head]",)),))
    got = read_plain(page)
    assert isinstance(got, Extraction)
    assert (got.title, got.extractor[-6:]) == ("From a meta element", "-plain")


SITES = (
    '[[site]]\nname = "a"\nhome = "http://a.localhost/"\n{a}\n[[site]]\nname = "b"\nhome = "http://b.localhost/"\n{b}\n'
)


def test_only_files_with_pages_of_the_site_are_read_again(
    home: Path, write_warc: Callable[..., list[Any]], kit: Any
) -> None:
    def rule(a: str = "", b: str = "") -> None:
        said = {name: f'[site.extraction]\ntitle = "{css}"' if css else "" for name, css in (("a", a), ("b", b))}
        (home / "sites.toml").write_text(SITES.format(**said))

    def titles() -> list[Any]:
        run(home, workers=Workers(0))
        write_catalog(home)
        with run_sql(home, "select title from articles order by url") as result:
            return [row[0] for row in result.rows()]

    def to_read() -> list[int]:
        return [number for number, file in enumerate(list_warc_files(home)) if file.fragment is None]

    page = kit.article_page("Bridge").replace("</h1>", "</h1><i class='t'>Told</i><i class='u'>Other</i>")
    write_warc([("http://a.localhost/1", kit.answer(page))])
    write_warc([("http://b.localhost/2", kit.answer(page))])
    rule()
    found = titles()
    assert to_read() == []
    rule(a="i.t")
    assert to_read() == [0], "only the file that holds a page of this site"
    assert not plan(home).is_empty
    assert titles() == ["Told", found[1]]
    assert plan(home).is_empty
    rule(a="i.u", b="i.t")
    assert to_read() == [0, 1]
    assert titles() == ["Other", "Told"]
    rule()
    assert titles() == found
