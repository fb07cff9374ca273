"""Feeds, sitemaps and pages in, as bytes; the URLs they announce out. Pure: nothing here fetches, writes or waits."""

from __future__ import annotations

from crawler.discovery.feeds import Feed, read_feed
from crawler.discovery.found import Found, NotAFeed, NotASitemap
from crawler.discovery.further_pages import named_by_article
from crawler.discovery.head import forms_of_article
from crawler.discovery.pages import PageLinks, read_page
from crawler.discovery.robots_sitemaps import sitemaps_in_robots
from crawler.discovery.shape import looks_like_article, looks_like_section
from crawler.discovery.sitemaps import Sitemap, SitemapReader, read_sitemap
from crawler.discovery.usual_places import is_sitemap_name, usual_places
from crawler.discovery.variants import VariantShape, variant_shape

__all__ = [
    "Feed",
    "Found",
    "NotAFeed",
    "NotASitemap",
    "PageLinks",
    "Sitemap",
    "SitemapReader",
    "VariantShape",
    "forms_of_article",
    "is_sitemap_name",
    "looks_like_article",
    "looks_like_section",
    "named_by_article",
    "read_feed",
    "read_page",
    "read_sitemap",
    "sitemaps_in_robots",
    "usual_places",
    "variant_shape",
]
