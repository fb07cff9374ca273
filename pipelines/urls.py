"""A URL in, the article's canonical URL and its id out. Pure; visits nothing and asks nobody.

The policy, in two steps that are kept apart on purpose.

`canonical_url` is an address a person can open. It is the page's own rel=canonical where that is plausible (see
`refuse_declared`), else the URL the page was captured at; either without fragment, default port and tracking
parameters, without the AMP and print marks that sites put on a second rendering of one article, and with its
percent-encoding in one form. Scheme, `www.`, trailing slash and the order of parameters stay as they are: the other
spelling may not answer.

`article_id` ignores exactly those four, because no newsroom publishes two articles that differ in them: the same
article over http and https, with and without `www.`, has one id.
"""

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from crawler import registrable_domain

# Parameters that say who sent the reader or opened the session, never what is read. Those of analytics and mail
# services first, then those of newsrooms' own feeds (at_*, ns_*: BBC; wt_*: Zeit; xtor: French press).
_TRACKING_PREFIXES = (
    "utm_",
    "at_",
    "ns_",
    "wt_",
    "pk_",
    "piwik_",
    "mtm_",
    "matomo_",
    "hsa_",
    "_hs",
    "oly_",
    "fb_",
    "guce_",
)
_TRACKING_NAMES = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mibextid sfnsn "
    "epik mc_cid mc_eid mkt_tok _ga _gl vero_id vero_conv hsctatracking guccounter xtor cmp cmpid cmp_id campaign_id "
    "icid ncid ocid smid smtyp smprod s_cid srnd soc_src soc_trk spm wickedid sref _openstat __twitter_impression "
    "phpsessid jsessionid ref_src ref_url referrer referer"
)
_TRACKING = frozenset(_TRACKING_NAMES.split())
_RENDERINGS = frozenset(  # parameters, with these values, that ask for AMP or for paper
    f"{name}={value}" for name in ("amp", "print", "isamp", "printable") for value in ("", "1", "true", "yes")
) | {"outputtype=amp", "view=print", "view=amp", "output=amp", "output=print", "format=amp", "format=print"}
_RENDERING_SEGMENTS = frozenset({"amp", "amp.html", "print", "print.html", "printable"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SUFFIX = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms|ece)$", re.IGNORECASE)


def canonical_url(url: str, declared: str | None = None) -> str:
    """The article's address: `declared` (the page's rel=canonical) where plausible, else `url`, cleaned. Twice = once.

    A `url` that is no http(s) URL comes back as it is: a foreign WARC may hold `urn:` or `dns:` records.
    """
    if declared and refuse_declared(url, declared) is None:
        return _clean(_absolute(url, declared))
    return _clean(url)


def article_id(url: str) -> str:
    """16 hex digits that name the article at this URL; one for http and https, `www.` or not, trailing slash or not."""
    parts = _split(_clean(url))
    if parts is None:
        identity = url
    else:
        host = parts.netloc.removeprefix("www.")
        parameters = sorted(_parameters(parts.query), key=lambda parameter: parameter.partition("=")[0])
        identity = f"{host}{parts.path.rstrip('/')}?{'&'.join(parameters)}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def refuse_declared(url: str, declared: str) -> str | None:
    """Why the page's rel=canonical is not believed, or None where it is.

    `scheme`: not http or https. `other_domain`: a reprint names the original, which is another publication.
    `home_page`, `section_page`: a template names the front, or a folder above, for every article. `other_article`:
    neither a number nor a word of the slug in common, from a stale cache or a copied template.
    """
    here, there = _split(_clean(url)), _split(_clean(_absolute(url, declared)))
    if there is None:
        return "scheme"
    if here is None or registrable_domain(here.hostname or "") != registrable_domain(there.hostname or ""):
        return "other_domain"
    ours, theirs = _segments(here.path), _segments(there.path)
    if theirs == ours or (not ours and not here.query):
        return None
    if not theirs and not there.query:
        return "home_page"
    if len(theirs) < len(ours) and ours[: len(theirs)] == theirs and not there.query:
        # `/story/2` and `/story/comments` belong to `/story`; `/politics/a-story-of-its-own` does not to `/politics`.
        return "section_page" if _looks_like_slug(ours[-1]) and not _looks_like_slug(theirs[-1]) else None
    if ours and theirs and _names_another_article(here, there, ours[-1], theirs[-1]):
        return "other_article"
    return None


def _absolute(url: str, declared: str) -> str:
    try:
        return urljoin(url, declared.strip())
    except ValueError:  # a bracket that does not close
        return declared


def _names_another_article(here: SplitResult, there: SplitResult, ours: str, theirs: str) -> bool:
    """Both slugs speak, and they have no word in common, nor the URLs a number of five digits or more."""
    our_words, their_words = _words(ours), _words(theirs)
    if len(our_words) < 3 or len(their_words) < 3 or our_words & their_words:
        return False
    our_numbers = set(re.findall(r"\d{5,}", f"{here.path}?{here.query}"))
    return not our_numbers & set(re.findall(r"\d{5,}", f"{there.path}?{there.query}"))


def _clean(url: str) -> str:
    parts = _split(url.strip())
    if parts is None:
        return url
    path = _one_form(parts.path, safe="/:@!$&'()*+,;=") or "/"
    while (shorter := _without_rendering(path)) != path:
        path = shorter
    query = "&".join(parameter for parameter in _parameters(parts.query) if not _is_noise(parameter))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _without_rendering(path: str) -> str:
    """`/a-long-story/amp/` → `/a-long-story/`, `/story.amp.html` → `/story.html`; `/tag/amp` is about amplifiers."""
    segments = path.split("/")
    tail = segments[-2:] if segments[-1] == "" else segments[-1:]
    before = segments[: -len(tail)]
    if before and tail[0].lower() in _RENDERING_SEGMENTS and _looks_like_slug(before[-1]):
        return "/".join([*before, *tail[1:]])
    return re.sub(r"(?<=[^/])\.amp(?=\.html?$|$)", "", path, flags=re.IGNORECASE)


def _split(url: str) -> SplitResult | None:
    """The parts of an http(s) URL, scheme and host in lower case, no default port, user or fragment; else None."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is no number, a bracket that does not close
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    host = _ascii_host(host.rstrip("."))
    if not host or "[" in host or "]" in host or (":" in host and not _is_ipv6(host)):
        return None  # urllib finds hosts in `http://[::1]:80@]` and `http://[::1]:80@[:`
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    return SplitResult(scheme, netloc, parts.path, parts.query, "")


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError:  # labels that IDNA forbids are still in archives
        return quote(host.lower(), safe="", errors="surrogatepass").lower()


def _parameters(query: str) -> list[str]:
    return [_one_form(parameter, safe="/:@!$'()*+,;=?") for parameter in query.split("&") if parameter]


def _is_noise(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    key = parameter.lower() if "=" in parameter else f"{name}="
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or key in _RENDERINGS


def _one_form(text: str, *, safe: str) -> str:
    """Percent-encoding in one form (RFC 3986 §6.2.2): unreserved characters bare, hex digits in upper case."""
    out: list[str] = []
    for place, piece in enumerate(re.split(r"(%[0-9A-Fa-f]{2})", text)):
        if place % 2:  # an escape: what the expression captures stands at every other place
            byte = unquote_to_bytes(piece)
            out.append(byte.decode("ascii") if byte[0] in _UNRESERVED else piece.upper())
        else:
            out.append(quote(piece, safe=safe, errors="surrogatepass"))
    return "".join(out)


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _looks_like_slug(segment: str) -> bool:
    """Names one article rather than a section: two hyphens, or a number of four digits and more, or a file name."""
    return segment.count("-") >= 2 or bool(re.search(r"\d{4,}", segment)) or bool(_SUFFIX.search(segment))


def _words(segment: str) -> set[str]:
    return {
        word for word in re.split(r"[^\w]+|_", _SUFFIX.sub("", segment).lower()) if len(word) > 2 and not word.isdigit()
    }
