"""A frontier in, how it stands out. Reads only, by a connection of its own: a crawl may run, the disk be read-only."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path


def open_read_only(path: Path) -> sqlite3.Connection:
    """The frontier, to be read. Raises sqlite3.Error where it is none, or cannot be."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30.0, check_same_thread=False
    )


def due_by_site(db: sqlite3.Connection, *, now: float) -> dict[str, int]:
    """Site → URLs that are due and not under way. Reads all of the index of what will be visited."""
    counted: Counter[int] = Counter()
    due = "select site, count(*) from url where due_at is not null and due_at <= ? group by site"
    leased = "select site, count(*) from lease join url on url.id = url_id where due_at <= ? group by site"
    for site, number in db.execute(due, (now,)):
        counted[site] += number
    for site, number in db.execute(leased, (now,)):
        counted[site] -= number
    names = dict(db.execute("select id, name from site").fetchall())
    return {names[site]: number for site, number in counted.items() if number > 0}


def urls_known(db: sqlite3.Connection) -> int:
    """robots.txt and the like not counted."""
    return int(db.execute("select coalesce(sum(urls), 0) from site").fetchone()[0])
