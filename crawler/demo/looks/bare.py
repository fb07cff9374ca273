"""A sheet in, a hand-written page out: tables and font tags, no meta, the date in the text. Knows no theme and no plugin."""
# ruff: noqa: E501 - markup is easier to read in the lines in which a theme writes it

from __future__ import annotations

from .sheet import Sheet, body_html, esc


def _charset(s: Sheet) -> str:
    return (
        f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={s.outlet.charset}">'
        if s.outlet.charset_in_page
        else ""
    )


def _frame(s: Sheet, main: str) -> str:
    nav = " | ".join(f'<A HREF="{path}">{s.say(label)}</A>' for label, path in s.sections)
    recent = "".join(f'<LI><A HREF="{t.path}">{s.say(t.title)}</A>' for t in s.recent)
    left = f"""<TD WIDTH="180" VALIGN="top" BGCOLOR="{s.pick("left", "#EEEEEE", "#FFFFCC", "#E6F0FF")}"><FONT SIZE="2">
<B>{s.word("recent_title")}</B><UL>{recent}</UL><HR><B>{s.word("newsletter_title")}</B><BR>{s.word("newsletter_text")}
<FORM ACTION="/cgi-bin/letter.pl"><INPUT NAME="email" SIZE="16"><INPUT TYPE="submit" VALUE="{s.word("newsletter_button")}"></FORM>
{s.word("support")}</FONT></TD>"""
    right = f'<TD VALIGN="top">{main}</TD>'
    cells = left + right if s.theme("columns").random() < 0.5 else right + left
    foot = " - ".join(f'<A HREF="/about.html">{part}</A>' for part in s.parts("footer_links"))
    return f"""<HTML>
<HEAD>
{_charset(s)}
<TITLE>{esc(s.outlet.title)}: {esc(s.title)}</TITLE>
</HEAD>
<BODY BGCOLOR="#FFFFFF" TEXT="#000000" LINK="#0000CC">
<CENTER><FONT SIZE="6" FACE="Times New Roman" COLOR="{s.outlet.colour}"><B><A HREF="/">{esc(s.outlet.title)}</A></B></FONT><BR>
<FONT SIZE="2"><I>{s.say(s.outlet.tagline)}</I></FONT><BR>[ <A HREF="/">{s.word("home")}</A> | {nav} ]</CENTER>
<HR>
<TABLE WIDTH="100%" CELLPADDING="10" CELLSPACING="0" BORDER="0"><TR>{cells}</TR></TABLE>
<HR>
<CENTER><FONT SIZE="1">{s.copyright()}<BR>{foot}<BR>{s.word("cookie_text")}</FONT></CENTER>
</BODY>
</HTML>
"""


def _date(s: Sheet) -> str:
    """Day and time as a person types them; the founding page has the day alone, as it was."""
    a = s.article
    assert a is not None
    if a.origin == "founding":
        return s.words.day(a.published_at)
    hour = f"{a.published_at.hour % 12 or 12}.{a.published_at:%M} {'am' if a.published_at.hour < 12 else 'pm'}"
    return f"{s.words.days[a.published_at.weekday()]}, {a.published_at.day} {s.words.months[a.published_at.month - 1]} {a.published_at.year}, {hour}"


def article(s: Sheet) -> str:
    a = s.article
    assert a is not None
    changed = f" ({s.word('updated')} {s.words.moment(a.modified_at)})" if a.modified_at else ""
    shape = s.pick("heads", "<P><B>{}</B></P>", "<H3>{}</H3>", '<P><FONT SIZE="4"><B>{}</B></FONT></P>')
    paragraph = s.pick("paragraphs", "<P>{}", "<P>{}</P>", '<P ALIGN="justify">{}</P>')
    body = body_html(
        s,
        paragraph=paragraph,
        heading=shape,
        quote="<BLOCKQUOTE><I>{}</I></BLOCKQUOTE>",
        items="<UL>{}</UL>",
        item="<LI>{}",
    )
    share = " / ".join(f'<A HREF="mailto:friend">{part}</A>' for part in s.parts("share_places"))
    said = "".join(
        f"<P><FONT SIZE=2><B>{esc(c.author)}</B> {s.word('said')} <I>{s.say(s.words.day(c.at))}</I><BR>{s.say(c.text)}</FONT>"
        for c in s.comments
    )
    related = "".join(f'<LI><A HREF="{t.path}">{s.say(t.title)}</A>' for t in s.related)
    turns = [
        f'<A HREF="{t.path}">{s.word(key)} {s.say(t.title)}</A>'
        for key, t in (("previous", s.before), ("next", s.after))
        if t
    ]
    book = f"""<H4>{s.word("reply_title")}</H4><FORM ACTION="/cgi-bin/guestbook.pl" METHOD="POST"><P>{s.word("reply_note")}</P>
{s.word("reply_name")} <INPUT NAME="name"> {s.word("reply_email")} <INPUT NAME="mail"><BR>{s.word("reply_comment")}<BR>
<TEXTAREA NAME="text" ROWS="5" COLS="50"></TEXTAREA><BR><INPUT TYPE="submit" VALUE="{s.word("reply_button")}"></FORM>"""
    ends = [
        f"<P><FONT SIZE=2>{s.word('share_title')} {share}</FONT></P>",
        f"<H4>{s.word('related_title')}</H4><UL>{related}</UL>",
        f"<P><FONT SIZE=2><I>{s.word('bio', author=a.authors[0], title=s.outlet.title)}</I></FONT></P>",
        said,
        book,
    ]
    s.theme("ends").shuffle(ends)
    main = f"""<FONT SIZE="2"><A HREF="/">{esc(s.outlet.title)}</A> &gt; {s.say(s.words.sections[a.section])}</FONT>
<H1><FONT FACE="Times New Roman">{esc(a.title)}</FONT></H1>
<P><FONT SIZE="2">{s.word("by")} {s.authors}, {_date(s)}{changed}</FONT></P>
<P><B>{esc(a.standfirst)}</B></P>
<P><IMG SRC="{s.image()}" WIDTH="400" HEIGHT="225" ALT=""><BR><FONT SIZE="1">{esc(a.caption)}</FONT></P>
{chr(10).join(body)}
<HR WIDTH="60%">
{chr(10).join(ends)}
<P><FONT SIZE=2>{"<BR>".join(turns)}</FONT></P>"""
    return _frame(s, main)


def listing(s: Sheet) -> str:
    items = "\n".join(
        f'<DT><B><A HREF="{t.path}">{esc(t.title)}</A></B> <FONT SIZE="1">({s.words.day(t.published_at)})</FONT><DD>{esc(t.standfirst)}<BR>&nbsp;'
        for t in s.teasers
    )
    more = "".join(f'<LI><A HREF="{path}">{esc(text)}</A>' for text, path in s.links)
    old = (
        f'<H4>{s.word("archive_title")}</H4><P><A HREF="{s.archive.path}">{esc(s.archive.title)}</A></P>'
        if s.archive
        else ""
    )
    return _frame(s, f"<H2>{esc(s.title)}</H2><DL>{items}</DL>{old}<UL>{more}</UL>")


def plain(s: Sheet) -> str:
    return _frame(s, f"<H1>{esc(s.title)}</H1>" + "".join(f"<P>{esc(p)}</P>" for p in s.paragraphs))
