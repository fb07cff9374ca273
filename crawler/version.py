"""The version of Broadsheet, as it is installed, and how it names itself on the web."""

from __future__ import annotations

from importlib import metadata

VERSION = metadata.version("broadsheet")
SOFTWARE = f"Broadsheet/{VERSION}"
ROBOTS_TOKEN = "broadsheet"  # the product token that robots.txt may name (RFC 9309 §2.2.1)


def user_agent(contact: str | None) -> str:
    """`Broadsheet/0.1.0 (+mailto:you@example.org)`, the form that webmasters look for."""
    return f"{SOFTWARE} (+{contact})" if contact else SOFTWARE
