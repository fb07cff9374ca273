"""The eight outlets and their habits, as data: look, language, zone, addresses, feeds, headers. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone

from .stories import slug


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """One news site of the newsroom, served at http://NAME.localhost:PORT/."""

    name: str
    title: str
    tagline: str
    owner: str  # who holds the copyright in the footer
    look: str  # a module in looks/
    language: str  # BCP 47
    offset_hours: int  # fixed, so that no time zone database is needed
    towns: tuple[str, ...]
    article_path: str  # y, m, d, section, slug, number are filled in
    section_path: str = "/category/{section}/"
    colour: str = "#1d3557"
    feed: tuple[str, str] | None = None  # ("rss" | "atom", path)
    sitemaps: tuple[
        tuple[str, str], ...
    ] = ()  # (kind, path): index, posts, pages, news; the first is the one announced
    robots: bool = True
    crawl_delay_seconds: float | None = None
    disallowed: str | None = None  # a folder with pages that the home page links to
    encodings: tuple[str, ...] = ()  # content codings in the server's order of preference
    etag: str | None = None  # None | "strong" | "weak"
    last_modified: bool = False
    charset: str = "utf-8"
    charset_in_header: bool = True
    charset_in_page: bool = True
    server: str = "nginx"
    gone_status: int = 410  # the answer for an article that was taken down

    @property
    def zone(self) -> timezone:
        return timezone(timedelta(hours=self.offset_hours))

    @property
    def tongue(self) -> str:
        """The bare language, which prose and wordings are filed under: en, de, es."""
        return self.language.split("-")[0]

    def side_path(self, kind: str, name: str) -> str:
        """The address of an author's or a tag's page."""
        if self.look == "nextjs":
            return f"/{'people' if kind == 'author' else 'topic'}/{slug(name)}"
        return f"/{kind}/{slug(name)}{'.html' if self.look == 'magazine' else '/'}"


OUTLETS: tuple[Outlet, ...] = (
    Outlet(
        name="thinline",
        title="Thin Line News",
        tagline="Reporting for those who serve",
        owner="Thin Line News LLC",
        look="wp_classic",
        language="en-US",
        offset_hours=-5,
        towns=("Fairmont", "Oak Ridge", "Pinehurst", "Calloway", "Dunmore"),
        article_path="/{y}/{m}/{d}/{slug}/",
        colour="#21759b",
        feed=("rss", "/feed/"),
        sitemaps=(("index", "/wp-sitemap.xml"), ("posts", "/wp-sitemap-posts-post-1.xml")),
        crawl_delay_seconds=0.05,
        disallowed="/members/",
        encodings=("gzip",),
        etag="weak",
        last_modified=True,
        server="Apache/2.4.62 (Debian)",
    ),
    Outlet(
        name="harbourpost",
        title="The Harbour Post",
        tagline="News from the estuary, every day since 1871",
        owner="Harbour Post Media Ltd",
        look="wp_block",
        language="en-GB",
        offset_hours=0,
        towns=("Saltmere", "Wexcombe", "Thorne Quay", "Little Harrow", "Brackwater"),
        article_path="/news/{slug}/",
        section_path="/topics/{section}/",
        colour="#0b3d2e",
        feed=("rss", "/feed/"),
        sitemaps=(("index", "/sitemap_index.xml"), ("posts", "/post-sitemap.xml"), ("pages", "/page-sitemap.xml")),
        encodings=("br", "gzip"),
        etag="strong",
        last_modified=True,
    ),
    Outlet(
        name="sundial",
        title="Sundial Valley Voice",
        tagline="Your valley. Your voice.",
        owner="Sundial Community Media, Inc.",
        look="builder",
        language="en-US",
        offset_hours=-8,
        towns=("Sundial", "Cottonwood", "Mesa Grove", "Los Alisos", "Harper Springs"),
        article_path="/{slug}/",
        colour="#b5502b",
        feed=("rss", "/feed/"),
        encodings=("gzip", "br"),
        last_modified=True,
        server="LiteSpeed",
        gone_status=404,
    ),
    Outlet(
        name="meridian",
        title="Meridian Review",
        tagline="Politics, business and ideas from the middle of the country",
        owner="Meridian Publishing Group",
        look="magazine",
        language="en-US",
        offset_hours=-6,
        towns=("Meridian City", "Lakeport", "St. Albans", "Kingsford", "Harlan"),
        article_path="/{section}/{y}/{m}/{slug}.html",
        section_path="/{section}/",
        colour="#8c1c13",
        feed=("atom", "/atom.xml"),
        sitemaps=(("index", "/sitemap.xml"), ("posts", "/sitemap-articles.xml.gz"), ("news", "/sitemap-news.xml")),
        crawl_delay_seconds=0.1,
        disallowed="/subscriber/",
        encodings=("zstd", "br", "gzip"),
        etag="strong",
    ),
    Outlet(
        name="cityline",
        title="Cityline",
        tagline="What is happening where you live",
        owner="Cityline Digital Inc.",
        look="nextjs",
        language="en-CA",
        offset_hours=-4,
        towns=("Northgate", "Riverdale", "Old Mill", "Eastbank", "Port Union"),
        article_path="/{section}/{slug}-{number}",
        section_path="/{section}",
        colour="#3a0ca3",
        sitemaps=(("news", "/news-sitemap.xml"), ("posts", "/server-sitemap.xml")),
        encodings=("br", "zstd", "gzip"),
        etag="weak",
        server="Vercel",
        gone_status=404,
    ),
    Outlet(
        name="millbrook",
        title="Millbrook Notes",
        tagline="The village newsletter, on the web since 1998",
        owner="Millbrook Notes",
        look="bare",
        language="en-GB",
        offset_hours=0,
        towns=("Millbrook", "Upper Millbrook", "Ashby End", "Combe St Mary", "Ferry Lane"),
        article_path="/{y}/{m}/{d}-{slug}.html",
        section_path="/{section}.html",
        colour="#000080",
        charset="windows-1252",
        charset_in_header=False,
        server="Apache/1.3.42 (Unix)",
    ),
    Outlet(
        name="seetalbote",
        title="Seetal-Bote",
        tagline="Unabhängige Zeitung für das obere Seetal",
        owner="Seetal-Bote Verlag GmbH",
        look="magazine",
        language="de-DE",
        offset_hours=1,
        towns=("Hallried", "Oberlauken", "Grünbach", "Mühlheim am See", "Tannroda"),
        article_path="/{section}/{slug}-{number}.html",
        section_path="/{section}/",
        colour="#004b87",
        feed=("atom", "/feed.atom"),
        sitemaps=(("news", "/sitemap-news.xml"), ("posts", "/sitemap-artikel.xml")),
        robots=False,
        encodings=("gzip",),
        etag="strong",
        charset="iso-8859-15",
        charset_in_page=False,
    ),
    Outlet(
        name="costanueva",
        title="Diario Costa Nueva",
        tagline="El periódico de la comarca",
        owner="Ediciones Costa Nueva, S.L.",
        look="wp_classic",
        language="es-ES",
        offset_hours=1,
        towns=("Puerto Alba", "Villarreal del Mar", "La Cañada", "San Telmo", "Almendral"),
        article_path="/{y}/{m}/{d}/{slug}/",
        section_path="/seccion/{section}/",
        colour="#c1121f",
        feed=("rss", "/feed/"),
        disallowed="/suscriptores/",
        encodings=("zstd", "gzip"),
        last_modified=True,
    ),
)

BY_NAME: dict[str, Outlet] = {outlet.name: outlet for outlet in OUTLETS}
