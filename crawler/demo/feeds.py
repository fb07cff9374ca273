"""Articles in, feeds, sitemaps and robots.txt out, as each kind of site writes them. Pure; knows no server."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from .outlets import Outlet
from .timeline import Article
from .wording import Wording

FEED_LENGTH = 10  # WordPress' default
NEWS_AGE = timedelta(days=2)  # a news sitemap lists the last two days


def rss(outlet: Outlet, words: Wording, articles: Sequence[Article], *, base: str, built_at: datetime) -> bytes:
    items = "\n".join(
        f"""<item><title>{escape(a.title)}</title><link>{base}{a.path}</link>
<dc:creator><![CDATA[{", ".join(a.authors)}]]></dc:creator><pubDate>{format_datetime(a.published_at)}</pubDate>
<category><![CDATA[{words.sections[a.section]}]]></category><guid isPermaLink="false">{base}/?p={a.number}</guid>
<description><![CDATA[{a.standfirst}]]></description></item>"""
        for a in articles[:FEED_LENGTH]
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>{escape(outlet.title)}</title><atom:link href="{base}{outlet.feed[1] if outlet.feed else ""}" rel="self" type="application/rss+xml" />
<link>{base}/</link><description>{escape(outlet.tagline)}</description><lastBuildDate>{format_datetime(built_at)}</lastBuildDate><language>{outlet.language}</language>
{items}
</channel></rss>
""".encode()


def atom(outlet: Outlet, words: Wording, articles: Sequence[Article], *, base: str, built_at: datetime) -> bytes:
    def entry(a: Article) -> str:
        people = "".join(f"<author><name>{escape(name)}</name></author>" for name in a.authors)
        return f"""<entry><title type="html">{escape(escape(a.title, quote=False))}</title><link rel="alternate" type="text/html" href="{base}{a.path}"/>
<id>{base}{a.path}</id><published>{a.published_at.isoformat()}</published><updated>{(a.modified_at or a.published_at).isoformat()}</updated>
{people}<category term="{escape(words.sections[a.section])}"/><summary>{escape(a.standfirst)}</summary></entry>"""

    entries = "\n".join(entry(a) for a in articles[:FEED_LENGTH])
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}"><title>{escape(outlet.title)}</title><subtitle>{escape(outlet.tagline)}</subtitle>
<link rel="self" href="{base}{outlet.feed[1] if outlet.feed else ""}"/><link href="{base}/"/><id>{base}/</id><updated>{built_at.isoformat()}</updated>
{entries}
</feed>
""".encode()


def sitemap(
    outlet: Outlet, kind: str, articles: Sequence[Article], *, base: str, at: datetime, built_at: datetime
) -> bytes:
    """A sitemap of one kind: index, posts, pages or news. One whose address ends in .gz is a gzip file."""
    if kind == "index":
        parts = "".join(
            f"<sitemap><loc>{base}{path}</loc><lastmod>{built_at.isoformat()}</lastmod></sitemap>"
            for k, path in outlet.sitemaps
            if k != "index"
        )
        body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'
    elif kind == "news":
        recent = [a for a in articles if at - a.published_at <= NEWS_AGE]
        urls = "".join(
            f"""<url><loc>{base}{a.path}</loc><news:news><news:publication><news:name>{escape(outlet.title)}</news:name><news:language>{outlet.tongue}</news:language></news:publication>
<news:publication_date>{a.published_at.isoformat()}</news:publication_date><news:title>{escape(a.title)}</news:title></news:news></url>"""
            for a in recent
        )
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    elif kind == "pages":
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{base}/</loc></url><url><loc>{base}/about/</loc></url></urlset>'
    else:
        urls = "".join(
            f"<url><loc>{base}{a.path}</loc><lastmod>{(a.modified_at or a.published_at).isoformat()}</lastmod></url>"
            for a in articles
        )
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def packed(body: bytes) -> bytes:
    """The bytes of a .gz file; the same each time."""
    return gzip.compress(body, mtime=0)


def robots(outlet: Outlet, *, base: str) -> bytes:
    lines = ["User-agent: *"]
    if outlet.disallowed:
        lines.append(f"Disallow: {outlet.disallowed}")
    if outlet.look.startswith("wp_"):
        lines += ["Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php"]
    if len(lines) == 1:
        lines.append("Disallow:")
    if outlet.crawl_delay_seconds is not None:
        lines.append(f"Crawl-delay: {outlet.crawl_delay_seconds}")
    lines += ["", "User-agent: GreedyBot", "Disallow: /", ""]
    # The first map leads to the others; a site without an index names them all.
    named = outlet.sitemaps[:1] if outlet.sitemaps and outlet.sitemaps[0][0] == "index" else outlet.sitemaps
    lines += [f"Sitemap: {base}{path}" for _, path in named]
    return ("\n".join(lines) + "\n").encode()
