"""Which bytes mean which letters: byte order mark, header, meta, detection; never invalid Unicode, never a NUL."""

import pytest

from pipelines import Extraction, extract
from pipelines.extraction.charset import codec_of, decode

TEXT = "Überraschung im Café – „größer“ als gedacht"


def page(text: str, meta: str = "") -> str:
    body = "".join(
        f"<p>{text}, Absatz {n}: ein Satz, der lang genug ist, um als Text gelesen zu werden.</p>" for n in range(6)
    )
    return f"<html><head>{meta}<title>{text}</title></head><body><article><h1>{text}</h1>{body}</article></body></html>"


def title(body: bytes, content_type: str | None = None) -> str | None:
    got = extract(body, url="https://news.example.org/story", content_type=content_type)
    assert isinstance(got, Extraction)
    return got.title


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_comes_first(codec: str) -> None:
    assert title(page(TEXT).encode(codec), "text/html; charset=iso-8859-1") == TEXT


def test_header_comes_before_meta() -> None:
    body = page(TEXT, '<meta charset="iso-8859-5">').encode("cp1252")
    assert title(body, 'text/html; charset="windows-1252"') == TEXT


@pytest.mark.parametrize(
    "meta", ['<meta charset="windows-1252">', "<meta http-equiv=content-type content='text/html; charset=iso-8859-1'>"]
)
def test_meta(meta: str) -> None:
    assert title(page(TEXT, meta).encode("cp1252"), "text/html") == TEXT


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("shift_jis", "cp932", "首相が訪米へ、首脳会談で合意を目指す方針"),
        ("euc-kr", "cp949", "국회의원 선거 결과 발표와 앞으로의 전망"),
        ("gb2312", "gb18030", "总理访问欧洲并会见各国领导人讨论合作"),
        ("windows-1251", "cp1251", "Премьер прибыл с визитом для переговоров"),
        ("iso-8859-9", "cp1254", "Başbakan ülkeyi ziyaret etti ve görüştü"),
    ],
)
def test_labels_mean_what_browsers_mean(label: str, codec: str, text: str) -> None:
    assert title(page(text).encode(codec), f"text/html; charset={label}") == text


def test_utf_8_beyond_ascii_is_utf_8_whatever_is_declared() -> None:
    assert title(page(TEXT).encode(), "text/html; charset=iso-8859-1") == TEXT


def test_a_few_torn_characters_stay_torn() -> None:
    body = page(TEXT).encode().replace("größer".encode(), b"gr\xf6\xdfer", 1)
    got, codec = decode(body, content_type="text/html; charset=utf-8")
    assert codec == "utf-8"
    assert "\ufffd" in got


def test_undeclared_bytes_are_detected() -> None:
    assert title(page(TEXT.replace("–", "-").replace("„", '"').replace("“", '"')).encode("latin-1")) is not None


def test_nothing_invalid_comes_out() -> None:
    text, _ = decode(b"<p>a\x00b\x01\xed\xa0\x80\xff\xfe&#0;</p>")
    assert "\x00" not in text
    text.encode("utf-8")


@pytest.mark.parametrize("label", ["rot13", "base64", "hex", "unicode_escape", "utf-7", "none-such", "idna", ""])
def test_labels_that_are_no_charset(label: str) -> None:
    assert codec_of(label) is None
