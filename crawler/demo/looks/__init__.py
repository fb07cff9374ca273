"""Six looks: a Sheet in, a page's HTML out. Each is a module with `article`, `listing`, `plain`; none reads a clock."""

from __future__ import annotations

from typing import Protocol

from . import bare, builder, magazine, nextjs, wp_block, wp_classic
from .sheet import Comment, Sheet, Teaser

__all__ = ["LOOKS", "Comment", "Look", "Sheet", "Teaser"]


class Look(Protocol):
    def article(self, s: Sheet) -> str: ...
    def listing(self, s: Sheet) -> str: ...
    def plain(self, s: Sheet) -> str: ...


LOOKS: dict[str, Look] = {
    "wp_classic": wp_classic,
    "wp_block": wp_block,
    "builder": builder,
    "magazine": magazine,
    "nextjs": nextjs,
    "bare": bare,
}
