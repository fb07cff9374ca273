"""Seed and clock in, eight outlets and the truth about them out. Same seed, same time: same newsroom, byte for byte."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from .clock import Clock
from .desk import Desk
from .looks import LOOKS
from .outlets import OUTLETS, Outlet
from .page import Page
from .server import Served
from .stories import Block
from .timeline import Timeline

DEFAULT_SEED = 1871
FIXED_START = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)  # where no clock is given: tests want the same dates each time


@dataclass(frozen=True, kw_only=True)
class TruthArticle:
    """What an article page of the newsroom says, and what stands around it.

    `furniture` holds the lines that must not appear in the article's text; none of them is part of its body.
    `published_precision` is what the page itself gives away: "day" or "minute"; `offset_stated` whether its zone too.
    """

    url: str
    canonical_url: str
    outlet: str
    look: str
    title: str
    standfirst: str
    authors: tuple[str, ...]
    published_at: datetime
    modified_at: datetime | None
    published_precision: str
    offset_stated: bool
    section: str
    tags: tuple[str, ...]
    language: str
    blocks: tuple[Block, ...]
    caption: str
    image_url: str
    origin: str  # own | wire | founding
    furniture: tuple[str, ...]

    @property
    def body(self) -> str:
        """The text of the blocks, one per line; a list has a line for each item."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, kw_only=True)
class TruthPage:
    """An address that is no article, and what it is."""

    url: str
    outlet: str
    kind: str
    status: int
    location: str | None


class Newsroom:
    """The eight outlets at the time that the clock shows."""

    def __init__(
        self, *, seed: int = DEFAULT_SEED, clock: Clock | None = None, port: int = 0, slow_seconds: float = 1.5
    ) -> None:
        self.seed = seed
        self.clock = Clock(FIXED_START) if clock is None else clock
        self.slow_seconds = slow_seconds  # what the one slow page takes to answer
        self.port = port  # set by `serve`; part of every URL
        self._timelines = {o.name: Timeline(o, seed=seed, started_at=self.clock.started_at) for o in OUTLETS}
        self._desks: dict[tuple[str, datetime, int], Desk] = {}
        self._lock = threading.Lock()

    def serve(self, *, port: int = 0) -> Served:
        """Answer on 127.0.0.1 in a thread, on a free port where none is given."""
        return Served(self, port=port)

    def base(self, outlet: str) -> str:
        return f"http://{outlet}.localhost:{self.port}"

    def desk(self, outlet: Outlet, at: datetime | None = None) -> Desk:
        """One outlet as it stands at a time; the clock's where none is given."""
        at = self.clock.at if at is None else at
        with self._lock:
            key = (outlet.name, at, self.port)
            if key not in self._desks:
                if len(self._desks) > 4 * len(OUTLETS):
                    self._desks.clear()
                self._desks[key] = Desk(
                    outlet,
                    seed=self.seed,
                    timeline=self._timelines[outlet.name],
                    at=at,
                    base=self.base(outlet.name),
                    slow_seconds=self.slow_seconds,
                )
                _ = self._desks[key].pages  # built under the lock: two threads would both build them
            return self._desks[key]

    def page(self, outlet: Outlet, path: str) -> Page:
        """What an outlet answers at a path now."""
        desk = self.desk(outlet)
        if (page := desk.pages.get(path)) is not None:
            return page
        if (moved := desk.pages.get(path + "/")) is not None and moved.status == 200:
            return Page(
                kind="redirect", status=301, location=f"{desk.base}{path}/", changed_at=desk.started_at, write=str
            )
        return desk.notice("missing", path, 404)

    def truth(self, at: datetime | None = None) -> list[TruthArticle]:
        """Every article that can be read at `at` (now, by the newsroom's clock, where none is given)."""
        return [
            self._true(self.desk(outlet, at), n)
            for outlet in OUTLETS
            for n in range(len(self.desk(outlet, at).articles))
        ]

    def others(self, at: datetime | None = None) -> list[TruthPage]:
        """Every other address with an answer of its own: listings, feeds, redirects, walls, pages that are gone."""
        return [
            TruthPage(
                url=self.base(outlet.name) + path,
                outlet=outlet.name,
                kind=page.kind,
                status=page.status,
                location=page.location,
            )
            for outlet in OUTLETS
            for path, page in self.desk(outlet, at).pages.items()
            if page.kind != "article"
        ]

    def _true(self, desk: Desk, n: int) -> TruthArticle:
        outlet, a = desk.outlet, desk.articles[n]
        sheet = desk.article_sheet(a)
        LOOKS[outlet.look].article(sheet)
        told = "\n".join([a.title, a.standfirst, a.caption, *a.authors, a.body]).casefold()
        bare = outlet.look == "bare"
        return TruthArticle(
            url=desk.base + a.path,
            canonical_url=desk.base + a.path,
            outlet=outlet.name,
            look=outlet.look,
            title=a.title,
            standfirst=a.standfirst,
            authors=a.authors,
            published_at=a.published_at,
            modified_at=a.modified_at,
            published_precision="day" if bare and a.origin == "founding" else "minute",
            offset_stated=not bare,
            section=desk.words.sections[a.section],
            tags=a.tags,
            language=a.language,
            blocks=a.blocks,
            caption=a.caption,
            image_url=f"{desk.base}{sheet.image()}",
            origin=a.origin,
            # A tag that is a word of the story may rightly stand in its text.
            furniture=tuple(line for line in dict.fromkeys(sheet.lines) if line.casefold() not in told),
        )
