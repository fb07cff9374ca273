"""Ruby: readings printed small above Japanese and Chinese signs."""

import pytest
from lxml.html import HtmlElement

from pipelines import Extraction, extract
from pipelines.extraction import page
from pipelines.extraction.page import parse, text_of

SENTENCE = (
    "<ruby>橋<rp>（</rp><rt>はし</rt><rp>）</rp></ruby>が<ruby>開通<rt><span>かいつう</span></rt></ruby>しました。"
)
BASE = "橋が開通しました。"


def test_readings_are_no_part_of_title_and_text() -> None:
    body = "".join(f"<p>{SENTENCE * 6}</p>" for _ in range(8))
    source = f"<html lang=ja><head></head><body><article><h1>{SENTENCE}</h1>{body}</article></body></html>"
    got = extract(source.encode(), url="https://news.example.jp/hashi")
    assert isinstance(got, Extraction)
    assert got.title == BASE
    assert {block.text for block in got.blocks} == {BASE * 6}


def test_a_reading_that_is_never_closed_takes_no_paragraph_with_it() -> None:
    tree = parse(f"<p><ruby>橋<rt>はし<p>{'開通しました。' * 20}<p>二".encode(), url="https://news.example.jp/").tree
    assert "開通しました。" in text_of(tree)
    assert text_of(tree).endswith("二")


@pytest.mark.parametrize("piece", ["<rt>a</rt>b", "<ruby>a<rt>b", "<rt>", "<rt><span>a</span>"])
def test_of_many_readings_each_is_read_once(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(element: HtmlElement) -> str:
        text = text_of(element)
        read.append(len(text))
        return text

    monkeypatch.setattr(page, "text_of", counted)
    source = piece * 4000
    parse(source.encode(), url="https://news.example.jp/")
    assert sum(read) <= len(source)
