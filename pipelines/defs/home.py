"""An archive's home in, its DAGSTER_HOME out, seeded with our dagster.yaml. Loads no Dagster."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

HOME_VARIABLE = "BROADSHEET_HOME"
DEFAULT_HOME = "data"
_SETTINGS = "dagster.yaml"
_REPOSITORY = Path(__file__).resolve().parents[2]


def archive_home(named: str = "") -> Path:
    """The archive to work on, absolute: the one named, else $BROADSHEET_HOME, else ./data. Looked up when called."""
    return Path(named or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).resolve()


def dagster_home_for(home: Path, *, repository: Path = _REPOSITORY) -> Path:
    """The folder where Dagster keeps its runs for this archive; it exists and holds a dagster.yaml when this returns.

    The default archive of a checkout has `dagster_home/`; any other has a folder of its own inside it, so that an
    archive that moves takes its runs with it.
    """
    ours = repository / "dagster_home"
    if home.resolve() == repository / DEFAULT_HOME and (ours / _SETTINGS).is_file():
        return ours
    folder = home.resolve() / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / _SETTINGS
    if not settings.exists():  # a person's own changes stay
        unfinished = folder / f".{_SETTINGS}.{os.getpid()}"
        unfinished.write_text(_seed(ours / _SETTINGS), encoding="utf-8")
        unfinished.replace(settings)
    return folder


def _seed(in_checkout: Path) -> str:
    """Our dagster.yaml: from the checkout, or from the installed package: the wheel puts a copy beside this file."""
    if in_checkout.is_file():
        return in_checkout.read_text(encoding="utf-8")
    return (resources.files("pipelines.defs") / _SETTINGS).read_text(encoding="utf-8")
