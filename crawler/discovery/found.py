"""What discovery hands over: one URL, where it was named, and what was said of it. Plain values and the errors."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Found", "NotAFeed", "NotASitemap"]


@dataclass(frozen=True, kw_only=True, slots=True)  # an index may name 100,000 of them
class Found:
    """One URL that a feed, sitemap or page named."""

    url: str  # in the frontier's form, see crawler.urls.normalise
    kind: str  # article | feed | sitemap | section | page | requisite
    channel: str  # feed | sitemap | news_sitemap | home | section, or page: what an article says of itself
    title: str | None = None  # plain text
    published_raw: str | None = None  # as found
    modified_raw: str | None = None  # as found
    variant_of: str | None = None  # the URL whose other form this is; of the form "canonical", whose article
    form: str | None = None  # amp | print | mobile | translation | canonical; None where it is no variant


class _NotWhatItShouldBe(ValueError):
    """`what` says what the body is instead, as far as it shows."""

    noun = ""

    def __init__(self, *, url: str, what: str) -> None:
        super().__init__(f"{url} is not a {self.noun}: {what}")
        self.url = url
        self.what = what


class NotAFeed(_NotWhatItShouldBe):
    noun = "feed"


class NotASitemap(_NotWhatItShouldBe):
    noun = "sitemap"
