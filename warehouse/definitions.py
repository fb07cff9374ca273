"""SQL files in, Definition records out: what ``views/*.sql`` and ``macros/*.sql`` create and say of it. Runs no SQL.

A file says first, in comments, which question it answers and what the catch is; then, indented, what each column means
that no table declares; then comes one ``create`` statement, whose name is the file's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from warehouse.tables import TABLES

# Which views and tables each view or macro reads, in the order in which they can be created.
VIEWS: Mapping[str, tuple[str, ...]] = {
    "readings": ("articles", "captures"),
    "latest_articles": ("articles", "readings"),
    "revisions": ("articles", "readings"),
    "articles_per_day": ("latest_articles",),
    "coverage_gaps": ("latest_articles", "captures"),
    "rejects_by_reason": ("rejects",),
    "site_boilerplate": ("boilerplate",),
    "site_languages": ("latest_articles",),
    "provenance": ("articles", "captures"),
    "held_back": ("articles", "captures", "readings"),
    "exportable_articles": ("latest_articles", "held_back"),
}
MACROS: Mapping[str, tuple[str, ...]] = {
    "article_history": ("articles", "revisions"),
    "seen_between": ("articles", "readings"),
}
_STATEMENT = re.compile(
    r"create (?P<kind>view|macro) (?P<name>\w+)(?P<parameters>\([\w, ]*\))? as( table)?\n(?P<body>.*);\n", re.S
)
_COLUMN = re.compile(r"--   (?P<name>\w+): (?P<text>.+)")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A view or macro. ``body`` is its select, as written; ``question`` its first comment, the catch included."""

    kind: str
    name: str
    parameters: str
    question: str
    columns: Mapping[str, str]
    body: str
    reads: tuple[str, ...]


@functools.cache
def definition(name: str) -> Definition:
    """The view or macro of that name, from its file."""
    kind, reads = ("view", VIEWS[name]) if name in VIEWS else ("macro", MACROS[name])
    text = files("warehouse").joinpath(f"{kind}s", f"{name}.sql").read_text(encoding="utf-8")
    head, create, _ = text.partition("create ")
    statement = _STATEMENT.fullmatch(create + _)
    if statement is None or statement["name"] != name or statement["kind"] != kind:
        raise ValueError(f"{kind}s/{name}.sql: expected comments, then one statement: create {kind} {name} as …;")
    columns: dict[str, str] = {}
    question = []
    for line in head.splitlines():
        if found := _COLUMN.fullmatch(line):
            columns[found["name"]] = found["text"]
        else:
            question.append(line.removeprefix("--").strip())
    return Definition(
        kind=kind,
        name=name,
        parameters=statement["parameters"] or "",
        question=" ".join(question),
        columns=columns,
        body=statement["body"],
        reads=reads,
    )


def column_description(view: Definition, column: str) -> str:
    """What a column of a view means: the view's own word, else that of what it reads. Raises KeyError for none."""
    if column in view.columns:
        return view.columns[column]
    for source in view.reads:
        if source in TABLES:
            for declared in TABLES[source].columns:
                if declared.name == column:
                    return declared.description
        else:
            try:
                return column_description(definition(source), column)
            except KeyError:
                continue
    raise KeyError(f"views/{view.name}.sql says nothing of its column {column}")
