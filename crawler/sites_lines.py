"""The text of a TOML file in, the lines on which its keys stand out. Reads no values: tomllib does, without lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["KeyLines", "key_lines"]

_HEADER = re.compile(r"\[\[?\s*(?P<name>[^\]]*?)\s*\]\]?")
# Longest first: a string of three quotes before one of two. Escapes only exist in the double-quoted ones.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'|#[^\n]*|[\[\]{}=\n]|[^\[\]{}=\n\"'#]+",
    re.DOTALL,
)


@dataclass
class KeyLines:
    """Lines count from 1. `stanzas` holds one entry per [[site]], in order."""

    header: int = 1
    keys: dict[str, int] = field(default_factory=dict)
    stanzas: list[KeyLines] = field(default_factory=list)
    elements: dict[str, list[int]] = field(default_factory=dict)  # key → the line of each string in its array
    tables: dict[str, KeyLines] = field(default_factory=dict)  # name → where the keys of a [table] of ours stand


def key_lines(text: str, *, stanza: str = "site") -> KeyLines:
    """Where each key of the top level and of each [[stanza]] stands. `text` is known to be valid TOML.

    A `[stanza.more]` table counts as key "more" of the last stanza, `[other]` as a key of the top level; their own keys
    are in `tables`.
    """
    top = KeyLines()
    here = top
    line, depth, key = 1, 0, None
    statement = ""  # what was read of the line so far, outside any value
    statement_line = 1
    for match in _TOKEN.finditer(text.replace("\r\n", "\n")):
        token = match[0]
        if token == "\n":
            if key is None:
                here = _table(statement.strip(), statement_line, top, here, stanza)
            if depth == 0:
                key, statement = None, ""
        elif key is None:
            if token == "=":
                key = _unquoted(statement)
                here.keys.setdefault(key, statement_line)
                here.elements[key] = []
            elif not token.startswith("#"):
                if not statement.strip():
                    statement_line = line
                statement += token
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token[0] in "\"'" and depth == 1:
            here.elements[key].append(line)
        line += token.count("\n")
    if key is None:
        _table(statement.strip(), statement_line, top, here, stanza)
    return top


def _table(statement: str, line: int, top: KeyLines, here: KeyLines, stanza: str) -> KeyLines:
    """Where keys go after this line: into a new table, if it is the header of one."""
    header = _HEADER.fullmatch(statement)
    if header is None:
        return here
    name = _unquoted(header["name"])
    rest = header["name"].partition(".")[2]
    if name == stanza and not rest:
        top.keys.setdefault(name, line)
        top.stanzas.append(KeyLines(header=line))
        return top.stanzas[-1]
    owner = top.stanzas[-1] if name == stanza and top.stanzas else top
    table = _unquoted(rest) if name == stanza else name
    owner.keys.setdefault(table, line)
    return owner.tables.setdefault(table, KeyLines(header=line))


def _unquoted(name: str) -> str:
    """The first part of a dotted key, without quotes."""
    name = name.strip()
    if name[:1] in ("'", '"'):
        return name[1:].partition(name[0])[0]
    return name.partition(".")[0].strip()
