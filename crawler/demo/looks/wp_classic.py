"""A sheet in, a page of a WordPress classic theme out: hentry markup, widgets in a sidebar, the stock comment form."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

from .sheet import Sheet, Teaser, body_html, esc

CSS = """
body{margin:0;background:#f1f1f1;color:#333;font:16px/1.7 Georgia,serif}a{color:ACCENT}
.site{max-width:1080px;margin:0 auto;background:#fff;padding:0 40px 20px}.site-title{margin:0;padding:30px 0 0;font-size:40px}
.site-title a{color:#222;text-decoration:none}.site-description{color:#777;margin:0 0 20px;font-style:italic}
.main-navigation ul{list-style:none;margin:0;padding:0;border-top:3px solid ACCENT;border-bottom:1px solid #ddd}
.main-navigation li{display:inline-block;padding:10px 18px 10px 0;font:bold 14px sans-serif}.site-content{display:flex;gap:50px;margin-top:30px}
.content-area{flex:2.2}.widget-area{flex:1;font-size:14px}.widget-title{font:bold 15px sans-serif;border-bottom:2px solid #eee}
.entry-title{font-size:34px;line-height:1.2;margin:.2em 0}h2.entry-title{font-size:25px}.entry-title a,.page-title a{text-decoration:none}.page-title{font-size:17px;color:#777}.entry-meta,.entry-footer{font:13px sans-serif;color:#777}
.wp-caption{margin:0 0 20px}.wp-caption img{width:100%}.wp-caption-text{font-size:13px;color:#777}blockquote{border-left:4px solid #ddd;margin-left:0;padding-left:20px;font-style:italic}
.screen-reader-text{position:absolute;left:-9999px}.comment-list{list-style:none;padding:0}.comment{border-top:1px solid #eee}
.cookie-notice{position:fixed;bottom:0;left:0;right:0;background:#222;color:#fff;padding:12px 40px;font:13px sans-serif}.site-info{border-top:1px solid #ddd;font:13px sans-serif;color:#777;padding-top:10px}
input,textarea{width:100%;box-sizing:border-box;padding:6px}
"""


def _head(s: Sheet) -> str:
    """No SEO plugin: what WordPress core and the theme write by themselves, and Open Graph from a share plugin."""
    feed = f"{s.base}{s.outlet.feed[1]}" if s.outlet.feed else ""
    lines = [
        f'<meta charset="{s.outlet.charset.upper()}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{esc(s.title)} {s.pick('title', '&#8211;', '|', '&raquo;')} {esc(s.outlet.title)}</title>",
        "<meta name='robots' content='max-image-preview:large' />",
        f'<link rel="alternate" type="application/rss+xml" title="{esc(s.outlet.title)} &raquo; Feed" href="{feed}" />',
        f'<link rel="canonical" href="{s.url}" />',
        '<meta name="generator" content="WordPress 6.8.3" />',
    ]
    if a := s.article:
        lines += [
            '<meta property="og:type" content="article" />',
            f'<meta property="og:title" content="{esc(a.title)}" />',
            f'<meta property="og:description" content="{esc(a.standfirst)}" />',
            f'<meta property="og:url" content="{s.url}" />',
            f'<meta property="og:site_name" content="{esc(s.outlet.title)}" />',
            f'<meta property="og:image" content="{s.base}{s.image()}" />',
            f'<meta property="og:locale" content="{s.outlet.language.replace("-", "_")}" />',
        ]
    return "\n".join(lines)


def _list(s: Sheet, teasers: tuple[Teaser, ...]) -> str:
    return "".join(f'<li><a href="{s.base}{t.path}">{s.say(t.title)}</a></li>' for t in teasers)


def _sidebar(s: Sheet) -> str:
    search = f"""<aside id="search-2" class="widget widget_search"><form role="search" class="search-form" action="{s.base}/">
<label><span class="screen-reader-text">{s.word("search")}</span><input type="search" class="search-field" name="s"></label></form></aside>"""
    recent = f"""<aside id="recent-posts-2" class="widget widget_recent_entries"><h2 class="widget-title">{s.word("recent_title")}</h2>
<ul>{_list(s, s.recent)}</ul></aside>"""
    letter = f"""<aside id="mc4wp_form_widget-2" class="widget widget_mc4wp_form_widget"><h2 class="widget-title">{s.word("newsletter_title")}</h2>
<form class="mc4wp-form"><div class="mc4wp-form-fields"><p>{s.word("newsletter_text")}</p><p><input type="email" placeholder="{s.word("newsletter_field")}"></p>
<p><button>{s.word("newsletter_button")}</button></p><p><small>{s.word("newsletter_small")}</small></p></div></form></aside>"""
    sections = "".join(
        f'<li class="cat-item"><a href="{s.base}{path}">{s.say(label)}</a></li>' for label, path in s.sections
    )
    categories = f'<aside id="categories-3" class="widget widget_categories"><ul>{sections}</ul></aside>'
    text = f'<aside id="text-4" class="widget widget_text"><div class="textwidget"><p>{s.word("support")}</p></div></aside>'
    widgets = [recent, letter, categories, text]
    s.theme("widgets").shuffle(widgets)
    return f'<div id="secondary" class="widget-area" role="complementary">{search}{"".join(widgets)}</div>'


def _frame(s: Sheet, main: str, body_class: str) -> str:
    nav = "".join(
        f'<li id="menu-item-{40 + n}" class="menu-item menu-item-type-taxonomy"><a href="{s.base}{path}">{s.say(label)}</a></li>'
        for n, (label, path) in enumerate(s.sections)
    )
    foot = " | ".join(f'<a href="{s.base}/about/">{part}</a>' for part in s.parts("footer_links"))
    powered = f'<a href="https://wordpress.org/" class="imprint">{s.word("powered")}</a>'
    return f"""<!DOCTYPE html>
<html lang="{s.outlet.language}">
<head>
{_head(s)}
<style id="theme-style-inline-css">{CSS.replace("ACCENT", s.outlet.colour)}</style>
</head>
<body class="{body_class}">
<div id="page" class="hfeed site">
<a class="skip-link screen-reader-text" href="#content">{s.word("skip")}</a>
<header id="masthead" class="site-header" role="banner"><p class="site-title"><a href="{s.base}/" rel="home">{esc(s.outlet.title)}</a></p>
<p class="site-description">{s.say(s.outlet.tagline)}</p>
<nav id="site-navigation" class="main-navigation" role="navigation"><button class="menu-toggle screen-reader-text">{s.word("menu")}</button>
<ul id="primary-menu" class="nav-menu"><li class="menu-item"><a href="{s.base}/">{s.word("home")}</a></li>{nav}</ul></nav></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main" role="main">
{main}
</main></div>{_sidebar(s)}</div>
<footer id="colophon" class="site-footer" role="contentinfo"><div class="site-info">{s.copyright()} {foot} {powered}</div></footer>
</div>
<div id="cookie-notice" role="dialog" class="cookie-notice cookie-revoke-hidden"><span id="cn-notice-text">{s.word("cookie_text")}</span>
<a href="#" id="cn-accept-cookie">{s.word("cookie_accept")}</a> <a href="#" id="cn-refuse-cookie">{s.word("cookie_reject")}</a></div>
<script>document.documentElement.className+=" js";</script>
</body>
</html>
"""


def _comments(s: Sheet) -> str:
    shown = "".join(
        f"""<li id="comment-{900 + n}" class="comment even thread-even depth-1"><article class="comment-body"><footer class="comment-meta">
<div class="comment-author vcard"><b class="fn">{esc(c.author)}</b> <span class="says">{s.word("said")}</span></div>
<div class="comment-metadata"><a href="#comment-{900 + n}"><time datetime="{c.at.isoformat()}">{s.say(s.words.moment(c.at))}</time></a></div></footer>
<div class="comment-content"><p>{s.say(c.text)}</p></div><div class="reply"><a rel="nofollow" class="comment-reply-link" href="#respond">{s.word("answer")}</a></div></article></li>"""
        for n, c in enumerate(s.comments)
    )
    listed = (
        f'<h2 class="comments-title">{s.word("comments_title", n=len(s.comments))}</h2><ol class="comment-list">{shown}</ol>'
        if shown
        else ""
    )
    return f"""<div id="comments" class="comments-area">{listed}
<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">{s.word("reply_title")}</h3>
<form action="{s.base}/wp-comments-post.php" method="post" id="commentform" class="comment-form"><p class="comment-notes"><span id="email-notes">{s.word("reply_note")}</span></p>
<p class="comment-form-comment"><label for="comment">{s.word("reply_comment")}</label> <textarea id="comment" name="comment" rows="8"></textarea></p>
<p class="comment-form-author"><label for="author">{s.word("reply_name")}</label> <input id="author" name="author" type="text"></p>
<p class="comment-form-email"><label for="email">{s.word("reply_email")}</label> <input id="email" name="email" type="text"></p>
<p class="comment-form-cookies-consent"><input id="wp-comment-cookies-consent" type="checkbox" value="yes"><label>{s.word("reply_save")}</label></p>
<p class="form-submit"><button name="submit" type="submit" class="submit">{s.word("reply_button")}</button></p></form></div></div>"""


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    updated = (
        f'<time class="updated" datetime="{a.modified_at.isoformat()}">{s.words.day(a.modified_at)}</time>'
        if a.modified_at
        else ""
    )
    share = " ".join(
        f'<li><a rel="nofollow" class="share-{n} sd-button" href="#"><span>{p}</span></a></li>'
        for n, p in enumerate(s.parts("share_places"))
    )
    tags = ", ".join(f'<a href="{s.base}{s.side("tag", t)}" rel="tag">{s.say(t)}</a>' for t in a.tags)
    after = [
        f'<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">{s.word("share_title")}</h3><ul>{share}</ul></div>',
        f"""<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>{s.word("related_title")}</em></h3><ul>{_list(s, s.related)}</ul></div>""",
        f"""<div class="author-info"><h2 class="author-heading">{s.word("bio_title")}</h2>
<p class="author-bio">{s.word("bio", author=a.authors[0], title=s.outlet.title)}</p></div>""",
    ]
    s.theme("after").shuffle(after)
    turns = [("nav-previous", "prev", "previous", s.before), ("nav-next", "next", "next", s.after)]
    nav = "".join(
        f'<div class="{css}"><a href="{s.base}{t.path}" rel="{rel}"><span class="meta-nav">{s.word(key)}</span> <span class="post-title">{s.say(t.title)}</span></a></div>'
        for css, rel, key, t in turns
        if t
    )
    share_inside = s.theme("place").random() < 0.5  # some plugins append to the content, some to the post
    main = f"""<article id="post-{a.number}" class="post-{a.number} post type-post status-publish format-standard has-post-thumbnail hentry">
<header class="entry-header"><h1 class="entry-title">{esc(a.title)}</h1>
<div class="entry-meta"><span class="posted-on">{s.word("posted")} <a href="{s.url}" rel="bookmark"><time class="entry-date published" datetime="{a.published_at.isoformat()}">{s.words.day(a.published_at)}</time>{updated}</a></span>
<span class="byline"> {s.word("by")} <span class="author vcard"><a class="url fn n" rel="author" href="{s.base}{s.side("author", a.authors[0])}">{s.authors}</a></span></span></div></header>
<div class="entry-content">
<div id="attachment_{a.number}" class="wp-caption alignnone"><img src="{s.base}{s.image()}" alt="" width="640" height="360"><p class="wp-caption-text">{esc(a.caption)}</p></div>
{chr(10).join(body_html(s))}
{"".join(after) if share_inside else ""}</div>
{"" if share_inside else "".join(after)}
<footer class="entry-footer"><span class="cat-links"><a href="{s.base}/" rel="category tag">{s.say(s.words.sections[a.section])}</a></span> <span class="tags-links">{s.word("tags_label")} {tags}</span></footer>
</article>
<nav class="navigation post-navigation" role="navigation"><div class="nav-links">{nav}</div></nav>
{_comments(s)}"""
    return _frame(s, main, f"post-template-default single single-post postid-{a.number} single-format-standard")


def listing(s: Sheet) -> str:
    posts = "\n".join(
        f"""<article class="post type-post hentry"><header class="entry-header"><h2 class="entry-title"><a href="{s.base}{t.path}" rel="bookmark">{esc(t.title)}</a></h2>
<div class="entry-meta"><time class="entry-date published" datetime="{t.published_at.isoformat()}">{s.words.day(t.published_at)}</time> {esc(t.author)}</div></header>
<div class="entry-summary"><p>{esc(t.standfirst)} <a href="{s.base}{t.path}" class="more-link">{s.word("read_more")}</a></p></div></article>"""
        for t in s.teasers
    )
    more = "".join(f'<li><a href="{s.base}{path}">{esc(text)}</a></li>' for text, path in s.links)
    old = (
        f'<h2 class="widget-title">{s.word("archive_title")}</h2><p><a href="{s.base}{s.archive.path}">{esc(s.archive.title)}</a></p>'
        if s.archive
        else ""
    )
    main = f'<header class="page-header"><h1 class="page-title">{esc(s.title)}</h1></header>{posts}{old}<ul class="page-links">{more}</ul>'
    return _frame(s, main, "archive category hfeed" if s.path != "/" else "home blog hfeed")


def plain(s: Sheet) -> str:
    text = "".join(f"<p>{esc(p)}</p>" for p in s.paragraphs)
    kind = "page type-page hentry" if s.path.startswith("/about") else "error-404 not-found"
    main = f'<section class="{kind}"><header class="page-header"><h1 class="page-title">{esc(s.title)}</h1></header><div class="page-content">{text}</div></section>'
    return _frame(s, main, "page")
