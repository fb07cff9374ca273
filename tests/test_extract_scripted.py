"""Articles that stand in a page's scripts alone, for a browser to draw."""

import json

from pipelines import Extraction, Reject, extract

SENTENCE = "Sentence {n} of an article that is long enough to be read as one by anybody who reads."
PARAGRAPHS = [SENTENCE.format(n=n) for n in range(9)]
BODY = (
    '<div class="editor-img-box"><img src="/a.jpg"><div class="caption"><p>The bridge at dawn. Example Agency</p></div>'
    f"</div>$$ARTICLEAD$$<p>{PARAGRAPHS[0]}</p><h3>What was built</h3><p>{PARAGRAPHS[1]}</p>$$ARTICLEAD$$"
    f"<ul><li>An arch</li><li>A pier</li></ul>{''.join(f'<p>{one}</p>' for one in PARAGRAPHS[2:])}"
    "<figure><img src='/b.jpg'><figcaption>The pier at noon</figcaption></figure>"
    "<aside><p>Other news of the day, which is not of this article</p></aside><script>alert(1)</script>"
)


def drawn(state: object, *, shown: str = "") -> Extraction | Reject:
    script = json.dumps(state).replace("<", "\\u003c").replace(">", "\\u003e")
    page = (
        '<html><head><title>The bridge is open | Example</title><meta property="og:type" content="article"></head>'
        f'<body><div id="__next" class="app">{shown}</div><script id="__NEXT_DATA__" type="application/json">{script}'
        "</script></body></html>"
    )
    return extract(page.encode(), url="https://www.example.org/news/bridge-opens-today")


def test_it_is_read_with_its_headings_and_lists_and_without_captions() -> None:
    got = drawn({"props": {"article": {"title": "The bridge is open", "contents": BODY}}})
    assert isinstance(got, Extraction)
    assert [(one.kind, one.text) for one in got.blocks] == [
        ("paragraph", PARAGRAPHS[0]),
        ("heading", "What was built"),
        ("paragraph", PARAGRAPHS[1]),
        ("list", "- An arch\n- A pier"),
        *(("paragraph", one) for one in PARAGRAPHS[2:]),
    ]
    assert got.blocks[1].level == 3


def test_what_is_short_or_no_html_or_under_another_key_is_not() -> None:
    for state in (
        {"contents": f"<p>{PARAGRAPHS[0]}</p>"},
        {"contents": " ".join(PARAGRAPHS * 2)},
        {"privacyNotice": BODY},
    ):
        got = drawn(state)
        assert isinstance(got, Reject) or PARAGRAPHS[0] not in got.text


def test_a_page_that_shows_its_article_is_read_as_shown() -> None:
    shown = "".join(f"<p>Shown {one}</p>" for one in PARAGRAPHS)
    got = drawn({"contents": BODY}, shown=f"<article><h1>The bridge is open</h1>{shown}</article>")
    assert isinstance(got, Extraction)
    assert "What was built" not in got.text
    assert got.text.startswith("Shown Sentence 0")
