"""A home page's address in; the feeds and sitemaps that the site really has out. Archives what it looks at, as ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.custody import Custody
from crawler.discovery import NotAFeed, NotASitemap, is_sitemap_name, read_feed, read_page, read_sitemap, usual_places
from crawler.intake.candidates import location_text
from crawler.intake.scope import normalise
from crawler.keeper import Held, Keeper
from crawler.manners.robots_kept import sitemaps_named

MAX_HOPS = 5
ENOUGH = 2  # usual places that answered; the rest is hardly something else


class ProbeSpider(Spider):
    """Looks at a home page, robots.txt and the usual places, and notes in custody.probed what is there."""

    name = "probe"

    @property
    def custody(self) -> Custody:
        keeper = self.crawler.get_extension(Keeper)
        assert keeper is not None
        return keeper.custody

    async def start(self) -> AsyncIterator[Any]:
        for url in Held.options.probe:
            yield Request(url, callback=self.read_home, errback=self.give_up, dont_filter=True, cb_kwargs={"hops": 0})

    def _note(self, kind: str, url: str, title: str | None = None) -> bool:
        """Keep one finding; False where it is kept already."""
        if any(f["url"] == url and f["kind"] == kind for f in self.custody.probed):
            return False
        self.custody.probed.append({"kind": kind, "url": url, "title": title or ""})
        return True

    def give_up(self, failure: Any) -> None:
        """The home page could not be had."""
        visit = failure.request.meta.get("visit")
        why = (visit.detail or visit.reason) if visit is not None else str(failure.value)
        if not (visit is not None and visit.released):
            self._note("problem", failure.request.url, why or str(failure.value))
        if visit is not None:
            self.custody.finish(visit)

    def read_home(self, response: Response, hops: int) -> Iterator[Request]:
        location = response.headers.get("Location")
        if 300 <= response.status < 400 and location and hops < MAX_HOPS:
            target = normalise(location_text(location), response.url)
            if target is not None:
                yield Request(
                    target,
                    callback=self.read_home,
                    errback=self.give_up,
                    dont_filter=True,
                    cb_kwargs={"hops": hops + 1},
                )
            return
        if response.status != 200:
            self._note("problem", response.url, f"answered {response.status}")
            return
        header = response.headers.get("Content-Type")
        page = read_page(
            response.body, url=response.url, content_type=header.decode("latin-1") if header else None, channel="home"
        )
        self._note("home", response.url)
        by_robots = sitemaps_named(self.custody.frontier.robots, response.url, now=self.custody.clock())
        maps = [f.url for f in page.sitemaps] + list(by_robots)
        named = [("feed", f.url) for f in page.feeds] + [("sitemap", url) for url in maps]
        kinds = {kind for kind, _ in named}
        for kind, url in dict.fromkeys(named):
            yield self._look(kind, url)
        for url in usual_places(response.url):
            kind = "sitemap" if is_sitemap_name(url) else "feed"
            if kind not in kinds:
                yield self._look(kind, url, guessed=True)

    def _look(self, kind: str, url: str, *, guessed: bool = False) -> Request:
        return Request(
            url, callback=self.read_listing, errback=self.nothing, dont_filter=True,
            cb_kwargs={"kind": kind, "guessed": guessed}, priority=0 if guessed else 1,
        )  # fmt: skip

    def nothing(self, failure: Any) -> None:
        """A feed or sitemap that could not be had is none."""
        visit = failure.request.meta.get("visit")
        if visit is not None:
            self.custody.finish(visit)

    def read_listing(self, response: Response, kind: str, guessed: bool) -> Iterator[Request]:
        if guessed and sum(f["kind"] == kind for f in self.custody.probed) >= ENOUGH:
            return
        location = response.headers.get("Location")
        if 300 <= response.status < 400 and location:
            target = normalise(location_text(location), response.url)
            hops = response.meta.get("hops", 0)
            if target is not None and hops < MAX_HOPS and urlsplit(target).scheme in ("http", "https"):
                yield self._look(kind, target, guessed=guessed).replace(meta={"hops": hops + 1})
            return
        if response.status != 200:
            return
        try:
            if kind == "feed":
                feed = read_feed(response.body, url=response.url)
                self._note("feed", response.url, feed.title)
            else:
                sitemap = read_sitemap(response.body, url=response.url)
                self._note("sitemap", response.url, f"{sitemap.kind}, {len(sitemap.items)} entries")
        except (NotAFeed, NotASitemap):
            return
