"""Ruby: readings printed small above Japanese and Chinese signs."""

import time

from pipelines import Extraction, extract
from pipelines.extraction.page import parse, text_of

SENTENCE = (
    "<ruby>橋<rp>（</rp><rt>はし</rt><rp>）</rp></ruby>が<ruby>開通<rt><span>かいつう</span></rt></ruby>しました。"
)
BASE = "橋が開通しました。"


def test_readings_are_no_part_of_title_and_text() -> None:
    body = "".join(f"<p>{SENTENCE * 6}</p>" for _ in range(8))
    page = f"<html lang=ja><head></head><body><article><h1>{SENTENCE}</h1>{body}</article></body></html>"
    got = extract(page.encode(), url="https://news.example.jp/hashi")
    assert isinstance(got, Extraction)
    assert got.title == BASE
    assert {block.text for block in got.blocks} == {BASE * 6}


def test_a_reading_that_is_never_closed_takes_no_paragraph_with_it() -> None:
    tree = parse(f"<p><ruby>橋<rt>はし<p>{'開通しました。' * 20}<p>二".encode(), url="https://news.example.jp/").tree
    assert "開通しました。" in text_of(tree)
    assert text_of(tree).endswith("二")


def test_many_readings_cost_what_they_are() -> None:
    def seconds(source: str) -> float:
        start = time.process_time()
        parse(source.encode(), url="https://news.example.jp/")
        return time.process_time() - start

    for piece in ("<rt>a</rt>b", "<ruby>a<rt>b", "<rt>"):
        few, many = seconds(piece * 2000), seconds(piece * 16000)
        assert many < 40 * max(few, 0.01), piece
