"""AMP, print and mobile forms of an article are kept in mind, not fetched; translations are articles of their own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from crawler import CrawlOptions, crawl

STORY = "/2026/11/22/ferry-line-reopens-after-two-years/"
OTHER = "/2026/11/22/harbour-wall-repaired-before-the-storms/"
HEADLINE = "Ferry line reopens after two years"


def links(*paths: str) -> str:
    return "".join(f'<a href="{path}">{HEADLINE} {n}</a>' for n, path in enumerate(paths))


def said_of(home: Path, url: str) -> list[tuple[str, str]]:
    with sqlite3.connect(home / "frontier.sqlite") as db:
        rows = db.execute(
            "select word.name, coalesce(source.name, '') from urls join announcement on url_id = urls.id"
            " join word on word.id = channel left join source on source.id = source where urls.url = ? order by 1, 2",
            (url,),
        ).fetchall()
    db.close()
    return rows


def test_the_amp_and_print_forms_of_an_article_are_not_fetched(web: Any, one_site: Path, kit: Any) -> None:
    a = kit.answer
    web.pages |= {
        "/": a(links(f"{STORY}amp/", STORY, f"{STORY}?print=1", f"{OTHER}print/", OTHER)),
        STORY: a("<p>Ferry</p>"), OTHER: a("<p>Harbour</p>"),
    }  # fmt: skip
    crawl(one_site)
    crawl(one_site, CrawlOptions(refresh=True))  # and what the home page names again does not make them due
    assert {p for p in web.paths() if p.startswith("/2026")} == {STORY, OTHER}
    assert said_of(one_site, f"{web.base}{STORY}amp/") == [
        ("home", f"{web.base}/"), ("variant", f"{web.base}{STORY}"),
    ]  # fmt: skip


def test_who_asks_for_one_by_name_gets_it(web: Any, one_site: Path, kit: Any) -> None:
    amp = f"{STORY}amp/"
    web.pages |= {
        "/": kit.answer(links(STORY, amp)), STORY: kit.answer("<p>Ferry</p>"), amp: kit.answer("<p>Ferry, quick</p>"),
    }  # fmt: skip
    crawl(one_site)
    assert amp not in web.paths()
    report = crawl(one_site, CrawlOptions(urls=(f"{web.base}{amp}",)))
    assert report.captured == 1
    assert amp in web.paths()


def test_one_whose_article_is_known_only_later_is_refused_with_a_line_in_the_log(
    web: Any, home: Path, kit: Any
) -> None:
    """The home page has the print form, a section has the article: the log says which was left alone, and why."""
    a, print_form = kit.answer, f"{STORY}print/"
    web.pages |= {
        "/": a(f'<nav><a href="/sport/">Sport</a></nav>{links(OTHER)}'),
        "/sport/": a(links(print_form)), "/feed": a("<rss version='2.0'><channel/></rss>"),
        STORY: a("<p>Ferry</p>"), print_form: a("<p>Ferry</p>"), OTHER: a("<p>Harbour</p>"),
        "/map.xml": a("<urlset/>"),
    }  # fmt: skip
    feeds = f'feeds = ["{web.base}/feed"]\nsitemaps = ["{web.base}/map.xml"]'
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n{feeds}')
    crawl(home, CrawlOptions(max_pages=5))  # feed, sitemap, home, the other story, the section
    assert "/sport/" in web.paths()
    web.pages["/feed"] = a(f"<rss version='2.0'><channel><item><link>{web.base}{STORY}</link></item></channel></rss>")
    crawl(home, CrawlOptions(urls=(f"{web.base}/feed",)))
    report = crawl(home)
    assert print_form not in web.paths()
    assert STORY in web.paths()
    assert report.reasons == {"variant": 1}
    line = next(li for li in kit.log_lines(home) if li["url"].endswith(print_form))
    assert (line["outcome"], line["reason"], line["detail"]) == (
        "refused",
        "variant",
        f"print form of {web.base}{STORY}",
    )


def test_one_whose_article_is_not_known_is_fetched_and_names_it(web: Any, one_site: Path, kit: Any) -> None:
    a, amp = kit.answer, f"{STORY}amp/"
    web.pages |= {
        "/": a(links(amp)), STORY: a(f'<link rel="amphtml" href="{amp}"><p>Ferry</p>'),
        amp: a(f'<html amp><head><link rel="canonical" href="{STORY}"></head><body><p>Ferry</p></body></html>'),
    }  # fmt: skip
    crawl(one_site)
    assert [p for p in web.paths() if p.startswith("/2026")] == [amp, STORY]
    lines = {li["url"].removeprefix(web.base): li for li in kit.log_lines(one_site)}
    assert lines[amp]["detail"] == f"a form of {web.base}{STORY}"
    assert lines[STORY]["via"] == ["canonical"]
    assert lines[STORY]["detail"] == f"amp: {web.base}{amp}"
    with sqlite3.connect(one_site / "frontier.sqlite") as db:
        due = dict(db.execute("select url, due_at from urls").fetchall())
    db.close()
    assert due[f"{web.base}{amp}"] is None, "its article is visited again instead"
    assert due[f"{web.base}{STORY}"] is not None


def test_a_story_called_amp_is_a_story(web: Any, one_site: Path, kit: Any) -> None:
    story = "/music/amp"
    web.pages |= {
        "/": kit.answer(
            f'<nav><a href="/music">Music</a></nav><h2><a href="{story}">{HEADLINE}: the guitar amp</a></h2>'
        ),
        "/music": kit.answer("<p>Music</p>"),
        story: kit.answer("<p>Valves</p>"),
    }
    crawl(one_site)
    assert {"/music", story} <= set(web.paths())


def test_a_form_that_only_the_article_names_is_kept_in_mind(web: Any, one_site: Path, kit: Any) -> None:
    quick = "/q/77123456"
    web.pages |= {
        "/": kit.answer(links(STORY)),
        STORY: kit.answer(f'<head><link rel="amphtml" href="{quick}"></head><p>Ferry</p>'),
        quick: kit.answer("<p>Ferry</p>"),
    }
    crawl(one_site)
    web.pages["/"] = kit.answer(links(quick))
    crawl(one_site, CrawlOptions(urls=(f"{web.base}/",)))
    crawl(one_site)
    assert quick not in web.paths(), "though its address does not tell and the home page links it"
    assert ("variant", f"{web.base}{STORY}") in said_of(one_site, f"{web.base}{quick}")


def test_translations_are_articles_linked_to_each_other_where_they_are_in_scope(
    web: Any, one_site: Path, kit: Any
) -> None:
    german = "/de/2026/11/22/die-faehre-faehrt-wieder/"
    head = (
        f'<head><link rel="alternate" hreflang="en" href="{STORY}"><link rel="alternate" hreflang="de" href="{german}">'
        '<link rel="alternate" hreflang="fr" href="https://elsewhere.example/fr/ferry"></head>'
    )
    web.pages |= {
        "/": kit.answer(links(STORY)),
        STORY: kit.answer(f"{head}<p>Ferry</p>"),
        german: kit.answer(f"{head}<p>Fähre</p>"),
    }
    crawl(one_site)
    lines = {li["url"].removeprefix(web.base): li for li in kit.log_lines(one_site)}
    assert (lines[german]["kind"], lines[german]["via"]) == ("article", ["translation"])
    assert said_of(one_site, f"{web.base}{STORY}") == [("home", f"{web.base}/"), ("translation", f"{web.base}{german}")]
    assert not [url for url in lines if "elsewhere" in url]


def test_forms_that_a_sitemap_names(web: Any, home: Path, kit: Any) -> None:
    amp, german = f"{STORY}amp/", "/de/2026/11/22/die-faehre-faehrt-wieder/"
    body = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:x='http://www.w3.org/1999/xhtml'>"
        f"<url><loc>{web.base}{STORY}</loc><x:link rel='amphtml' href='{web.base}{amp}'/>"
        f"<x:link rel='alternate' hreflang='de' href='{web.base}{german}'/></url></urlset>"
    )
    web.pages |= {
        "/map.xml": kit.answer(body),
        "/": kit.answer("x"),
        STORY: kit.answer("x"),
        german: kit.answer("x"),
        amp: kit.answer("x"),
    }
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nsitemaps = ["{web.base}/map.xml"]')
    crawl(home)
    assert {p for p in web.paths() if "2026" in p} == {STORY, german}
