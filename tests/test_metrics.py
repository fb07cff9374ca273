"""Metrics in Prometheus' text form: only on request, only on loopback, and the same numbers as everywhere else."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from crawler import CrawlOptions, CrawlReport, crawl
from crawler.watch.metrics import CONTENT_TYPE, CrawlMetrics, Metric, text_of
from crawler.watch.metrics_http import PATIENCE_SECONDS, PortTaken, serve_metrics
from pipelines.cli import run

PROGRAM = Path(sys.executable).with_name("broadsheet")

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """Every sample as Prometheus' own client reads it; none stands twice, and each has its HELP and TYPE."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        assert family.type != "unknown", family.name
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
            if family.type == "counter":
                assert sample.name.endswith("_total")
    return found


def get(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def total(found: Samples, name: str) -> float:
    return sum(value for (each, _), value in found.items() if each == name)


@pytest.fixture
def mixed_site(kit: Any, web: Any, one_site: Path) -> Path:
    """A site with pages that are there, one that is gone, one that is forbidden, and another site that is down."""
    links = [f"/2026/11/2{n}/a-story-of-some-length" for n in range(5)]
    web.pages["/robots.txt"] = kit.answer("User-agent: *\nDisallow: /private/", content_type="text/plain")
    web.pages["/"] = kit.answer(
        "".join(f'<a href="{path}">{path}</a>' for path in [*links, "/private/a-story", "/gone"])
    )
    web.pages |= {path: kit.answer(kit.article_page(path)) for path in links}
    kit.write_sites(
        one_site, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\n',
        'name = "down"\nhome = "http://down.localhost:1/"\ndelay_seconds = 0\n',
        top='allow_addresses = ["127.0.0.0/8"]\nquota_gb = 3',
    )  # fmt: skip
    return one_site


def by(found: Samples, name: str, label: str) -> dict[str, float]:
    """Value of a label → the sum of the samples that have it."""
    sums: dict[str, float] = {}
    for (each, labels), value in found.items():
        if each == name:
            key = dict(labels)[label]
            sums[key] = sums.get(key, 0) + value
    return sums


def check_against(report: CrawlReport, found: Samples) -> None:
    assert by(found, "broadsheet_pages_total", "status") == report.statuses
    refusals, failures = (by(found, f"broadsheet_{what}_total", "reason") for what in ("refusals", "failures"))
    assert refusals | failures == report.reasons
    for what, number in (("pages", report.captured), ("refusals", report.refused), ("failures", report.failed)):
        assert total(found, f"broadsheet_{what}_total") == total(found, f"broadsheet_site_{what}_total") == number
    assert get(found, "broadsheet_received_bytes_total") == report.received_bytes
    assert get(found, "broadsheet_archived_bytes_total") == report.archived_bytes
    assert get(found, "broadsheet_new_urls_total") == report.new_urls
    assert get(found, "broadsheet_response_seconds_count") == report.captured
    assert get(found, "broadsheet_response_seconds_bucket", le="+Inf") == report.captured


def test_a_crawl_in_numbers_equals_its_report(mixed_site: Path) -> None:
    numbers = CrawlMetrics()
    began = time.time()
    report = crawl(mixed_site, CrawlOptions(), numbers.take)
    found = samples(numbers.text())
    check_against(report, found)
    assert report.refused > 0
    assert report.failed > 0
    assert get(found, "broadsheet_quota_bytes") == 3e9
    assert total(found, "broadsheet_disk_bytes") > report.archived_bytes
    assert get(found, "broadsheet_in_flight") == 0
    assert get(found, "broadsheet_site_new_articles_total", site="local") >= 5
    assert began < get(found, "broadsheet_site_last_success_timestamp_seconds", site="local") < time.time()
    assert ("broadsheet_site_last_success_timestamp_seconds", frozenset({("site", "down")})) not in found
    buckets = [v for (name, _), v in found.items() if name == "broadsheet_response_seconds_bucket"]
    assert buckets == sorted(buckets)


def test_an_archive_at_rest_in_numbers(mixed_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = crawl(mixed_site)
    assert run(["status", "--home", str(mixed_site), "--metrics"]) == 0
    text = capsys.readouterr().out
    found = samples(text)
    for outcome in ("captured", "failed", "refused"):
        assert by(found, "broadsheet_site_attempts_total", "outcome")[outcome] == getattr(report, outcome)
    assert get(found, "broadsheet_due_urls") == report.due
    assert get(found, "broadsheet_quota_bytes") == 3e9
    assert get(found, "broadsheet_site_silence_alarm", site="local") == 0
    assert get(found, "broadsheet_site_new_articles_today", site="local") >= 5
    assert 0 < get(found, "broadsheet_site_archived_bytes", site="local") < report.archived_bytes
    assert text.endswith("\n")
    assert run(["status", "--home", str(mixed_site), "--metrics", "--json"]) == 2


@given(label=st.text(), help=st.text(min_size=1), value=st.floats(allow_nan=False))
def test_any_text_survives_the_form(label: str, help: str, value: float) -> None:
    text = text_of([Metric("m", "gauge", help, [("", {"a": label, "b": "x"}, value)])])
    lines = text.split("\n")
    assert len(lines) == 4
    assert lines[3] == ""
    [family] = text_string_to_metric_families(text)
    [sample] = family.samples
    assert sample.labels == {"a": label, "b": "x"}
    assert sample.value == value


def ask(port: int, path: str = "/metrics", *, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"] or "", response.read().decode()
    finally:
        connection.close()


def test_only_get_metrics_is_answered() -> None:
    with serve_metrics(lambda: "a 1\n", port=0) as port:
        assert ask(port) == (200, CONTENT_TYPE, "a 1\n")
        assert ask(port, host="localhost:1")[0] == 200
        assert ask(port, method="HEAD")[2] == ""
        assert ask(port, "/")[0] == 404
        assert ask(port, "/metrics/../../etc/passwd")[0] == 404
        assert ask(port, method="POST")[0] == 501
        assert ask(port, host="rebound.example")[0] == 421
    with pytest.raises(OSError, match="refused"):
        ask(port)


def test_it_listens_on_loopback_and_nowhere_else() -> None:
    with serve_metrics(str, port=0) as port:
        mine = [
            c
            for c in psutil.Process().net_connections("inet")
            if c.status == psutil.CONN_LISTEN and c.laddr.port == port
        ]
        assert [c.laddr.ip for c in mine] == ["127.0.0.1"]


def test_who_is_slow_is_hung_up_on() -> None:
    with (
        serve_metrics(lambda: "a 1\n", port=0) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as slow,
    ):
        began = time.monotonic()
        slow.sendall(b"GET /metrics HTTP/1.1\r\n")
        assert ask(port)[0] == 200  # the next in line, once patience with the slow one is at its end
        assert PATIENCE_SECONDS * 0.5 < time.monotonic() - began < PATIENCE_SECONDS * 5
        assert slow.recv(100) == b""


def test_a_port_that_is_taken_is_told(mixed_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_metrics(str, port=0) as port:
        with pytest.raises(PortTaken), serve_metrics(str, port=port):
            pass
        assert run(["crawl", "--home", str(mixed_site), "--metrics", str(port)]) == 2
    [told] = capsys.readouterr().err.splitlines()
    assert f"--metrics {port}: Address already in use; choose another port, or 0 for any that is free" in told


@pytest.mark.parametrize("asked_for", [True, False])
def test_while_a_crawl_runs(kit: Any, web: Any, home: Path, asked_for: bool) -> None:
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.3\n')
    paths = [f"/2026/11/25/a-story-of-some-length-{n}" for n in range(30)]
    web.pages["/"] = kit.answer("".join(f'<a href="{path}">{path}</a>' for path in paths))
    web.pages |= {path: kit.answer(kit.article_page(path)) for path in paths}
    child = subprocess.Popen(
        [PROGRAM, "crawl", "--home", home, *(["--metrics", "0"] if asked_for else [])],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while len(web.asked) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
        listening = [c for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert len(family) > 1
        assert len(listening) == int(asked_for)
        if asked_for:
            assert child.stderr is not None
            told = re.fullmatch(r"metrics: http://127\.0\.0\.1:(\d+)/metrics\n", child.stderr.readline())
            assert told is not None
            found: Samples = {}
            while not found.get(("broadsheet_site_pages_total", frozenset({("site", "local")}))):
                assert time.monotonic() < deadline
                found = samples(ask(int(told[1]))[2])
            assert get(found, "broadsheet_up") == 1
            assert get(found, "broadsheet_elapsed_seconds") > 0
    finally:
        child.terminate()
        child.communicate(timeout=30)
