"""What a look is given to write one page with, and the record of what it said around the article. Writes no page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from random import Random

from ..outlets import Outlet
from ..timeline import Article
from ..wording import Wording


@dataclass(frozen=True, kw_only=True)
class Teaser:
    """A link to an article from elsewhere."""

    path: str
    title: str
    standfirst: str
    author: str
    section: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Comment:
    author: str
    text: str
    at: datetime


@dataclass(kw_only=True)
class Sheet:
    """One page to be written: what it holds, and how its outlet speaks.

    `say` gives a text escaped for HTML and notes it down: what is said is furniture. `esc` only escapes.
    """

    outlet: Outlet
    words: Wording
    seed: int
    base: str  # http://NAME.localhost:PORT
    path: str
    title: str
    sections: tuple[tuple[str, str], ...]  # (label, path)
    recent: tuple[Teaser, ...] = ()
    popular: tuple[Teaser, ...] = ()
    related: tuple[Teaser, ...] = ()
    before: Teaser | None = None
    after: Teaser | None = None
    article: Article | None = None
    comments: tuple[Comment, ...] = ()
    paywalled: bool = False
    teasers: tuple[Teaser, ...] = ()  # of a listing
    links: tuple[tuple[str, str], ...] = ()  # (text, path): further links of a listing
    archive: Teaser | None = None  # the home page's look back
    paragraphs: tuple[str, ...] = ()  # of a page that is neither article nor listing
    year: int = 2024
    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        if text:
            self.lines.append(text)
        return escape(text)

    def word(self, key: str, **filled: object) -> str:
        """A piece of furniture in the outlet's wording."""
        return self.say(self.words[key].format(**filled) if filled else self.words[key])

    def parts(self, key: str) -> list[str]:
        """A list of furniture words: the names of share buttons, the links of a footer."""
        return [self.say(part) for part in self.words[key].split("|")]

    def theme(self, part: str) -> Random:
        """Dice that fall the same way on every page of an outlet: a theme does not change from page to page."""
        return Random(f"{self.seed}/{self.outlet.name}/theme/{part}")

    def pick(self, part: str, *choices: str) -> str:
        return self.theme(part).choice(choices)

    def side(self, kind: str, name: str) -> str:
        return self.outlet.side_path(kind, name)

    def copyright(self) -> str:
        return self.word("copyright", year=self.year, owner=self.outlet.owner)

    @property
    def url(self) -> str:
        return self.base + self.path

    @property
    def authors(self) -> str:
        """The byline's names, as the language joins them."""
        joiner = {"de": " und ", "es": " y "}.get(self.outlet.tongue, " and ")
        return escape(joiner.join(self.article.authors)) if self.article else ""

    def image(self) -> str:
        """The path of the article's picture."""
        assert self.article is not None  # only an article has a picture
        return f"/media/{self.article.outlet}-{self.article.number}.svg"


def esc(text: str) -> str:
    return escape(text)


def body_html(
    sheet: Sheet,
    *,
    paragraph: str = "<p>{}</p>",
    heading: str = "<h2>{}</h2>",
    quote: str = "<blockquote><p>{}</p></blockquote>",
    items: str = "<ul>{}</ul>",
    item: str = "<li>{}</li>",
) -> list[str]:
    """The article's blocks, each in the markup that the look gives for its kind."""
    assert sheet.article is not None
    told: list[str] = []
    for block in sheet.article.blocks:
        if block.kind == "list":
            told.append(items.format("".join(item.format(escape(line)) for line in block.text.split("\n"))))
        else:
            shape = {"heading": heading, "quote": quote}.get(block.kind, paragraph)
            told.append(shape.format(escape(block.text)))
    return told
