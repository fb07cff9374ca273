"""sites.toml in, Sites out; a new stanza in, sites.toml with it out. Knows no key: see crawler.sites_check."""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import fields
from pathlib import Path

import tomlkit

from crawler.site import Mistake, Site, Sites, SitesError, UnknownSite
from crawler.sites_check import check_sites, syntax_mistake

__all__ = ["Mistake", "Site", "Sites", "SitesError", "UnknownSite", "append_site", "load_sites", "new_sites_file"]

_NEW_FILE = """\
# The sites that Broadsheet crawls. "broadsheet sites add URL" appends one, "broadsheet sites check" reads this file.

# Networks that the crawler may reach besides public ones, e.g. ["127.0.0.0/8"]. Loopback and private addresses are
# refused without it, so that no page can send the crawler into your own network.
allow_addresses = []

# Goes into the User-Agent, so that the owner of a site can reach you: "mailto:…" or "https://…". Public hosts are not
# crawled without it.
# contact = "mailto:you@example.org"

# What the archive may take on the disk, in gigabytes; a crawl ends before it takes more. No limit without it.
# quota_gb = 50

# What a publisher's opt-outs bind: "fetch", "export", or "record" alone. These are the defaults; the guide says more.
# [policy]
# robots = "fetch"
# noai = "export"                        # likewise noimageai, tdm, ai_txt, ai_train, ai_input
# noarchive = "record"                   # likewise noindex, search

# A site:
# [[site]]
# name = "thinlinenews"                  # a-z, 0-9 and "-", unique
# home = "https://thinlinenews.com/"
# feeds = []                             # found by themselves when absent, as are sitemaps
# sitemaps = []
# delay_seconds = 5.0                    # least time between two requests to its registrable domain
# [site.extraction]                      # where the reader goes wrong: CSS selectors; see "broadsheet sites try --help"
# title = "h1.headline"
# drop = [".newsletter"]
"""


def load_sites(path: Path) -> Sites:
    """All of sites.toml. Raises SitesError with every mistake in it, not only the first; no sites at all is none."""

    def whole(found: str, expected: str) -> SitesError:
        mistake = Mistake(file=path, found=found, expected=expected)
        return SitesError((mistake,))

    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise whole("no such file", 'a sites.toml; "broadsheet init" writes one') from None
    except OSError as problem:
        raise whole(problem.strerror or str(problem), "a file that can be read") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        found = f"byte 0x{raw[problem.start]:02X}"
        mistake = Mistake(file=path, line=line, found=found, expected="text in UTF-8")
        raise SitesError((mistake,)) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SitesError((syntax_mistake(path, text, str(problem)),)) from None
    except RecursionError:
        raise whole("values nested too deeply", "[[site]] stanzas of plain keys") from None
    return check_sites(path, text, data)


def append_site(path: Path, site: Site) -> None:
    """Add a stanza at the end of sites.toml, which is created with its explanations when there is none.

    What stands in the file stays as it is, comments, order and line ends included. Raises SitesError, and writes
    nothing, where the file or the new site has a mistake, or where its name or home is there already.
    """
    path = path.resolve()  # replacing a symlink would leave its target behind
    if path.exists():
        load_sites(path)
        text = path.read_bytes().decode("utf-8-sig")
    else:
        text = _NEW_FILE
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    grown = text + gap + _stanza(site).replace("\n", newline)
    try:
        data = tomllib.loads(grown)
    except tomllib.TOMLDecodeError:
        # Only `site = [...]`, a closed array, makes a good file and a good stanza a bad file.
        mistake = Mistake(file=path, key="site", found="[…]", expected="[[site]] stanzas, which can be added to")
        raise SitesError((mistake,)) from None
    check_sites(path, grown, data)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with draft.open("wb") as file:
            file.write(grown.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def new_sites_file(path: Path) -> None:
    """Write a sites.toml without sites that explains itself. Raises FileExistsError rather than touch one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(_NEW_FILE)


def _stanza(site: Site) -> str:
    """The site as TOML: name, home, delay, and whatever else is not as it would be anyway."""
    table = tomlkit.table()
    for described in fields(Site):
        value = getattr(site, described.name)
        if described.name not in ("name", "home", "delay_seconds") and value == described.default:
            continue
        if described.name == "policy":
            table["policy"] = tomlkit.inline_table()
            table["policy"].update(dict(value))
        elif described.name == "extraction":
            table["extraction"] = tomlkit.inline_table()
            table["extraction"].update({key: list(selectors) for key, selectors in value})
        elif isinstance(value, tuple):
            array = tomlkit.array()
            array.extend(value)
            table[described.name] = array.multiline(len(value) > 1)
        else:
            table[described.name] = value
    stanzas = tomlkit.aot()
    stanzas.append(table)
    document = tomlkit.document()
    document["site"] = stanzas
    return tomlkit.dumps(document)
