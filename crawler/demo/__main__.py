"""`python -m crawler.demo --port 8765`: the newsroom for a browser, or as a child process. Ends on Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import DEFAULT_SEED, OUTLETS, Clock, Newsroom


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m crawler.demo", description="Serve the demo newsroom on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another number, another newsroom")
    parser.add_argument(
        "--clock", type=Path, default=None, help="the clock's JSON file; without it the clock stands at this hour"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent process")
    options = parser.parse_args()
    now = datetime.now(UTC)
    clock = Clock.open(options.clock, now=now) if options.clock else Clock(now - timedelta(days=2), at=now)
    with Newsroom(seed=options.seed, clock=clock).serve(port=options.port) as served:
        print(f"newsroom on port {served.port}, its time is {clock.at:%Y-%m-%d %H:%M} UTC", flush=True)
        for outlet in OUTLETS:
            print(f"  {served.home(outlet.name)}  {outlet.title}", flush=True)
        try:
            if options.until_stdin_closes:
                sys.stdin.read()
            else:
                threading.Event().wait()
        except KeyboardInterrupt:
            print("closed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
