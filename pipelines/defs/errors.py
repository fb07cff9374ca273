"""What a person can be told went wrong with Dagster: what, where and what to do next. Raises nothing itself."""

from __future__ import annotations

from pathlib import Path


class DagsterError(Exception):
    """Dagster could not do what was asked; the message is one line for a person."""


class PortTaken(DagsterError):
    """Something else listens where the UI should."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        super().__init__(
            f"port {port} on {host} is taken; stop what uses it, or choose another: broadsheet ui --port {port + 1}"
        )


class UiFailed(DagsterError):
    """The UI ended before it answered."""

    def __init__(self, log: Path, *, last_line: str) -> None:
        self.log, self.last_line = log, last_line
        super().__init__(f"the Dagster UI did not start: {last_line or 'no message'}; see {log}")


class RunFailed(DagsterError):
    """A run of ours ended without success."""

    def __init__(self, run_id: str, *, job: str, step: str, reason: str) -> None:
        self.run_id, self.job, self.step, self.reason = run_id, job, step, reason
        super().__init__(f"run {run_id[:8]} of {job} failed at {step}: {reason}; see it with: broadsheet ui")
