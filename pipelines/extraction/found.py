"""A field's value with where it was found. Data only."""

from typing import NamedTuple


class Found(NamedTuple):
    """What a field is, where that was found, and how it is written there."""

    value: str | None
    source: str | None
    raw: str | None

    @classmethod
    def of(cls, *each: tuple[str, str | None]) -> "Found":
        """The first source with a text."""
        return next((cls(raw, source, raw) for source, raw in each if raw), cls(None, None, None))

    def with_value(self, value: str | None) -> "Found":
        return Found(value, self.source if value else None, self.raw if value else None)
