"""The published tables, in the order in which they are written: one file each."""

from __future__ import annotations

from warehouse.table import Table
from warehouse.tables.articles import ARTICLES, ArticleRow, BlockRow, OriginRow
from warehouse.tables.boilerplate import BOILERPLATE, BoilerplateRow
from warehouse.tables.captures import CAPTURES, CaptureRow
from warehouse.tables.images import IMAGES, ImageRow
from warehouse.tables.links import LINKS, LinkRow
from warehouse.tables.rejects import REJECTS, RejectRow

ALL_TABLES: tuple[Table, ...] = (CAPTURES, ARTICLES, REJECTS, LINKS, IMAGES, BOILERPLATE)
TABLES: dict[str, Table] = {table.name: table for table in ALL_TABLES}

__all__ = [
    "ALL_TABLES",
    "ARTICLES",
    "BOILERPLATE",
    "CAPTURES",
    "IMAGES",
    "LINKS",
    "REJECTS",
    "TABLES",
    "ArticleRow",
    "BlockRow",
    "BoilerplateRow",
    "CaptureRow",
    "ImageRow",
    "LinkRow",
    "OriginRow",
    "RejectRow",
    "Table",
]
