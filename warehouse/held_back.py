"""A session on an archive in, what exports of it leave out in numbers out. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """What exports leave out, because sites opted out of it."""

    articles: int
    of_articles: int
    rows: int  # of all tables but captures, all their readings
    by: Mapping[str, int]  # opt-out → articles; an article may be bound by several

    def __str__(self) -> str:
        reasons = ", ".join(f"{name} × {number:,}" for name, number in self.by.items())
        which = f"{self.articles:,} of {self.of_articles:,} articles" + (f" ({reasons})" if reasons else "")
        return (
            f"held back by the sites' opt-outs: {which}, {self.rows:,} rows in all; "
            "the view held_back names them, the policy in sites.toml decides"
        )


_ANY = "select 1 from captures where len(export_bound_by) > 0 limit 1"
_ARTICLES = "select (select count(*) from held_back), (select count(distinct article_id) from articles)"
_BY = "select name, count(*) from (select unnest(bound_by) as name from held_back) group by name order by name"
_ROWS = """
select
    (select count(*) from articles where len(export_bound_by) > 0 or article_id in (select article_id from held_back))
    + (select count(*) from links where len(export_bound_by) > 0 or article_id in (select article_id from held_back))
    + (select count(*) from images where len(export_bound_by) > 0 or article_id in (select article_id from held_back))
    + (select count(*) from boilerplate where len(export_bound_by) > 0)
    + (select count(*) from rejects where len(export_bound_by) > 0)
"""


def held_back(session: duckdb.DuckDBPyConnection) -> HeldBack | None:
    """The numbers; None where nothing is held back."""
    if session.execute(_ANY).fetchone() is None:
        return None
    articles, of_articles = session.execute(_ARTICLES).fetchone() or (0, 0)
    (rows,) = session.execute(_ROWS).fetchone() or (0,)
    by = dict(session.execute(_BY).fetchall())
    return HeldBack(articles=articles, of_articles=of_articles, rows=rows, by=by) if rows else None
