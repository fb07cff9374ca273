"""A frontier in, how it stands out. Reads only, by a connection of its own: a crawl may run, the disk be read-only."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def open_read_only(path: Path) -> sqlite3.Connection:
    """The frontier, to be read. Raises sqlite3.Error where it is none, or cannot be."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30.0, check_same_thread=False
    )


def due_by_site(db: sqlite3.Connection, *, now: float) -> dict[str, int]:
    """Site → URLs that are due and not under way. Reads all of the index of what will be visited."""
    query = "select site, count(*) from url where due_at <= ? and lease_by is null group by site"
    return dict(db.execute(query, (now,)).fetchall())


def urls_known(db: sqlite3.Connection) -> int:
    return int(db.execute("select count(*) from url where kind <> 'robots'").fetchone()[0])
