"""What sites ask of us, kept from one crawl to the next: robots.txt and the like, pauses, opt-outs of pages.

Part of the frontier's database. It keeps; what follows from it is decided elsewhere.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.frontier.leases import KeptFile, Turn
from crawler.frontier.url_table import UrlTable
from crawler.manners.politeness import Politeness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Wishes(UrlTable):
    """Files that speak for an origin, turns of domains, and what pages asked for."""

    def robots(self, name: str) -> KeptFile | None:
        """The file of that name: an origin for its robots.txt, else the file's URL; `None` where it was never asked
        for."""
        row = self._db.execute(
            "select fetched_at, status, body, body_at from robots where origin = ?", (name,)
        ).fetchone()
        if row is None:
            return None
        # Layout 2 did not say when a body was had; of an answer 200 it was then.
        body_at = row["body_at"] if row["body_at"] is not None or row["status"] != 200 else row["fetched_at"]
        return KeptFile(
            asked_at=datetime.fromtimestamp(row["fetched_at"], UTC), status=row["status"], body=bytes(row["body"]),
            body_at=datetime.fromtimestamp(body_at, UTC) if body_at is not None else None,
        )  # fmt: skip

    def remember_robots(self, name: str, kept: KeptFile) -> None:
        with self._transaction():
            self._db.execute(
                "insert or replace into robots (origin, fetched_at, status, body, body_at) values (?, ?, ?, ?, ?)",
                (
                    name, kept.asked_at.timestamp(), kept.status, kept.body,
                    kept.body_at.timestamp() if kept.body_at else None,
                ),
            )  # fmt: skip

    def turns(self) -> dict[str, Turn]:
        """Domain → how its polite queue stood when an earlier process last said so."""
        rows = self._db.execute(
            "select name, next_at, factor, successes, crawl_delay, reason from domain"
            " where next_at > 0 or factor > 1 or crawl_delay > 0"
        )
        return {
            r[0]: Turn(next_at=r[1], factor=r[2], successes=r[3], crawl_delay=r[4], reason=r[5]) for r in rows
        }  # fmt: skip

    def resumed(self, delay_for: Callable[[str], float], *, now: datetime, one_died: bool) -> Politeness:
        """The polite queues, as earlier processes left them.

        `one_died`: and could not say whom it had asked a moment ago. Then every domain waits its delay from now on, and
        that is written down: this process may end, in order, before a domain's turn comes, and the next has to know.
        """
        polite = Politeness(delay_for, perhaps_asked_at=now.timestamp() if one_died else None)
        for domain, turn in self.turns().items():
            polite.remember(domain, turn)
        if one_died:
            self.remember_turns(
                {r[0]: polite.turn(r[0]) for r in self._db.execute("select name from domain").fetchall()}
            )
        return polite

    def remember_turns(self, turns: Mapping[str, Turn]) -> None:
        """How these domains stand; what this call took is on the disk when it returns."""
        if turns:
            with self._transaction():
                self._keep_turns(turns)

    def _keep_turns(self, turns: Mapping[str, Turn]) -> None:
        for domain, turn in turns.items():
            stands = (turn.next_at, turn.factor, turn.successes, turn.crawl_delay, turn.reason)
            self._db.execute(
                "update domain set next_at = ?, factor = ?, successes = ?, crawl_delay = ?, reason = ? where id = ?",
                (*stands, self._id("domain", domain)),
            )

    def opt_outs_of(self, url_id: int) -> tuple[str, ...]:
        """What the page said when it was last fetched, if sites.toml let that bind fetching."""
        row = self._db.execute("select signals from opt_out where url_id = ?", (url_id,)).fetchone()
        return tuple(json.loads(row[0])) if row else ()

    def _keep_opt_outs(self, url_id: int, signals: tuple[str, ...]) -> None:
        if signals:
            self._db.execute("insert or replace into opt_out values (?, ?)", (url_id, json.dumps(signals)))
        else:
            self._db.execute("delete from opt_out where url_id = ?", (url_id,))
