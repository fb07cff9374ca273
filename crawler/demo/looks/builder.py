"""A sheet in, a page-builder page out: divs in divs with hashed class names, no article element, everything a widget."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

from .sheet import Sheet, Teaser, body_html, esc

CSS = """
body{margin:0;font:17px/1.7 Verdana,sans-serif;color:#3a3a3a;background:#faf7f2}a{color:ACCENT;text-decoration:none}.W{max-width:1140px;margin:0 auto;padding:0 16px}
.T{background:ACCENT;color:#fff;padding:18px 0}.T a{color:#fff;margin-right:22px}.B{font-size:28px;font-weight:bold}.C{display:flex;gap:40px}.L{flex:2.4;background:#fff;padding:24px}.R{flex:1;padding:24px 0;font-size:14px}
h1{font-size:36px;line-height:1.2}h2{font-size:24px}.Q{border-left:5px solid ACCENT;padding:4px 20px;font-style:italic}.S{font-size:13px;color:#777}.F{background:#2b2b2b;color:#bbb;padding:24px 0;font-size:13px;margin-top:40px}img{max-width:100%}
.P{position:fixed;left:20px;right:20px;bottom:16px;background:#fff;box-shadow:0 2px 20px #0005;padding:16px 24px;font-size:13px}input,textarea{width:96%;padding:6px;margin:3px 0}button{background:ACCENT;color:#fff;border:0;padding:8px 16px}
"""


class _Classes:
    """Class names such as a builder generates: they tell nothing, and each newsroom has its own."""

    def __init__(self, s: Sheet) -> None:
        dice = s.theme("classes")
        self.prefix = dice.choice(["el", "bx", "fl-", "vc_", "x"])
        self.names: dict[str, str] = {}
        for letter in "WTBCLRQSFP":
            self.names[letter] = f"{self.prefix}{dice.getrandbits(28):07x}"
        self.soup = [f"{self.prefix}{dice.getrandbits(28):07x}" for _ in range(12)]

    def css(self, accent: str) -> str:
        sheet = CSS.replace("ACCENT", accent)
        for letter, name in self.names.items():
            sheet = sheet.replace(f".{letter}{{", f".{name}{{").replace(f".{letter} a{{", f".{name} a{{")
        return sheet

    def __getitem__(self, letter: str) -> str:
        return self.names[letter]

    def wrap(self, inner: str, *, depth: int = 3, at: int = 0) -> str:
        """A widget: its content in as many divs as the builder likes."""
        for n in range(depth):
            inner = f'<div class="{self.soup[(at + n) % len(self.soup)]}">{inner}</div>'
        return inner


def _head(s: Sheet, css: str) -> str:
    lines = [
        f'<meta charset="{s.outlet.charset}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1.0">',
        f"<title>{esc(s.title)} | {esc(s.outlet.title)}</title>",
        f'<link rel="canonical" href="{s.url}">',
    ]
    if s.outlet.feed:
        lines.append(f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{s.outlet.feed[1]}">')
    if a := s.article:
        lines += [
            '<meta property="og:type" content="article">',
            f'<meta property="og:title" content="{esc(a.title)}">',
            f'<meta property="og:description" content="{esc(a.standfirst)}">',
            f'<meta property="og:image" content="{s.base}{s.image()}">',
            f'<meta property="article:published_time" content="{a.published_at.isoformat()}">',
            f'<meta property="article:section" content="{esc(s.words.sections[a.section])}">',
            *(f'<meta property="article:tag" content="{esc(tag)}">' for tag in a.tags),
        ]
        if a.modified_at:
            lines.append(f'<meta property="article:modified_time" content="{a.modified_at.isoformat()}">')
    lines.append(f"<style>{css}</style>")
    return "\n".join(lines)


def _links(s: Sheet, teasers: tuple[Teaser, ...]) -> str:
    return "".join(f'<div><a href="{t.path}">{s.say(t.title)}</a></div>' for t in teasers)


def _frame(s: Sheet, main: str) -> str:
    k = _Classes(s)
    nav = "".join(f'<a href="{path}">{s.say(label)}</a>' for label, path in s.sections)
    rails = [
        f"<h3>{s.word('recent_title')}</h3>{_links(s, s.recent)}",
        f'<h3>{s.word("newsletter_title")}</h3><div>{s.word("newsletter_text")}</div><input placeholder="{s.word("newsletter_field")}"><button>{s.word("newsletter_button")}</button><div>{s.word("newsletter_small")}</div>',
        f"<h3>{s.word('popular_title')}</h3>{_links(s, s.popular)}",
        f"<div>{s.word('advert')}</div>",
        f"<div>{s.word('support')}</div>",
    ]
    s.theme("rails").shuffle(rails)
    rail = "".join(k.wrap(inner, depth=3, at=n) for n, inner in enumerate(rails))
    foot = " &middot; ".join(f'<a href="/about/">{part}</a>' for part in s.parts("footer_links"))
    return f"""<!doctype html>
<html lang="{s.outlet.language}">
<head>
{_head(s, k.css(s.outlet.colour))}
</head>
<body>
<a href="#{k["L"]}" style="position:absolute;left:-9999px">{s.word("skip")}</a>
<div class="{k["T"]}"><div class="{k["W"]}">{k.wrap(f'<div class="{k["B"]}"><a href="/">{esc(s.outlet.title)}</a></div><div>{s.say(s.outlet.tagline)}</div>')}{k.wrap(f'<div><a href="/">{s.word("home")}</a>{nav}</div>', at=2)}</div></div>
<div class="{k["W"]}"><div class="{k["C"]}"><div class="{k["L"]}" id="{k["L"]}">{main}</div><div class="{k["R"]}">{rail}</div></div></div>
<div class="{k["F"]}"><div class="{k["W"]}">{k.wrap(f"<div>{s.word('follow')}</div><div>{foot}</div><div>{s.copyright()}</div>")}</div></div>
<div class="{k["P"]}"><div><b>{s.word("cookie_title")}</b></div><div>{s.word("cookie_text")}</div><button>{s.word("cookie_accept")}</button> <button>{s.word("cookie_reject")}</button></div>
</body>
</html>
"""


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    k = _Classes(s)
    paragraph = s.pick("paragraph", "<p>{}</p>", "<div>{}</div>", "<p><span>{}</span></p>")
    heading = s.pick("heading", "<div><h2>{}</h2></div>", "<div><h3>{}</h3></div>")
    quote = f'<div class="{k["Q"]}"><p>{{}}</p></div>'
    blocks = body_html(s, paragraph=paragraph, heading=heading, quote=quote)
    # A builder keeps a text in several widgets, cut where the editor dropped a picture or a heading.
    cut = max(2, len(blocks) // 2)
    texts = [blocks[:cut], blocks[cut:]]
    body = "".join(k.wrap("\n".join(part), depth=4, at=n) for n, part in enumerate(texts))
    share = " ".join(f'<a href="#">{part}</a>' for part in s.parts("share_places"))
    said = "".join(
        f'<div><b>{esc(c.author)}</b> <span>{s.word("said")}</span><div>{s.say(c.text)}</div><div class="{k["S"]}">{s.say(s.words.moment(c.at))}</div><a href="#">{s.word("answer")}</a></div>'
        for c in s.comments
    )
    form = f"""<h3>{s.word("reply_title")}</h3><div>{s.word("reply_note")}</div><div>{s.word("reply_comment")}</div><textarea rows="5"></textarea><div>{s.word("reply_name")}</div><input><div>{s.word("reply_email")}</div><input><div>{s.word("reply_save")}</div><button>{s.word("reply_button")}</button>"""
    tags = " ".join(f'<a href="{s.side("tag", t)}">{s.say(t)}</a>' for t in a.tags)
    turns = "".join(
        f'<div><a href="{t.path}"><span>{s.word(key)}</span> <span>{s.say(t.title)}</span></a></div>'
        for key, t in (("previous", s.before), ("next", s.after))
        if t
    )
    ends = [
        f"<div>{s.word('share_title')}</div><div>{share}</div>",
        f"<div><span>{s.word('tags_label')}</span> {tags}</div>",
        f"<h3>{s.word('bio_title')}</h3><p>{s.word('bio', author=a.authors[0], title=s.outlet.title)}</p>",
        f"<h3>{s.word('related_title')}</h3>{_links(s, s.related)}",
        turns,
    ]
    s.theme("ends").shuffle(ends)
    count = f"<h3>{s.word('comments_title', n=len(s.comments))}</h3>" if said else ""
    after = "".join(k.wrap(inner, depth=2, at=n) for n, inner in enumerate([*ends, count + said, form]))
    changed = f" &mdash; {s.word('updated')} {s.words.moment(a.modified_at)}" if a.modified_at else ""
    meta = f'<div class="{k["S"]}">{s.word("by")} <a href="{s.side("author", a.authors[0])}">{s.authors}</a> &bull; {s.words.moment(a.published_at)}{changed}</div>'
    crumbs = f'<div class="{k["S"]}"><a href="/">{esc(s.outlet.title)}</a> / {s.say(s.words.sections[a.section])}</div>'
    picture = k.wrap(f'<img src="{s.image()}" alt=""><div class="{k["S"]}">{esc(a.caption)}</div>', at=5)
    main = f"""{k.wrap(crumbs)}{k.wrap(f"<h1>{esc(a.title)}</h1>", at=1)}{k.wrap(meta, at=2)}{picture}{body}{after}"""
    return _frame(s, main)


def listing(s: Sheet) -> str:
    k = _Classes(s)
    cards = "".join(
        k.wrap(
            f'<h2><a href="{t.path}">{esc(t.title)}</a></h2><div>{esc(t.standfirst)}</div><div class="{k["S"]}">{s.words.day(t.published_at)}</div><a href="{t.path}">{s.word("read_more")}</a>',
            depth=3,
            at=n,
        )
        for n, t in enumerate(s.teasers)
    )
    more = "".join(f'<div><a href="{path}">{esc(text)}</a></div>' for text, path in s.links)
    old = (
        k.wrap(f'<h3>{s.word("archive_title")}</h3><div><a href="{s.archive.path}">{esc(s.archive.title)}</a></div>')
        if s.archive
        else ""
    )
    return _frame(s, f"<h1>{esc(s.title)}</h1>{cards}{old}{k.wrap(more)}")


def plain(s: Sheet) -> str:
    return _frame(s, f"<h1>{esc(s.title)}</h1>" + "".join(f"<div>{esc(p)}</div>" for p in s.paragraphs))
