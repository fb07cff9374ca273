"""A response in, its feed, sitemap or page as discovery reads it out: read beside the crawl where that takes long.

`read_ahead` is awaited first, and leaves what it had read with the request; the others find it there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from scrapy.http import Response

from crawler.discovery import Feed, Found, NotAFeed, NotASitemap, PageLinks, read_feed, read_page
from crawler.frontier.leases import Lease
from crawler.intake.reading import Reader, TooHard, What, is_heavy
from crawler.intake.requisite_intake import is_read, needed
from crawler.sites import Site
from crawler.visit import Visit

_TURNS: dict[str, tuple[What, ...]] = {"feed": ("feed", "sitemap"), "sitemap": ("sitemap", "feed")}


async def read_ahead(response: Response, reader: Reader, site: Site) -> str | None:
    """Have a heavy body read by the reader's process; why it could not be, where it could not."""
    assert response.request is not None
    visit: Visit = response.request.meta["visit"]
    lease = visit.lease
    if response.status != 200:
        return None
    wanted: tuple[What, ...] = _TURNS.get(lease.kind, ())
    if lease.kind in ("home", "section") or (lease.kind in ("article", "page") and site.follow_article_links):
        wanted = ("page",)
    read: dict[str, Any] = response.request.meta.setdefault("read", {})
    for what in wanted:
        if not is_heavy(what, response.body):
            break
        how: dict[str, Any] = {"url": response.url}
        if what != "sitemap":
            how["content_type"] = content_type(response)
        if what == "page":
            how |= {"channel": lease.kind if lease.kind == "home" else "section", "hosts": site.hosts}
        try:
            read[what] = await reader.read(what, response.body, site=site.name, **how)
            break
        except (NotAFeed, NotASitemap) as error:
            read[what] = error
        except TooHard as error:
            visit.etag = visit.last_modified = None  # asked for whole next time: a 304 would never be read either
            return str(error)
    await _requisites_ahead(response, reader, site, read)
    return None


async def _requisites_ahead(response: Response, reader: Reader, site: Site, read: dict[str, Any]) -> None:
    """What a heavy page is shown with; that this could not be read is no reason to leave the rest of it unread."""
    assert response.request is not None
    visit: Visit = response.request.meta["visit"]
    how: dict[str, Any] = {"wanted": site.requisites, "content_type": content_type(response)}
    if not (is_read(visit.lease, **how) and is_heavy("requisites", response.body)):
        return
    try:
        read["requisites"] = await reader.read("requisites", response.body, site=site.name, lease=visit.lease, **how)
    except TooHard as error:
        read["requisites"], visit.detail = (), f"requisites {error}"


def requisites_of(response: Response, site: Site) -> Iterable[Found]:
    """What the page or style sheet needs to be shown, as far as the site's stanza wants it."""
    assert response.request is not None
    read: tuple[Found, ...] | None = done(response, "requisites")
    if read is not None:
        return read
    lease: Lease = response.request.meta["visit"].lease
    return needed(response.body, lease, wanted=site.requisites, content_type=content_type(response))


def done(response: Response, what: What) -> Any:
    """What was read ahead of it, if anything was; raises what reading it raised."""
    assert response.request is not None
    found = response.request.meta.get("read", {}).get(what)
    if isinstance(found, Exception):
        raise found
    return found


def feed_of(response: Response) -> Feed:
    """Raises NotAFeed."""
    read: Feed | None = done(response, "feed")
    return read or read_feed(response.body, url=response.url, content_type=content_type(response))


def page_of(response: Response, *, channel: str, hosts: Collection[str]) -> PageLinks:
    read: PageLinks | None = done(response, "page")
    return read or read_page(
        response.body, url=response.url, content_type=content_type(response), channel=channel, hosts=hosts
    )


def content_type(response: Response) -> str | None:
    value = response.headers.get("Content-Type")
    return value.decode("latin-1") if value else None
