"""The demo newsroom: eight small news sites on loopback, whose every article is known. For `broadsheet demo` and tests.

with Newsroom(seed=7).serve() as served:
    served.home("thinline")          # http://thinline.localhost:PORT/
    served.newsroom.truth()          # what an extractor should find
    served.newsroom.clock.advance(timedelta(hours=12))
    served.requests                  # who asked for what
"""

from __future__ import annotations

from .clock import Clock
from .newsroom import DEFAULT_SEED, FIXED_START, Newsroom, TruthArticle, TruthPage
from .outlets import OUTLETS, Outlet
from .server import Request, Served
from .sites import sites_toml
from .stories import Block

__all__ = [
    "DEFAULT_SEED",
    "FIXED_START",
    "OUTLETS",
    "Block",
    "Clock",
    "Newsroom",
    "Outlet",
    "Request",
    "Served",
    "TruthArticle",
    "TruthPage",
    "sites_toml",
]
