"""An archive and options in, a CrawlReport out. `crawl` runs in a process of its own, `run_here` in this one.

Scrapy's reactor runs once per process, and a crawl may be killed: so a crawl is a child. `run_here` is its one entry
point, for the terminal and for Dagster alike; how far it is goes to a callback.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import BadUrl, ContactMissing, CrawlError, CrawlFailed, NoSiteFor, Unwritable
from crawler.intake.scope import normalise
from crawler.options import CrawlOptions, CrawlReport, Progress
from crawler.recovery import hold_lock
from crawler.sites import Site, Sites, SitesError, load_sites
from crawler.wire.guard import is_public_address

LAST_WORDS_SECONDS = 10.0  # for a crawl whose caller gave up: three for what is under way, the rest for its files
# Large bodies go back to the system when they are read, instead of staying with glibc's allocator: beside eight hostile
# sites a crawl then takes 198 MB rather than 243 (2026-11). Other systems' allocators do not know these.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144"}
OnProgress = Callable[[Progress], None]


def crawl(home: Path, options: CrawlOptions | None = None, on_progress: OnProgress | None = None) -> CrawlReport:
    """Crawl into the archive at `home`, in a child process; what it did.

    KeyboardInterrupt while it runs ends the crawl cleanly: the report comes all the same, with ended_because
    "interrupted"; a second one ends it at once. Raises CrawlError and SitesError.
    """
    options = options or CrawlOptions()
    prepare(home, options)
    # As the frontier has them: a password in one would stand in the list of processes for all to see.
    options = replace(options, urls=tuple(normalise(url) or url for url in options.urls))
    log = home / "crawl.log"
    try:
        hold_lock(home).release()  # before the log of a crawl that is running is overwritten
        with log.open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "crawler.run", str(home), options.to_json()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True, text=True,
                encoding="utf-8", env={**ENVIRONMENT, **os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
    except OSError as error:
        raise Unwritable(home, cause=error.strerror or str(error)) from error
    try:
        return _follow(child, log, on_progress)
    except KeyboardInterrupt:  # the second
        child.kill()
        raise
    finally:
        try:
            child.communicate(timeout=LAST_WORDS_SECONDS)  # closes its stdin, which ends the crawl cleanly
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()


def _follow(child: subprocess.Popen[str], log: Path, on_progress: OnProgress | None) -> CrawlReport:
    report: CrawlReport | None = None
    progress = Progress()
    interrupts = 0
    assert child.stdout is not None
    while True:
        try:
            for line in child.stdout:
                kind, _, value = line.rstrip("\n").partition(" ")
                if kind == "progress" and on_progress is not None:
                    progress = Progress.from_json(value)
                    on_progress(progress)
                elif kind == "report":
                    report = CrawlReport.from_json(value)
                elif kind == "error":
                    raise CrawlError(json.loads(value))
            break
        except KeyboardInterrupt:
            interrupts += 1
            if interrupts > 1:
                raise
            child.send_signal(signal.SIGINT)
            if on_progress is not None:  # at once, not when the child has seen it
                on_progress(replace(progress, stopping=progress.stopping or "interrupted", sites=()))
    code = child.wait()
    if report is None and interrupts:
        raise CrawlError("interrupted before it began")
    if report is None:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
        raise CrawlFailed(exit_code=code, log=log, last_line=lines[-1] if lines else "")
    if report.error is not None:
        raise CrawlError(report.error)
    return report


def prepare(home: Path, options: CrawlOptions) -> Sites:
    """sites.toml and options, looked at before anything starts. Raises CrawlError and SitesError."""
    sites = load_sites(home / "sites.toml")
    chosen = [sites[name] for name in options.sites] or list(sites.sites)
    if options.urls or options.probe:
        chosen = [_site_for(url, sites) for url in options.urls]
    if sites.contact is None:
        named = [url for site in chosen for url in (site.home, *site.feeds, *site.sitemaps)]
        for address in [*named, *options.urls, *options.probe]:
            if is_public_address(address):
                raise ContactMissing(sites.path, example=urlsplit(address).hostname or address)
    return sites


def _site_for(url: str, sites: Sites) -> Site:
    from crawler.intake.candidates import site_of

    normal = normalise(url)
    if normal is None:
        raise BadUrl(url)
    site = site_of(normal, sites.sites)
    if site is None:
        raise NoSiteFor(url, sites_file=sites.path)
    return site


def run_here(home: Path, options: CrawlOptions, on_progress: OnProgress | None = None) -> CrawlReport:
    """The crawl itself, in this process, which can run only one. SIGINT and SIGTERM end it cleanly.

    Raises CrawlError and SitesError, before anything is fetched.
    """
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.custody import Custody
    from crawler.keeper import Held, close_custody
    from crawler.spiders.own import spider_class
    from crawler.spiders.probe import ProbeSpider
    from crawler.watch.tally import Tally

    # Threads pack and decode what is large. By default one keeps the interpreter for 5 ms, whenever the event loop
    # wants it back.
    sys.setswitchinterval(0.001)
    if "twisted.internet.reactor" in sys.modules:
        raise CrawlError("a process can crawl only once, for Scrapy's reactor does not start again; use crawl()")
    sites = prepare(home, options)
    if options.probe:
        guests = (Site(name=options.probe_name, home=url, delay_seconds=options.delay_seconds) for url in options.probe)
        sites = replace(sites, sites=(*sites.sites, *guests))
    by_spider: dict[str | None, list[str]] = {}
    for site in [sites[name] for name in options.sites] or list(sites.sites):
        by_spider.setdefault(site.spider, []).append(site.name)
    spiders = [(spider_class(spider, sites.path.parent), names) for spider, names in by_spider.items()]
    Held.options, Held.on_progress, Held.report = options, on_progress, None
    try:
        custody = Held.custody = Custody(home, sites)
    except OSError as error:
        raise Unwritable(home, cause=str(error)) from error
    custody.only_looks = bool(options.probe)
    custody.tally = Tally(_named(sites, options))
    batch = _batch(custody, options)
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.set("BROADSHEET_HOME", str(home))
    process = AsyncCrawlerProcess(settings)
    if options.probe:
        process.crawl(ProbeSpider)
    else:
        for spider, names in spiders:
            process.crawl(spider, sites=",".join(names), batch=batch)
    process.start()
    if Held.custody is not None:  # no spider came up at all …
        if Held.spiders:  # … or an interrupt came before Scrapy's engine ran: then it closes none (2.19)
            Held.custody.stop("interrupted")
        close_custody()
    assert Held.report is not None
    return Held.report


def _named(sites: Sites, options: CrawlOptions) -> list[str]:
    """The names of the sites that are asked for: those whose numbers are of interest."""
    if options.probe:
        return [options.probe_name]
    if options.urls:
        return list(dict.fromkeys(_site_for(url, sites).name for url in options.urls))
    return list(options.sites) or [site.name for site in sites]


def _batch(custody: object, options: CrawlOptions) -> str | None:
    """A person's URLs, in the frontier under one name; `None` where the schedule decides."""
    from crawler.custody import Custody
    from crawler.intake.candidates import asked_for

    assert isinstance(custody, Custody)
    custody.frontier.close_batches()
    if not options.urls:
        return None
    batch, now = uuid.uuid4().hex, custody.clock()
    asked = []
    for url in options.urls:
        normal, site = normalise(url), _site_for(url, custody.sites)
        assert normal is not None
        asked.append(asked_for(normal, site, batch=batch, now=now))
    custody.frontier.add(asked)
    return batch


def _main() -> int:
    """The child's end of `crawl`: progress and report as lines on stdout, and a clean end when the parent is gone."""
    home, options = Path(sys.argv[1]), CrawlOptions.from_json(sys.argv[2])
    out = sys.stdout
    sys.stdout = sys.stderr  # a spider that prints must not be taken for progress

    def say(kind: str, value: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            out.write(f"{kind} {value}\n")
            out.flush()

    def watch() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()
    try:
        report = run_here(home, options, lambda progress: say("progress", progress.to_json()))
    except (CrawlError, SitesError) as error:
        say("error", json.dumps(str(error)))
        return 2
    except KeyboardInterrupt:  # before Scrapy took the signals over: nothing has been fetched yet
        say("error", json.dumps("interrupted before it began"))
        return 130
    say("report", report.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(_main())
