"""What each outlet publishes, changes and takes down, and when: a function of seed and starting time. Draws no page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from .outlets import OUTLETS, Outlet
from .stories import Block, cast, choose, corrected, names, slug, tell, topics
from .wording import wording

STOCK = 10  # articles that an outlet has on the newsroom's first day


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article as it stands at some moment. Times carry the outlet's offset."""

    outlet: str
    path: str
    number: int
    title: str
    standfirst: str
    authors: tuple[str, ...]
    published_at: datetime
    modified_at: datetime | None
    section: str
    tags: tuple[str, ...]
    language: str
    blocks: tuple[Block, ...]
    caption: str
    origin: str = "own"  # own | wire | founding

    @property
    def body(self) -> str:
        """The body's blocks, one per line."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, kw_only=True)
class Change:
    """From `at` on the article is `article`; None: it was taken down."""

    at: datetime
    article: Article | None


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article's life: its first state at publication, then its changes in order of time."""

    changes: tuple[Change, ...]

    @property
    def published_at(self) -> datetime:
        return self.changes[0].at

    @property
    def first(self) -> Article:
        article = self.changes[0].article
        assert article is not None  # a story begins with an article
        return article

    def past(self, at: datetime) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.at <= at)


@cache
def staff(outlet: Outlet, *, seed: int) -> tuple[str, ...]:
    """The people who sign an outlet's articles."""
    pool, rng = names(outlet.tongue), Random(f"{seed}/{outlet.name}/staff")
    first = rng.sample(pool["women"], 3) + rng.sample(pool["men"], 2)
    return tuple(f"{name} {last}" for name, last in zip(first, rng.sample(pool["last"], 5), strict=True))


def address(
    outlet: Outlet, *, title: str, section: str, published_at: datetime, number: int, taken: bool = False
) -> str:
    """The path at which an outlet publishes; where it is taken, the slug ends in the number, as WordPress does it."""
    local = published_at.astimezone(outlet.zone)
    label = slug(wording(outlet.tongue, seed=0, outlet=outlet.name).sections[section])
    return outlet.article_path.format(
        y=f"{local.year:04}",
        m=f"{local.month:02}",
        d=f"{local.day:02}",
        slug=f"{slug(title)}-{number}" if taken else slug(title),
        section=label,
        number=number,
    )


class Timeline:
    """All stories of one outlet, written as far as somebody asks."""

    def __init__(self, outlet: Outlet, *, seed: int, started_at: datetime) -> None:
        self.outlet, self.seed, self.started_at = outlet, seed, started_at
        self._order = list(topics(outlet.tongue))
        Random(f"{seed}/{outlet.name}/topics").shuffle(self._order)
        # Its place among the outlets of its language; the corners of an outlet (reports.py) write as nobody else does.
        peers = [other.name for other in OUTLETS if other.tongue == outlet.tongue]
        self._writer = peers.index(outlet.name) if outlet.name in peers else 7
        self._words = wording(outlet.tongue, seed=seed, outlet=outlet.name)
        # Which of the first day's articles have something coming: one each in the first half day, two more later.
        fates = ["retitled", "corrected", "removed", "corrected early", "retitled late", "extended"]
        fates += ["plain"] * (STOCK - len(fates))
        Random(f"{seed}/{outlet.name}/fates").shuffle(fates)
        self._fates = fates
        self._stories: list[Story] = []
        self._paths: set[str] = set()
        self._next_at = started_at - timedelta(days=9)

    def until(self, at: datetime) -> tuple[Story, ...]:
        """Every story whose publication is not after `at`, oldest first."""
        while self._next_at <= at:
            number = len(self._stories)
            self._stories.append(self._write(number, published_at=self._next_at))
            rng = Random(f"{self.seed}/{self.outlet.name}/{number}/gap")
            # Nine days hold the stock of ten; then somewhat more than an article a day and outlet.
            hours = rng.uniform(20, 23.5) if number < STOCK - 1 else rng.uniform(11, 17)
            self._next_at += timedelta(minutes=round(hours * 60))
            if number == STOCK - 1:
                self._next_at = self.started_at + timedelta(minutes=rng.randrange(60, 540))
            self._next_at = self._next_at.replace(second=0, microsecond=0)
        return tuple(story for story in self._stories if story.published_at <= at)

    def _write(self, number: int, *, published_at: datetime) -> Story:
        outlet, rng = self.outlet, Random(f"{self.seed}/{self.outlet.name}/{number}")
        topic = self._order[number % len(self._order)]
        use = number // len(self._order)
        local = published_at.astimezone(outlet.zone)
        slots = cast(
            topic, tongue=outlet.tongue, towns=outlet.towns, published_at=local, days=list(self._words.days), rng=rng
        )
        dice = Random(f"{self.seed}/{topic.key}/{use // 2}")
        choice = choose(topic, writer=self._writer, use=use % 2, rng=dice)
        # Later uses of a topic come under another headline too.
        headline = (rng.randrange(len(topic.titles)) + use) % len(topic.titles)
        title = topic.titles[headline].format_map(slots)
        path = address(outlet, title=title, section=topic.section, published_at=local, number=41000 + 37 * number)
        if path in self._paths:
            path = address(outlet, title=title, section=topic.section, published_at=local, number=number, taken=True)
        self._paths.add(path)
        first = Article(
            outlet=outlet.name,
            path=path,
            number=number,
            title=title,
            standfirst=topic.standfirsts[(headline + choice[0]) % len(topic.standfirsts)].format_map(slots),
            authors=tuple(rng.sample(staff(outlet, seed=self.seed), 2 if rng.random() < 0.15 else 1)),
            published_at=local,
            modified_at=None,
            section=topic.section,
            tags=topic.tags,
            language=outlet.language,
            blocks=tell(topic, choice, slots),
            caption=topic.caption.format_map(slots),
        )
        right = corrected(slots, topic=topic, tongue=outlet.tongue, rng=rng)
        note = self._words["correction"].format(thing=topic.thing, new=right["n1"], old=slots["n1"])
        put_right = replace(
            first,
            title=topic.titles[headline].format_map(right),
            standfirst=topic.standfirsts[(headline + choice[0]) % len(topic.standfirsts)].format_map(right),
            blocks=(*tell(topic, choice, right), Block(kind="paragraph", text=note)),
        )
        retitled = replace(first, title=topic.titles[(headline + 1) % len(topic.titles)].format_map(slots))
        return Story(changes=self._life(first, retitled=retitled, put_right=put_right, rng=rng))

    def _life(self, first: Article, *, retitled: Article, put_right: Article, rng: Random) -> tuple[Change, ...]:
        """What becomes of an article after publication."""
        if first.number < STOCK:
            fate, since = self._fates[first.number], self.started_at
        else:
            fate = rng.choices(["plain", "retitled", "corrected", "extended", "removed"], [50, 15, 15, 12, 8])[0]
            since = first.published_at
        born = Change(at=first.published_at.astimezone(UTC), article=first)
        wait = timedelta(minutes=rng.randrange(60, 11 * 60))
        if fate == "plain":
            return (born,)
        if fate == "removed":
            return (born, Change(at=_later(since, wait + timedelta(hours=1)), article=None))
        if fate == "extended":
            # The last paragraph comes later, with the heading above it.
            kept = first.blocks[:-2] if first.blocks[-2].kind == "heading" else first.blocks[:-1]
            short = replace(first, blocks=kept)
            at = _later(since, wait if first.number >= STOCK else wait + timedelta(hours=12))
            whole = replace(first, modified_at=at.astimezone(first.published_at.tzinfo))
            return (replace(born, article=short), Change(at=at, article=whole))
        if fate == "corrected early":
            at = _later(first.published_at, timedelta(minutes=rng.randrange(20, 90)))
        else:
            at = _later(since, wait + timedelta(hours=12 if fate.endswith("late") else 0))
        after = retitled if fate.startswith("retitled") else put_right
        return (born, Change(at=at, article=replace(after, modified_at=at.astimezone(first.published_at.tzinfo))))


def _later(since: datetime, wait: timedelta) -> datetime:
    return (since + wait).astimezone(UTC).replace(second=0, microsecond=0)
