"""Bytes and a Content-Type in, text out: valid Unicode without NULs, whatever came. Parses no HTML, never raises."""

import codecs
import re

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The labels of the Encoding standard (§4.2) that Python names otherwise or decodes more narrowly than browsers do.
LABELS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "windows-1252": "cp1252", "x-cp1252": "cp1252", "iso-8859-9": "cp1254",
    "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "dos-874": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "chinese": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "korean": "cp949",
    "x-euc-jp": "euc-jp", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman", "unicode": "utf-16-le", "utf-16": "utf-16-le", "iso-8859-8-i": "iso-8859-8",
}  # fmt: skip

_NOT_CHARSETS = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "utf_7"}
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w:.-]+)", re.I)
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def decode(body: bytes, *, content_type: str | None = None) -> tuple[str, str]:
    """The text and the codec that gave it.

    Order of the HTML standard (§13.2.3.2): byte order mark, header, meta within the first 1,024 bytes (we look at
    4,096: publishers put tag managers first), then detection. One deviation: a declared legacy charset gives way
    where the bytes are valid UTF-8 with characters beyond ASCII, for that does not happen by chance.
    """
    for bom, name in BOMS:
        if body.startswith(bom):
            return _clean(body[len(bom) :].decode(name, "replace")), name
    if (wide := _wide(body[:4096])) is not None:
        return _clean(body.decode(wide, "replace")), wide
    try:
        return _clean(body.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        pass
    for label in _declared(body, content_type):
        codec = codec_of(label)
        if codec is None or codec.startswith("utf-16"):  # a meta element that could be read is not UTF-16 (standard)
            continue
        text = body.decode(codec, "replace")
        if text.count("\ufffd") * 200 <= len(text):  # a few torn characters, not another charset
            return _clean(text), codec
    return _detected(body)


def codec_of(label: str) -> str | None:
    """The Python codec that browsers mean by a charset label, None for a label that means nothing."""
    name = label.strip().lower()
    if (name := LABELS.get(name, name)) == "cp1252":
        return name
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # codecs.lookup also knows rot13, base64 and the like, which turn bytes into anything but text; the escape
    # codecs are for source code.
    text_codec = getattr(info, "_is_text_encoding", True)
    return info.name if text_codec and info.name.replace("-", "_") not in _NOT_CHARSETS else None


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is NUL, and the ones between are not. A run of NULs is none."""
    first, second = start[::2].count(0), start[1::2].count(0)
    if (first + second) * 3 <= len(start):
        return None
    if second > 4 * first:
        return "utf-16-le"
    return "utf-16-be" if first > 4 * second else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    found = []
    if content_type and (header := _HEADER.search(content_type)):
        found.append(header.group(1))
    head = _COMMENT.sub(b"", body[:4096])
    for pattern in (_META, _XML):
        if match := pattern.search(head):
            found.append(match.group(1).decode("ascii", "replace"))
    return found


def _detected(body: bytes) -> tuple[str, str]:
    torn = body.decode("utf-8", "replace")
    if torn.count("\ufffd") * 200 <= len(torn):
        return _clean(torn), "utf-8"
    from charset_normalizer import from_bytes  # slow to load and to run: only for bytes that nothing declares

    sample = body[:8192] + body[-8192:] if len(body) > 16384 else body
    best = from_bytes(sample).best()
    codec = best.encoding if best else "cp1252"
    return _clean(body.decode(codec, "replace")), codec


def _clean(text: str) -> str:
    return _UNWANTED.sub("", text)
