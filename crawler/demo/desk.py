"""One outlet at one moment: every address it answers, and what stands there. Follows from seed and time; no socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from . import feeds
from .looks import LOOKS, Comment, Sheet, Teaser
from .media import picture
from .odd import odd_pages
from .outlets import Outlet
from .page import Page
from .reports import WIRE, founding_article, founding_outlets, wire_article
from .stories import slug
from .timeline import Article, Story, Timeline
from .wording import Wording, founding, wording

STEADY = {"nextjs", "bare"}  # looks whose article pages change only when the article or its comments do


class Desk:
    """One outlet as it stands at `at`."""

    def __init__(
        self, outlet: Outlet, *, seed: int, timeline: Timeline, at: datetime, base: str, slow_seconds: float
    ) -> None:
        self.outlet, self.seed, self.at, self.base = outlet, seed, at, base
        self.started_at = timeline.started_at
        self.slow_seconds = slow_seconds
        self.words: Wording = wording(outlet.tongue, seed=seed, outlet=outlet.name)
        self.stories: tuple[Story, ...] = timeline.until(at)
        live: list[Article] = []
        self.gone: list[tuple[str, datetime]] = []
        self.changed: dict[str, datetime] = {}  # by path: when the article itself changed last
        events = [datetime(at.year, 1, 1, tzinfo=UTC)]  # the year in the footer
        for story in self.stories:
            last = story.past(at)[-1]
            events += [change.at for change in story.past(at)]
            self.changed[story.first.path] = last.at
            if last.article is None:
                self.gone.append((story.first.path, last.at))
            else:
                live.append(last.article)
        if outlet.name in WIRE:
            live.append(wire_article(outlet, started_at=self.started_at))
        live.sort(key=lambda a: a.published_at, reverse=True)
        self.live = live
        self.archive = founding_article(outlet) if founding_outlets()[outlet.look] == outlet.name else None
        self.last_event_at = max(events)

    @property
    def articles(self) -> list[Article]:
        """Everything that can be read, newest first; the founding page is last."""
        return [*self.live, self.archive] if self.archive else self.live

    @cached_property
    def sections(self) -> tuple[tuple[str, str], ...]:
        keys = ["local", "politics", "business", "culture", "sport"] + (["world"] if self.archive else [])
        used = {article.section for article in self.articles}
        return tuple((self.words.sections[key], self.section_path(key)) for key in keys if key in used)

    def section_path(self, key: str) -> str:
        return self.outlet.section_path.format(section=slug(self.words.sections[key]))

    def teaser(self, a: Article) -> Teaser:
        return Teaser(
            path=a.path, title=a.title, standfirst=a.standfirst, author=", ".join(a.authors),
            section=self.words.sections[a.section], published_at=a.published_at,
        )  # fmt: skip

    def sheet(self, path: str, title: str, **more: Any) -> Sheet:
        recent = more.pop("recent", None)
        if recent is None:
            recent = tuple(self.teaser(a) for a in self.live if a.path != path)[:5]
        popular = [a for a in self.live if a.path != path]
        Random(f"{self.seed}/{self.outlet.name}/popular").shuffle(popular)
        return Sheet(
            outlet=self.outlet, words=more.pop("words", self.words), seed=self.seed, base=self.base,
            path=path, title=title,
            sections=self.sections, recent=recent, year=self.at.year,
            popular=more.pop("popular", tuple(self.teaser(a) for a in popular[:4])), **more,
        )  # fmt: skip

    def article_sheet(self, a: Article, *, paywalled: bool = False) -> Sheet:
        """The page of an article: rails, neighbours, and the comments so far."""
        steady = self.outlet.look in STEADY and a.origin == "own"
        if steady:
            # Rails laid out at publication: what stood on the site then, with the headlines of then.
            older = [
                self.teaser(s.first) for s in self.stories if s.published_at < a.published_at and s.first.path != a.path
            ]
            recent, before, after = tuple(older[::-1][:4]), older[-1] if older else None, None
            popular, related = tuple(older[:3]), tuple(older[::-1][4:7])
        else:
            order = [*self.live]
            n = next((i for i, other in enumerate(order) if other.path == a.path), len(order))
            before = self.teaser(order[n + 1]) if n + 1 < len(order) else None
            after = self.teaser(order[n - 1]) if 0 < n < len(order) else None
            others = [self.teaser(other) for other in order if other.path != a.path]
            recent, popular = tuple(others[:5]), tuple(others[::-1][:4])
            related = tuple(self.teaser(o) for o in order if o.path != a.path and o.section == a.section)[:3]
        return self.sheet(
            a.path, a.title, article=a, words=founding(self.words) if a.origin == "founding" else self.words,
            recent=recent, popular=popular, related=related or recent[-2:], before=before, after=after,
            comments=self.comments(a), paywalled=paywalled,
        )  # fmt: skip

    def comments(self, a: Article) -> tuple[Comment, ...]:
        rng = Random(f"{self.seed}/{a.outlet}/{a.number}/comments")
        readers = [
            "Bluebell",
            "J. Carter",
            "old_timer",
            "Kat72",
            "M. R.",
            "Hillwalker",
            "Lars",
            "Doña Paz",
            "the baker",
        ]
        shown: list[Comment] = []
        for text in rng.sample(self.words.comments, rng.choice([0, 1, 2, 3])):
            at = a.published_at + timedelta(minutes=rng.randrange(25, 2600))
            name = rng.choice(readers)
            if at <= self.at:
                shown.append(Comment(author=name, text=text, at=at))
        return tuple(sorted(shown, key=lambda c: c.at))

    def changed_at(self, a: Article) -> datetime:
        """When the article's page last changed, rails and comments included."""
        own = self.changed.get(a.path, a.published_at)
        since = own if self.outlet.look in STEADY and a.origin == "own" else self.last_event_at
        return max([since, own, *(c.at for c in self.comments(a))])

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every address that has an answer of its own; any other is 404."""
        found: dict[str, Page] = {}
        odd, links = odd_pages(self)
        found |= self._listings(links)
        for a in self.articles:
            found[a.path] = self.article_page(a)
            found[f"/media/{a.outlet}-{a.number}.svg"] = Page(
                kind="media", write=lambda a=a: picture(f"{self.seed}/{a.outlet}/{a.number}", self.outlet.colour),  # type: ignore[misc]
                changed_at=a.published_at, content_type="image/svg+xml",
            )  # fmt: skip
        for path, at in self.gone:
            found[path] = self.notice("gone", path, self.outlet.gone_status, changed_at=at)
        return found | self._machine() | odd

    def article_page(self, a: Article, *, kind: str = "article", paywalled: bool = False) -> Page:
        slow = self.outlet.name == "sundial" and a.number == 0
        return Page(
            kind=kind,
            write=lambda: LOOKS[self.outlet.look].article(self.article_sheet(a, paywalled=paywalled)),
            changed_at=self.changed_at(a),
            delay_seconds=self.slow_seconds if slow else 0.0,
        )

    def notice(self, kind: str, path: str, status: int, *, changed_at: datetime | None = None) -> Page:
        """A page with a heading and a sentence: not found, gone, broken, about."""
        key = {"gone": "gone", "broken": "broken", "consent_wall": "consent"}.get(kind, "not_found")

        def write() -> str:
            sheet = self.sheet(path, self.words[f"{key}_title"], paragraphs=(self.words[f"{key}_text"],))
            return LOOKS[self.outlet.look].plain(sheet)

        return Page(kind=kind, status=status, changed_at=changed_at or self.last_event_at, write=write)

    def _listing(self, kind: str, path: str, title: str, articles: list[Article], **more: Any) -> Page:
        teasers = tuple(self.teaser(a) for a in articles)
        return Page(
            kind=kind, changed_at=self.last_event_at,
            write=lambda: LOOKS[self.outlet.look].listing(self.sheet(path, title, teasers=teasers, **more)),
        )  # fmt: skip

    def _listings(self, links: list[tuple[str, str]]) -> dict[str, Page]:
        about = "/about" + {"magazine": ".html", "bare": ".html", "nextjs": ""}.get(self.outlet.look, "/")
        text = (self.words["about_text"],)
        found = {
            "/": self._listing(
                "home", "/", self.outlet.title, self.live[: 40 if self.outlet.look == "bare" else 8],
                links=tuple(links), archive=self.teaser(self.archive) if self.archive else None,
            ),
            about: Page(
                kind="page", changed_at=self.last_event_at,
                write=lambda: LOOKS[self.outlet.look].plain(self.sheet(about, self.outlet.title, paragraphs=text)),
            ),
        }  # fmt: skip
        for key, label in self.words.sections.items():
            within = [a for a in self.articles if a.section == key]
            if within:
                found[self.section_path(key)] = self._listing("section", self.section_path(key), label, within)
        if self.outlet.look == "bare":
            return found
        for kind, names in (
            ("author", {name for a in self.articles for name in a.authors}),
            ("tag", {tag for a in self.articles for tag in a.tags}),
        ):
            for name in sorted(names):
                within = [a for a in self.articles if name in a.authors or name in a.tags]
                found[self.outlet.side_path(kind, name)] = self._listing(
                    kind, self.outlet.side_path(kind, name), name, within
                )
        return found

    def _machine(self) -> dict[str, Page]:
        """Feeds, sitemaps, robots.txt: what is written for machines."""
        outlet, built_at = self.outlet, self.last_event_at.astimezone(self.outlet.zone)
        found: dict[str, Page] = {}
        if outlet.robots:
            found["/robots.txt"] = Page(
                kind="robots",
                content_type="text/plain",
                changed_at=self.started_at,
                write=lambda: feeds.robots(outlet, base=self.base),
            )
        if outlet.feed:
            form, path = outlet.feed
            write = feeds.rss if form == "rss" else feeds.atom
            found[path] = Page(
                kind="feed", content_type=f"application/{form}+xml", changed_at=self.last_event_at,
                write=lambda: write(outlet, self.words, self.live, base=self.base, built_at=built_at),
            )  # fmt: skip
        for kind, path in outlet.sitemaps:
            found[path] = self._sitemap(kind, path, built_at)
        return found

    def _sitemap(self, kind: str, path: str, built_at: datetime) -> Page:
        def write() -> bytes:
            body = feeds.sitemap(self.outlet, kind, self.articles, base=self.base, at=self.at, built_at=built_at)
            return feeds.packed(body) if path.endswith(".gz") else body

        # A news sitemap also changes as articles grow too old for it.
        left = [a.published_at + feeds.NEWS_AGE for a in self.articles if a.published_at + feeds.NEWS_AGE <= self.at]
        changed_at = max([self.last_event_at, *left]) if kind == "news" else self.last_event_at
        content_type = "application/gzip" if path.endswith(".gz") else "application/xml"
        return Page(kind="sitemap", content_type=content_type, changed_at=changed_at, write=write)
