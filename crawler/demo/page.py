"""What one address of an outlet holds: a record, filled by desk.py and sent by server.py. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

HTML = "text/html"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one address holds. `write` gives the text or the bytes; it is called when somebody asks."""

    kind: str  # article, home, section, feed, redirect, gone, paywall_stub, …
    write: Callable[[], str | bytes]
    changed_at: datetime
    status: int = 200
    content_type: str = HTML
    location: str | None = None
    delay_seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
