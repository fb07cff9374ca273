"""Bytes and a Content-Type in, text out: valid Unicode without NULs, whatever came. Parses no HTML, never raises."""

import codecs
import re
from dataclasses import dataclass
from functools import cache

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The Encoding standard, §4.2: Python's codec, and the labels by which pages may ask for it. What stands in no line
# means nothing to a browser, and nothing here, whatever Python knows by that name (utf-7, rot13, idna). Where the
# standard's encoding holds more than its name says, so does the codec: iso-8859-1 is windows-1252, gb2312 is gb18030.
_LABELS = """
utf-8: unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
cp866: 866 cp866 csibm866 ibm866
iso8859-2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso8859-3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso8859-4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso8859-5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso8859-6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i
iso8859-6: iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso8859-7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
iso8859-7: iso_8859-7:1987 sun_eu_greek
iso8859-8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
iso8859-8: iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
iso8859-10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso8859-13: iso-8859-13 iso8859-13 iso885913
iso8859-14: iso-8859-14 iso8859-14 iso885914
iso8859-15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
iso8859-16: iso-8859-16
koi8-r: cskoi8r koi koi8 koi8-r koi8_r
koi8-u: koi8-ru koi8-u
mac-roman: csmacintosh mac macintosh x-mac-roman
mac-cyrillic: x-mac-cyrillic x-mac-ukrainian
cp874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
cp1250: cp1250 windows-1250 x-cp1250
cp1251: cp1251 windows-1251 x-cp1251
cp1252: ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1
cp1252: iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined
cp1253: cp1253 windows-1253 x-cp1253
cp1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254
cp1254: x-cp1254
cp1255: cp1255 windows-1255 x-cp1255
cp1256: cp1256 windows-1256 x-cp1256
cp1257: cp1257 windows-1257 x-cp1257
cp1258: cp1258 windows-1258 x-cp1258
gb18030: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc_jp: cseucpkdfmtjapanese euc-jp x-euc-jp
iso2022_jp: csiso2022jp iso-2022-jp
cp932: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
cp949: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
utf-16-be: unicodefffe utf-16be
utf-16-le: csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
"""
LABELS = {label: line.split(":")[0] for line in _LABELS.split("\n") for label in line.partition(": ")[2].split()}

_WIDE = {"utf-16-le", "utf-16-be"}
# What undeclared pages are in. The others differ from one of these in a few rare letters, and would be taken for it.
_DETECTED = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp866", "cp874",
    "cp932", "cp949", "euc_jp", "iso2022_jp", "gb18030", "big5hkscs", "koi8-r", "koi8-u", "iso8859-2", "iso8859-5",
    "iso8859-7", "iso8859-15"]  # fmt: skip
_LATIN = {"cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-15"}
# By the page's own language, after the standard's table of defaults (HTML §13.2.3.2); of several, the one in which the
# fewest signs stand between two letters, as in “Za¿ó³æ”.
_LATIN_OF = {
    "": ("cp1252", "cp1250", "iso8859-2"),
    **dict.fromkeys(("cs", "sk", "hr", "bs", "hu", "pl", "sl", "ro", "sq"), ("cp1250", "iso8859-2")),
    **dict.fromkeys(("tr", "az", "ku"), ("cp1254",)),
    **dict.fromkeys(("et", "lt", "lv"), ("cp1257",)),
    "vi": ("cp1258",),
}
_LANGUAGE = re.compile(rb"<html\b[^>]{0,300}?\blang\s*=\s*[\"']?([a-z]{2})\b", re.I)
_ODD = re.compile(r"(?<=[^\W\d_])[\x80-\xbf\xd7\xf7‚„…†‡ˆ‰‹‘“”•˜™›](?=[^\W\d_])")
_LETTERS = {"koi8-u": {0xAE: "ў", 0xBE: "Ў"}, "cp1255": {0xCA: "\u05ba"}}
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w:.-]+)", re.I)
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_UNWANTED_BYTES = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_WITHOUT_UNWANTED = bytes(0x20 if byte in _UNWANTED_BYTES else byte for byte in range(256))
# The last, a byte order mark within the text, has no width and parts the words that it stands in.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\ufeff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    text: str
    codec: str
    utf8: bytes | None = None
    """The body itself, where that is the text in UTF-8: to encode it again would take as long as to decode it."""


def decode(body: bytes, *, content_type: str | None = None) -> tuple[str, str]:
    """The text and the codec that gave it."""
    decoded = read(body, content_type=content_type)
    return decoded.text, decoded.codec


def read(body: bytes, *, content_type: str | None = None) -> Decoded:
    """The text, and how it was written.

    Order of the HTML standard (§13.2.3.2): byte order mark, header, meta within the first 1,024 bytes (we look at
    4,096: publishers put tag managers first), then detection. One deviation: a declared legacy charset gives way
    where the bytes are valid UTF-8 with characters beyond ASCII, for that does not happen by chance.
    """
    for bom, name in BOMS:
        if body.startswith(bom):
            return Decoded(text=_clean(body[len(bom) :].decode(name, "replace")), codec=name)
    if (wide := _wide(body[:4096])) is not None:
        return Decoded(text=_clean(body.decode(wide, "replace")), codec=wide)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Bytes are looked through ten times as fast as letters; in UTF-8 these stand for nothing else. Of noncharacters
        # Python knows at once that no text of narrower letters has them.
        if body.translate(_WITHOUT_UNWANTED) == body and not any(map(text.__contains__, "\ufffe\uffff\ufeff")):
            return Decoded(text=text, codec="utf-8", utf8=body)
        return Decoded(text=_clean(text), codec="utf-8")
    for label in _declared(body, content_type):
        codec = codec_of(label)
        if codec is None or codec in _WIDE:  # a meta element that could be read is not UTF-16 (standard)
            continue
        text = _decoded(body, codec)
        if text.count("\ufffd") * 200 <= len(text):  # a few torn characters, not another charset
            return Decoded(text=_clean(text), codec=codec)
    text, codec = _detected(body)
    return Decoded(text=text, codec=codec)


def codec_of(label: str) -> str | None:
    """The Python codec for what browsers mean by a charset label, None for a label that means nothing to them."""
    return LABELS.get(label.strip("\t\n\f\r ").lower())


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
    best = from_bytes(sample, cp_isolation=_DETECTED).best()
    codec = codecs.lookup(best.encoding).name if best else "cp1252"
    if codec in _LATIN:  # it takes Spanish and Danish for Czech
        language = _LANGUAGE.search(body[:4096])
        named = language.group(1).decode("ascii").lower() if language else ""
        codec = min(_LATIN_OF.get(named, _LATIN_OF[""]), key=lambda each: len(_ODD.findall(_decoded(sample, each))))
    return _clean(_decoded(body, codec)), codec


def _decoded(body: bytes, codec: str) -> str:
    table = _table(codec)
    return body.decode(codec, "replace") if table is None else codecs.charmap_decode(body, "replace", table)[0]


@cache
def _table(codec: str) -> str | None:
    """What each byte of a single-byte charset means by the standard; None for the others.

    Python leaves holes where the standard (§9, the indexes) has the control character of that number, and lacks three
    letters.
    """
    if not codec.startswith(("cp125", "cp874", "koi8", "iso8859", "cp866", "mac")):
        return None
    letters = [bytes([byte]).decode(codec, "replace") for byte in range(256)]
    for byte in range(0x80, 0xA0):
        letters[byte] = chr(byte) if letters[byte] == "\ufffd" else letters[byte]
    for byte, letter in _LETTERS.get(codec, {}).items():
        letters[byte] = letter
    return "".join(letters)


def _clean(text: str) -> str:
    return _UNWANTED.sub("", text)
