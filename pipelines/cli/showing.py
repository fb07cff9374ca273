"""`show`: an article by id, capture or URL in; its text, its archived bytes or its exchange out. Changes nothing."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pipelines.cli import screen
from pipelines.cli.archive import HomeOption, known, line
from pipelines.cli.failing import Mistaken

if TYPE_CHECKING:
    from pipelines.captures import RawExchange

Row = dict[str, Any]

_WIDEST = 88  # cells: longer lines are hard to read
_ID = re.compile(r"[0-9a-f][0-9a-f-]{5,35}")

_IDS = """
select article_id as id, capture_id, title from latest_articles where starts_with(article_id, $1)
union all select capture_id as id, capture_id, url as title from captures where starts_with(capture_id, $1)
order by id limit 6
"""

EXAMPLES = """[bold]Examples[/bold]

broadsheet show https://example.org/a-story/
broadsheet show 3f2a9c0b                    the beginning of an id will do
broadsheet show 3f2a9c0b --raw > page.gz    the body as archived, compressed or not
broadsheet show 3f2a9c0b --raw --decoded    the same, decompressed
broadsheet show 3f2a9c0b --headers          request and response heads, verbatim
broadsheet show 3f2a9c0b --json"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A capture, the capture that has its bytes (itself, unless it is a revisit), and the article read from those."""

    capture: Row
    original: Row
    article: Row | None


def register(app: typer.Typer, *, panel: str) -> None:
    app.command("show", rich_help_panel=panel, epilog=EXAMPLES)(show)


def show(
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE",
            help="Its id or a capture's (6 characters of it will do), or URL.",
            show_default=False,
        ),
    ],
    raw: Annotated[bool, typer.Option("--raw", help="Its archived bytes, to stdout.")] = False,
    decoded: Annotated[
        bool, typer.Option("--decoded", help="With --raw: without the content coding (gzip, br, …).")
    ] = False,
    headers: Annotated[bool, typer.Option("--headers", help="The exchange: heads of request and response.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All that the tables say of it, as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """Print an article, its archived bytes, or the whole exchange."""
    if (raw or decoded) + headers + as_json > 1:
        raise Mistaken("--raw, --headers and --json show different things; choose one")
    folder = known(home)
    found = find(folder, wanted)
    if raw or decoded:
        exchange = _exchange(folder, found.original)
        if not decoded and exchange.body != exchange.decoded and sys.stdout.isatty():
            raise Mistaken("the body is compressed, which is nothing for a terminal: add --decoded, or redirect")
        _write(exchange.decoded if decoded else exchange.body)
    elif headers:
        exchange = _exchange(folder, found.capture)
        _write((exchange.request or b"") + exchange.http_head)
    elif as_json:
        from warehouse.export import plain

        row = (found.article or {}) | {"capture": found.capture}
        typer.echo(json.dumps(plain(row), ensure_ascii=False, indent=2))
    elif found.article is not None:
        _print_article(found, folder)
    else:
        _print_capture(found, folder)


def find(home: Path, wanted: str) -> Shown:
    """What a person means by an id, the beginning of one, or a URL. Raises Mistaken for none and several."""
    capture_id = _by_url(home, wanted.strip()) if "://" in wanted else _by_id(home, wanted.strip().lower())
    (capture,) = _rows(home, "from captures where capture_id = ?", capture_id)
    original = capture
    if capture["refers_to_capture_id"]:
        earlier = _rows(home, "from captures where capture_id = ?", capture["refers_to_capture_id"])
        original = earlier[0] if earlier else capture
    articles = _rows(home, "from articles where capture_id = ?", original["capture_id"])
    return Shown(capture=capture, original=original, article=articles[0] if articles else None)


def _by_url(home: Path, url: str) -> str:
    from pipelines.urls import article_id, canonical_url

    newest = "order by captured_at desc, capture_id limit 1"
    rows = _rows(
        home,
        f"select capture_id from latest_articles where $1 in (url, canonical_url) or article_id = $2 {newest}",
        url,
        article_id(canonical_url(url)),
    )
    rows = rows or _rows(home, f"select capture_id from captures where url = ? {newest}", url)
    if not rows:
        raise Mistaken(
            f"{url} is not in the tables of {home}; was it crawled, and built since? See: {line(home, 'status')}"
        )
    return str(rows[0]["capture_id"])


def _by_id(home: Path, start: str) -> str:
    if not _ID.fullmatch(start):
        raise Mistaken(
            f"{start!r} is no article: give an id, 6 or more of its first characters, or a URL with https://"
        )
    several = _rows(home, _IDS, start)
    if not several:
        raise Mistaken(f"no article and no capture in {home} has an id that begins with {start}")
    if len(several) > 1:
        lines = [f"  {row['id']}  {screen.visible(row['title'] or '')}" for row in several[:5]]
        more = ["  …"] if len(several) > 5 else []
        raise Mistaken("\n".join([f"{start} is the beginning of several ids:", *lines, *more]))
    return str(several[0]["capture_id"])


def _rows(home: Path, sql: str, *params: Any) -> list[Row]:
    from warehouse import run_sql

    with run_sql(home, sql, params) as result:
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows()]


def _exchange(home: Path, capture: Row) -> RawExchange:
    from pipelines.captures import read_exchange

    path = home / "archive" / capture["warc_file"]
    if not path.exists():
        raise Mistaken(f"{path} is not there, so its bytes cannot be shown; see: {line(home, 'verify')}")
    return read_exchange(path, offset=capture["warc_offset"], length=capture["warc_length"])


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _print_article(found: Shown, home: Path) -> None:
    article = found.article
    assert article is not None
    out = screen.out()
    out.width = min(out.width, _WIDEST)
    out.print(Text(screen.visible(article["title"] or "(no title)"), style="bold"))
    if article["authors"] or article["authors_raw"]:
        out.print(Text(screen.visible(", ".join(article["authors"]) or article["authors_raw"])))
    out.print()
    facts = [
        ("published", _dated(article, "published")),
        ("modified", _dated(article, "modified")),
        ("source", " · ".join(part for part in (article["publisher"], article["site"], article["section"]) if part)),
        ("url", article["url"]),
        ("canonical", article["canonical_url"] if article["canonical_url"] != article["url"] else ""),
        ("length", f"{article['words']:,} words, {_spoken(article)}, access {article['access']}"),
        ("article id", article["article_id"]),
    ]
    _print_facts(out, facts + _origin(found, home))
    out.print()
    for block in article["blocks"]:
        _print_block(out, block)


def _spoken(article: Row) -> str:
    """The language as declared, and as its words have it."""
    declared, detected = article["language"], article["language_detected"]
    if declared is None and detected is None:
        return "language unknown"
    return (declared or "no language declared") + (f" (detected: {detected})" if detected else "")


def _print_capture(found: Shown, home: Path) -> None:
    """A capture that became no article: what it is, and why."""
    capture = found.capture
    rejects = _rows(home, "from rejects where capture_id = ?", found.original["capture_id"])
    out = screen.out()
    why = f"{rejects[0]['reason']}: {rejects[0]['detail']}" if rejects else ""
    title = (rejects[0]["title"] if rejects else None) or capture["url"]
    out.print(Text(screen.visible(title), style="bold"))
    facts = [
        ("no article", why or f"{capture['class']}, {capture['content_type'] or 'no type given'}"),
        ("source", capture["site"] or ""),
        ("url", capture["url"]),
        ("status", str(capture["status"])),
    ]
    _print_facts(out, facts + _origin(found, home))


def _origin(found: Shown, home: Path) -> list[tuple[str, str]]:
    """Where the bytes are, and when they came."""
    capture, original = found.capture, found.original
    place = (
        f"{home / 'archive' / original['warc_file']} at {original['warc_offset']:,}, {original['warc_length']:,} bytes"
    )
    facts = [("captured", screen.moment(capture["captured_at"])), ("capture id", capture["capture_id"])]
    if original is not capture:
        facts.append(
            ("unchanged", f"since capture {original['capture_id']} of {screen.moment(original['captured_at'])}")
        )
    return [*facts, ("bytes", place)]


def _print_facts(out: Console, facts: list[tuple[str, str]]) -> None:
    for name, value in facts:
        if value:
            out.print(Text.assemble((f"{name:<11}", "dim"), screen.visible(value)), soft_wrap=True)


def _dated(article: Row, which: str) -> str:
    """A date in the page's own zone where it gave one, with what the page had: `2026-11-22 09:20 +0100 (time: “…”)`."""
    at: datetime | None = article[f"{which}_at"]
    raw, source = article[f"{which}_raw"], article[f"{which}_source"]
    said = f" ({source}: “{raw}”)" if raw else ""
    if at is None:
        return said.strip()
    offset = article["published_offset_minutes"]
    if which == "published" and article["published_precision"] == "day":
        return f"{at:%Y-%m-%d}{said}"
    if offset is None:
        return f"{at:%Y-%m-%d %H:%M:%S} UTC{said}"
    local = at.astimezone(timezone(timedelta(minutes=offset)))
    clock = "%H:%M" if which == "published" and article["published_precision"] == "minute" else "%H:%M:%S"
    return f"{local.strftime(f'%Y-%m-%d {clock} %z')}{said}"


def _print_block(out: Console, block: Row) -> None:
    text = Text(screen.visible(block["text"]))
    match block["kind"]:
        case "heading":
            text.stylize("bold")
        case "caption":
            text.stylize("italic")
    indent = {"quote": 4, "code": 4, "table": 2}.get(block["kind"], 0)
    if block["kind"] == "list":
        for item in text.split("\n"):
            numbered = not item.plain.startswith("- ")  # the items of others bring their numbers
            out.print(Padding(item if numbered else Text("• ") + item[2:], (0, 0, 0, 2)))
        out.print()
        return
    out.print(Padding(text, (0, 0, 1, indent)))
