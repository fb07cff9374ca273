"""A file of home pages in; all that they link fetched with Scrapy as it comes, and thrown away. The yardstick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess


class Plain(Spider):
    name = "plain"

    def __init__(self, homes: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = homes

    def parse(self, response: Any) -> Any:
        yield from response.follow_all(css="a", callback=self.read)

    def read(self, response: Any) -> None:
        assert response.text


if __name__ == "__main__":
    homes, concurrent = Path(sys.argv[1]).read_text().split(), int(sys.argv[2])
    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": concurrent,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    process.crawl(Plain, homes=homes)
    process.start()
