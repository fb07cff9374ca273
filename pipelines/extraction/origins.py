"""What was found for the fields of an article in, where each was found out, as it is kept."""

from .confidence import FIELDS, OVERRIDE, confidence
from .found import Found
from .records import Origin


def origins_of(**found: Found) -> tuple[Origin, ...]:
    """One for each field that has a value, in this order. What is written as it is kept has no raw form."""
    return tuple(
        Origin(
            field=field,
            source=each.source,
            raw=each.raw if each.raw != each.value else None,
            confidence=confidence(FIELDS, each.source if each.source == OVERRIDE else f"{field} {each.source}"),
        )
        for field, each in found.items()
        if each.value and each.source
    )


def replaced(origins: tuple[Origin, ...], *fields: str) -> tuple[Origin, ...]:
    """The origins where sites.toml decided some of the fields."""
    others = tuple(one for one in origins if one.field not in fields)
    return others + tuple(Origin(field=field, source=OVERRIDE, raw=None, confidence=1.0) for field in fields)
