"""A URL in; out, whether its shape is that of an AMP, print or mobile form, and whose. By shape alone, so a guess.

A guess becomes a verdict only where the form it would belong to is known as an article: see
`crawler.intake.candidates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MOST_FORMS", "VariantShape", "plain_form", "variant_shape"]

MOST_FORMS = 12  # addresses that the article itself may have; each is a look into the frontier

# A whole path segment: /story/amp/, /amp/story/. Words that name the printed form in the languages of the news set.
_AMP_SEGMENT = re.compile(r"amp", re.IGNORECASE)
_PRINT_SEGMENT = re.compile(
    r"print|printable|printversion|print-version|drucken|druckversion|imprimir|imprimer|stampa|imprimible",
    re.IGNORECASE,
)
# /story.amp, /story.amp.html, /story.print.html; "-amp" is left alone: it ends headlines about amplifiers.
_AMP_ENDING = re.compile(r"\.amp(?P<ending>\.s?html?)?$", re.IGNORECASE)
_PRINT_ENDING = re.compile(r"\.print(?P<ending>\.s?html?)?$", re.IGNORECASE)
_YES = r"(?:=(?:1|true|yes|on|y)?)?$"
_AMP_PARAMETER = re.compile(rf"(?:amp|isamp|is_amp){_YES}|(?:output|outputtype|view|mode|format)=amp$", re.IGNORECASE)
_PRINT_PARAMETER = re.compile(
    rf"(?:print|printable|printer|drucken|imprimir|stampa){_YES}|(?:output|outputtype|view|mode|format|page)=print$",
    re.IGNORECASE,
)
_MOBILE_PARAMETER = re.compile(r"(?:m|mobile)=1$|(?:output|outputtype|view|mode)=mobile$", re.IGNORECASE)
_HOSTS = {"amp": "amp", "m": "mobile", "mobile": "mobile", "touch": "mobile", "print": "print"}


@dataclass(frozen=True, kw_only=True)
class VariantShape:
    """What a URL looks like, and where the article that it is a form of may stand."""

    form: str  # amp | print | mobile: the innermost that was recognised
    of: tuple[str, ...]  # addresses of the article itself, likeliest first; never the URL itself


def variant_shape(url: str) -> VariantShape | None:
    """The form that a normalised URL has by its shape, or None where it has none.

    `https://m.times.example/story/amp/` is a form of `https://m.times.example/story/`, of the same on
    `www.times.example` and `times.example`, and of each without the slash.
    """
    found: dict[str, str] = {}
    waiting = [url]
    while waiting and len(found) < MOST_FORMS:
        for form, plain in _undone(waiting.pop(0)):
            if plain != url and plain not in found:
                found[plain] = form
                waiting.append(plain)
    if not found:
        return None
    return VariantShape(form=next(iter(found.values())), of=tuple(found)[:MOST_FORMS])


def plain_form(url: str) -> str:
    """The likeliest address of the article itself: the URL as it is where it has no variant's shape."""
    shape = variant_shape(url)
    return shape.of[0] if shape else url


def _undone(url: str) -> Iterator[tuple[str, str]]:
    """Every form that one mark of `url` tells, and the URL without that mark."""
    scheme, _, rest = url.partition("://")
    authority, slash, tail = rest.partition("/")
    path, question, query = (slash + tail).partition("?")
    for form, plain in _without_parameter(query):
        yield form, f"{scheme}://{authority}{path or '/'}" + (f"?{plain}" if plain else "")
    asked = f"?{query}" if question else ""
    for form, plain in _without_path_mark(path):
        yield form, f"{scheme}://{authority}{plain}{asked}"
    label, _, domain = authority.partition(".")
    if label in _HOSTS and "." in domain:
        for host in (f"www.{domain}", domain):
            yield _HOSTS[label], f"{scheme}://{host}{path}{asked}"


def _without_parameter(query: str) -> Iterator[tuple[str, str]]:
    parameters = query.split("&") if query else []
    for place, parameter in enumerate(parameters):
        for form, pattern in (("amp", _AMP_PARAMETER), ("print", _PRINT_PARAMETER), ("mobile", _MOBILE_PARAMETER)):
            if pattern.match(parameter):
                yield form, "&".join(parameters[:place] + parameters[place + 1 :])


def _without_path_mark(path: str) -> Iterator[tuple[str, str]]:
    slash = "/" if path.endswith("/") else ""
    segments = path.strip("/").split("/")
    if len(segments) > 1:  # "/amp" alone is no form of the home page: nobody archives it as an article
        for form, pattern in (("amp", _AMP_SEGMENT), ("print", _PRINT_SEGMENT)):
            if pattern.fullmatch(segments[-1]):
                above = "/" + "/".join(segments[:-1])
                yield form, above + slash
                yield form, above if slash else above + "/"
                yield form, above + ".html"
            if pattern.fullmatch(segments[0]):
                yield form, "/" + "/".join(segments[1:]) + slash
    for form, pattern in (("amp", _AMP_ENDING), ("print", _PRINT_ENDING)):
        if (found := pattern.search(path)) and found.start() > 0 and path[found.start() - 1] != "/":
            stem = path[: found.start()]
            yield form, stem + (found["ending"] or ".html")
            yield form, stem + ("" if found["ending"] else "/")
            yield form, stem
