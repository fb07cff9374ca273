"""A sheet in, a page of a WordPress block theme out: wp-block-* markup, an SEO plugin's graph in JSON-LD, reading progress and rails."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

import json
from typing import Any

from .sheet import Sheet, Teaser, body_html, esc

CSS = """
:root{--wp--preset--color--accent:ACCENT}body{margin:0;font:18px/1.65 system-ui,sans-serif;color:#1b1b1b}a{color:inherit}
.wp-site-blocks>header{border-bottom:4px solid ACCENT;padding:24px 6vw}.wp-block-site-title{font:700 34px Georgia,serif;margin:0}.wp-block-site-title a{text-decoration:none}
.wp-block-navigation__container{display:flex;gap:28px;list-style:none;padding:0;margin:10px 0 0;font-size:15px}.is-layout-constrained{max-width:720px;margin:0 auto;padding:0 20px}
.wp-block-post-title{font:700 42px/1.15 Georgia,serif;margin:.6em 0 .3em}.wp-block-post-title a{text-decoration:none}.wp-block-query-title{font-size:17px;color:#777}.wp-block-post-excerpt{font-size:21px;color:#555}.wp-block-group.meta{display:flex;gap:16px;font-size:14px;color:#555}
figure{margin:24px 0}figure img{width:100%}figcaption{font-size:13px;color:#666}.wp-block-quote{border-left:4px solid ACCENT;margin:0;padding-left:22px;font-style:italic}
.wp-block-columns{display:flex;gap:30px}.wp-block-column{flex:1}.wp-block-post-template{list-style:none;padding:0}.wp-block-group.box{background:#f3f5f2;padding:22px;margin:30px 0}
.skip-link{position:absolute;left:-9999px}footer.wp-block-template-part{background:#111;color:#ddd;padding:30px 6vw;font-size:14px;margin-top:60px}.cmplz-cookiebanner{position:fixed;right:20px;bottom:20px;width:340px;background:#fff;border:1px solid #999;padding:18px;font-size:14px}
"""


def _graph(s: Sheet) -> str:
    """The graph that an SEO plugin writes: article, page, site, person, one referring to the other by @id."""
    site: dict[str, Any] = {
        "@type": "WebSite",
        "@id": f"{s.base}/#website",
        "url": f"{s.base}/",
        "name": s.outlet.title,
        "inLanguage": s.outlet.language,
    }
    page: dict[str, Any] = {
        "@type": "WebPage",
        "@id": s.url,
        "url": s.url,
        "name": f"{s.title} - {s.outlet.title}",
        "isPartOf": {"@id": f"{s.base}/#website"},
    }
    graph = [page, site]
    if a := s.article:
        people = [
            {"@type": "Person", "@id": f"{s.base}/#/schema/person/{n}", "name": name}
            for n, name in enumerate(a.authors)
        ]
        story: dict[str, Any] = {
            "@type": s.pick("type", "Article", "NewsArticle"),
            "@id": f"{s.url}#article",
            "isPartOf": {"@id": s.url},
            "author": [{"name": p["name"], "@id": p["@id"]} for p in people]
            if len(people) > 1
            else {"name": a.authors[0], "@id": people[0]["@id"]},
            "headline": a.title,
            "datePublished": a.published_at.isoformat(),
            "dateModified": (a.modified_at or a.published_at).isoformat(),
            "mainEntityOfPage": {"@id": s.url},
            "publisher": {"@id": f"{s.base}/#organization"},
            "image": {"@id": f"{s.url}#primaryimage"},
            "keywords": list(a.tags),
            "articleSection": [s.words.sections[a.section]],
            "inLanguage": a.language,
        }
        page |= {
            "datePublished": story["datePublished"],
            "dateModified": story["dateModified"],
            "description": a.standfirst,
        }
        picture = {
            "@type": "ImageObject",
            "@id": f"{s.url}#primaryimage",
            "url": f"{s.base}{s.image()}",
            "caption": a.caption,
        }
        owner = {"@type": "Organization", "@id": f"{s.base}/#organization", "name": s.outlet.owner}
        graph = [story, page, picture, site, owner, *people]
    return json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).replace("</", "<\\/")


def _head(s: Sheet) -> str:
    lines = [
        f'<meta charset="{s.outlet.charset.upper()}" />',
        '<meta name="viewport" content="width=device-width, initial-scale=1" />',
        f"<title>{esc(s.title)} - {esc(s.outlet.title)}</title>",
        '<meta name="robots" content="index, follow, max-snippet:-1, max-image-preview:large" />',
        f'<link rel="canonical" href="{s.url}" />',
        f'<meta property="og:locale" content="{s.outlet.language.replace("-", "_")}" />',
        f'<meta property="og:type" content="{"article" if s.article else "website"}" />',
        f'<meta property="og:title" content="{esc(s.title)}" />',
        f'<meta property="og:url" content="{s.url}" />',
        f'<meta property="og:site_name" content="{esc(s.outlet.title)}" />',
    ]
    if a := s.article:
        lines += [
            f'<meta name="description" content="{esc(a.standfirst)}" />',
            f'<meta property="article:published_time" content="{a.published_at.isoformat()}" />',
            f'<meta property="og:image" content="{s.base}{s.image()}" />',
            f'<meta name="author" content="{esc(a.authors[0])}" />',
            '<meta name="twitter:card" content="summary_large_image" />',
        ]
        if a.modified_at:
            lines.insert(-2, f'<meta property="article:modified_time" content="{a.modified_at.isoformat()}" />')
    lines.append(f'<script type="application/ld+json" class="yoast-schema-graph">{_graph(s)}</script>')
    if s.outlet.feed:
        lines.append(
            f'<link rel="alternate" type="application/rss+xml" title="{esc(s.outlet.title)} Feed" href="{s.base}{s.outlet.feed[1]}" />'
        )
    return "\n".join(lines)


def _query(s: Sheet, title: str, teasers: tuple[Teaser, ...]) -> str:
    items = "".join(
        f'<li class="wp-block-post post type-post"><h3 class="wp-block-post-title has-medium-font-size" style="font-size:19px"><a href="{s.base}{t.path}">{s.say(t.title)}</a></h3></li>'
        for t in teasers
    )
    return f'<div class="wp-block-query"><h2 class="wp-block-heading">{title}</h2><ul class="wp-block-post-template">{items}</ul></div>'


def _frame(s: Sheet, main: str) -> str:
    nav = "".join(
        f'<li class="wp-block-navigation-item wp-block-navigation-link"><a class="wp-block-navigation-item__content" href="{s.base}{path}"><span class="wp-block-navigation-item__label">{s.say(label)}</span></a></li>'
        for label, path in s.sections
    )
    foot = "".join(f'<p><a href="{s.base}/about/">{part}</a></p>' for part in s.parts("footer_links"))
    return f"""<!DOCTYPE html>
<html lang="{s.outlet.language}">
<head>
{_head(s)}
<style id="global-styles-inline-css">{CSS.replace("ACCENT", s.outlet.colour)}</style>
</head>
<body class="wp-singular wp-embed-responsive">
<a class="skip-link screen-reader-text" id="wp-skip-link" href="#wp--skip-link--target">{s.word("skip")}</a>
<div class="wp-site-blocks"><header class="wp-block-template-part"><p class="wp-block-site-title"><a href="{s.base}/" rel="home">{esc(s.outlet.title)}</a></p>
<p class="wp-block-site-tagline">{s.say(s.outlet.tagline)}</p>
<nav class="is-responsive wp-block-navigation" aria-label="{s.word("menu")}"><ul class="wp-block-navigation__container">{nav}</ul></nav></header>
{main}
<footer class="wp-block-template-part"><div class="wp-block-columns"><div class="wp-block-column">{foot}</div>
<div class="wp-block-column"><p>{s.word("follow")}</p><p class="has-small-font-size">{s.copyright()}</p></div></div></footer></div>
<div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner cmplz-show" role="dialog" aria-modal="true"><div class="cmplz-title">{s.word("cookie_title")}</div>
<div class="cmplz-message">{s.word("cookie_text")}</div><div class="cmplz-buttons"><button class="cmplz-btn cmplz-accept">{s.word("cookie_accept")}</button><button class="cmplz-btn cmplz-deny">{s.word("cookie_reject")}</button></div></div></div>
</body>
</html>
"""


def _comments(s: Sheet) -> str:
    shown = "".join(
        f"""<li class="comment"><div class="wp-block-columns"><div class="wp-block-column"><div class="wp-block-comment-author-name">{esc(c.author)}</div>
<div class="wp-block-comment-date"><time datetime="{c.at.isoformat()}">{s.say(s.words.day(c.at))}</time></div><div class="wp-block-comment-content"><p>{s.say(c.text)}</p></div>
<div class="wp-block-comment-reply-link"><a rel="nofollow" href="#respond">{s.word("answer")}</a></div></div></div></li>"""
        for c in s.comments
    )
    title = f'<h2 class="wp-block-comments-title">{s.word("comments_title", n=len(s.comments))}</h2>' if shown else ""
    return f"""<div class="wp-block-comments">{title}<ol class="wp-block-comment-template">{shown}</ol>
<div id="respond" class="comment-respond wp-block-post-comments-form"><h3 id="reply-title" class="comment-reply-title">{s.word("reply_title")}</h3>
<form class="comment-form"><p class="comment-notes"><span id="email-notes">{s.word("reply_note")}</span></p><p><label>{s.word("reply_comment")}</label><br><textarea rows="6" cols="50"></textarea></p>
<p><label>{s.word("reply_name")}</label> <input type="text"></p><p><label>{s.word("reply_email")}</label> <input type="email"></p><p><input type="checkbox"> <label>{s.word("reply_save")}</label></p>
<p class="form-submit wp-block-button"><button class="wp-block-button__link wp-element-button">{s.word("reply_button")}</button></p></form></div></div>"""


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    share = "".join(
        f'<li class="wp-social-link"><a href="#" class="wp-block-social-link-anchor"><span class="wp-block-social-link-label">{p}</span></a></li>'
        for p in s.parts("share_places")
    )
    tags = " ".join(f'<a href="{s.base}{s.side("tag", t)}" rel="tag">{s.say(t)}</a>' for t in a.tags)
    blocks = body_html(
        s,
        heading='<h2 class="wp-block-heading">{}</h2>',
        quote='<blockquote class="wp-block-quote is-layout-flow"><p>{}</p></blockquote>',
        items='<ul class="wp-block-list">{}</ul>',
    )
    # Site editors like to break the text with a box of their own.
    letter = f"""<div class="wp-block-group box has-background"><h4 class="wp-block-heading">{s.word("newsletter_title")}</h4><p>{s.word("newsletter_text")}</p>
<form><input type="email" placeholder="{s.word("newsletter_field")}"><div class="wp-block-button"><button>{s.word("newsletter_button")}</button></div></form><p class="has-small-font-size">{s.word("newsletter_small")}</p></div>"""
    if s.theme("letter").random() < 0.5 and len(blocks) > 4:
        blocks.insert(3, letter)
        letter = ""
    updated = (
        f'<div class="wp-block-post-date wp-block-post-date__modified-date"><time datetime="{a.modified_at.isoformat()}">{s.word("updated")} {s.words.moment(a.modified_at)}</time></div>'
        if a.modified_at
        else ""
    )
    ends = [
        f'<div class="taxonomy-post_tag wp-block-post-terms"><span class="wp-block-post-terms__prefix">{s.word("tags_label")} </span>{tags}</div>',
        f'<h4 class="wp-block-heading">{s.word("share_title")}</h4><ul class="wp-block-social-links">{share}</ul>',
        f'<div class="wp-block-post-author"><div class="wp-block-post-author__content"><p class="wp-block-post-author__bio">{s.word("bio", author=a.authors[0], title=s.outlet.title)}</p></div></div>',
        f'<div class="wp-block-group box"><p>{s.word("support")}</p></div>',
        letter,
    ]
    s.theme("ends").shuffle(ends)
    turns = "".join(
        f'<div class="{css} wp-block-post-navigation-link"><span class="post-navigation-link__label">{s.word(key)}</span> <a href="{s.base}{t.path}">{s.say(t.title)}</a></div>'
        for css, key, t in (
            ("post-navigation-link-previous", "previous", s.before),
            ("post-navigation-link-next", "next", s.after),
        )
        if t
    )
    main = f"""<main id="wp--skip-link--target" class="wp-block-group is-layout-constrained"><div class="taxonomy-category wp-block-post-terms"><a href="{s.base}/" rel="tag">{s.say(s.words.sections[a.section])}</a></div>
<h1 class="wp-block-post-title">{esc(a.title)}</h1>
<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{esc(a.standfirst)}</p></div>
<div class="wp-block-group meta"><div class="wp-block-post-author-name">{s.word("by")} <a href="{s.base}{s.side("author", a.authors[0])}">{s.authors}</a></div>
<div class="wp-block-post-date"><time datetime="{a.published_at.isoformat()}">{s.words.moment(a.published_at)}</time></div>{updated}</div>
<figure class="wp-block-post-featured-image"><img src="{s.base}{s.image()}" alt="" /><figcaption class="wp-element-caption">{esc(a.caption)}</figcaption></figure>
<div class="entry-content wp-block-post-content is-layout-constrained">
{chr(10).join(blocks)}
</div>
{"".join(ends)}
<nav class="wp-block-group" aria-label="Posts">{turns}</nav>
{_comments(s)}
<div class="wp-block-columns"><div class="wp-block-column">{_query(s, s.word("recent_title"), s.recent)}</div><div class="wp-block-column">{_query(s, s.word("related_title"), s.related)}</div></div></main>"""
    return _frame(s, main)


def listing(s: Sheet) -> str:
    items = "".join(
        f"""<li class="wp-block-post post type-post"><h2 class="wp-block-post-title" style="font-size:26px"><a href="{s.base}{t.path}">{esc(t.title)}</a></h2>
<div class="wp-block-post-date"><time datetime="{t.published_at.isoformat()}">{s.words.moment(t.published_at)}</time></div><div class="wp-block-post-excerpt"><p>{esc(t.standfirst)}</p></div></li>"""
        for t in s.teasers
    )
    more = "".join(f'<li><a href="{s.base}{path}">{esc(text)}</a></li>' for text, path in s.links)
    old = (
        f'<h2 class="wp-block-heading">{s.word("archive_title")}</h2><p><a href="{s.base}{s.archive.path}">{esc(s.archive.title)}</a></p>'
        if s.archive
        else ""
    )
    return _frame(
        s,
        f'<main class="wp-block-group is-layout-constrained"><h1 class="wp-block-query-title">{esc(s.title)}</h1><ul class="wp-block-post-template">{items}</ul>{old}<ul class="wp-block-list">{more}</ul></main>',
    )


def plain(s: Sheet) -> str:
    text = "".join(f"<p>{esc(p)}</p>" for p in s.paragraphs)
    return _frame(
        s,
        f'<main class="wp-block-group is-layout-constrained"><h1 class="wp-block-heading">{esc(s.title)}</h1>{text}</main>',
    )
