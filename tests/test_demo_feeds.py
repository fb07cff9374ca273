"""The demo's feeds, sitemaps and robots.txt are well-formed, and say what stands on the pages."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from lxml import etree
from protego import Protego

from crawler.demo import OUTLETS, Newsroom, Outlet, sites_toml

MAPS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}


@pytest.fixture(scope="module")
def room() -> Newsroom:
    return Newsroom(seed=random.getrandbits(32), port=8765)


def written(room: Newsroom, outlet: Outlet, path: str) -> bytes:
    page = room.page(outlet, path)
    assert page.status == 200, path
    body = page.write()
    return body.encode() if isinstance(body, str) else body


def test_rss_on_some_atom_on_others_neither_on_one(room: Newsroom) -> None:
    forms = [outlet.feed[0] if outlet.feed else None for outlet in OUTLETS]
    assert forms.count("rss") >= 2
    assert forms.count("atom") >= 2
    assert [o.name for o in OUTLETS if not o.feed and not o.sitemaps] == ["millbrook"]


def test_feeds_tell_titles_dates_and_authors_as_the_pages_do(room: Newsroom) -> None:
    truth = {article.url: article for article in room.truth()}
    for outlet in OUTLETS:
        if outlet.feed is None:
            continue
        feed = feedparser.parse(written(room, outlet, outlet.feed[1]))
        assert not feed.bozo
        assert 8 <= len(feed.entries) <= 10
        for entry in feed.entries:
            article = truth[entry.link]
            assert entry.title == article.title
            published = parsedate_to_datetime(entry.published) if outlet.feed[0] == "rss" else None
            assert (published or datetime.fromisoformat(entry.published)) == article.published_at


def test_sitemaps_lead_to_every_article_but_the_news_map_to_recent_ones_only(room: Newsroom) -> None:
    for outlet in OUTLETS:
        known = {article.url: article for article in room.truth() if article.outlet == outlet.name}
        for kind, path in outlet.sitemaps:
            body = written(room, outlet, path)
            tree = etree.fromstring(gzip.decompress(body) if path.endswith(".gz") else body)
            places = tree.xpath("//s:loc/text()", namespaces=MAPS)
            if kind == "index":
                assert set(places) == {room.base(outlet.name) + p for k, p in outlet.sitemaps if k != "index"}
            elif kind == "posts":
                assert set(places) == set(known)
            elif kind == "news":
                assert places
                for place, title in zip(places, tree.xpath("//n:title/text()", namespaces=MAPS), strict=True):
                    assert title == known[place].title
                    assert room.clock.at - known[place].published_at <= timedelta(days=2)


def test_robots_txt_names_the_sitemaps_and_closes_a_folder(room: Newsroom) -> None:
    closed = 0
    for outlet in OUTLETS:
        if not outlet.robots:
            assert room.page(outlet, "/robots.txt").status == 404
            continue
        rules = Protego.parse(written(room, outlet, "/robots.txt").decode())
        agent = "broadsheet"
        assert rules.can_fetch(room.base(outlet.name) + "/", agent)
        assert (rules.crawl_delay(agent) or 0) <= 0.2
        if outlet.sitemaps:
            assert room.base(outlet.name) + outlet.sitemaps[0][1] in list(rules.sitemaps)
        for page in room.others():
            if page.outlet == outlet.name and page.kind == "disallowed":
                closed += 1
                assert not rules.can_fetch(page.url, agent)
    assert closed >= 4
    assert any(outlet.crawl_delay_seconds for outlet in OUTLETS)


def test_sites_toml_names_every_outlet_and_lets_the_crawler_reach_loopback() -> None:
    sites = tomllib.loads(sites_toml(8765))
    assert sites["allow_addresses"] == ["127.0.0.0/8", "::1/128"]
    assert [site["name"] for site in sites["site"]] == [outlet.name for outlet in OUTLETS]
    assert all(site["home"] == f"http://{site['name']}.localhost:8765/" for site in sites["site"])
    assert all(site["delay_seconds"] <= 0.05 for site in sites["site"])


def test_it_runs_as_a_child_process_and_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "crawler.demo", "--port", "0", "--until-stdin-closes"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "newsroom on port" in output
    assert "http://thinline.localhost:" in output


def test_dates_are_near_today_when_the_clock_is() -> None:
    from crawler.demo import Clock

    now = datetime.now(UTC)
    ages = [now - a.published_at for a in Newsroom(clock=Clock(now - timedelta(days=2))).truth() if a.origin == "own"]
    assert timedelta(days=2) <= min(ages) < timedelta(days=3)
    assert max(ages) < timedelta(days=12)
