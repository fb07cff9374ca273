"""The name of a spider in sites.toml in, its class out. Loads a person's file as Python, and nothing else."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from scrapy import Spider

from crawler.errors import CrawlError
from crawler.spiders.news import NewsSpider


def spider_class(name: str | None, folder: Path) -> type[Spider]:
    """`spiders/thinline.py:ThinLine`, looked up below `folder`; `None` is our own spider. Raises CrawlError."""
    if name is None:
        return NewsSpider
    file, _, class_name = name.partition(":")
    path = folder / file
    spec = importlib.util.spec_from_file_location(f"broadsheet_spider_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CrawlError(f"{path}: no such spider file; sites.toml names it as spider = {name!r}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CrawlError(f"{path}: {type(error).__name__}: {error}") from error
    found = getattr(module, class_name, None)
    if not (isinstance(found, type) and issubclass(found, Spider)):
        raise CrawlError(f"{path}: has no Scrapy spider class named {class_name!r}")
    return found
