"""An archive takes no more of the disk than `quota_gb` allows: the crawl ends before, cleanly, and says so."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlError, crawl, verify
from crawler.watch.room import Room, bytes_by_part
from pipelines.cli import run

PAGES = 30
QUOTA = 9_000_000  # SQLite's log alone takes up to 4 MB while a crawl runs


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def large_site(kit: Any, web: Any, home: Path) -> Path:
    """A site of 30 pages that take 450 kB each, compressed."""
    dice = random.Random(1)
    paths = [f"/2026/11/25/a-story-of-some-length-{n}" for n in range(PAGES)]
    web.pages["/"] = kit.answer("".join(f'<a href="{path}">{path}</a>' for path in paths))
    for path in paths:
        web.pages[path] = kit.answer(f"<html><title>{path}</title>{dice.randbytes(400_000).hex()}")
    return home


def stories(web: Any) -> list[str]:
    return [path for path in web.paths() if path.startswith("/2026")]


def set_quota(kit: Any, web: Any, home: Path, gigabytes: float) -> None:
    kit.write_sites(
        home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n',
        top=f'allow_addresses = ["127.0.0.0/8"]\nquota_gb = {gigabytes}',
    )  # fmt: skip


def test_crawl_ends_before_the_quota_and_goes_on_when_it_is_raised(
    kit: Any, web: Any, large_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_quota(kit, web, large_site, QUOTA / 1e9)
    report = crawl(large_site)
    assert report.ended_because == "quota"
    assert report.error is None
    assert 5 < len(set(stories(web))) < PAGES
    assert 0.5 * QUOTA < size_of(large_site) <= QUOTA
    assert report.due > 0
    assert list(verify(large_site)) == []

    (large_site / "inbox").mkdir()
    (large_site / "inbox" / "somebody's.warc").write_bytes(bytes(QUOTA - size_of(large_site)))
    with pytest.raises(CrawlError, match=r"sites\.toml: quota_gb = 0\.009 is reached.*raise it or make room"):
        crawl(large_site)
    assert run(["crawl", "--home", str(large_site)]) == 2
    assert "quota_gb = 0.009 is reached" in capsys.readouterr().err

    set_quota(kit, web, large_site, 1)
    assert run(["crawl", "--home", str(large_site)]) == 0
    assert len(set(stories(web))) == PAGES


def test_a_crawl_that_reaches_the_quota_says_so(
    kit: Any, web: Any, large_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_quota(kit, web, large_site, QUOTA / 1e9)
    assert run(["crawl", "--home", str(large_site)]) == 0
    told = capsys.readouterr()
    assert "until the archive's quota is reached" in told.out
    assert "ending: the archive's quota is reached" in told.err


def test_what_an_archive_takes_is_told_by_part(tmp_path: Path) -> None:
    for name, size in {
        "archive/crawl_date=2026-11-25/a.warc.gz": 1000, "archive/imported/b.warc.gz": 200, "fragments/x/y.parquet": 30,
        "tables/captures/crawl_date=2026-11-25/part-0.parquet": 4, "frontier.sqlite": 50, "frontier.sqlite-wal": 6,
        "sites.toml": 7, "inbox/c.warc.gz": 80,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    parts = bytes_by_part(tmp_path)
    assert parts == {"archive": 1200, "fragments": 30, "tables": 4, "frontier": 56, "other": 87}
    assert sum(parts.values()) == size_of(tmp_path)


def test_what_grows_beside_a_crawl_is_seen_at_the_next_look(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    room = Room(tmp_path, quota_bytes=100_000)
    room.check_quota(90_000)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "part-0.parquet").write_bytes(bytes(50_000))
    room.look()
    room.check_quota(40_000)
    with pytest.raises(CrawlError, match="quota"):
        room.check_quota(90_000)


def test_records_that_are_written_at_once_share_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    room = Room(tmp_path, quota_bytes=100_000)
    with room.promised(60_000):
        with room.promised(30_000):
            pass
        with pytest.raises(CrawlError, match="quota"), room.promised(50_000):
            pass
    with room.promised(50_000):
        room.grew(48_000)
    with pytest.raises(CrawlError, match="quota"), room.promised(50_000):
        pass


def test_an_archive_that_lies_on_another_disk_is_counted(tmp_path: Path) -> None:
    elsewhere, home = tmp_path / "elsewhere", tmp_path / "home"
    elsewhere.mkdir()
    home.mkdir()
    (elsewhere / "a.warc.gz").write_bytes(bytes(1000))
    (home / "archive").symlink_to(elsewhere)
    assert bytes_by_part(home)["archive"] == 1000
