"""A home page in, the addresses out where feeds and sitemaps stand when nothing announces them. Never looks itself."""

from __future__ import annotations

from crawler.urls import normalise

__all__ = ["is_sitemap_name", "usual_places"]

# WordPress (/feed/, /wp-sitemap.xml, /sitemap_index.xml by Yoast), Drupal and Joomla (/rss.xml), Ghost (/rss/),
# Jekyll and Hugo (/feed.xml, /index.xml), Blogger (/feeds/posts/default), Arc XP newspapers' own (/rss, /arc/…).
_FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/rss/",
          "/feeds/posts/default", "/arc/outboundfeeds/rss/?outputType=xml")  # fmt: skip
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/wp-sitemap.xml",
             "/sitemap.xml.gz", "/sitemap/news.xml", "/googlenews.xml")  # fmt: skip


def usual_places(home: str) -> tuple[str, ...]:
    """Addresses worth trying, likeliest first: below the home page's own folder, then at the root of its host."""
    whole = normalise(home)
    if whole is None:
        return ()
    scheme, _, rest = whole.partition("://")
    root = f"{scheme}://{rest.partition('/')[0]}"
    folder = whole.partition("?")[0].rpartition("/")[0]
    places = [folder + place for place in _FEEDS[:3] + _SITEMAPS[:1]] if folder != root else []
    places += [root + place for place in _FEEDS + _SITEMAPS]
    return tuple(dict.fromkeys(places))


def is_sitemap_name(url: str) -> bool:
    """Whether a usual place is one for a sitemap rather than for a feed."""
    return "sitemap" in url or "googlenews" in url
