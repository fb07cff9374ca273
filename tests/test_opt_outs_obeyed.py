"""Opt-outs in a crawl: kept with every capture, asked for once, and obeyed as sites.toml says."""

from __future__ import annotations

import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, Frontier, crawl
from crawler.archive import open_records

STORY = "/2026/11/22/harbour-wall-repaired-before-the-storms/"
TDMREP, AI_TXT = "/.well-known/tdmrep.json", "/ai.txt"


def notes(home: Path, name: str) -> dict[str, list[list[str]]]:
    """Path → for each capture of it, the values of that field of its metadata record."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for warc in sorted(home.glob("archive/crawl_date=*/*.warc.gz")):
        with warc.open("rb") as stream:
            for record in open_records(stream, name=warc.name):
                if record.record_type == "metadata" and record.url is not None:
                    lines = record.read().decode().splitlines()
                    path = "/" + record.url.split("/", 3)[3]
                    found[path].append([line.partition(": ")[2] for line in lines if line.startswith(f"{name}: ")])
    return found


@pytest.fixture
def site(web: Any, home: Path, kit: Any) -> Any:
    """Crawls `/` and STORY of a site whose sites.toml has these further lines."""
    web.pages["/"] = kit.answer(f'<a href="{STORY}">Harbour wall repaired before the storms</a>')
    web.pages[STORY] = kit.answer("<p>Harbour</p>")

    def crawled(*lines: str, top: str = "", options: CrawlOptions | None = None) -> Any:
        stanza = "\n".join([f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0', *lines])
        kit.write_sites(home, stanza, top=f'allow_addresses = ["127.0.0.0/8"]\n{top}', opt_out_files=True)
        web.asked.clear()
        return crawl(home, options)

    return crawled


def test_every_capture_keeps_what_was_said_of_it(web: Any, home: Path, kit: Any, site: Any) -> None:
    web.pages |= {
        "/robots.txt": kit.answer("User-agent: *\nContent-Signal: search=yes, ai-train=no\n"),
        TDMREP: kit.answer('[{"location": "/2026/", "tdm-reservation": 1}]', content_type="application/json"),
        AI_TXT: kit.answer("User-Agent: *\nDisallow: *.html\n", content_type="text/plain"),
    }  # fmt: skip
    page = gzip.compress(
        b'<head><meta name="robots" content="noarchive,noai"><meta name="tdm-reservation" content="1">'
    )
    web.pages[STORY] = kit.answer(page, X_Robots_Tag="googlebot: noindex", Content_Encoding="gzip", TDM_Reservation="1")
    site()
    of_the_site = ["robots.txt Content-Signal: search=yes, ai-train=no", "ai.txt: Disallow: *.html"]
    signals = notes(home, "signal")
    assert signals["/"] == [of_the_site]
    assert signals[STORY] == [
        [
            "X-Robots-Tag: googlebot: noindex", "TDM-Reservation: 1", "meta robots: noarchive,noai",
            "meta tdm-reservation: 1", of_the_site[0], 'tdmrep.json: {"location": "/2026/", "tdm-reservation": 1}',
            of_the_site[1],
        ]
    ]  # fmt: skip
    assert signals["/robots.txt"] == signals[TDMREP] == signals[AI_TXT] == [[]], "archived too, as what they are"
    assert notes(home, "exception")[STORY] == [[]]


def test_the_files_are_asked_for_once_before_the_first_page(web: Any, home: Path, kit: Any, site: Any) -> None:
    web.pages[AI_TXT] = kit.answer("User-Agent: *\nDisallow: /\n", content_type="text/plain")
    site()
    assert web.paths()[:3] == ["/robots.txt", TDMREP, AI_TXT]
    assert len(web.paths()) == len(set(web.paths()))
    site(options=CrawlOptions(urls=(web.base + STORY,)))
    assert web.paths() == [STORY], "a day, or where there is none a week, has to pass"
    assert notes(home, "signal")[STORY] == [["ai.txt: Disallow: /"]] * 2
    report = site("opt_out_files = false", options=CrawlOptions(refresh=True))
    assert not {TDMREP, AI_TXT} & set(web.paths())
    assert report.failed == report.refused == 0


def test_what_is_said_before_may_keep_a_page_from_being_fetched(web: Any, home: Path, kit: Any, site: Any) -> None:
    web.pages |= {
        TDMREP: kit.answer('[{"location": "/tdm/", "tdm-reservation": 1}]'),
        AI_TXT: kit.answer("User-Agent: *\nDisallow: /ai/\n", content_type="text/plain"),
        "/robots.txt": kit.answer("User-agent: *\nContent-Signal: /signal/ ai-train=no\n", content_type="text/plain"),
        "/": kit.answer("".join(f'<a href="{at}{STORY}">The harbour wall</a>' for at in ("/tdm", "/ai", "/signal"))),
    }  # fmt: skip
    report = site(top='[policy]\ntdm = "fetch"\nai_txt = "fetch"\nai_train = "fetch"')
    assert not [path for path in web.paths() if path.endswith(STORY)]
    assert report.reasons == {"opt_out": 3}
    refused = [line for line in kit.log_lines(home) if line["outcome"] == "refused"]
    frontier = Frontier(home / "frontier.sqlite", owner="test")
    tomorrow = datetime.now(UTC) + timedelta(hours=24, minutes=1)
    assert frontier.count_due(["local"], now=tomorrow) >= 3, "the site may have changed its mind by then"
    frontier.close()
    assert sorted(line["detail"] for line in refused) == [
        "ai_train binds fetching: robots.txt Content-Signal: /signal/ ai-train=no",
        "ai_txt binds fetching: ai.txt: Disallow: /ai/",
        'tdm binds fetching: tdmrep.json: {"location": "/tdm/", "tdm-reservation": 1}',
    ]


def test_what_a_page_says_of_itself_keeps_it_from_being_fetched_again(
    web: Any, home: Path, kit: Any, site: Any
) -> None:
    web.pages[STORY] = kit.answer('<head><meta name="robots" content="noarchive"></head><p>Harbour</p>')
    bound = 'policy = {noarchive = "fetch"}'
    site(bound)
    assert STORY in web.paths(), "before it was fetched nobody could know"
    report = site(bound, options=CrawlOptions(refresh=True))
    assert STORY not in web.paths()
    assert report.reasons == {"opt_out": 1}
    site(bound, options=CrawlOptions(urls=(web.base + STORY,)))
    assert STORY not in web.paths(), "nor by a person's request: the policy is a person's as well"
    web.pages[STORY] = kit.answer("<p>Harbour</p>")
    site(options=CrawlOptions(urls=(web.base + STORY,)))
    assert STORY in web.paths(), "what the policy no longer binds"
    site(bound, options=CrawlOptions(urls=(web.base + STORY,)))
    assert STORY in web.paths(), "the page was seen without it"


def test_an_exception_is_kept_with_the_captures_it_was_made_for(web: Any, home: Path, kit: Any, site: Any) -> None:
    web.pages["/robots.txt"] = kit.answer("User-agent: *\nDisallow: /2026/\nDisallow: /.well-known/")
    report = site()
    assert report.reasons == {"robots": 1}
    assert TDMREP not in web.paths(), "robots.txt may forbid the files too"
    assert AI_TXT in web.paths()
    site('policy = {robots = "record", noai = "record"}', options=CrawlOptions(urls=(web.base + STORY,)))
    assert STORY in web.paths()
    assert notes(home, "signal")[STORY] == [["robots.txt: Disallow: /2026/"]]
    assert notes(home, "exception")[STORY] == [['policy noai = "record"', 'policy robots = "record"']]
    frontier = Frontier(home / "frontier.sqlite", owner="test")
    assert frontier.opt_outs_of(1) == ()
    frontier.close()
