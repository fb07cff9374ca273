"""What a crawler also meets: redirects, dead links, broken pages, walls, a closed folder. Part of an outlet's desk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .page import Page
from .reports import other_articles
from .stories import slug

if TYPE_CHECKING:
    from .desk import Desk


def odd_pages(desk: Desk) -> tuple[dict[str, Page], list[tuple[str, str]]]:
    """The odd addresses of an outlet, and the links (text, path) by which its home page leads there."""
    return {
        "thinline": _thinline,
        "harbourpost": _harbourpost,
        "sundial": _sundial,
        "meridian": _meridian,
        "cityline": _cityline,
        "seetalbote": _seetalbote,
        "costanueva": _costanueva,
    }.get(desk.outlet.name, _none)(desk)


Odd = tuple[dict[str, Page], list[tuple[str, str]]]


def _none(desk: Desk) -> Odd:
    return {}, []


def _redirect(desk: Desk, status: int, to: str) -> Page:
    return Page(kind="redirect", status=status, location=to, changed_at=desk.started_at, write=lambda: "")


def _walled(desk: Desk, texts: tuple[str, str]) -> Odd:
    """The disallowed folder: two pages that are articles to look at, and that no obedient crawler sees."""
    pages: dict[str, Page] = {}
    links: list[tuple[str, str]] = []
    found = other_articles(desk.outlet, seed=desk.seed, started_at=desk.started_at, corner="members", count=2)
    for text, article in zip(texts, found, strict=True):
        path = f"{desk.outlet.disallowed}{slug(article.title)}/"
        pages[path] = desk.article_page(replace(article, path=path, number=article.number + 700), kind="disallowed")
        links.append((text, path))
    return pages, links


def _thinline(desk: Desk) -> Odd:
    pages, links = _walled(desk, ("Members’ lounge: the week in full", "Members’ lounge: letters we did not print"))
    # Linked for years and long gone; the server knows nothing of it.
    links.append(("Parade route and road closures 2019", "/2019/11/08/parade-route-and-road-closures-for-saturday/"))
    return pages, links


def _harbourpost(desk: Desk) -> Odd:
    newest = desk.stories[-1].first.path
    oldest = desk.stories[0].first.path
    pages = {
        "/news/2871-old-slug-of-the-day/": _redirect(desk, 301, oldest),
        "/latest/": _redirect(desk, 302, newest),
    }
    links = [
        ("Our most shared story this month", "/news/2871-old-slug-of-the-day/"),
        ("Straight to the latest", "/latest/"),
    ]
    # A link without its last slash: the server sends one on to the address with it.
    return pages, [*links, ("About the Post", "/about")]


def _sundial(desk: Desk) -> Odd:
    pages = {"/winter-festival-photo-gallery-is-live/": _redirect(desk, 302, desk.stories[-1].first.path)}
    return pages, [("See the festival gallery", "/winter-festival-photo-gallery-is-live/")]


def _meridian(desk: Desk) -> Odd:
    pages, links = _walled(
        desk, ("Subscriber briefing: the budget in ten charts", "Subscriber briefing: who funds whom")
    )
    stub = other_articles(desk.outlet, seed=desk.seed, started_at=desk.started_at, corner="plus", count=1)[0]
    stub = replace(stub, path=f"/business/plus/{slug(stub.title)}.html", number=900)
    pages[stub.path] = desk.article_page(stub, kind="paywall_stub", paywalled=True)
    gone = "/politics/2021/03/former-council-leader-responds-to-claims.html"
    pages[gone] = desk.notice("gone", gone, 410, changed_at=desk.started_at)
    return pages, [*links, (f"Plus: {stub.title}", stub.path), ("Former council leader responds to claims", gone)]


def _cityline(desk: Desk) -> Odd:
    broken = "/local/live-traffic-map-of-the-city-centre-88217"
    pages = {broken: desk.notice("broken", broken, 500)}
    return pages, [("Live traffic map of the city centre", broken)]


def _seetalbote(desk: Desk) -> Odd:
    wall = "/lokales/adventskalender-der-vereine-im-seetal-70011.html"
    return {wall: desk.notice("consent_wall", wall, 200)}, [("Adventskalender der Vereine im Seetal", wall)]


def _costanueva(desk: Desk) -> Odd:
    pages, links = _walled(
        desk, ("Solo suscriptores: la carta del director", "Solo suscriptores: el pleno, minuto a minuto")
    )
    # A page that says it is not there, with status 200.
    missing = "/2023/05/14/programa-completo-de-la-romeria-de-mayo/"
    pages[missing] = desk.notice("soft_404", missing, 200)
    return pages, [*links, ("Programa completo de la romería de mayo", missing)]
