"""URL references in, the frontier's form of them out, and the names in it. Never fetches, never reads a disk."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from functools import lru_cache
from importlib import resources
from urllib.parse import unquote_to_bytes

import idna
import tldextract

__all__ = ["host_of", "normalise", "path_and_query", "registrable_domain", "suffix_list_date"]

# RFC 3986, appendix B. urllib's urljoin is not used: it drops empty queries and empty path segments, and archives
# need the URL that the page named (`/a//b`, `/a?`), byte for byte.
_PARTS = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?://(?P<authority>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.DOTALL,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_C0_AND_SPACE = "".join(map(chr, range(0x21)))  # URL standard §4.4 step 1: stripped at both ends
_TAB_NEWLINE = re.compile(r"[\t\n\r]")  # … step 3: removed anywhere
# What may not stand on an HTTP request line, and `"<>`, which every browser sends encoded in path and query alike.
# All else stays as it was found: `/a%7Eb` and `/a~b` are two addresses to some servers.
_TO_ENCODE = re.compile(r'[\x00-\x20"<>\x7f-\U0010ffff]+')
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")  # URL standard §3.3, forbidden domain code points
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")

# Only the list that the package bundles: a crawl must not fetch anything behind its own back, nor change its mind
# between two runs. Private suffixes count (a.github.io and b.github.io belong to different people).
_extract_suffix = tldextract.TLDExtract(
    cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, include_psl_private_domains=True
)
_LIST_OF = re.compile(r"^// VERSION: (\d{4}-\d\d-\d\d)", re.MULTILINE)


def normalise(url: str, base: str | None = None) -> str | None:
    """The URL as the frontier keeps it, or None where it is no http(s) address.

    Absolute, without fragment and userinfo; scheme and host lower-case, IDN hosts in Punycode, IPv4 in any spelling as
    dotted decimal, default port dropped, empty path "/". Path and query stay byte for byte, save what cannot be sent
    (spaces, controls, quotes, angle brackets, non-ASCII: percent-encoded as UTF-8). normalise(normalise(u)) is
    normalise(u). `base`: where the reference was found.
    """
    reference = _TAB_NEWLINE.sub("", url.strip(_C0_AND_SPACE))
    parts = _split(reference)
    if parts is None:
        return None
    scheme, authority, path, query = parts
    if scheme is None or (scheme in _DEFAULT_PORTS and authority is None):
        # "https:path" without slashes counts as relative to a base of the same scheme (URL standard §4.4).
        base_parts = _split(_TAB_NEWLINE.sub("", base.strip(_C0_AND_SPACE))) if base is not None else None
        if base_parts is None or base_parts[1] is None or (scheme not in (None, base_parts[0])):
            return None
        scheme, base_authority, base_path, base_query = base_parts
        if authority is None:
            authority = base_authority
            if not path:
                path = base_path
                query = base_query if query is None else query
            elif path.startswith("/"):
                path = _without_dots(path)
            else:
                path = _without_dots((base_path.rpartition("/")[0] if base_path else "") + "/" + path)
    if scheme not in _DEFAULT_PORTS or not authority:
        return None
    host = _host_and_port(authority, _DEFAULT_PORTS[scheme])
    if host is None:
        return None
    path = path if path.startswith("/") else "/" + path
    return f"{scheme}://{host}{_encoded(path)}" + ("" if query is None else "?" + _encoded(query))


def host_of(url: str) -> str:
    """The host of a normalised URL, without port; IPv6 in brackets. Empty where there is none."""
    authority = url.partition("://")[2]
    authority = re.split(r"[/?#]", authority, maxsplit=1)[0].rpartition("@")[2]
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0].lower()


def path_and_query(url: str) -> tuple[str, str | None]:
    """Path and query of a normalised URL; None for no query, "" for an empty one."""
    rest = url.partition("://")[2].partition("#")[0]
    rest, mark, query = rest.partition("?")
    return "/" + rest.partition("/")[2], query if mark else None


def registrable_domain(url_or_host: str) -> str:
    """What politeness and scope count as one owner: "bbc.co.uk", an IP address itself, "x.localhost".

    From the public suffix list that tldextract bundles, private suffixes included. A name under no listed suffix
    counts by its last two labels; a bare suffix is itself.
    """
    if "://" in url_or_host:
        return _registrable(host_of(url_or_host))
    host = url_or_host if url_or_host.startswith("[") else url_or_host.partition(":")[0]
    return _registrable((host.partition("]")[0] + "]") if host.startswith("[") else host.lower())


def suffix_list_date() -> date:
    """The day of the public suffix list that decides on registrable domains: it changes with tldextract, and by nothing
    that is fetched."""
    found = _LIST_OF.search(resources.files(tldextract).joinpath(".tld_set_snapshot").read_text("utf-8")[:5_000])
    if found is None:
        raise ValueError("tldextract's .tld_set_snapshot says no VERSION: was it built from the list?")
    return date.fromisoformat(found[1])


@lru_cache(maxsize=65_536)
def _registrable(host: str) -> str:
    name = host.rstrip(".")
    if name.startswith("[") or _ipv4(name) is not None:
        return name
    found = _extract_suffix(name)
    if found.suffix and found.domain:
        return f"{found.domain}.{found.suffix}"
    return name if found.suffix else ".".join(name.split(".")[-2:])


def _split(reference: str) -> tuple[str | None, str | None, str, str | None] | None:
    """Scheme (lower-case), authority, path, query. Backslashes count as slashes before the query, as in browsers."""
    head, mark, tail = reference.partition("?")
    if "#" in head:
        head, mark, tail = head.partition("#")[0], "", ""
    scheme = head.partition(":")[0].lower()
    if scheme in _DEFAULT_PORTS or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", head):
        head = head.replace("\\", "/")
    if scheme in _DEFAULT_PORTS:
        # Browsers take any number of slashes here: "https:///example.org" and "https:/example.org" name a host.
        head = re.sub(r"^([A-Za-z]+:)/+", r"\1//", head)
    match = _PARTS.fullmatch(head + mark + tail)
    if match is None:
        return None
    found = match["scheme"]
    return found.lower() if found else None, match["authority"], match["path"], match["query"]


def _host_and_port(authority: str, default_port: int) -> str | None:
    host, port = authority.rpartition("@")[2], ""
    if host.startswith("["):
        host, bracket, rest = host.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return None
        port = rest[1:]
        try:
            host = f"[{ipaddress.IPv6Address(host[1:]).compressed}]"
        except ValueError:
            return None
        if "%" in host:  # a zone id names an interface of this machine, not a place on the net
            return None
    else:
        host, _, port = host.partition(":")
        name = _domain(host)
        if name is None:
            return None
        host = name
    if not port:
        return host
    port = port.lstrip("0") or "0"  # a port of thousands of digits is no number to Python
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) > 65_535:
        return None
    return host if int(port) == default_port else f"{host}:{int(port)}"


@lru_cache(maxsize=65_536)
def _domain(host: str) -> str | None:
    """A host name as it is sent: lower-case ASCII; IPv4 in dotted decimal whatever its spelling; None if impossible."""
    if "%" in host:
        try:
            host = unquote_to_bytes(host).decode("utf-8")
        except UnicodeDecodeError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError:
            return None
    host = host.lower()
    if not host.strip(".") or ".." in host or host.startswith(".") or _FORBIDDEN_IN_HOST.search(host):
        return None
    last = host.rstrip(".").rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        return _ipv4(host)
    return host


def _ipv4(host: str) -> str | None:
    """Dotted decimal for 1 to 4 numbers, each decimal, octal or hexadecimal (URL standard §3.5), else None."""
    labels = host.removesuffix(".").split(".")
    if not 1 <= len(labels) <= 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        return None
    numbers = []
    for label in labels:
        if label[:2].lower() == "0x":
            numbers.append(int(label[2:] or "0", 16))
        elif len(label) > 1 and label.startswith("0"):
            if not re.fullmatch(r"[0-7]+", label):
                return None
            numbers.append(int(label, 8))
        else:
            if len(label) > 10:
                return None
            numbers.append(int(label))
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1] + sum(number * 256 ** (3 - place) for place, number in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4, keeping empty segments."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        last = place == len(segments) - 1
        if segment == "..":
            if kept:
                kept.pop()
            if last:
                kept.append("")
        elif segment == ".":
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)


def _encoded(text: str) -> str:
    return _TO_ENCODE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "replace")), text)
