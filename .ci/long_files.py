"""The tracked Python files in; out, an exit code: no file over 350 lines without a reason in its first line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT = 350
REASON = "long because"

listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True).stdout.split()
too_long = []
for path in map(Path, listed):
    if not path.exists():
        continue
    lines = path.read_text("utf-8").splitlines()
    if len(lines) > LIMIT and REASON not in lines[0]:
        too_long.append(f'{path}: {len(lines)} lines; split it, or say "{REASON} …" in its first line')
print("\n".join(too_long) or f"no file over {LIMIT} lines without a reason ({len(listed)} looked at)")
sys.exit(bool(too_long))
