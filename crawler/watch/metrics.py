"""Numbers of a crawl, or of an archive at rest, in; Prometheus' text form out. Serves nothing, counts nothing.

The form: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. Counters end in _total, times are
seconds, sizes bytes. Labels by site come from sites.toml, so that nobody outside can make us write more of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crawler.options import Progress, SiteProgress
from crawler.watch.standing import Standing
from crawler.watch.tally import WITHIN_SECONDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Metric:
    """A name with what it means, and its samples: suffix of the name, labels, value."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: list[tuple[str, Labels, float]] = field(default_factory=list)


def text_of(metrics: Iterable[Metric]) -> str:
    """The text form. A metric without samples is left out, for there is nothing to say of it."""
    lines = []
    for metric in metrics:
        if not metric.samples:
            continue
        lines.append(f"# HELP {metric.name} {_escaped(metric.help)}")
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        for suffix, labels, value in metric.samples:
            inside = ",".join(f'{name}="{_escaped(text, quotes=True)}"' for name, text in labels.items())
            lines.append(f"{metric.name}{suffix}{f'{{{inside}}}' if inside else ''} {_number(value)}")
    return "".join(f"{line}\n" for line in lines)


class CrawlMetrics:
    """What a crawl told last, of each site and as a whole; `take` and `text` may be called from different threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress = Progress()
        self._sites: dict[str, SiteProgress] = {}

    def take(self, progress: Progress) -> None:
        with self._lock:
            self._progress = progress
            self._sites.update((site.site, site) for site in progress.sites)

    def text(self) -> str:
        with self._lock:
            progress, sites = self._progress, list(self._sites.values())
        return metrics_of_crawl(progress, sites, now=time.time())


def metrics_of_crawl(p: Progress, sites: Iterable[SiteProgress], *, now: float) -> str:
    """A crawl that runs. Counters begin at 0 with each crawl; `sites` is each one's newest; `now` is unix time."""
    by_site = sorted(sites, key=lambda site: site.site)
    answers = [(answer.partition(" "), n) for answer, n in sorted(p.answers.items())]
    return text_of(
        [
            _one("broadsheet_up", "gauge", "1 while a crawl runs and is not ending.", float(p.stopping is None)),
            _one("broadsheet_elapsed_seconds", "gauge", "How long the crawl has run.", p.elapsed_seconds),
            Metric(
                "broadsheet_pages_total", "counter",
                "Answers archived, by record type (a revisit is a page as it was before) and HTTP status.",
                [("", {"outcome": outcome, "status": status}, n) for (outcome, _, status), n in answers],
            ),
            _by("broadsheet_refusals_total", "counter", "Requests not made, by reason.", "reason", p.refusals),
            _by("broadsheet_failures_total", "counter", "Requests without an answer, by reason.", "reason", p.failures),
            _one("broadsheet_received_bytes_total", "counter", "Bytes of answers off the wire.", p.received_bytes),
            _one("broadsheet_archived_bytes_total", "counter", "Bytes of WARC files written.", p.archived_bytes),
            _one("broadsheet_new_urls_total", "counter", "URLs not known before.", p.new_urls),
            _histogram(p),
            _one("broadsheet_in_flight", "gauge", "Pages being fetched, or waiting for their turn.", p.in_flight),
            _one("broadsheet_due_urls", "gauge", "URLs due and not under way.", p.due),
            _one("broadsheet_frontier_urls", "gauge", "URLs known.", p.urls),
            *_disk(p.disk_bytes, p.quota_bytes),
            _sites("pages_total", "counter", "Answers archived.", {s.site: s.captured for s in by_site}),
            _sites("refusals_total", "counter", "Requests not made.", {s.site: s.refused for s in by_site}),
            _sites("failures_total", "counter", "Requests without an answer.", {s.site: s.failed for s in by_site}),
            _sites("new_articles_total", "counter", "Articles found new.", {s.site: s.new_articles for s in by_site}),
            _sites("due_urls", "gauge", "URLs due and not under way.", {s.site: s.due for s in by_site}),
            _sites(
                "last_success_timestamp_seconds", "gauge", "When it last answered well, in this crawl.",
                {s.site: s.succeeded_at for s in by_site if s.succeeded_at is not None},
            ),
            _sites(
                "backoff_seconds", "gauge", "How much longer its domain is left alone.",
                {s.site: max(0.0, s.rests_until - now) for s in by_site},
            ),
        ]
    )  # fmt: skip


def metrics_of_standing(standing: Standing) -> str:
    """An archive at rest, for a textfile collector: what its frontier knows of all its crawls together."""
    sites, now = [site for site in standing.sites if site.named], standing.at.timestamp()
    due = {s.site: s.due for s in sites if s.due is not None}
    outcomes = [("captured", "captured"), ("failed", "failed"), ("refused", "refused")]
    return text_of(
        [
            _one("broadsheet_status_timestamp_seconds", "gauge", "When these numbers were read.", now),
            Metric(
                "broadsheet_due_urls", "gauge", "URLs due and not under way.",
                [("", {}, sum(due.values()))] if due or not sites else [],
            ),
            _one("broadsheet_frontier_urls", "gauge", "URLs known.", sum(s.urls for s in standing.sites)),
            *_disk(standing.disk_bytes, standing.quota_bytes),
            Metric(
                "broadsheet_site_attempts_total", "counter", "Attempts of all crawls, by what they came to.",
                [("", {"site": s.site, "outcome": o}, getattr(s, name)) for s in sites for o, name in outcomes],
            ),
            _sites("new_articles_total", "counter", "Articles found new.", {s.site: s.new_articles for s in sites}),
            _sites(
                "new_articles_today", "gauge", "Articles found new since midnight UTC.",
                {s.site: s.new_articles_by_day[-1][1] for s in sites if s.new_articles_by_day},
            ),
            _sites("archived_bytes", "gauge", "Bytes of its WARC records.", {s.site: s.stored_bytes for s in sites}),
            _sites("due_urls", "gauge", "URLs due and not under way.", due),
            _sites(
                "last_success_timestamp_seconds", "gauge", "When it last answered well.",
                {s.site: s.last_success_at.timestamp() for s in sites if s.last_success_at is not None},
            ),
            _sites(
                "last_new_article_timestamp_seconds", "gauge", "When a new article of it was last found.",
                {s.site: s.last_new_at.timestamp() for s in sites if s.last_new_at is not None},
            ),
            _sites(
                "expected_gap_seconds", "gauge", "What is to be expected between two new articles.",
                {s.site: s.expected_gap.total_seconds() for s in sites if s.expected_gap is not None},
            ),
            _sites(
                "silence_seconds", "gauge", "How long nothing of it was new.",
                {s.site: s.silence.seconds for s in sites if s.silence is not None},
            ),
            _sites(
                "silence_alarm", "gauge", "1 where that is over three times the expected gap.",
                {s.site: float(s.silence.alarm is not None) for s in sites if s.silence is not None},
            ),
            _sites(
                "backoff_seconds", "gauge", "How much longer its domain is left alone.",
                {s.site: max(0.0, s.rests_until.timestamp() - now) if s.rests_until else 0.0 for s in sites},
            ),
        ]
    )  # fmt: skip


def _one(name: str, kind: Literal["counter", "gauge"], help: str, value: float) -> Metric:
    return Metric(name, kind, help, [("", {}, value)])


def _by(name: str, kind: Literal["counter", "gauge"], help: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, kind, help, [("", {label: key}, value) for key, value in sorted(values.items())])


def _sites(name: str, kind: Literal["counter", "gauge"], help: str, values: Mapping[str, float]) -> Metric:
    return _by(f"broadsheet_site_{name}", kind, f"{help} By site.", "site", values)


def _disk(parts: Mapping[str, int], quota_bytes: int | None) -> list[Metric]:
    disk = _by("broadsheet_disk_bytes", "gauge", "What the archive takes on the disk, by part.", "part", parts)
    quota = Metric("broadsheet_quota_bytes", "gauge", "What it may take, as sites.toml has it.")
    if quota_bytes is not None:
        quota.samples.append(("", {}, quota_bytes))
    return [disk, quota]


def _histogram(p: Progress) -> Metric:
    metric = Metric("broadsheet_response_seconds", "histogram", "From the request to the last byte of its answer.")
    within, total = p.answers_within or (0,) * (len(WITHIN_SECONDS) + 1), 0
    for limit, number in zip((*WITHIN_SECONDS, float("inf")), within, strict=True):
        total += number
        metric.samples.append(("_bucket", {"le": _number(limit)}, total))
    metric.samples.append(("_sum", {}, p.answer_seconds))
    metric.samples.append(("_count", {}, total))
    return metric


def _escaped(text: str, *, quotes: bool = False) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return escaped.replace('"', r"\"") if quotes else escaped


def _number(value: float) -> str:
    """Whole numbers without a point, infinity as Prometheus writes it."""
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
