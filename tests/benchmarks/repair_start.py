"""How long a crawl takes to start after a kill that left a large WARC file open.

    uv run python tests/benchmarks/repair_start.py [--megabytes 1000] [--folder FOLDER]

Writes an archive with one WARC file of that size, as a crawl does: half its pages came gzipped, half plain. The last
captures are not acknowledged, and the file ends in the middle of a record. Then it is opened as the next crawl does:

    killed       as a kill leaves it
    power cut    without the notes beside the file (`.extents`) that were not flushed: that part of it is read
    notes lost   without any notes, as by an earlier Broadsheet: all of it is read
    ledger lost  without frontier.sqlite: all is read, and entered anew

and prints for each the seconds that took, wall and CPU, and whether `verify` finds anything. Needs three times the
room. The promise is 10 seconds for the first two.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler import verify
from crawler.archive import EXTENTS_ENDING, ArchiveWriter, Exchange
from crawler.archive.extents import FLUSH_BYTES
from crawler.custody import Custody
from crawler.intake.candidates import asked_for
from crawler.sites import load_sites

UNACKNOWLEDGED = 64  # as many as were being read, and more
SITES = 'allow_addresses = ["127.0.0.0/8"]\n[[site]]\nname = "a"\nhome = "http://a.localhost/"\n'


def pages(dice: random.Random) -> list[bytes]:
    """Responses of the size of real ones: 26 KB packed by the server, or 78 KB of HTML that packs to as much."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))).encode() for _ in range(3000)]
    made = []
    for _ in range(20):
        packed, plain = dice.randbytes(26_000), b"<p>" + b" ".join(dice.choices(words, k=12_000)) + b"</p>"
        for coding, body in ((b"Content-Encoding: gzip\r\n", packed), (b"", plain)):
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n%sContent-Length: %d\r\n\r\n" % (coding, len(body))
            made.append(head + body)
    return made


def write(home: Path, megabytes: int) -> None:
    """An archive that was left as a kill leaves it."""
    (home / "sites.toml").write_text(SITES, "utf-8")
    assert ArchiveWriter.__init__.__kwdefaults__ is not None
    ArchiveWriter.__init__.__kwdefaults__["max_bytes"] = 10**12
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    custody = Custody(home, load_sites(home / "sites.toml"), clock=lambda: now)
    responses, number, left = pages(random.Random(1)), 0, UNACKNOWLEDGED
    while left:
        now += timedelta(milliseconds=20)
        url = f"http://a.localhost/2026/11/22/story-number-{number}/"
        visit = custody.begin(custody.frontier.take(asked_for(url, custody.sites["a"], batch="b", now=now), now=now))
        exchange = Exchange(
            url=url, started_at=now, request=b"GET / HTTP/1.1\r\nHost: a.localhost\r\n\r\n",
            response=responses[number % len(responses)], ip_address="127.0.0.1",
        )  # fmt: skip
        written = custody.capture(visit, exchange)
        if written.offset < megabytes * 1_000_000:
            custody.finish(visit)
            if number % 64 == 63:
                custody.flush()
        else:
            if left == UNACKNOWLEDGED:
                custody.flush()
            left -= 1
        number += 1
    [warc] = home.glob("archive/*/*.warc.gz.open")
    custody.frontier.close()  # and nothing else: a kill finishes nothing
    custody._lock.release()
    with warc.open("r+b") as file:
        file.truncate(warc.stat().st_size - 9_000)
    print(f"{warc.stat().st_size / 1e6:,.0f} MB, {3 * number:,} records, {number:,} captures, one torn", flush=True)


def start(home: Path, name: str) -> None:
    """One start, and what it took."""
    wall, cpu = time.monotonic(), time.process_time()
    custody = Custody(home, load_sites(home / "sites.toml"), clock=lambda: datetime.now(UTC))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    custody.close()
    problems = list(verify(home))
    took = f"{wall:6.2f} s, {cpu:6.2f} s CPU"
    print(f"{name:12} {took}, {custody.recovered:,} recovered, verify: {problems or 'clean'}", flush=True)


def main() -> None:
    wanted = argparse.ArgumentParser(description="How long a start takes after a kill.")
    wanted.add_argument("--megabytes", type=int, default=1000)
    wanted.add_argument("--folder", type=Path, default=None)
    asked = wanted.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        home = Path(folder) / "left"
        home.mkdir()
        write(home, asked.megabytes)
        for name in ("killed", "power cut", "notes lost", "ledger lost"):
            copy = Path(shutil.copytree(home, Path(folder) / name))
            [notes] = copy.glob(f"archive/*/*{EXTENTS_ENDING}")
            if name == "power cut":
                lines = notes.read_bytes().splitlines(keepends=True)
                certain = json.loads(lines[-1])[1] // FLUSH_BYTES * FLUSH_BYTES
                notes.write_bytes(b"".join(line for line in lines if json.loads(line)[1] <= certain))
            elif name != "killed":
                notes.unlink()
            if name == "ledger lost":
                for file in copy.glob("frontier.sqlite*"):
                    file.unlink()
            start(copy, name)
            shutil.rmtree(copy)


if __name__ == "__main__":
    main()
