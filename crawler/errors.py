"""What can go wrong with a crawl, in words for a person: what, where, and what to do next. Raises nothing itself."""

from __future__ import annotations

from pathlib import Path

from crawler.redaction import without_userinfo


class CrawlError(Exception):
    """A crawl that cannot start or go on; the message is one line for a person."""


class ArchiveLocked(CrawlError):
    """Another process is crawling into this archive."""

    def __init__(self, home: Path, *, holder: str) -> None:
        self.home, self.holder = home, holder
        super().__init__(f"{home}: another crawl holds this archive ({holder}); wait for it to end, or stop it")


class ContactMissing(CrawlError):
    """Public hosts are crawled only under a name that can be written to."""

    def __init__(self, sites_file: Path, *, example: str) -> None:
        self.sites_file, self.example = sites_file, example
        super().__init__(
            f"{sites_file}: contact is not set, and {example} is a public host; "
            'add a line such as contact = "mailto:you@example.org" at the top, so that its owner can reach you'
        )


class NoSiteFor(CrawlError):
    """A URL was asked for that belongs to no site of sites.toml."""

    def __init__(self, url: str, *, sites_file: Path) -> None:
        self.url, self.sites_file = without_userinfo(url), sites_file
        url = self.url
        super().__init__(f'{url}: belongs to no site in {sites_file}; add its site first: broadsheet sites add "{url}"')


class BadUrl(CrawlError):
    """Not an absolute http or https address."""

    def __init__(self, url: str, *, where: str | None = None) -> None:
        self.url, self.where = without_userinfo(url), where
        at = f"{where}: " if where else ""
        super().__init__(f"{at}{self.url!r} is not an absolute http:// or https:// address")


class FrontierNewer(CrawlError):
    """The frontier was written by a later version of Broadsheet."""

    def __init__(self, path: Path, *, found: int, known: int) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"{path}: written by a newer Broadsheet (layout {found}, this one knows {known}); upgrade Broadsheet"
        )


class FrontierFailed(CrawlError):
    """The frontier's file could not be read or written: disk full, gone, or damaged."""

    def __init__(self, path: Path, *, cause: str) -> None:
        self.path, self.cause = path, cause
        super().__init__(f"{path}: {cause}; nothing that was acknowledged is lost, crawl again once that is mended")


class Unwritable(CrawlError):
    """The archive's folder does not take what a crawl must write."""

    def __init__(self, path: Path, *, cause: str) -> None:
        self.path, self.cause = path, cause
        super().__init__(f"{path}: {cause}; a crawl must be able to write there")


class LowDisk(CrawlError):
    """Too little room to be sure that the next record can be written whole."""

    def __init__(self, path: Path, *, free_bytes: int, needed_bytes: int) -> None:
        self.path, self.free_bytes, self.needed_bytes = path, free_bytes, needed_bytes
        super().__init__(
            f"{path}: {free_bytes / 1e6:,.0f} MB left on the disk, {needed_bytes / 1e6:,.0f} MB wanted; "
            "make room, then crawl again: nothing is lost"
        )


class QuotaReached(CrawlError):
    """The archive takes what sites.toml lets it take."""

    def __init__(self, home: Path, *, used_bytes: int, quota_bytes: int) -> None:
        self.home, self.used_bytes, self.quota_bytes = home, used_bytes, quota_bytes
        super().__init__(
            f"{home / 'sites.toml'}: quota_gb = {quota_bytes / 1e9:g} is reached, the archive takes "
            f"{used_bytes / 1e9:,.3f} GB; raise it or make room, then crawl again: nothing is lost"
        )


class CrawlFailed(CrawlError):
    """The crawl's process ended without a report."""

    def __init__(self, *, exit_code: int, log: Path, last_line: str) -> None:
        self.exit_code, self.log, self.last_line = exit_code, log, last_line
        super().__init__(f"the crawl ended early (exit code {exit_code}): {last_line or 'no message'}; see {log}")
