"""`broadsheet demo`, once and again, as a person runs it; then sql, show, verify and status on its archive."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from demo_run import Demo

from crawler.demo import OUTLETS
from pipelines.cli import run
from warehouse import run_sql

PROGRAM = Path(sys.executable).with_name("broadsheet")
Asked = Callable[..., str]


@pytest.fixture
def asked(demo: Demo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a command says on the demo's archive."""
    monkeypatch.setenv("BROADSHEET_HOME", str(demo.home))

    def ask(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(arguments) == code
        return capsys.readouterr().out

    return ask


def one(demo: Demo, sql: str) -> str:
    with run_sql(demo.home, sql) as result:
        return str(next(iter(result.rows()))[0])


def test_first_run_shows_what_it_did(demo: Demo) -> None:
    assert re.search(r"crawl +\d+ pages", demo.first)
    assert re.search(r"archive +[\d.]+ [kM]B of WARC", demo.first)
    assert re.search(r"extract +\d+ articles, \d+ rejects: \w+ × \d+", demo.first)
    assert demo.first.count("\nselect ") == 4
    assert re.search(r"broadsheet sql --home .*\n.*broadsheet show .*\n.*broadsheet ui ", demo.first)
    assert max(len(line) for line in demo.first.splitlines()) <= 80
    assert demo.seconds < 60


def test_the_answers_are_right(demo: Demo) -> None:
    assert "cityline harbourpost meridian" in demo.first  # the wire story's three outlets
    assert re.search(r"warc_file +crawl_date=", demo.first)
    assert int(one(demo, "select count(*) from latest_articles")) >= 80
    assert int(one(demo, "select count(distinct site) from latest_articles")) == len(OUTLETS)


def test_second_run_shows_revisits_and_revisions_and_loses_nothing(demo: Demo) -> None:
    assert re.search(r"crawl +\d+ pages, \d+ of them as they were before", demo.second)
    assert "Which headlines were changed after publication?" in demo.second
    assert int(one(demo, "select count(*) from captures where class = 'revisit'")) > 0
    assert int(one(demo, "select count(*) from revisions where revision > 1 and list_contains(changed, 'title')")) > 0
    assert one(demo, "select count(*) = count(distinct capture_id) from captures") == "True"
    assert demo.sites[0] == demo.sites[1]


def test_it_leaves_no_process_behind(demo: Demo) -> None:
    """Commands that other tests of this file run on the archive meanwhile are theirs."""
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if str(demo.home) in line and "crawler." in line]


def test_verify(asked: Asked) -> None:
    assert asked("verify").endswith("and the tables: no problem\n")


def test_verify_names_file_offset_and_problem(demo: Demo, asked: Asked, tmp_path: Path) -> None:
    warc = sorted(demo.home.glob("archive/*/*.warc.gz"))[0]
    whole = warc.read_bytes()
    try:
        warc.write_bytes(whole[:-100])
        said = asked("verify", code=1)
    finally:
        warc.write_bytes(whole)
    assert re.search(rf"{re.escape(warc.name)} at [\d,]+: torn: ", said)


def test_status(asked: Asked) -> None:
    said = asked("status")
    for outlet in OUTLETS:
        # Last success, seven days with the last one's bar, how many are new, gap, silence, bytes.
        row = rf"{outlet.name} +(just now|\d+ min ago) +[·▁-█]{{7}} +\d+ +(–|\d+ (min|h)) +\d+ (s|min) +\d"
        assert re.search(row, said)
    assert "alarm" not in said
    assert re.search(r"published +\S+ \S+: \d{4}-\d\d-\d\d, \d+ captures, \d+ articles", said)
    assert "to build" not in said
    assert max(len(line) for line in said.splitlines() if "/" not in line) <= 80


def test_build_of_nothing_new(asked: Asked) -> None:
    assert asked("build") == "Nothing to build: the tables are up to date.\n"


def test_show_an_article_by_url_id_and_capture(demo: Demo, asked: Asked) -> None:
    with run_sql(
        demo.home,
        "select url, article_id, capture_id, title, text from latest_articles where site = 'thinline' "
        "and title like 'Six Allied%'",
    ) as result:
        url, article_id, capture_id, title, text = next(iter(result.rows()))
    by_url = asked("show", url)
    assert by_url.startswith(f"{title}\n")
    assert "2024-02-05" in by_url
    assert "".join(text.split())[:60] in "".join(by_url.split())
    for name in (article_id, article_id[:9], capture_id, capture_id[:12].upper()):
        assert asked("show", name) == by_url
    row = json.loads(asked("show", article_id, "--json"))
    assert (row["article_id"], row["capture"]["capture_id"]) == (article_id, capture_id)


def test_show_raw_gives_the_archived_bytes(demo: Demo) -> None:
    capture = one(
        demo,
        "select capture_id from articles join captures using (capture_id) where captures.site = 'thinline' limit 1",
    )

    def shown(*options: str) -> bytes:
        arguments = [PROGRAM, "show", capture, *options, "--home", str(demo.home)]
        return subprocess.run(arguments, capture_output=True, check=True).stdout

    heads = shown("--headers")
    assert heads.startswith(b"GET /")
    assert b"\r\n\r\nHTTP/1.1 200 OK\r\n" in heads
    assert b"Content-Encoding: gzip\r\n" in heads
    raw = shown("--raw")
    assert f"Content-Length: {len(raw)}\r\n".encode() in heads
    assert gzip.decompress(raw) == shown("--raw", "--decoded")


def test_show_follows_a_revisit_to_its_original(demo: Demo, asked: Asked) -> None:
    revisit = one(
        demo,
        "select c.capture_id from captures c join articles a on a.capture_id = c.refers_to_capture_id "
        "where c.class = 'revisit' limit 1",
    )
    assert "unchanged  since capture" in asked("show", revisit)


def test_show_a_capture_that_is_no_article(demo: Demo, asked: Asked) -> None:
    rejected = one(demo, "select capture_id from rejects where reason = 'listing' limit 1")
    assert re.search(r"no article +listing", asked("show", rejected))


def test_sql_in_each_form(demo: Demo, asked: Asked, tmp_path: Path) -> None:
    sql = "select site, count(*) as articles, null as nothing from latest_articles group by site order by site"
    lines = asked("sql", sql).splitlines()
    assert lines[0].split() == ["site", "articles", "nothing"]
    assert len(lines) == 2 + len(OUTLETS)
    assert lines[2].split()[2] == "∅"
    for form in ("csv", "jsonl", "parquet"):
        assert asked("sql", sql, "--output", str(tmp_path / f"out.{form}")) == ""
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    objects = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["articles"] for row in rows] == [str(each["articles"]) for each in objects]
    assert int(one(demo, f"select count(*) from '{tmp_path}/out.parquet'")) == len(OUTLETS)
    query = tmp_path / "question.sql"
    query.write_text(sql)
    assert asked("sql", "--file", str(query)).splitlines() == lines


def test_sql_from_a_pipe_into_a_pipe_that_closes(demo: Demo) -> None:
    shell = f"echo 'from range(2000000)' | {PROGRAM} sql --home {demo.home} --format csv | head -2"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {shell}"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["range", "0"], "")


def test_table_shows_some_rows_and_says_how_to_get_all(
    asked: Asked, capsys: pytest.CaptureFixture[str], demo: Demo
) -> None:
    assert run(["sql", "from range(1000)", "--rows", "3"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 5
    assert said.err == "the first 3 rows; --rows 0 shows all, --format csv writes all\n"
    assert len(asked("sql", "from range(1000)", "--rows", "0").splitlines()) == 1002


def test_import_tells_what_became_of_each_file(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "other"))
    assert run(["init"]) == 0
    warc = sorted(demo.home.glob("archive/*/*.warc.gz"))[0]
    (tmp_path / "broken.warc.gz").write_bytes(warc.read_bytes()[:-100])
    capsys.readouterr()
    assert run(["import", "--dry-run", str(warc)]) == 0
    assert "1 file would be imported" in capsys.readouterr().out
    assert run(["import", str(warc)]) == 0
    said = capsys.readouterr().out
    assert re.search(r" new +\d+ +\d+ .*2\d\d\d-\d\d-\d\d", said)
    assert "broadsheet build" in said
    assert run(["import", str(warc), str(tmp_path / "broken.warc.gz")]) == 1
    said = capsys.readouterr().out
    assert "there already" in said
    assert re.search(r"broken.warc.gz: damaged at \d+: ", said)
