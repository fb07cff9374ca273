"""A site's `spider = "file.py:Class"` in; out, what is wrong with it. Reads the file, and never runs it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any


def spider_mistake(value: Any, folder: Path) -> str | None:
    """What was expected instead; None where the file is there and defines the class. Relative to `folder`."""
    file, colon, name = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not colon or not file.endswith(".py") or not name.isidentifier():
        return 'a file and a class, e.g. "spiders/thinline.py:ThinLine"'
    source = folder / file
    if not source.is_file():
        return f"a file that is there; {source} is not"
    try:
        tree = ast.parse(source.read_bytes(), filename=str(source))
    except (SyntaxError, ValueError) as problem:
        return f"a file of Python ({problem})"
    return None if name in _defined(tree) else f"a class that {file} defines; {name} is not in it"


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in statement.names)
    return names
