"""Charset labels mean what they mean to browsers (Encoding standard, §4.2), and their bytes too; whatever the bytes and
whatever is declared, what comes out is text that a table can hold."""

from __future__ import annotations

import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import Extraction, extract
from pipelines.extraction.charset import BOMS, LABELS, codec_of, decode
from pipelines.fragment_rows import storable

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
# Names that Python knows and no browser, or that mean an encoding to browsers which no page is read in.
NOT_LABELS = [
    "utf-7", "utf_7", "utf-32", "cp437", "cp850", "cp1140", "mac-latin2", "hz", "iso2022_kr", "iso-2022-kr",
    "hz-gb-2312", "johab", "punycode", "idna", "rot13", "base64", "hex", "zlib", "unicode_escape", "mbcs", "undefined",
    "none", "",
    "utf-8-sig", "latin-1", "utf_8", "euc_jp", "windows1252", "iso 8859-1", "é",
]  # fmt: skip
# The standard's name of each codec; where several share a codec (gbk, iso-8859-8-i), the widest.
ENCODINGS = {
    "utf-8": "utf-8", "cp866": "ibm866", "mac-roman": "macintosh", "mac-cyrillic": "x-mac-cyrillic",
    "cp874": "windows-874",
    "gb18030": "gb18030", "big5hkscs": "big5", "euc_jp": "euc-jp", "iso2022_jp": "iso-2022-jp", "cp932": "shift_jis",
    "cp949": "euc-kr", "utf-16-be": "utf-16be", "utf-16-le": "utf-16le", "koi8-r": "koi8-r", "koi8-u": "koi8-u",
    **{f"iso8859-{n}": f"iso-8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp125{n}": f"windows-125{n}" for n in range(9)},
}  # fmt: skip
SAME_CODEC = {"gbk": "gb18030", "iso-8859-8-i": "iso-8859-8", "x-user-defined": "windows-1252"}
SINGLE_BYTE = sorted(
    codec for codec in set(LABELS.values()) if codec.startswith(("iso8859", "cp125", "koi8", "mac", "cp866", "cp874"))
)


@pytest.fixture(scope="module")
def browser() -> object:
    """Asks a real browser: `browser(script, argument)`."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page()
        yield lambda script, argument: json.loads(page.evaluate(script, argument))
        chromium.close()


def test_labels_are_those_of_a_browser(browser) -> None:  # type: ignore[no-untyped-def]
    asked = [*LABELS, *(label for label in NOT_LABELS if label)]
    script = """labels => JSON.stringify(labels.map(label => {
        try { return new TextDecoder(label).encoding } catch (error) { return null } }))"""
    for label, encoding in zip(asked, browser(script, asked), strict=True):
        expected = SAME_CODEC.get(encoding, encoding)
        assert ENCODINGS.get(codec_of(label) or "") == expected, label


@pytest.mark.parametrize("codec", SINGLE_BYTE)
def test_every_byte_is_what_it_is_to_a_browser(browser, codec: str) -> None:  # type: ignore[no-untyped-def]
    script = """label => JSON.stringify(new TextDecoder(label).decode(new Uint8Array([...Array(256).keys()])))"""
    shown = browser(script, ENCODINGS[codec])
    head = f"<html><meta charset={ENCODINGS[codec]}>".encode()
    # One byte at a time, amid enough text of the same charset that it is believed.
    for byte in range(128, 256):
        text, used = decode(head + bytes([byte]) + b" is one character of a page." * 20)
        assert (text[len(head)], used) == (shown[byte], codec), hex(byte)


@pytest.mark.parametrize("label", NOT_LABELS)
def test_what_no_browser_knows_means_nothing(label: str) -> None:
    assert codec_of(label) is None


def test_case_and_spaces_around_a_label_do_not_count() -> None:
    assert codec_of("\t ISO-8859-1 \n") == "cp1252"


SAMPLES = {
    "cp1252": "Überraschung im Café: größer als gedacht, meint die Kommission am Dienstag.",
    "iso8859-2": "Zażółć gęślą jaźń, powiedział premier podczas wtorkowej konferencji.",
    "cp1251": "Премьер прибыл с визитом для переговоров о границе.",
    "koi8-r": "Премьер прибыл с визитом для переговоров о границе.",
    "iso8859-7": "Ο πρωθυπουργός επισκέφθηκε την πόλη την Τρίτη.",
    "cp1254": "Başbakan ülkeyi ziyaret etti ve görüştü.",
    "cp1255": "ראש הממשלה הגיע לביקור לשיחות על הגבול.",
    "cp1256": "وصل رئيس الوزراء لإجراء محادثات حول الحدود.",
    "cp932": "首相が訪米へ、首脳会談で合意を目指す方針を固めた。",
    "euc_jp": "首相が訪米へ、首脳会談で合意を目指す方針を固めた。",
    "cp949": "국회의원 선거 결과 발표와 앞으로의 전망을 살펴본다.",
    "gb18030": "总理访问欧洲并会见各国领导人讨论合作事宜。",
    "big5hkscs": "總理訪問歐洲並會見各國領導人討論合作事宜。",
}


@pytest.mark.parametrize(("codec", "text"), SAMPLES.items())
@pytest.mark.parametrize("declared", ["header", "meta", "http-equiv", "xml"])
def test_a_page_is_read_by_what_it_declares(codec: str, text: str, declared: str) -> None:
    label = next(label for label, its in LABELS.items() if its == codec)
    html = f"<title>{text}</title><article><h1>{text}</h1>" + "".join(
        f"<p>{n}. {text} {text} {text}</p>" for n in range(12)
    )
    before = {
        "header": "", "meta": f"<meta charset='{label}'>", "xml": f'<?xml version="1.0" encoding="{label}"?>',
        "http-equiv": f"<meta http-equiv=Content-Type content='text/html; charset={label}'>",
    }[declared]  # fmt: skip
    content_type = f"text/html; charset={label}" if declared == "header" else "text/html"
    got = extract((before + html).encode(codec), url="https://news.example.org/a", content_type=content_type)
    assert isinstance(got, Extraction)
    assert got.title == text.rstrip()
    assert text in got.text


UNDECLARED = {
    **{("", text): codec for codec, text in SAMPLES.items() if codec != "cp1254"},
    ("", "El señor Núñez visitó España por la mañana, según el diario."): "cp1252",
    ("", "O prefeito de São Paulo não compareceu à reunião de amanhã."): "cp1252",
    ("", "L’Øresund er åben, siger borgmesteren på tirsdag."): "cp1252",
    ("", "Zażółć gęślą jaźń, powiedział premier."): "cp1250",
    ("cs", "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl ministr."): "cp1250",
    ("tr", "Başbakan ülkeyi ziyaret etti ve görüştü."): "cp1254",
    ("lt", "Ąžuolų šešėlyje miegojo žvėris, sakė ministras."): "cp1257",
}


@pytest.mark.parametrize(("said", "codec"), UNDECLARED.items())
def test_a_page_that_declares_no_charset_is_detected(said: tuple[str, str], codec: str) -> None:
    language, text = said
    page = f"<html lang='{language}'>" + f"<p>{text}</p>" * 20
    assert decode(page.encode(codec))[0] == page


def test_the_order_is_mark_header_meta_detection() -> None:
    cyrillic, german = "Премьер прибыл с визитом", "Überraschung im Café"
    body = f"<meta charset=windows-1251>{german}".encode("cp1252")
    assert decode(body, content_type="text/html; charset=iso-8859-1") == (body.decode("cp1252"), "cp1252")
    assert decode(body, content_type="text/html")[1] == "cp1251"
    assert decode(b"\xef\xbb\xbf" + body, content_type="text/html; charset=iso-8859-1")[1] == "utf-8"
    assert decode((cyrillic * 20).encode("cp1251"), content_type="text/html; charset=no-such-thing")[0] == cyrillic * 20


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=300),
    label=st.sampled_from([*LABELS, *NOT_LABELS, "utf-8\x00", "\udcff", "a" * 5000]),
    where=st.sampled_from(["header", "meta", "xml", "nowhere"]),
    mark=st.sampled_from([b"", *(mark for mark, _ in BOMS)]),
    between=st.sampled_from([b"", b"<!-- <meta charset=utf-16> -->", b"\x00", b"<meta charset="]),
)
def test_whatever_comes_is_text_that_a_table_holds(
    body: bytes, label: str, where: str, mark: bytes, between: bytes
) -> None:
    spelt = label.encode("utf-8", "surrogatepass")
    declared = {"meta": b"<meta charset='" + spelt + b"'>", "xml": b"<?xml encoding='" + spelt + b"'?>"}.get(where, b"")
    header = f"text/html; charset={label}" if where == "header" else "text/html"
    whole = mark + between + declared + body
    text, codec = decode(whole, content_type=header)
    assert text.encode("utf-8").decode("utf-8") == text == storable(text)
    assert not set(text) & set("\x00\x08\x0b\x1f\x7f\ufffe\uffff\ufeff")
    assert codec
    assert decode(whole, content_type=header) == (text, codec)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), min_size=1, max_size=200))
def test_valid_utf_8_is_taken_as_it_is(text: str) -> None:
    assert decode(text.encode(), content_type="text/html; charset=iso-8859-1")[0] == text.replace("\ufeff", "")
