"""Opt-outs: what a page, its headers and its site's files say, to whom, and what that binds."""

from __future__ import annotations

import gzip
import random
import time
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.manners.optout import header_signals, opt_outs
from crawler.manners.optout_files import ai_txt_signal, parse_ai_txt, parse_tdmrep, tdm_signal
from crawler.manners.optout_page import page_signals, payload_signals
from crawler.manners.policy import DEFAULTS, policy_of
from crawler.manners.robots import parse_robots

NEWS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "news"
PAGE = "https://example.org/2026/11/story"


@pytest.mark.parametrize(
    ("signals", "means"),
    [
        (["X-Robots-Tag: noindex, noarchive"], {"noindex", "noarchive"}),
        (["X-Robots-Tag: noai", "X-Robots-Tag: NoImageAI"], {"noai", "noimageai"}),
        (["X-Robots-Tag: none"], {"noindex"}),
        (["X-Robots-Tag: all, nofollow, max-snippet:-1"], set()),
        (["X-Robots-Tag: otherbot: noindex, noarchive"], set()),
        (["X-Robots-Tag: broadsheet: noai"], {"noai"}),
        (["X-Robots-Tag: noindex, otherbot: noarchive, Broadsheet: noai"], {"noindex", "noai"}),
        (["X-Robots-Tag: unavailable_after: Friday, 25-Jun-27 15:00:00 PST, noarchive"], {"noarchive"}),
        (["X-Robots-Tag: max-image-preview: large, noai"], {"noai"}),
        (["meta robots: noarchive noai"], {"noarchive", "noai"}),
        (["meta broadsheet: noindex"], {"noindex"}),
        (["meta googlebot-news: noindex", "meta bingbot: noai"], set()),
        (["TDM-Reservation: 1", "TDM-Policy: https://example.org/tdm.json"], {"tdm"}),
        (["TDM-Reservation: 0"], set()),
        (["meta tdm-reservation: 1"], {"tdm"}),
        (['tdmrep.json: {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://e.org/p"}'], {"tdm"}),
        # what is nearest to the page is heard
        (["TDM-Reservation: 1", "meta tdm-reservation: 0"], set()),
        (["TDM-Reservation: 0", 'tdmrep.json: {"location": "/", "tdm-reservation": 1}'], set()),
        (["TDM-Reservation: 0", "TDM-Reservation: 1"], {"tdm"}),
        (["ai.txt: Disallow: *.html"], {"ai_txt"}),
        (["robots.txt: Disallow: /news/"], {"robots"}),
        (["robots.txt Content-Signal: search=yes, ai-train=no"], {"ai_train"}),
        (["robots.txt Content-Signal: search=no,ai-input=no,use=reference"], {"search", "ai_input"}),
        (["robots.txt Content-Signal: /news/ ai-train=yes", "robots.txt Content-Signal: ai-train=no"], set()),
        (["robots.txt Content-Signal: ai-train=yes", "robots.txt Content-Signal: ai-train=no"], {"ai_train"}),
        (["Content-Signal: ai-train=yes", "robots.txt Content-Signal: ai-train=no"], set()),
        (["something new: noai", "no colon at all", ""], set()),
    ],
)
def test_what_is_meant_for_us(signals: list[str], means: set[str]) -> None:
    assert opt_outs(signals) == means


def test_headers_are_kept_verbatim_in_their_order() -> None:
    fields = [
        ("Server", "x"), ("x-robots-tag", "googlebot: NOINDEX"), ("TDM-RESERVATION", "1"), ("X-Robots-Tag", "noai"),
        ("tdm-policy", "https://example.org/p"),
    ]  # fmt: skip
    assert header_signals(fields) == (
        "X-Robots-Tag: googlebot: NOINDEX", "TDM-Reservation: 1", "X-Robots-Tag: noai",
        "TDM-Policy: https://example.org/p",
    )  # fmt: skip
    assert [len(line) for line in header_signals([("X-Robots-Tag", "x" * 5000)] * 80)] == [1000] * 50


@pytest.mark.parametrize(
    ("html", "signals"),
    [
        ("<head><meta name=robots content=noai>", ("meta robots: noai",)),
        ("<META CONTENT='noarchive, max-image-preview:large' NAME='ROBOTS'/>",
         ("meta robots: noarchive, max-image-preview:large",)),
        ('<meta name="robots" content="no&#97;i">', ("meta robots: noai",)),
        ('<meta name="robots" data-x="a > b" content="noai">', ("meta robots: noai",)),
        ('<meta name="robots" content="index, follow">', ()),
        ('<meta name="description" content="noai">', ()),
        ('<meta name="googlebot-news" content="noindex"><meta name="bingbot" content="nocache">',
         ("meta googlebot-news: noindex", "meta bingbot: nocache")),
        ('<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://e.org/p">',
         ("meta tdm-reservation: 1", "meta tdm-policy: https://e.org/p")),
        ('<meta name="tdm-reservation" content="0">', ("meta tdm-reservation: 0",)),
        ('<meta http-equiv="X-Robots-Tag" content="noai">', ("meta robots: noai",)),
        ('<!-- <meta name=robots content=noai> --><meta name="broadsheet" content="noarchive">',
         ("meta broadsheet: noarchive",)),
        ("<script>document.write('<meta name=robots content=noai>')</script>", ()),
        ("<title><meta name=robots content=noai></title>", ()),
        ("<!-- never ends <meta name=robots content=noai>", ()),
        ('<meta name=robots content="noai', ()),
        ("<body><meta name=robots content=noai>", ()),
        ("<meta name=robots content=noai><meta name=robots content=noai>", ("meta robots: noai",)),
    ],
)  # fmt: skip
def test_what_a_page_says_in_its_head(html: str, signals: tuple[str, ...]) -> None:
    assert page_signals(html.encode()) == signals
    assert page_signals("\ufeff".encode("utf-16-le") + html.encode("utf-16-le")) == signals


CODED = {
    "gzip": gzip.compress, "x-gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress,
    "deflate": zlib.compress, "identity": bytes,
}  # fmt: skip


@pytest.mark.parametrize("coding", CODED)
def test_a_head_of_400_kb_is_read_under_every_content_coding(coding: str) -> None:
    page = b"<head><style>" + b"p{}" * 130_000 + b"</style><meta name=robots content=noai></head><body>"
    assert payload_signals(CODED[coding](page), (coding,)) == ("meta robots: noai",)
    early = (
        b"<head><script>'<body>'</script><!-- <body> -->" + b"<link>" * 4_000 + b"<meta name=robots content=noai><body>"
    )
    assert payload_signals(CODED[coding](early), (coding,)) == ("meta robots: noai",)
    cut = CODED[coding](b"<meta name=robots content=noai>" + random.Random(1).randbytes(400_000))[:-20]
    assert payload_signals(cut, (coding,)) == ("meta robots: noai",), "of a body that broke off, what came"


def test_a_false_coding_and_two_codings() -> None:
    page = b"<meta name=robots content=noai>"
    assert payload_signals(page, ("gzip",)) == ("meta robots: noai",), "plain text that says it is gzip"
    assert payload_signals(brotli.compress(gzip.compress(page)), ("gzip", "br")) == ("meta robots: noai",)
    assert payload_signals(bytes(range(200)), ("gzip", "br", "zstd", "deflate", "nonsense")) == ()


@pytest.mark.parametrize(
    "piece", [b"<meta ", b'<meta "', b"<!--", b"<script>", b"<meta a=", b"<script></script ", b"<meta name='bot' x="]
)
def test_no_page_makes_the_scan_slow(piece: bytes) -> None:
    begun = time.process_time()
    page_signals(piece * (524_288 // len(piece)))
    assert time.process_time() - begun < 2


@given(st.binary(max_size=300), st.lists(st.sampled_from(list(CODED)), max_size=3))
def test_never_raises_on_any_bytes(body: bytes, codings: list[str]) -> None:
    payload_signals(body, codings)
    parse_tdmrep(body)
    ai_txt_signal(parse_ai_txt(body), PAGE)


@pytest.mark.skipif(not NEWS.exists(), reason=f"no set of real pages at {NEWS}")
def test_36_of_119_real_news_pages_carry_noarchive() -> None:
    pages = [path.read_bytes() for path in sorted(NEWS.glob("*.html.gz"))]
    found = [opt_outs(payload_signals(page, ("gzip",))) for page in pages]
    assert (len(found), sum("noarchive" in each for each in found)) == (119, 36)
    assert sum("tdm" in each for each in found) == 2
    assert found == [opt_outs(page_signals(gzip.decompress(page), limit=1 << 24)) for page in pages]


@pytest.mark.parametrize(
    ("body", "url", "reserved"),
    [
        ('[{"location": "/", "tdm-reservation": 1}]', PAGE, True),
        ('[{"location": "/", "tdm-reservation": 0}]', PAGE, False),
        ('[{"location": "/img/*.jpg$", "tdm-reservation": 1}]', "https://example.org/img/a.jpg", True),
        ('[{"location": "/img/*.jpg$", "tdm-reservation": 1}]', "https://example.org/img/a.jpg?x", False),
        (
            '[{"location": "/2026/", "tdm-reservation": 1}, {"location": "/2026/11/", "tdm-reservation": 0}]',
            PAGE,
            False,
        ),
        ('[{"location": "/2026/11/", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]', PAGE, True),
        ('[{"location": "/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]', PAGE, True),
        ('\ufeff{"location": "*", "tdm-reservation": "1"}', PAGE, True),
        ('[{"location": "/gr%c3%bcn", "tdm-reservation": 1}]', "https://example.org/gr%C3%BCn", True),
        ('[7, null, {"location": 3, "tdm-reservation": 1}, {"location": "/", "tdm-reservation": [1]}]', PAGE, False),
        ("<html>not found</html>", PAGE, False),
        ("[" * 100_000, PAGE, False),
    ],
)
def test_tdmrep_json(body: str, url: str, reserved: bool) -> None:
    signal = tdm_signal(parse_tdmrep(body.encode()), url)
    assert (signal is not None) is reserved
    assert opt_outs([signal] if signal else []) == ({"tdm"} if reserved else set())


def test_the_rule_of_tdmrep_json_is_kept_with_its_policy() -> None:
    rules = parse_tdmrep(b'[{"tdm-policy": "https://e.org/p", "location": "/", "tdm-reservation": 1, "x": 2}]')
    said = 'tdmrep.json: {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://e.org/p"}'
    assert tdm_signal(rules, PAGE) == said


@pytest.mark.parametrize(
    ("text", "url", "signal"),
    [
        ("User-Agent: *\nDisallow: *.txt\nDisallow: *.html\n", PAGE, "ai.txt: Disallow: *.html"),
        ("User-Agent: *\nDisallow: *.html\n", "https://example.org/", "ai.txt: Disallow: *.html"),
        ("User-Agent: *\nDisallow: *.jpg\nDisallow: *.mp3\n", PAGE, None),
        ("# Spawning AI\nUser-Agent: *\nDisallow: /\nDisallow: *\n", PAGE, "ai.txt: Disallow: /"),
        ("User-Agent: *\nAllow: /\n", PAGE, None),
        ("User-Agent: GPTBot\nDisallow: /\n", PAGE, None),
        ("<!doctype html><p>Disallow: nothing here</p>", PAGE, None),
        ("", PAGE, None),
    ],
)
def test_ai_txt(text: str, url: str, signal: str | None) -> None:
    assert ai_txt_signal(parse_ai_txt(text.encode()), url) == signal


def test_content_signals_are_of_a_group_and_of_a_path() -> None:
    text = (
        "User-agent: other\nContent-Signal: search=no\n\n"
        "User-Agent: *\nContent-signal: search=yes,ai-train=no  # mine\n"
        "Content-Signal: /open/ ai-train=yes\nAllow: /\nDisallow: /x\n"
    )
    rules = parse_robots(200, text.encode(), agent="Broadsheet")
    assert rules.signals_for("https://example.org/a") == ("Content-signal: search=yes,ai-train=no",)
    in_the_open = rules.signals_for("https://example.org/open/a")
    assert in_the_open == ("Content-Signal: /open/ ai-train=yes", "Content-signal: search=yes,ai-train=no")
    assert opt_outs(f"robots.txt {line}" for line in in_the_open) == set()
    assert parse_robots(200, text.encode(), agent="other").signals_for("https://example.org/a") == (
        "Content-Signal: search=no",
    )
    cloudflare = b"User-agent: *\nContent-Signal: search=yes,ai-train=no,use=reference\nAllow: /\n"
    [signal] = parse_robots(200, cloudflare, agent="Broadsheet").content_signals
    assert signal.values == (("search", "yes"), ("ai-train", "no"), ("use", "reference"))


def test_the_guide_has_every_opt_out_with_its_default() -> None:
    guide = (Path(__file__).resolve().parent.parent / "docs" / "guide.md").read_text("utf-8")
    rows = [line.split(" | ") for line in guide.splitlines() if line.startswith("| `")]
    assert {row[0][3:-1]: row[2][2:-2] for row in rows if row[0][3:-1] in DEFAULTS} == DEFAULTS


def test_what_binds_what_by_default() -> None:
    everything = [
        "X-Robots-Tag: noindex, noarchive, noai, noimageai", "TDM-Reservation: 1", "ai.txt: Disallow: /",
        "robots.txt Content-Signal: search=no, ai-input=no, ai-train=no",
    ]  # fmt: skip
    assert opt_outs(everything) == set(DEFAULTS) - {"robots"}
    assert policy_of().binding(everything, "fetch") == ()
    assert policy_of().binding(everything, "export") == ("ai_input", "ai_train", "ai_txt", "noai", "noimageai", "tdm")
    assert not policy_of().binds_pages


def test_a_site_may_be_bound_by_more_or_by_less() -> None:
    stricter = policy_of([("noarchive", "fetch")])
    assert stricter.binding(["meta robots: noarchive"], "fetch") == ("noarchive",)
    assert stricter.binding(["meta robots: noarchive"], "export") == ("noarchive",), "what is not fetched, not exported"
    assert (stricter.binds_pages, stricter.exceptions) == (True, ())
    laxer = policy_of([("noai", "record"), ("tdm", "fetch")], [("tdm", "export")])
    assert laxer.binding(["meta robots: noai", "TDM-Reservation: 1"], "export") == ("tdm",)
    assert laxer.exceptions == ('policy noai = "record"',)
    fetched_all_the_same = policy_of((), [("robots", "export")])
    assert fetched_all_the_same.binding(["robots.txt: Disallow: /news/"], "fetch") == ()
    assert fetched_all_the_same.binding(["robots.txt: Disallow: /news/"], "export") == ("robots",)
