"""A sheet in, a magazine theme's page out: kicker, deck, drop cap, NewsArticle in JSON-LD, a consent overlay, inline rails."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

import json
from typing import Any

from .sheet import Sheet, Teaser, body_html, esc

CSS = """
body{margin:0;font:19px/1.6 "Iowan Old Style",Palatino,serif;color:#161616}a{color:inherit}.KXtop{border-top:8px solid ACCENT;text-align:center;padding:20px}
.KXbrand{font:900 52px Didot,"Bodoni MT",serif;letter-spacing:-1px;text-decoration:none}.KXnav{display:flex;justify-content:center;gap:30px;border-top:1px solid #000;border-bottom:1px solid #000;padding:9px;font:600 13px sans-serif;text-transform:uppercase}
.KXstory{max-width:760px;margin:30px auto;padding:0 20px}.KXkicker{color:ACCENT;font:700 13px sans-serif;text-transform:uppercase;letter-spacing:1px}h2 a{text-decoration:none}h1{font-size:46px;line-height:1.08;margin:.2em 0}.KXdeck{font-size:22px;color:#555;font-style:italic}
.KXmeta{font:13px sans-serif;color:#666;border-bottom:1px solid #ddd;padding-bottom:14px}figure{margin:24px 0}figure img{width:100%}figcaption{font:12px sans-serif;color:#777}.KXbody>p:first-of-type:first-letter{font-size:62px;float:left;line-height:.85;padding-right:8px;color:ACCENT}
.KXpull{font-size:27px;line-height:1.3;border-top:3px solid #000;border-bottom:1px solid #000;margin:30px 0;padding:18px 0}.KXrail{background:#f6f3ee;padding:18px 24px;margin:28px 0;font:15px/1.5 sans-serif}.KXgrid{display:grid;grid-template-columns:repeat(3,1fr);gap:28px;max-width:1100px;margin:30px auto}
.KXfoot{background:#161616;color:#ccc;padding:30px;text-align:center;font:13px sans-serif}.KXwall{position:fixed;bottom:0;left:0;right:0;background:#fffdf8;border-top:4px solid ACCENT;padding:18px 30px;font:14px sans-serif}.KXhide{position:absolute;left:-9999px}input,textarea{width:96%;margin:4px 0;padding:6px}
"""


def _ld(s: Sheet) -> str:
    a = s.article
    if a is None:
        return json.dumps(
            {"@context": "https://schema.org", "@type": "CollectionPage", "name": s.title, "url": s.url},
            ensure_ascii=False,
        )
    people = [{"@type": "Person", "name": name} for name in a.authors]
    story: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": s.url},
        "headline": a.title,
        "description": a.standfirst,
        "image": [f"{s.base}{s.image()}"],
        "datePublished": a.published_at.isoformat(),
        "dateModified": (a.modified_at or a.published_at).isoformat(),
        "author": people if len(people) > 1 or s.theme("people").random() < 0.5 else people[0],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": s.outlet.title,
            "logo": {"@type": "ImageObject", "url": f"{s.base}/media/logo.svg"},
        },
        "articleSection": s.words.sections[a.section],
        "keywords": ", ".join(a.tags),
        "inLanguage": a.language,
        "isAccessibleForFree": not s.paywalled,
    }
    if s.paywalled:
        story["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
    return json.dumps(story, ensure_ascii=s.theme("ascii").random() < 0.5).replace("</", "<\\/")


def _head(s: Sheet) -> str:
    lines = []
    if s.outlet.charset_in_page:
        lines.append(f'<meta charset="{s.outlet.charset}">')
    lines += [
        f"<title>{esc(s.title)} - {esc(s.outlet.title)}</title>",
        '<meta name="viewport" content="width=device-width">',
        f'<link rel="canonical" href="{s.url}">',
        f'<meta property="og:site_name" content="{esc(s.outlet.title)}">',
        f'<meta property="og:title" content="{esc(s.title)}">',
        f'<meta property="og:url" content="{s.url}">',
    ]
    if s.outlet.feed:
        lines.append(
            f'<link rel="alternate" type="application/atom+xml" title="{esc(s.outlet.title)}" href="{s.outlet.feed[1]}">'
        )
    if a := s.article:
        lines += [
            f'<meta name="description" content="{esc(a.standfirst)}">',
            '<meta property="og:type" content="article">',
            f'<meta property="og:image" content="{s.base}{s.image()}">',
            f'<meta property="og:description" content="{esc(a.standfirst)}">',
            f'<meta name="parsely-title" content="{esc(a.title)}">',
            f'<meta name="parsely-pub-date" content="{a.published_at.isoformat()}">',
            f'<meta name="parsely-section" content="{esc(s.words.sections[a.section])}">',
            f'<meta name="keywords" content="{esc(", ".join(a.tags))}">',
        ]
        if s.paywalled:
            lines.append('<meta property="article:content_tier" content="locked">')
    lines.append(f'<script type="application/ld+json">{_ld(s)}</script>')
    return "\n".join(lines)


def _styled(s: Sheet, page: str) -> str:
    """Class names get the theme's prefix, of which each newsroom has another."""
    return page.replace("KX", s.pick("prefix", "mg-", "td-", "zine__", "ed-", "jeg_"))


def _frame(s: Sheet, main: str) -> str:
    nav = "".join(f'<a href="{path}">{s.say(label)}</a>' for label, path in s.sections)
    foot = " &middot; ".join(f'<a href="/about.html">{part}</a>' for part in s.parts("footer_links"))
    wall = f"""<div class="KXwall" role="dialog" aria-label="{s.word("cookie_title")}"><strong>{s.word("cookie_title")}</strong>
<p>{s.word("cookie_text")}</p><button>{s.word("cookie_accept")}</button> <button>{s.word("cookie_reject")}</button></div>"""
    first = s.theme("wall").random() < 0.5  # consent managers put their overlay first or last
    page = f"""<!DOCTYPE html>
<html lang="{s.outlet.tongue}">
<head>
{_head(s)}
<style>{CSS.replace("ACCENT", s.outlet.colour)}</style>
</head>
<body>
{wall if first else ""}
<a class="KXhide" href="#main">{s.word("skip")}</a>
<header class="KXtop"><a class="KXbrand" href="/">{esc(s.outlet.title)}</a><div>{s.say(s.outlet.tagline)}</div></header>
<nav class="KXnav" aria-label="{s.word("menu")}">{nav}</nav>
{main}
<footer class="KXfoot"><div>{s.word("follow")}</div><div>{foot}</div><div>{s.copyright()}</div></footer>
{"" if first else wall}
</body>
</html>
"""
    return _styled(s, page)


def _rail(s: Sheet, key: str, teasers: tuple[Teaser, ...], css: str) -> str:
    items = "".join(f'<li><a href="{t.path}">{s.say(t.title)}</a></li>' for t in teasers)
    return f'<aside class="KXrail {css}"><h3>{s.word(key)}</h3><ul>{items}</ul></aside>'


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    blocks = body_html(
        s,
        quote='<blockquote class="KXpull">{}</blockquote>',
        heading=s.pick("heads", "<h2>{}</h2>", "<h3><strong>{}</strong></h3>"),
    )
    letter = f"""<div class="KXrail KXletter"><h3>{s.word("newsletter_title")}</h3><p>{s.word("newsletter_text")}</p><input type="email" placeholder="{s.word("newsletter_field")}">
<button>{s.word("newsletter_button")}</button><p>{s.word("newsletter_small")}</p></div>"""
    if s.paywalled:
        blocks = [f"<p>{esc(a.blocks[0].text)}</p>"]
        blocks.append(
            f'<div class="paywall KXrail"><h2>{s.word("paywall_title")}</h2><p>{s.word("paywall_text")}</p><a href="/subscribe.html">{s.word("paywall_button")}</a></div>'
        )
    else:
        inline = s.theme("inline").random() < 0.5
        rail = (
            _rail(s, "related_title", s.related, "KXinline")
            if inline
            else f'<div class="KXad">{s.word("advert")}</div>'
        )
        blocks.insert(2, rail)
    share = " ".join(f'<a class="KXshare" href="#">{part}</a>' for part in s.parts("share_places"))
    tags = " ".join(f'<a rel="tag" href="{s.side("tag", t)}">{s.say(t)}</a>' for t in a.tags)
    said = "".join(
        f'<div class="KXcomment"><b>{esc(c.author)}</b> {s.word("said")}<p>{s.say(c.text)}</p><small>{s.say(s.words.moment(c.at))}</small></div>'
        for c in s.comments
    )
    talk = f"""<section class="KXtalk" id="comments"><h2>{s.word("comments_title", n=len(s.comments))}</h2>{said}<h3>{s.word("reply_title")}</h3><p>{s.word("reply_note")}</p>
<form><label>{s.word("reply_comment")}</label><textarea></textarea><label>{s.word("reply_name")}</label><input><label>{s.word("reply_email")}</label><input><button>{s.word("reply_button")}</button></form></section>"""
    ends = [
        f'<div class="KXsharing"><span>{s.word("share_title")}</span> {share}</div>',
        f'<div class="KXtags"><span>{s.word("tags_label")}</span> {tags}</div>',
        f'<div class="KXrail KXbio"><h4>{s.word("bio_title")}</h4><p>{s.word("bio", author=a.authors[0], title=s.outlet.title)}</p></div>',
        letter,
        _rail(s, "recent_title", s.recent, "KXlatest"),
        _rail(s, "popular_title", s.popular, "KXpopular"),
    ]
    s.theme("ends").shuffle(ends)
    turns = "".join(
        f'<a class="KXturn" href="{t.path}"><small>{s.word(key)}</small> {s.say(t.title)}</a> '
        for key, t in (("previous", s.before), ("next", s.after))
        if t
    )
    changed = (
        f' <span class="KXchanged">{s.word("updated")} <time datetime="{a.modified_at.isoformat()}">{s.words.moment(a.modified_at)}</time></span>'
        if a.modified_at
        else ""
    )
    main = f"""<main id="main" class="KXstory"><article>
<div class="KXkicker">{s.say(s.words.sections[a.section])}</div><h1>{esc(a.title)}</h1><p class="KXdeck">{esc(a.standfirst)}</p>
<div class="KXmeta"><span class="KXby">{s.word("by")} <a rel="author" href="{s.side("author", a.authors[0])}">{s.authors}</a></span> <time datetime="{a.published_at.isoformat()}">{s.words.moment(a.published_at)}</time>{changed}
<button class="KXlisten">{s.word("listen")}</button></div>
<figure><img src="{s.image()}" alt=""><figcaption>{esc(a.caption)}</figcaption></figure>
<div class="KXbody">
{chr(10).join(blocks)}
</div>
{"".join(ends)}
</article><nav>{turns}</nav>{talk}</main>"""
    return _frame(s, main)


def listing(s: Sheet) -> str:
    cards = "".join(
        f'<div class="KXcard"><div class="KXkicker">{esc(t.section)}</div><h2><a href="{t.path}">{esc(t.title)}</a></h2><p>{esc(t.standfirst)}</p><small>{esc(t.author)}, {s.words.day(t.published_at)}</small></div>'
        for t in s.teasers
    )
    more = "".join(f'<li><a href="{path}">{esc(text)}</a></li>' for text, path in s.links)
    old = (
        f'<div class="KXrail"><h3>{s.word("archive_title")}</h3><a href="{s.archive.path}">{esc(s.archive.title)}</a></div>'
        if s.archive
        else ""
    )
    return _frame(
        s,
        f'<main id="main"><h1 style="text-align:center">{esc(s.title)}</h1><div class="KXgrid">{cards}</div><div class="KXstory">{old}<ul>{more}</ul></div></main>',
    )


def plain(s: Sheet) -> str:
    text = "".join(f"<p>{esc(p)}</p>" for p in s.paragraphs)
    return _frame(s, f'<main id="main" class="KXstory"><h1>{esc(s.title)}</h1>{text}</main>')
