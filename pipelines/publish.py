"""The fragments of one crawl date in, that day's tables out: all of them or none. Reads no WARC file and no page.

The same inputs give the same bytes; their digest is the publication id, so that what is stale can be told without
reading a row. A WARC file may span midnight, an import many days: a fragment gives each date the rows of that date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crawler import Sites, load_sites, registrable_domain
from crawler.manners.policy import Policy
from pipelines.announced_dates import with_announced_dates
from pipelines.archive_files import WarcFile, files_of, list_warc_files
from pipelines.boilerplate import COLUMNS, WINDOW_DAYS, Learned, Overrule, fold, learn
from pipelines.clean_articles import clean, spoken_of
from pipelines.extraction import EXTRACTOR_VERSION
from pipelines.fragment_rows import FRAGMENT_TABLES
from pipelines.fragments import Fragment, read_fragment
from pipelines.joining import COLUMNS as JOINING
from pipelines.joining import joined
from pipelines.reading import DayOfFragment, host_of
from pipelines.revisits import OpenRevisit, Original, resolve_revisits
from warehouse import ALL_TABLES, ARTICLES, BOILERPLATE, CAPTURES, Table, publish_partitions, tables_folder

# Changes with what publishing makes of the same fragments; every date is then published again.
PUBLISH_VERSION = 14


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a publication depends on."""

    crawl_date: date
    files: tuple[tuple[WarcFile, Fragment], ...]
    looked_at: tuple[tuple[WarcFile, Fragment], ...]
    """Files of other days, to which revisits of this day refer by URL and date."""
    window: tuple[tuple[WarcFile, Fragment], ...]
    """Files with articles of the same sites, of the days whose repeated blocks count; those of this day among them."""
    sites: Mapping[str, str]
    """Host → site, for the hosts of captures that do not say of which site they are."""
    policies: Mapping[str, Policy]
    """Site → what its opt-outs bind, where that is not as for all; "": for all."""
    overrules: Mapping[str, Overrule]
    """Site → which blocks of text a person wants kept or dropped."""

    @property
    def publication_id(self) -> str:
        """16 hex digits that change with any of the inputs, the tables' columns and our own version."""
        schemas = [table.schema.to_string(truncate_metadata=False, show_field_metadata=True) for table in ALL_TABLES]
        everything = {
            "version": PUBLISH_VERSION,
            "extractor": EXTRACTOR_VERSION,
            "schemas": hashlib.sha256("\n".join(schemas).encode()).hexdigest(),
            "crawl_date": self.crawl_date.isoformat(),
            "files": [[file.name, fragment.key] for file, fragment in self.files],
            "looked_at": [[file.name, fragment.key] for file, fragment in self.looked_at],
            "window": [[file.name, fragment.key] for file, fragment in self.window],
            "sites": sorted(self.sites.items()),
            "policies": sorted((site, policy.differs) for site, policy in self.policies.items()),
            "overrules": sorted((site, said.keep, said.drop) for site, said in self.overrules.items()),
        }
        return hashlib.sha256(json.dumps(everything).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Published:
    """What one date's tables hold now. `in_two_files`: captures that stand in more than one WARC file, counted once."""

    crawl_date: date
    publication_id: str
    captures: int
    classes: Mapping[str, int]
    rejects: Mapping[str, int]
    links: int
    in_two_files: int


def inputs_of(files: Sequence[WarcFile], crawl_date: date, site_of_host: SiteOfHost) -> Inputs:
    """What publishing that date would read."""
    own = files_of(files, crawl_date)
    abouts = [fragment.days[crawl_date] for _, fragment in own]
    earlier = {day for about in abouts for day in about.looks_back_to} - {crawl_date}
    looked_at = {file.name: (file, fragment) for day in earlier for file, fragment in files_of(files, day)}
    sites = {site for about in abouts for site in _sites_of(about, site_of_host)}
    days = window_of(crawl_date)
    window = [
        (file, fragment)
        for file, fragment in ((file, file.fragment) for file in files)
        if fragment is not None and _has_articles_of(fragment, days, sites, site_of_host)
    ]
    seen = [about for _, fragment in window for day, about in fragment.days.items() if day in days]
    hosts = sorted({host for about in (*abouts, *seen) for host in about.hosts_without_site})
    return Inputs(
        crawl_date=crawl_date,
        files=tuple(own),
        looked_at=tuple(looked_at[name] for name in sorted(looked_at)),
        window=tuple(window),
        sites={host: site_of_host(host) for host in hosts},
        policies=site_of_host.policies,
        overrules={site: said for site, said in site_of_host.overrules.items() if site in sites},
    )


def window_of(crawl_date: date) -> frozenset[date]:
    """The days of which repeated blocks count on that date: the last WINDOW_DAYS, itself included."""
    first = max(date.min.toordinal(), crawl_date.toordinal() - WINDOW_DAYS + 1)
    return frozenset(map(date.fromordinal, range(first, crawl_date.toordinal() + 1)))


def days_that_look_back_to(day: date) -> frozenset[date]:
    """The days on which the repeated blocks of that day count."""
    last = min(date.max.toordinal(), day.toordinal() + WINDOW_DAYS - 1)
    return frozenset(map(date.fromordinal, range(day.toordinal(), last + 1)))


def _sites_of(about: DayOfFragment, site_of_host: SiteOfHost) -> set[str]:
    return {*about.article_sites, *map(site_of_host, about.hosts_without_site)}


def _has_articles_of(fragment: Fragment, days: frozenset[date], sites: set[str], site_of_host: SiteOfHost) -> bool:
    shared = days.intersection(fragment.days)
    return any(not sites.isdisjoint(_sites_of(fragment.days[day], site_of_host)) for day in shared)


class SiteOfHost:
    """Host → name of the site it belongs to in sites.toml; the host itself where it belongs to none. And what opt-outs
    bind there."""

    def __init__(self, home: Path) -> None:
        """Raises SitesError for a sites.toml with mistakes; an archive of imports alone needs none."""
        path = home / "sites.toml"
        known = load_sites(path) if path.exists() else Sites(path=path)
        sites = known.sites
        self.policies = {"": known.policy_for(None), **{s.name: known.policy_for(s.name) for s in sites if s.policy}}
        self.overrules = {
            site.name: Overrule(keep=tuple(map(fold, site.keep_text)), drop=tuple(map(fold, site.drop_text)))
            for site in sites
            if site.keep_text or site.drop_text
        }
        self._by_host = {host.lower(): site.name for site in reversed(sites) for host in site.hosts}
        self._by_domain = {registrable_domain(site.home): site.name for site in reversed(sites)}

    def __call__(self, host: str) -> str:
        if host in self._by_host:
            return self._by_host[host]
        return self._by_domain.get(registrable_domain(host), host)


def publish(
    home: Path, crawl_date: date, *, files: Sequence[WarcFile] | None = None, site_of_host: SiteOfHost | None = None
) -> Published:
    """Publish one date's captures, articles, rejects, links and images, in place of what was published for it.

    `files`: the archive's, as `list_warc_files` gives them, where the caller has them already. Raises DamagedFragment.
    """
    files = list_warc_files(home) if files is None else files
    inputs = inputs_of(files, crawl_date, site_of_host or SiteOfHost(home))
    return publish_inputs(inputs, tables_folder(home))


def publish_inputs(inputs: Inputs, tables: Path) -> Published:
    """Join, and hand over to the warehouse."""
    parts = [_captures_of(file, fragment, inputs.crawl_date) for file, fragment in inputs.files]
    kept = _first_of_each(parts)
    captures = _settled(pa.concat_tables(kept) if kept else None, inputs)
    data = {CAPTURES.name: captures}
    for table in ALL_TABLES:
        if table not in (CAPTURES, BOILERPLATE):
            rows = [
                _rows_of(read_fragment(fragment, table.name), part["capture_id"], table)
                for (_, fragment), part in zip(inputs.files, kept, strict=True)
            ]
            data[table.name] = _of_captures(pa.concat_tables(rows) if rows else _columns_of(table), captures)
    data[ARTICLES.name] = with_announced_dates(data[ARTICLES.name], captures)
    data = joined(data)
    data[ARTICLES.name], data[BOILERPLATE.name] = _cleaned(data[ARTICLES.name], inputs)
    publish_partitions(tables, inputs.crawl_date, data, publication_id=inputs.publication_id)
    return Published(
        crawl_date=inputs.crawl_date,
        publication_id=inputs.publication_id,
        captures=len(captures),
        classes=_counts(data[CAPTURES.name]["class"]),
        rejects=_counts(data["rejects"]["reason"]),
        links=len(data["links"]),
        in_two_files=sum(map(len, parts)) - len(captures),
    )


def _cleaned(articles: pa.Table, inputs: Inputs) -> tuple[pa.Table, pa.Table]:
    """The articles without blocks that are their site's, and the rows of `boilerplate`."""
    spoken = spoken_of(articles, inputs.overrules)
    days = pa.array(sorted(window_of(inputs.crawl_date)), pa.date32())
    sites = set(articles["site"].to_pylist())
    parts = []
    for _, fragment in inputs.window if sites else ():
        rows = read_fragment(fragment, ARTICLES.name, COLUMNS)
        rows = rows.filter(pc.is_in(rows["crawl_date"], value_set=days))
        named = [
            site or inputs.sites[host_of(url)]
            for site, url in zip(rows["site"].to_pylist(), rows["url"].to_pylist(), strict=True)
        ]
        rows = rows.set_column(rows.schema.get_field_index("site"), "site", pa.array(named, pa.string()))
        parts.append(rows.filter(pa.array([site in sites for site in named], pa.bool_())))
    learned = learn(pa.concat_tables(parts), also=spoken) if parts else Learned()
    return clean(articles, learned, spoken, inputs.crawl_date)


def _captures_of(file: WarcFile, fragment: Fragment, crawl_date: date) -> pa.Table:
    rows = read_fragment(fragment, "captures")
    rows = rows.filter(pc.equal(rows["crawl_date"], pa.scalar(crawl_date)))
    names = pa.array([file.name] * len(rows), pa.string())  # the fragment is named by content, the file may have moved
    return rows.set_column(rows.schema.get_field_index("warc_file"), rows.schema.field("warc_file"), names)


def _first_of_each(parts: Sequence[pa.Table]) -> list[pa.Table]:
    """Each part without the captures that a part before it has."""
    seen: set[str] = set()
    kept = []
    for part in parts:
        ids = part["capture_id"].to_pylist()
        kept.append(part.filter(pa.array([capture_id not in seen for capture_id in ids], pa.bool_())))
        seen.update(ids)
    return kept


def _settled(captures: pa.Table | None, inputs: Inputs) -> pa.Table:
    """The captures with site and original filled in, in the columns of the published table."""
    if captures is None:
        empty: pa.Table = CAPTURES.schema.empty_table()
        return empty
    sites = [
        site if site is not None else inputs.sites[host_of(url)]
        for site, url in zip(captures["site"].to_pylist(), captures["url"].to_pylist(), strict=True)
    ]
    bound = [
        _binding(inputs.policies, site, tuple(signals)) if signals else ()
        for site, signals in zip(sites, captures["signals"].to_pylist(), strict=True)
    ]
    found = _resolved(captures, inputs)
    originals = [
        original or found.get(capture_id)
        for capture_id, original in zip(
            captures["capture_id"].to_pylist(), captures["refers_to_capture_id"].to_pylist(), strict=True
        )
    ]
    return _replaced(captures, CAPTURES, site=sites, refers_to_capture_id=originals, export_bound_by=bound)


def _binding(policies: Mapping[str, Policy], site: str, signals: tuple[str, ...]) -> tuple[str, ...]:
    return policies.get(site, policies[""]).binding(signals, "export")


_ORIGINAL = ["capture_id", "url", "captured_at", "payload_digest", "class"]
_REVISIT = ["capture_id", "url", "captured_at", "payload_digest", "refers_to_url", "refers_to_at"]


def _resolved(captures: pa.Table, inputs: Inputs) -> Mapping[str, str]:
    is_open = pc.and_(pc.equal(captures["class"], "revisit"), pc.is_null(captures["refers_to_capture_id"]))
    unsettled = captures.filter(is_open).select(_REVISIT).to_pylist()
    if not unsettled:
        return {}
    others = [read_fragment(fragment, "captures", _ORIGINAL) for _, fragment in inputs.looked_at]
    candidates = pa.concat_tables(
        [captures.select(_ORIGINAL), *(each.cast(captures.select(_ORIGINAL).schema) for each in others)]
    )
    bodies = candidates.filter(pc.not_equal(candidates["class"], "revisit")).drop_columns(["class"])
    return resolve_revisits([OpenRevisit(**row) for row in unsettled], [Original(**row) for row in bodies.to_pylist()])


def _rows_of(rows: pa.Table, capture_ids: pa.ChunkedArray, table: Table) -> pa.Table:
    chosen = rows.filter(pc.is_in(rows["capture_id"], value_set=capture_ids.combine_chunks()))
    return chosen.select(_columns_of(table).schema.names)


def _columns_of(table: Table) -> pa.Table:
    """No rows, with the columns that publishing reads of a fragment."""
    known = FRAGMENT_TABLES[table.name].schema
    more = [known.field(name) for name in ("block_digests", *JOINING)] if table is ARTICLES else []
    return pa.schema([*table.schema, *more]).empty_table()


def _of_captures(rows: pa.Table, captures: pa.Table) -> pa.Table:
    """The site of a row, and what binds it, are those of its capture."""
    if not len(rows):
        return rows
    at = pc.index_in(rows["capture_id"], value_set=captures["capture_id"].combine_chunks())
    for name in ("site", "export_bound_by"):
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), captures[name].take(at))
    return rows


def _replaced(rows: pa.Table, table: Table, **columns: list[Any]) -> pa.Table:
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else rows[field.name]
        for field in table.schema
    ]
    return pa.Table.from_arrays(arrays, names=table.schema.names)


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(column).to_pylist() if len(column) else []
    return {each["values"]: each["counts"] for each in sorted(counted, key=lambda each: str(each["values"]))}
