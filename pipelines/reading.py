"""The captures of one WARC file in, rows for its fragment out. Pages are read by workers, as many at a time as there
are; rows come out in the order of the file whatever order the pages were done in. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from crawler.archive import ArchiveError
from pipelines.captures import Capture, read_captures
from pipelines.classes import ARTICLE, REJECT, REVISIT, Sorted, sort_capture
from pipelines.errors import BrokenWarc, DamagedFragment, UnreadWarc
from pipelines.extraction import Extraction, Reject
from pipelines.fragment_rows import (
    FRAGMENT_TABLES,
    article_row,
    capture_row,
    image_rows,
    link_rows,
    reject_row,
    storable,
)
from pipelines.pages import Page
from pipelines.site_rules import NO_RULES, Place, SiteRules
from pipelines.workers import Done, Lost, Workers
from warehouse import WarehouseError, from_arrow, read_parquet, to_arrow

Read = Callable[[Page], Extraction | Reject]

_CHUNK = 100  # captures whose rows are held as Python objects; as Arrow they take a fraction of the memory


@dataclass(frozen=True, kw_only=True)
class DayOfFragment:
    """What publishing needs to know of one crawl date before it opens the fragment."""

    captures: int = 0
    hosts_without_site: tuple[str, ...] = ()
    """Hosts of captures whose WARC file does not say of which site they are."""
    article_sites: tuple[str, ...] = ()
    """Sites of articles, as far as the WARC file says."""
    looks_back_to: tuple[date, ...] = ()
    """Days of captures that revisits refer to without naming their record."""

    def to_json(self) -> dict[str, Any]:
        return {
            "captures": self.captures,
            "hosts_without_site": list(self.hosts_without_site),
            "article_sites": list(self.article_sites),
            "looks_back_to": [day.isoformat() for day in self.looks_back_to],
        }

    @classmethod
    def from_json(cls, about: dict[str, Any]) -> DayOfFragment:
        return cls(
            captures=about["captures"],
            hosts_without_site=tuple(about["hosts_without_site"]),
            article_sites=tuple(about["article_sites"]),
            looks_back_to=tuple(date.fromisoformat(day) for day in about["looks_back_to"]),
        )


@dataclass(frozen=True, kw_only=True)
class KnownBody:
    """Where a body was read first, and what that gave."""

    capture_id: str
    class_: str
    reason: str
    folder: Path | None = None
    """Of the fragment that has its rows; None: the one that is being made."""


def body_key(body_digest: str | None, content_type: str | None, site: str | None, url: str) -> str:
    """What reading a page depends on: pages of one key are read once. The header is part of it, since the same bytes
    under another charset are another page, and so is the site, whose rules may hold."""
    return f"{body_digest} {content_type} {site} {url}"


def nothing_known(key: str) -> KnownBody | None:
    return None


class Reading:
    """One pass over one WARC file: `run`, then everything else."""

    def __init__(
        self, warc_file: str, rules: SiteRules = NO_RULES, known: Callable[[str], KnownBody | None] = nothing_known
    ) -> None:
        self.warc_file = warc_file
        self._known = known  # bodies that other fragments have
        self._elsewhere: dict[Path, list[str]] = defaultdict(list)  # their folders → captures whose rows are copied
        self.rules = rules
        self.places: set[Place] = set()  # of pages that were read
        self.captures = self.pages_read = self.pages_reused = self.duplicates = 0
        self.classes: Counter[str] = Counter()
        self.rejects: Counter[str] = Counter()
        self.problem: BrokenWarc | None = None
        self._seen: set[str] = set()
        self._waiting: deque[tuple[Capture, Sorted, str | None]] = deque()  # in file order; the last: key of a page
        self._asked: set[str] = set()
        self._first: dict[str, KnownBody] = {}
        self._copies: dict[str, list[Capture]] = defaultdict(list)
        self._rows: dict[str, list[Any]] = {name: [] for name in FRAGMENT_TABLES}
        self._chunks: dict[str, list[pa.Table]] = {name: [] for name in FRAGMENT_TABLES}
        self._hosts: dict[date, set[str]] = defaultdict(set)
        self._sites: dict[date, set[str]] = defaultdict(set)
        self._looks_back: dict[date, set[date]] = defaultdict(set)
        self._days: Counter[date] = Counter()

    def run(self, warc: Path, workers: Workers, read: Read, otherwise: Read) -> Iterator[int]:
        """Read the file to its end, or to where it breaks off (`problem` then says so). Yields captures done so far.

        `otherwise` reads pages that `read` did not survive, once.
        """
        for outcome in workers.map(read, self._pages(warc), otherwise=otherwise):
            yield from self._settle(outcome)
        yield from self._settle(None)

    def tables(self) -> dict[str, pa.Table]:
        """The fragment's tables: rows in file order, then those of captures whose body had been read before."""
        self._to_chunks()
        whole = {name: _joined(name, chunks) for name, chunks in self._chunks.items()}
        return {
            name: _with_copies(name, data, _rows_elsewhere(name, self._elsewhere), self._copies)
            for name, data in whole.items()
        }

    def days(self) -> dict[date, DayOfFragment]:
        return {
            day: DayOfFragment(
                captures=captures,
                hosts_without_site=tuple(sorted(self._hosts[day])),
                article_sites=tuple(sorted(self._sites[day])),
                looks_back_to=tuple(sorted(self._looks_back[day])),
            )
            for day, captures in self._days.items()
        }

    def _pages(self, warc: Path) -> Iterator[Page]:
        """The pages to be read, each body once. Runs ahead of `_settle`, by as much as the workers take."""
        for capture, body in self._read(warc):
            if capture.capture_id in self._seen:
                self.duplicates += 1
                continue
            self._seen.add(capture.capture_id)
            sorted_ = sort_capture(capture, body)
            if sorted_.class_ is not None:
                self._waiting.append((capture, sorted_, None))
                continue
            key = body_key(capture.body_digest, capture.content_type, capture.site, capture.url)
            self._waiting.append((capture, sorted_, key))
            if key not in self._asked:
                self._asked.add(key)
                place = (capture.site, host_of(capture.url))
                self.places.add(place)
                if (known := self._known(key)) is not None and known.folder is not None:
                    self._first[key] = known
                    self._elsewhere[known.folder].append(known.capture_id)
                    continue
                rules = self.rules.of(place)
                yield Page(html=body, url=capture.url, content_type=capture.content_type, rules=rules)

    def _read(self, warc: Path) -> Iterator[tuple[Capture, bytes]]:
        count = 0
        try:
            for capture, body in read_captures(warc, warc_file=self.warc_file):
                yield capture, body
                count += 1
        except ArchiveError as error:
            self.problem = BrokenWarc(
                warc_file=self.warc_file, offset=error.offset, detail=error.detail, captures_before=count
            )
        except OSError as error:  # may be gone the next time, so that no fragment may be made of it
            raise UnreadWarc(warc_file=self.warc_file, detail=error.strerror or str(error)) from error

    def _settle(self, outcome: Done[Extraction | Reject] | Lost | None) -> Iterator[int]:
        """Rows for all captures up to the next page whose outcome is not known yet."""
        while self._waiting:
            capture, sorted_, key = self._waiting[0]
            if key is not None and key not in self._first:
                if outcome is None:
                    return
                self._add_page(capture, key, outcome)
                outcome = None
            elif key is not None:
                self._add_copy(capture, self._first[key])
            else:
                self._add(capture, str(sorted_.class_))
                if sorted_.class_ == REJECT:
                    self._add_reject(capture, Reject(reason=sorted_.reason, detail=sorted_.detail))
            self._waiting.popleft()
            yield self.captures

    def _add_page(self, capture: Capture, key: str, outcome: Done[Extraction | Reject] | Lost) -> None:
        read = outcome.value if isinstance(outcome, Done) else Reject(reason=outcome.reason, detail=outcome.detail)
        if isinstance(outcome, Done) and (lost := outcome.after) is not None and isinstance(read, Reject):
            detail = f"{lost.detail}; read plainly: {read.reason}: {read.detail}"
            read = replace(read, reason=lost.reason, detail=detail)
        class_, reason, article = REJECT, "", None
        if isinstance(read, Extraction):
            row = article_row(capture, read)
            self._rows["articles"].append(row)
            class_, article = ARTICLE, row.article_id
            self._rows["images"].extend(image_rows(capture, read.images, row.article_id))
        else:
            if capture.decode_problem:  # the likelier cause of whatever the reader found
                read = replace(read, detail=f"{read.detail}; {capture.decode_problem}")
            self._add_reject(capture, read)
            reason = read.reason
        self._rows["links"].extend(link_rows(capture, read.links, article))
        self._first[key] = KnownBody(capture_id=capture.capture_id, class_=class_, reason=reason)
        self.pages_read += 1
        self._add(capture, class_)

    def _add_copy(self, capture: Capture, first: KnownBody) -> None:
        self._copies[first.capture_id].append(capture)
        self.pages_reused += 1
        if first.class_ == REJECT:
            self.rejects[first.reason] += 1
        self._add(capture, first.class_)

    def _add_reject(self, capture: Capture, reject: Reject) -> None:
        self._rows["rejects"].append(reject_row(capture, reject))
        self.rejects[reject.reason] += 1

    def _add(self, capture: Capture, class_: str) -> None:
        day = capture.captured_at.date()
        self._rows["captures"].append(capture_row(capture, class_))
        self.captures += 1
        self.classes[class_] += 1
        self._days[day] += 1
        if capture.site is None:
            self._hosts[day].add(host_of(capture.url))
        elif class_ == ARTICLE:
            self._sites[day].add(storable(capture.site))
        if class_ == REVISIT and capture.refers_to_capture_id is None and capture.refers_to_at is not None:
            self._looks_back[day].add(capture.refers_to_at.date())
        if len(self._rows["captures"]) >= _CHUNK:
            self._to_chunks()

    def _to_chunks(self) -> None:
        for name, rows in self._rows.items():
            if rows:
                self._chunks[name].append(to_arrow(FRAGMENT_TABLES[name], rows))
                rows.clear()


def host_of(url: str) -> str:
    """The host of a URL, lower case; the URL itself where it has none (`urn:…`)."""
    try:
        return (urlsplit(url).hostname or url).lower()
    except ValueError:
        return url


def _joined(name: str, chunks: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(chunks) if chunks else to_arrow(FRAGMENT_TABLES[name], [])


def _rows_elsewhere(name: str, elsewhere: dict[Path, list[str]]) -> list[pa.Table]:
    """The rows that other fragments have of these captures. Raises DamagedFragment."""
    found = []
    for folder, captures in elsewhere.items() if name != "captures" else ():
        try:
            rows = read_parquet(folder / f"{name}.parquet")
        except (OSError, WarehouseError) as error:
            raise DamagedFragment(folder=folder, detail=str(error)) from error
        found.append(rows.filter(pc.is_in(rows["capture_id"], value_set=pa.array(captures, pa.string()))))
    return found


def _with_copies(name: str, data: pa.Table, elsewhere: list[pa.Table], copies: dict[str, list[Capture]]) -> pa.Table:
    """The rows of each first reading once more for each capture that had the same body. Captures have rows already."""
    if name == "captures" or not copies or not (len(data) or elsewhere):
        return data
    table = FRAGMENT_TABLES[name]
    own = data.filter(pc.is_in(data["capture_id"], value_set=pa.array(list(copies), pa.string())))
    originals = pa.concat_tables([own, *(rows.cast(data.schema) for rows in elsewhere)])
    copied = [
        replace(
            row,
            capture_id=capture.capture_id,
            site=capture.site,
            captured_at=capture.captured_at,
            crawl_date=capture.captured_at.date(),
            **({"status": capture.status} if name == "rejects" else {}),
        )
        for row in from_arrow(table, originals)
        for capture in copies[row.capture_id]
    ]
    return pa.concat_tables([data, to_arrow(table, copied)])
