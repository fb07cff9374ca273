"""Where the archive is, as a Dagster resource. Holds a path and opens nothing."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from pipelines.defs.home import archive_home


class Archive(dg.ConfigurableResource[None]):
    """The archive that a run works on. Empty: $BROADSHEET_HOME, else ./data, looked up when the run needs it."""

    home: str = ""

    @property
    def path(self) -> Path:
        return archive_home(self.home)

    @property
    def inbox(self) -> Path:
        """WARC files put here are imported."""
        return self.path / "inbox"
