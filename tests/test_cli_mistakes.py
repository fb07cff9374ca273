"""What a person gets wrong ends in a clear line and exit code 2, what breaks in one line and 1; never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crawler.recovery import hold_lock
from pipelines.cli import run

SITES = """
allow_addresses = ["127.0.0.0/8"]
[[site]]
name = "thinline"
home = "http://thinline.localhost:1/"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "archive"
    assert run(["init", "--home", str(folder)]) == 0
    (folder / "sites.toml").write_text(SITES, encoding="utf-8")
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with one site; the folder that the command line is in is another, empty one."""
    for name in ("BROADSHEET_HOME", "BROADSHEET_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return Path(shutil.copytree(made, tmp_path / "archive"))


def mistake(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2, lines: int = 1) -> str:
    """What `broadsheet ARGUMENTS` says on stderr when it is wrong; the only thing it says."""
    capsys.readouterr()
    assert run(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    told = [line for line in said.err.splitlines() if line]
    assert len(told) == lines, said.err
    assert all(line.startswith("broadsheet: ") for line in told)
    return said.err


@pytest.mark.parametrize(
    "command",
    ["crawl", "build", "verify", "status", "ui", "sites list", "sites check", "sql 'x'", "show abcdef", "import x"],
)
def test_missing_archive(home: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert 'no archive in data: run "broadsheet init"' in mistake(capsys, *command.split())
    assert "no archive in nowhere" in mistake(capsys, *command.split(), "--home", "nowhere")


def test_archive_that_is_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("x")
    assert "file is a file; an archive is a folder" in mistake(capsys, "init", "--home", "file")


@pytest.mark.parametrize(("name", "character"), [("what now?", "?"), ("100%20", "%"), ("[old]", "["), ("a*", "*")])
def test_archive_at_a_path_that_cannot_be(
    home: Path, capsys: pytest.CaptureFixture[str], name: str, character: str
) -> None:
    assert f"an archive's path cannot have {character} in it" in mistake(capsys, "init", "--home", name)
    assert not Path(name).exists()


def test_home_before_the_command_and_from_the_environment(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(home))
    assert run(["sites", "list"]) == 0
    assert "thinline.localhost:1" in capsys.readouterr().out
    assert "no archive in other" in mistake(capsys, "--home", "other", "sites", "list")
    assert "no archive in third" in mistake(capsys, "--home", "other", "sites", "list", "--home", "third")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--site", "thinlin"], 'no site "thinlin"'),
        (["--site", "thinlin"], 'did you mean "thinline"?'),
        (["ftp://x/"], "'ftp://x/' is not an absolute http:// or https:// address"),
        (["not a url"], "is not an absolute"),
        (["http://other.example/"], "belongs to no site"),
        (["--for", "soon"], "'soon' is no length of time: a number and s, m, h or d, such as 30m"),
        (["--for", "0s"], "is no length of time"),
        (["--max-pages", "0"], "--max-pages"),
        (["--urls", "nowhere.txt"], "nowhere.txt: No such file"),
        (["--no-such-option"], "no such option: --no-such-option"),
    ],
)
def test_crawl(home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert said in mistake(capsys, "crawl", *arguments, "--home", str(home))


def test_crawl_names_each_bad_line_of_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("urls.txt").write_text("# mine\nhttp://thinline.localhost:1/a\n\nfoo\nbar  # and this\n")
    told = mistake(capsys, "crawl", "--urls", "urls.txt", "--home", str(home), lines=2)
    assert "urls.txt:4: 'foo' is not an absolute" in told
    assert "urls.txt:5: 'bar' is not an absolute" in told
    Path("urls.txt").write_text("# nothing\n")
    assert "urls.txt: no URL in it" in mistake(capsys, "crawl", "--urls", "urls.txt", "--home", str(home))


def test_second_crawl_on_the_same_archive(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = hold_lock(home)
    try:
        assert "another crawl holds this archive (process " in mistake(capsys, "crawl", "--home", str(home))
    finally:
        lock.release()


def test_archive_without_sites(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "sites.toml").write_text("", encoding="utf-8")
    told = mistake(capsys, "crawl", "--home", str(home))
    assert f"broadsheet sites add https://example.org/ --home {home}" in told
    (home / "sites.toml").unlink()
    assert '"broadsheet init" writes one' in mistake(capsys, "crawl", "--home", str(home))


def test_every_mistake_in_sites_toml_is_a_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "sites.toml").write_text('contact = 3\n[[site]]\nname = "Über"\nhome = "x"\n', encoding="utf-8")
    for command in (["sites", "check"], ["sites", "list"], ["crawl"]):
        told = mistake(capsys, *command, "--home", str(home), lines=3)
        assert "sites.toml:1: contact" in told
        assert "sites.toml:3:" in told
        assert "sites.toml:4:" in told


def test_site_that_cannot_be_added(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--home", str(home)]
    assert "is there already" in mistake(capsys, "sites", "add", "http://thinline.localhost:1/", *at)
    assert 'has a site "thinline" already' in mistake(capsys, "sites", "add", "http://x.org", "--name", "thinline", *at)
    assert "is not an absolute" in mistake(capsys, "sites", "add", "nonsense", *at)
    assert "contact is not set" in mistake(capsys, "sites", "add", "https://example.org/", *at)


def test_contact_that_is_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "contact" in mistake(capsys, "init", "--home", "fresh", "--contact", "nonsense")
    assert run(["init", "--home", "fresh", "--contact", "mailto:me@example.org"]) == 0
    assert 'contact = "mailto:me@example.org"' in Path("fresh/sites.toml").read_text()


def test_bad_sql_says_where(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--home", str(home)]
    assert 'syntax error at or near "selec" (line 2, column 1)' in mistake(capsys, "sql", "-- x\nselec 1", *at)
    assert "nowhere does not exist" in mistake(capsys, "sql", "from nowhere", *at)
    assert "the query is empty" in mistake(capsys, "sql", "  ", *at)
    assert "one of them is enough" in mistake(capsys, "sql", "select 1", "--file", "x.sql", *at)
    assert "x.sql: No such file" in mistake(capsys, "sql", "--file", "x.sql", *at)
    assert "there is no folder" in mistake(capsys, "sql", "select 1", "--output", "no/x.csv", *at)
    assert "'xml' is not one of" in mistake(capsys, "sql", "select 1", "--format", "xml", *at)


def test_article_that_is_not_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--home", str(home)]
    assert "has an id that begins with abcdef" in mistake(capsys, "show", "abcdef", *at)
    assert "is no article: give an id" in mistake(capsys, "show", "xyz", *at)
    assert "is not in the tables" in mistake(capsys, "show", "http://nowhere.example/", *at)
    assert "choose one" in mistake(capsys, "show", "abcdef", "--raw", "--json", *at)


def test_import_of_what_is_not_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.warc: no such file" in mistake(capsys, "import", "nowhere.warc", "--home", str(home))
    Path("empty").mkdir()
    assert "no WARC file there" in mistake(capsys, "import", "empty", "--home", str(home))


def test_demo_leaves_other_archives_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "sites.toml").write_text('[[site]]\nname = "mine"\nhome = "https://example.org/"\n')
    before = sorted(home.rglob("*"))
    assert "names other sites" in mistake(capsys, "demo", "--home", str(home))
    assert sorted(home.rglob("*")) == before


def test_unexpected_error_is_one_line_that_says_how_to_see_more(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no\nluck")

    monkeypatch.setattr("warehouse.query.run_sql", broken)
    asked = ["sql", "select 1", "--home", str(home)]
    told = mistake(capsys, *asked, code=1)
    assert "unexpected ZeroDivisionError: no luck" in told
    assert "BROADSHEET_TRACEBACK=1" in told
    monkeypatch.setenv("BROADSHEET_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run(asked)


def test_status_without_what_the_crawler_knows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "frontier.sqlite").write_bytes(b"no database, and long enough to be looked at" * 100)
    assert run(["status", "--home", str(home)]) == 0
    assert "frontier.sqlite cannot be read: file is not a database" in capsys.readouterr().out


def test_init_leaves_an_archive_as_it_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    capsys.readouterr()
    assert run(["init", "--home", str(home)]) == 0
    assert "is an archive already; nothing was changed" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
