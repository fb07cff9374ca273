"""A site that makes up addresses without end spends what is its own, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.archive import Announcement
from crawler.discovery import Found
from crawler.frontier.leases import Candidate, Completion, Lease
from crawler.intake.budget import LISTINGS_IN_VAIN, MAX_LINKS_OF_PAGE, Budget, Budgets, shape
from crawler.site import Site
from crawler.verdict import Refused

SITE = Site(name="maze", home="http://maze.localhost/", max_pages_per_day=5, max_waiting=10)
DAY = "2026-11-22"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def lease(url: str, kind: str = "section", visits: int = 0) -> Lease:
    return Lease(url_id=1, url=url, site="maze", domain="maze.localhost", kind=kind, visits=visits)


def visited(url: str, *, visits: int = 0) -> Completion:
    return Completion(lease=lease(url, visits=visits), answered=True, status=200, next_visit_at=None, at=NOW)


def named(number: int, channel: str = "sitemap", kind: str = "article") -> list[Candidate]:
    return [
        Candidate(
            url=f"http://maze.localhost/{n}/", site="maze", domain="maze.localhost", kind=kind, priority=1, due_at=NOW,
            announcement=Announcement(channel=channel, source_url="http://maze.localhost/"),
        )
        for n in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/termine/2026/11/22/", "/termine/1999/1/1/"),
        ("/thema-17/?zx=ab12", "/thema-903/?zx=ffff"),
        ("/page/2", "/page/30000/"),
        ("/", "/"),
    ],
)
def test_addresses_made_by_one_rule_have_one_shape(one: str, other: str) -> None:
    assert shape("http://a.example" + one) == shape("http://a.example" + other)


def test_those_of_different_sections_have_not() -> None:
    paths = ("/sport/", "/politics/", "/sport/football/", "/sport/?page=2")
    assert len({shape(f"http://a.example{path}") for path in paths}) == len(paths)


def test_pages_of_a_day_are_counted_and_the_next_day_has_its_own() -> None:
    day = [DAY]
    budgets = Budgets([SITE], day=lambda: day[0], pages_on=lambda site, day: 3)  # of an earlier crawl today
    assert budgets.has_pages("maze")
    for _ in range(2):
        budgets.spent(lease("http://maze.localhost/a", "article"))
    budgets.spent(lease("http://maze.localhost/robots.txt", "robots"))
    assert not budgets.has_pages("maze")
    assert budgets.with_pages(["good", "maze"]) == ["good"]
    day[0] = "2026-11-23"
    assert budgets.with_pages(["good", "maze"]) == ["good", "maze"]


def test_what_is_named_beyond_the_room_is_left_out_and_what_is_known_is_not() -> None:
    budget = Budget(SITE, DAY)
    kept = list(budget.within(named(20), waiting=7, is_known=lambda url: url.endswith("/19/")))
    assert [c.url.split("/")[-2] for c in kept] == ["0", "1", "2", "19"]
    assert budget.left_out == 16


def test_a_page_of_a_hundred_thousand_links_is_taken_for_two_thousand_of_them() -> None:
    budget = Budget(SITE, DAY)
    for channel, number in (("home", MAX_LINKS_OF_PAGE), ("section", MAX_LINKS_OF_PAGE), ("sitemap", 100_000)):
        links = [Found(url=f"http://maze.localhost/{n}/", kind="article", channel=channel) for n in range(100_000)]
        feed = Found(url="http://maze.localhost/feed", kind="feed", channel="seed")
        kept = list(budget.first_links([*links, feed]))
        assert kept == [*links[:number], feed], "a sitemap is the site's own word for what is there"
    assert budget.left_out == 2 * (100_000 - MAX_LINKS_OF_PAGE)


def test_listings_that_lead_to_nothing_are_given_up_and_those_that_lead_to_something_are_not() -> None:
    budget = Budget(SITE, DAY)
    for n in range(LISTINGS_IN_VAIN):
        assert not isinstance(budget.check(lease(f"http://maze.localhost/termine/{n}/")), Refused)
        budget.came_of(visited(f"http://maze.localhost/termine/{n}/"), 0)
        budget.came_of(visited(f"http://maze.localhost/ressort/{n}/"), int(n == 7))
        budget.came_of(visited("http://maze.localhost/sport/football/", visits=n + 1), 0)
    refused = budget.check(lease("http://maze.localhost/termine/4711/"))
    assert isinstance(refused, Refused)
    assert (refused.reason, "brought no new article" in refused.detail) == ("trap", True)
    assert not isinstance(budget.check(lease("http://maze.localhost/ressort/4711/")), Refused)
    assert not isinstance(budget.check(lease("http://maze.localhost/sport/tennis/")), Refused), (
        "a quiet hour is no trap"
    )
    more = replace(named(1, "section", "section")[0], url="http://maze.localhost/termine/9/")
    assert list(budget.within([more], waiting=0, is_known=lambda url: True)) == []


def test_a_maze_costs_its_pages_of_the_day_and_the_site_beside_it_nothing(web_at: Any, home: Path, kit: Any) -> None:
    """Sections that name sections, by addresses that no pattern knows; a second crawl on that day asks for no more."""
    good, maze = web_at("127.0.0.1"), web_at("127.0.0.2")
    story = "/2026/11/22/a-story-of-the-good-site-number-{}/"
    good.pages["/"] = kit.answer("".join(f"<a href='{story.format(n)}'>x</a>" for n in range(12)))
    good.pages |= {story.format(n): kit.answer("<p>x</p>") for n in range(12)}

    class Maze(dict[str, bytes]):
        def get(self, path: str, default: Any = None) -> Any:
            if path == "/robots.txt":
                return default
            number = sum(path.encode()) % 1000
            return kit.answer(
                "<nav>" + "".join(f"<a href='/rubrik{number + n}/'>More</a>" for n in range(9)) + "</nav>"
            )

    maze.pages = Maze()
    stanza = 'name = "{0}"\nhome = "{1}/"\ndelay_seconds = 0\nfeeds = ["{1}/feed"]\nsitemaps = ["{1}/map"]\n'
    kit.write_sites(home, stanza.format("good", good.base), stanza.format("maze", maze.base) + "max_pages_per_day = 9")
    for _ in range(2):
        report = crawl(home, CrawlOptions(for_seconds=40))
        assert report.ended_because == "nothing_due"
        assert len([path for path in maze.paths() if path != "/robots.txt"]) == 9
    assert {story.format(n) for n in range(12)} <= set(good.paths())


def test_what_is_only_kept_in_mind_leaves_room_for_what_is_to_be_visited() -> None:
    budget = Budget(SITE, DAY)
    dead = [replace(c, due_at=None) for c in named(20, kind="sitemap")]
    news = [replace(c, url=c.url + "story") for c in named(20)]
    kept = list(budget.within([*dead, None, *news], waiting=0, is_known=lambda _: False))
    assert (sum(c in dead for c in kept), sum(c in news for c in kept)) == (5, 5)
    assert budget.left_out == 30
