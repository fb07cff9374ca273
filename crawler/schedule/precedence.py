"""The last places in a domain's queue, as numbers. What is of today comes before all of them: see .plan."""

from __future__ import annotations

# After everything of today: a first crawl starts with the news, not with the archive of years.
OLDER = 6
# Sub-sitemaps of which nothing tells whether they are alive: one request in a hundred, see discovery/sitemap_age.py.
DOUBTFUL = 7
# What `crawl --since` asked for, and only such a crawl fetches.
BACK_CATALOGUE = 8
