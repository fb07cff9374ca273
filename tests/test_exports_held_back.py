"""What a site opted out of stays in the archive, can be read, and does not leave the house."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import warehouse
from crawler.archive import open_records
from pipelines.build import run
from pipelines.cli.app import app
from pipelines.workers import Workers

AT = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
NAMES = ("free", "marked", "reserved", "late", "archive")


def url(name: str) -> str:
    return f"http://desk.example/2026/11/{name}"


@pytest.fixture
def build(home: Path) -> Any:
    def built() -> None:
        assert run(home, workers=Workers(0)).failures == ()
        warehouse.write_catalog(home)

    return built


@pytest.fixture
def archive(home: Path, kit: Any, write_warc: Any, build: Any) -> Path:
    """Five articles: one says nothing, two opt out, one does so only at the last look, one wants no cached copies."""
    kit.write_sites(home, 'name = "local"\nhome = "http://desk.example/"')
    pages = {name: kit.article_page(f"Story of {name}") for name in NAMES}
    pages["marked"] = pages["marked"].replace("<head>", '<head><meta name="robots" content="noai, noarchive">')
    pages["archive"] = pages["archive"].replace("<head>", '<head><meta name="robots" content="noarchive">')
    headers: dict[str, dict[str, str]] = {"reserved": {"TDM_Reservation": "1", "TDM_Policy": "https://desk.example/p"}}
    written = write_warc([(url(name), kit.answer(pages[name], **headers.get(name, {}))) for name in NAMES], at=AT)
    from crawler.archive import RevisitOf

    late = written[NAMES.index("late")]
    unchanged = RevisitOf(
        profile="server-not-modified", capture_id=late.capture_id, url=url("late"), captured_at=late.captured_at,
        payload_digest=late.payload_digest,
    )  # fmt: skip
    answer = b"HTTP/1.1 304 Not Modified\r\nX-Robots-Tag: noai\r\n\r\n"
    write_warc([(url("late"), answer)], at=AT + timedelta(hours=6), revisit_of=unchanged)
    build()
    return home


def told(home: Path, *words: str) -> tuple[str, str]:
    """stdout and stderr of `broadsheet sql`."""
    done = CliRunner().invoke(app, ["sql", "--home", str(home), *words])
    assert done.exit_code == 0, done.stderr
    return done.stdout, done.stderr


def ask(home: Path, sql: str) -> list[Any]:
    with warehouse.run_sql(home, sql) as result:
        return [row[0] if len(row) == 1 else row for row in result.rows()]


def test_captures_and_articles_say_what_binds_them(archive: Path) -> None:
    found = dict(ask(archive, "select split_part(url, '/', 6), export_bound_by from articles"))
    assert found == {"free": [], "marked": ["noai"], "reserved": ["tdm"], "late": [], "archive": []}
    signals = dict(ask(archive, "select split_part(url, '/', 6), signals from captures where class = 'article'"))
    assert signals["marked"] == ["meta robots: noai, noarchive"]
    assert signals["reserved"] == ["TDM-Reservation: 1", "TDM-Policy: https://desk.example/p"]
    assert ask(archive, "select export_bound_by from captures where class = 'revisit'") == [["noai"]]
    assert ask(archive, "select distinct export_bound_by from links where url like '%/marked'") == [["noai"]]
    assert dict(ask(archive, "select split_part(url, '/', 6), bound_by from held_back")) == {
        "marked": ["noai"], "reserved": ["tdm"], "late": ["noai"],
    }  # fmt: skip
    assert ask(archive, "select split_part(url, '/', 6) from exportable_articles order by 1") == ["archive", "free"]


HELD = "held back by the sites' opt-outs: 3 of 5 articles (noai × 2, tdm × 1), "


def test_exports_leave_out_what_is_bound_and_say_how_much(archive: Path, tmp_path: Path) -> None:
    query = "select split_part(url, '/', 6) as name from latest_articles order by 1"
    shown, remarks = told(archive, query)
    assert all(name in shown for name in NAMES), "to read is not to export"
    assert "held back" not in remarks
    out, remarks = told(archive, query, "--format", "csv")
    assert [row["name"] for row in csv.DictReader(io.StringIO(out))] == ["archive", "free"]
    assert HELD in remarks
    out, _ = told(archive, query, "--format", "jsonl")
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["archive", "free"]
    for name in ("out.parquet", "out.txt"):
        _, remarks = told(archive, query, "--output", str(tmp_path / name))
        assert HELD in remarks
    assert pq.read_table(tmp_path / "out.parquet")["name"].to_pylist() == ["archive", "free"]
    assert "marked" not in (tmp_path / "out.txt").read_text()


NO_WAY_OUT = (
    "from articles", "from broadsheet.articles", "from links", "from readings", "from revisions", "from provenance",
    "from article_history('http://desk.example/2026/11/marked')", "from seen_between('2026-11-22', '2026-11-22')",
    "create table mine as from latest_articles; from mine",
)  # fmt: skip


def test_no_view_or_table_lets_it_out(archive: Path) -> None:
    for query in NO_WAY_OUT:
        out, _ = told(archive, query, "--format", "csv")
        assert not any(f"/{name}" in out for name in ("marked", "reserved", "late")), query


def test_captures_are_our_own_record_and_are_exported_whole(archive: Path) -> None:
    out, _ = told(archive, "select split_part(url, '/', 6) as name, export_bound_by from captures", "--format", "csv")
    assert {row["name"] for row in csv.DictReader(io.StringIO(out))} == set(NAMES)


def test_copy_is_an_export_too(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "copied.csv"
    _, remarks = told(archive, f"copy (select url from latest_articles order by url) to '{target}'")
    assert target.read_text().splitlines() == ["url", url("archive"), url("free")]
    assert HELD in remarks
    _, remarks = told(archive, "explain from latest_articles")
    assert "held back" not in remarks


@pytest.mark.parametrize("writable", [True, False])
def test_a_shell_that_copies_knows_from_then_on_only_what_may_leave(
    archive: Path, tmp_path: Path, writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not writable:  # an archive on a disk that may only be read has no catalog to attach
        warehouse.catalog_path(archive).unlink()
        monkeypatch.setattr("warehouse.catalog._written", lambda home: False)
    session = warehouse.connect(archive)

    def asked(query: str) -> list[Any]:
        with warehouse.ask(session, query) as result:
            return [*result.rows(), *([result.held_back] if result.held_back else [])]

    assert asked("select count(*) from latest_articles") == [(len(NAMES),)]
    [_, held] = asked(f"copy (select url from latest_articles) to '{tmp_path / 'copied.csv'}'")
    assert str(held).startswith(HELD)
    assert len((tmp_path / "copied.csv").read_text().splitlines()) == 1 + 2
    assert asked("select count(*) from latest_articles") == [(2,)]
    session.close()


def packed(home: Path, out: Path) -> set[str]:
    """The captures in a package of everything, by the last part of their URLs."""
    done = CliRunner().invoke(app, ["pack", "--wacz", str(out), "--home", str(home), "--force"])
    assert done.exit_code == 0, done.stderr
    found = set()
    with zipfile.ZipFile(out) as wacz:
        for name in wacz.namelist():
            if name.startswith("archive/"):
                records = open_records(io.BytesIO(wacz.read(name)), name=name)
                found |= {str(r.url).rpartition("/")[2] for r in records if r.record_type in ("response", "revisit")}
    return found


def test_a_package_leaves_it_out_built_or_not(archive: Path, tmp_path: Path, kit: Any, write_warc: Any) -> None:
    assert packed(archive, tmp_path / "a.wacz") == {"free", "archive"}
    later = kit.answer(kit.article_page("Not built yet"))
    write_warc([(url("unbuilt"), later)], at=AT + timedelta(days=1), signals=("X-Robots-Tag: noai",))
    write_warc([(url("new"), later)], at=AT + timedelta(days=2), signals=("meta robots: noarchive",))
    assert packed(archive, tmp_path / "a.wacz") == {"free", "archive", "new"}
    stanza = 'name = "local"\nhome = "http://desk.example/"'
    kit.write_sites(archive, f'{stanza}\npolicy = {{noai = "record", tdm = "record"}}')
    assert "unbuilt" in packed(archive, tmp_path / "a.wacz")


def test_a_site_may_be_excepted_and_every_row_is_as_if_it_had_been_so_from_the_start(
    archive: Path, kit: Any, build: Any
) -> None:
    before = ask(archive, "select distinct publication_id from captures")
    stanza = 'name = "local"\nhome = "http://desk.example/"'
    kit.write_sites(archive, f'{stanza}\npolicy = {{noai = "record", tdm = "record"}}')
    build()
    assert ask(archive, "select count(*) from held_back") == [0]
    out, remarks = told(archive, "select url from articles", "--format", "csv")
    assert len(out.splitlines()) == 1 + len(NAMES)
    assert "held back" not in remarks
    kit.write_sites(archive, stanza)
    build()
    assert ask(archive, "select distinct publication_id from captures") == before


def test_a_stricter_policy_holds_back_more(archive: Path, kit: Any, build: Any) -> None:
    stanza = 'name = "local"\nhome = "http://desk.example/"'
    kit.write_sites(archive, stanza, top='[policy]\nnoarchive = "fetch"')
    build()
    out, remarks = told(archive, "select url from articles", "--format", "csv")
    assert out.splitlines() == ["url", url("free")]
    assert "4 of 5 articles (noai × 2, noarchive × 2, tdm × 1)" in remarks


def test_captures_of_other_crawlers_are_read_for_opt_outs_too(home: Path, tmp_path: Path, kit: Any, build: Any) -> None:
    from crawler import import_warcs

    page = kit.article_page("Story of elsewhere").replace("<head>", '<head><meta name="tdm-reservation" content="1">')
    block = kit.answer(page, X_Robots_Tag="otherbot: noai")
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b>\r\n"
        "WARC-Date: 2026-11-22T09:20:30Z\r\nWARC-Target-URI: http://elsewhere.example/2026/11/story\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    source = tmp_path / "foreign.warc"
    source.write_bytes(head.encode() + block + b"\r\n\r\n")
    import_warcs([source], home)
    build()
    [(signals, bound)] = ask(home, "select signals, export_bound_by from captures")
    assert signals == ["X-Robots-Tag: otherbot: noai", "meta tdm-reservation: 1"]
    assert bound == ["tdm"]
    assert ask(home, "select count(*) from exportable_articles") == [0]
