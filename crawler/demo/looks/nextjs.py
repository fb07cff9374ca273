"""A sheet in, a server-rendered JavaScript-framework page out: hashed CSS modules, JSON-LD, the same again in __NEXT_DATA__."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from .sheet import Sheet, Teaser, body_html, esc

CSS = """
body{margin:0;font:17px/1.6 Inter,Arial,sans-serif;color:#111}a{color:inherit;text-decoration:none}.HEADER{position:sticky;top:0;background:ACCENT;color:#fff;display:flex;gap:26px;align-items:center;padding:14px 30px}.HEADER nav{display:flex;gap:18px}.LOGO{font-weight:800;font-size:24px}
.LAYOUT{display:grid;grid-template-columns:minmax(0,680px) 300px;gap:50px;max-width:1060px;margin:30px auto}.TITLE{font-size:40px;line-height:1.12;margin:0 0 10px}.DEK{font-size:20px;color:#555}.META{display:flex;gap:14px;font-size:14px;color:#666;margin:14px 0}
.FIGURE{margin:20px 0}.FIGURE img{width:100%;border-radius:10px}.CAPTION{font-size:13px;color:#777}.QUOTE{border-left:4px solid ACCENT;margin:24px 0;padding-left:20px;font-size:21px}.CARD{border:1px solid #e5e5e5;border-radius:10px;padding:16px;margin-bottom:20px;font-size:15px}
.FOOT{background:#f2f2f7;padding:30px;font-size:14px;margin-top:50px}.BANNER{position:fixed;bottom:0;left:0;right:0;background:#111;color:#eee;padding:14px 30px;font-size:13px}.HIDE{position:absolute;left:-9999px}
"""
PARTS = (
    "HEADER",
    "LOGO",
    "LAYOUT",
    "TITLE",
    "DEK",
    "META",
    "FIGURE",
    "CAPTION",
    "QUOTE",
    "CARD",
    "FOOT",
    "BANNER",
    "HIDE",
    "BODY",
)


def _z(at: datetime) -> str:
    """A time as JavaScript writes it: UTC, milliseconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _styled(s: Sheet, page: str) -> str:
    """CSS-module names: the component, an underscore, a hash that is another one in each newsroom."""
    dice = s.theme("modules")
    for part in PARTS:
        name = (
            dice.choice([f"{part.title()}_{part.lower()}__", f"{part.lower()}-", "sc-", "css-"])
            + f"{dice.getrandbits(30):06x}"
        )
        page = page.replace(f"%{part}%", name).replace(f".{part}{{", f".{name}{{").replace(f".{part} ", f".{name} ")
    return page


def _ld(s: Sheet) -> str:
    a = s.article
    assert a is not None
    graph: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["NewsArticle"],
        "headline": a.title,
        "description": a.standfirst,
        "url": s.url,
        "mainEntityOfPage": s.url,
        "datePublished": _z(a.published_at),
        "dateModified": _z(a.modified_at or a.published_at),
        "author": [{"@type": "Person", "name": name, "url": f"{s.base}{s.side('author', name)}"} for name in a.authors],
        "publisher": {"@type": "Organization", "name": s.outlet.title},
        "articleSection": s.words.sections[a.section],
        "keywords": list(a.tags),
        "thumbnailUrl": f"{s.base}{s.image()}",
        "isAccessibleForFree": "True",
    }
    crumbs = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": s.words.sections[a.section], "item": f"{s.base}/"}
        ],
    }
    return json.dumps([graph, crumbs], ensure_ascii=False).replace("<", "\\u003c")


def _data(s: Sheet) -> str:
    """The page's properties, for hydration: the whole story once more, as JSON."""
    props: dict[str, Any] = {"path": s.path}
    if a := s.article:
        props["article"] = {
            "id": str(a.number),
            "headline": a.title,
            "dek": a.standfirst,
            "bylines": list(a.authors),
            "publishedAt": _z(a.published_at),
            "body": [{"type": b.kind, "text": b.text} for b in a.blocks],
        }
    else:
        props["items"] = [{"href": t.path, "title": t.title} for t in s.teasers]
    data = {
        "props": {"pageProps": props},
        "page": "/[section]/[slug]" if s.article else "/",
        "query": {},
        "buildId": f"{s.theme('build').getrandbits(64):016x}",
        "isFallback": False,
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _head(s: Sheet) -> str:
    lines = [
        '<meta charSet="utf-8"/>',
        '<meta name="viewport" content="width=device-width"/>',
        f"<title>{esc(s.title)} | {esc(s.outlet.title)}</title>",
        f'<link rel="canonical" href="{s.url}"/>',
        f'<meta property="og:url" content="{s.url}"/>',
        f'<meta property="og:title" content="{esc(s.title)}"/>',
    ]
    if a := s.article:
        lines += [
            f'<meta name="description" content="{esc(a.standfirst)}"/>',
            '<meta property="og:type" content="article"/>',
            f'<meta property="og:image" content="{s.base}{s.image()}"/>',
            f'<meta property="article:published_time" content="{_z(a.published_at)}"/>',
            f'<script type="application/ld+json">{_ld(s)}</script>',
        ]
    lines.append('<meta name="next-head-count" content="9"/>')
    return "".join(lines)


def _card(s: Sheet, key: str, teasers: tuple[Teaser, ...]) -> str:
    items = "".join(f'<a href="{t.path}"><p>{s.say(t.title)}</p></a>' for t in teasers)
    return f'<section class="%CARD%"><h3>{s.word(key)}</h3>{items}</section>'


def _frame(s: Sheet, main: str) -> str:
    nav = "".join(f'<a href="{path}">{s.say(label)}</a>' for label, path in s.sections)
    letter = f"""<section class="%CARD%" data-testid="newsletter"><h3>{s.word("newsletter_title")}</h3><p>{s.word("newsletter_text")}</p><input placeholder="{s.word("newsletter_field")}"/><button type="button">{s.word("newsletter_button")}</button><p>{s.word("newsletter_small")}</p></section>"""
    cards = [
        _card(s, "recent_title", s.recent),
        letter,
        _card(s, "popular_title", s.popular),
        f'<section class="%CARD%"><p>{s.word("support")}</p></section>',
    ]
    s.theme("cards").shuffle(cards)
    foot = "".join(f'<a href="/about">{part}</a> ' for part in s.parts("footer_links"))
    page = f"""<!DOCTYPE html><html lang="{s.outlet.language}"><head>{_head(s)}<style data-href="/_next/static/css/app.css">{CSS.replace("ACCENT", s.outlet.colour)}</style></head><body><div id="__next"><a href="#main" class="%HIDE%">{s.word("skip")}</a><header class="%HEADER%"><a class="%LOGO%" href="/">{esc(s.outlet.title)}</a><nav aria-label="{s.word("menu")}">{nav}</nav><span>{s.say(s.outlet.tagline)}</span></header><div class="%LAYOUT%"><main id="main">{main}</main><aside>{"".join(cards)}</aside></div><footer class="%FOOT%"><div>{s.word("follow")}</div><div>{foot}</div><p>{s.copyright()}</p></footer><div class="%BANNER%" role="dialog"><strong>{s.word("cookie_title")}</strong><p>{s.word("cookie_text")}</p><button type="button">{s.word("cookie_accept")}</button><button type="button">{s.word("cookie_reject")}</button></div></div>"""
    return (
        _styled(s, page)
        + f"""<script id="__NEXT_DATA__" type="application/json">{_data(s)}</script><script src="/_next/static/chunks/main.js" defer=""></script></body></html>"""
    )


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    shell = s.pick(
        "shell", "<p>{}</p>", '<p class="%BODY%">{}</p>', '<p class="%BODY%" data-component="text-block">{}</p>'
    )
    blocks = body_html(s, paragraph=shell, quote='<blockquote class="%QUOTE%">{}</blockquote>')
    if s.theme("slots").random() < 0.6:
        blocks.insert(
            min(3, len(blocks)), f'<div data-ad-slot="mid" aria-hidden="true"><span>{s.word("advert")}</span></div>'
        )
    share = "".join(f'<button type="button" aria-label="{part}">{part}</button>' for part in s.parts("share_places"))
    tags = "".join(f'<a href="{s.side("tag", t)}">{s.say(t)}</a> ' for t in a.tags)
    said = "".join(
        f'<li><strong>{esc(c.author)}</strong><span> {s.word("said")} </span><p>{s.say(c.text)}</p><time datetime="{_z(c.at)}">{s.say(s.words.day(c.at))}</time> <button type="button">{s.word("answer")}</button></li>'
        for c in s.comments
    )
    talk = f"""<section id="comments"><h2>{s.word("comments_title", n=len(s.comments))}</h2><ul>{said}</ul><h3>{s.word("reply_title")}</h3><p>{s.word("reply_note")}</p><form><label>{s.word("reply_comment")}<textarea></textarea></label><label>{s.word("reply_name")}<input/></label><label>{s.word("reply_email")}<input/></label><button type="submit">{s.word("reply_button")}</button></form></section>"""
    ends = [
        f'<div class="%META%"><span>{s.word("share_title")}</span>{share}</div>',
        f'<div class="%META%"><span>{s.word("tags_label")}</span>{tags}</div>',
        f'<div class="%CARD%"><p>{s.word("bio", author=a.authors[0], title=s.outlet.title)}</p></div>',
        _card(s, "related_title", s.related),
    ]
    s.theme("ends").shuffle(ends)
    turns = "".join(
        f'<a href="{t.path}"><small>{s.word(key)}</small><p>{s.say(t.title)}</p></a>'
        for key, t in (("previous", s.before), ("next", s.after))
        if t
    )
    changed = (
        f'<span>{s.word("updated")} <time datetime="{_z(a.modified_at)}">{s.words.moment(a.modified_at)}</time></span>'
        if a.modified_at
        else ""
    )
    main = f"""<article><div>{s.say(s.words.sections[a.section])}</div><h1 class="%TITLE%">{esc(a.title)}</h1><p class="%DEK%">{esc(a.standfirst)}</p><div class="%META%"><span>{s.word("by")} <a href="{s.side("author", a.authors[0])}">{s.authors}</a></span><time datetime="{_z(a.published_at)}">{s.words.moment(a.published_at)}</time>{changed}<button type="button">{s.word("listen")}</button></div><figure class="%FIGURE%"><img src="{s.image()}" alt="" loading="lazy"/><figcaption class="%CAPTION%">{esc(a.caption)}</figcaption></figure><div class="%BODY%">{"".join(blocks)}</div></article>{"".join(ends)}<nav>{turns}</nav>{talk}"""
    return _frame(s, main)


def listing(s: Sheet) -> str:
    cards = "".join(
        f'<div class="%CARD%"><a href="{t.path}"><h2>{esc(t.title)}</h2></a><p>{esc(t.standfirst)}</p><time datetime="{_z(t.published_at)}">{s.words.day(t.published_at)}</time></div>'
        for t in s.teasers
    )
    more = "".join(f'<li><a href="{path}">{esc(text)}</a></li>' for text, path in s.links)
    old = (
        f'<div class="%CARD%"><h3>{s.word("archive_title")}</h3><a href="{s.archive.path}">{esc(s.archive.title)}</a></div>'
        if s.archive
        else ""
    )
    return _frame(s, f"<h1>{esc(s.title)}</h1>{cards}{old}<ul>{more}</ul>")


def plain(s: Sheet) -> str:
    return _frame(s, f"<h1>{esc(s.title)}</h1>" + "".join(f"<p>{esc(p)}</p>" for p in s.paragraphs))
