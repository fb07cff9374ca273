"""Scrapy's settings for Broadsheet. Every value that is not Scrapy's default carries its reason."""

from __future__ import annotations

import os
from pathlib import Path

from crawler.version import SOFTWARE

BOT_NAME = "broadsheet"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
USER_AGENT = SOFTWARE  # the contact of sites.toml joins it in crawler.manners.gate, which knows the archive

# The archive, for `scrapy crawl news`; `broadsheet crawl` sets it itself.
BROADSHEET_HOME = os.environ.get("BROADSHEET_HOME") or str(Path("data").resolve())

# Bytes are tapped at the connection, before anything decodes them.
DOWNLOAD_HANDLERS = {
    "http": "crawler.wire.download.ArchivingDownloadHandler",
    "https": "crawler.wire.download.ArchivingDownloadHandler",
    "file": None,  # a crawl reads the web, not the disk it runs on
    "ftp": None,
    "s3": None,
    "data": None,
}
EXTENSIONS = {"crawler.keeper.Keeper": 0}
DOWNLOADER_MIDDLEWARES = {
    "crawler.manners.gate.Gate": 1000,  # last before the download, first after it
    "crawler.wire.decoding.Decoding": 590,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # a lie ends the request there
    # Ours decide, and every hop and retry goes back through the frontier:
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # it ignores the status of robots.txt
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # it takes proxies from the environment
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,  # the crawl log counts
}
SPIDER_MIDDLEWARES = {
    "crawler.intake.acknowledge.Acknowledge": 10,  # nearest to the engine: it sees what all others let through
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,  # where we come from is nobody's business
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # the frontier counts depth
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # crawler.intake.scope does
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # a 404 and a 503 are news of a page too
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # whatever the frontier hands out is a start request
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier knows each URL once
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.ScrapyPriorityQueue"  # whose turn it is was decided in the spider
# Requests that wait count too: a site's first page for robots.txt, that for its turn. With 64, two score of sites that
# start together waited for the slowest of them (2026-11). Per domain the gate lets one through.
CONCURRENT_REQUESTS = 256
CONCURRENT_REQUESTS_PER_DOMAIN = 8
CONCURRENT_ITEMS = 1  # Scrapy starts as many tasks for each response; what a callback yields goes to the frontier
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the source of a callback for each response: 0.8 ms, 2026-11
DOWNLOAD_DELAY = 0  # crawler.manners.politeness keeps the delays, across processes
DOWNLOAD_TIMEOUT = 30  # from connect to last byte; what came until then is archived
DOWNLOAD_FAIL_ON_DATALOSS = False  # a truncated page is archived as truncated, and read as far as it goes
DOWNLOAD_WARNSIZE = 0  # limits are per kind of page, in crawler.wire.download
DOWNLOAD_MAXSIZE = 50_000_000  # of a decoded body: a bomb ends here
# Scrapy's default, 5 MB of responses that are being read, would let one large page hold up every other site's requests.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 10**12
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is not to
TELNETCONSOLE_ENABLED = False  # nothing of a crawl listens
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_ENABLED = False
LOG_LEVEL = "WARNING"  # what happened is in the crawl log
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
