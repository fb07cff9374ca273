"""A command line in, a room asked, an exit code out: the one command, `broadsheet`. Imports a room when it is needed.

Exit codes: 0 done; 1 went wrong, or `verify` found something; 2 asked for something that cannot be; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

__all__ = ["main", "run"]


def main() -> NoReturn:
    """The program: arguments from the command line, exit code to the shell."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Mistakes and failures are lines on stderr, no traceback unless asked for."""
    import typer

    from pipelines.cli.app import app
    from pipelines.cli.failing import INTERRUPTED, Told, is_interrupt, told, wants_traceback

    try:
        command = typer.main.get_command(app)
        _name_no_type_of_flags(command)
        # SQL may begin with a comment, which is no option.
        given = [f" {argument}" if argument.startswith("-- ") else argument for argument in arguments]
        code = command.main(given, prog_name="broadsheet", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _say(_usage(error), error.exit_code)
    except typer.Abort:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        _forget_stdout()
        return 0
    except Exception as error:
        if is_interrupt(error):
            return _say("interrupted", INTERRUPTED)
        if wants_traceback():
            raise
        return _say(*told(error))
    if code == INTERRUPTED and not isinstance(code, Told):  # typer (0.29) makes this of Ctrl-C
        return _say("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _name_no_type_of_flags(command: Any) -> None:
    """Help says `--json`, not `--json <bool>` (typer 0.29), which reads as if a value had to follow."""
    import typer

    for option in command.get_params(typer.Context(command)):
        if getattr(option, "is_flag", False):
            option.metavar = ""
    for inner in getattr(command, "commands", {}).values():
        _name_no_type_of_flags(inner)


def _say(message: str, code: int) -> int:
    for line in message.splitlines() or [""]:
        print(f"broadsheet: {line}", file=sys.stderr)
    return code


def _usage(error: Exception) -> str:
    """A wrong option or argument as one line: what is wrong, and where to read how it is meant."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "broadsheet"
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    text = " ".join(message.split()).rstrip(".")
    return f'{text[:1].lower()}{text[1:]}; see "{command} --help"'


def _forget_stdout() -> None:
    """Whoever read our output has had enough (`| head`): what is left goes nowhere, and nobody hears of it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
