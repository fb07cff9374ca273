"""The spiders. A spider of your own starts from `NewsSpider`."""

from crawler.spiders.news import NewsSpider

__all__ = ["NewsSpider"]
