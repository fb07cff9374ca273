"""--home and $BROADSHEET_HOME in, the folder of the archive out, and how the next command is typed. Creates nothing."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.failing import Mistaken
from warehouse.errors import MissingArchive

HOME_VARIABLE = "BROADSHEET_HOME"
DEFAULT_HOME = Path("data")
DEMO_HOME = Path("data/demo")
_SHELL_HOME = os.environ.get(HOME_VARIABLE) or DEFAULT_HOME  # before "broadsheet --home DIR …" says otherwise

# DuckDB ends a path at "?" when it names its log (2.0), and so do the SQLite addresses of Dagster (1.13), which take
# "%20" for a blank besides; Dagster looks for its settings by glob, and without them would report to its makers.
_UNFIT = "?%*["

_PARTS = ("sites.toml", "frontier.sqlite", "archive", "tables")

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", envvar=HOME_VARIABLE, help="The archive; ./data where neither says."),
]


def is_archive(home: Path) -> bool:
    return any((home / part).exists() for part in _PARTS)


def new_or_known(home: Path | None, *, default: Path = DEFAULT_HOME) -> Path:
    """The folder of an archive that may be made by this command.

    Raises Mistaken where a file is in its place, or its path has a character that our parts do not agree about.
    """
    folder = (home or default).expanduser()
    if unfit := [character for character in _UNFIT if character in str(folder.absolute())]:
        raise Mistaken(
            f"{folder.absolute()}: an archive's path cannot have {' and '.join(unfit)} in it; choose another"
        )
    if folder.exists() and not folder.is_dir():
        raise Mistaken(f"{folder} is a file; an archive is a folder: name another with --home")
    return folder


def known(home: Path | None) -> Path:
    """The folder of an archive that is there. Raises MissingArchive."""
    folder = new_or_known(home)
    if not is_archive(folder):
        raise MissingArchive(folder)
    return folder


def line(home: Path, arguments: str) -> str:
    """`broadsheet ARGUMENTS` as it has to be typed for this archive."""
    there = "" if home.absolute() == Path(_SHELL_HOME).expanduser().absolute() else f" --home {shlex.quote(str(home))}"
    return f"broadsheet {arguments}{there}"
