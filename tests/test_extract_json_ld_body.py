"""Where JSON-LD carries the body, it settles what belongs to it, without losing subheadings and lists."""

import json

from pipelines import Extraction, extract

PROSE = [
    f"Paragraph {n} tells of the bridge, of the welder number {n} and of what {n + 40} neighbours did for it."
    for n in range(8)
]


def read(markup: str, body: str) -> Extraction:
    script = json.dumps(
        {
            "@type": "NewsArticle",
            "headline": "The bridge is open",
            "datePublished": "2026-11-22T09:00:00Z",
            "articleBody": body,
        }
    )
    page = (
        f'<html><head><script type="application/ld+json">{script}</script></head><body><article><h1>The bridge is '
        f"open</h1>{markup}</article></body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/bridge")
    assert isinstance(got, Extraction)
    return got


def test_paragraphs_of_others_go() -> None:
    foreign = "<p>Follow our reporters every morning with the five stories that matter most, free of charge.</p>"
    marked = [f"<p>{text}</p>" for text in PROSE]
    got = read("".join(marked[:4]) + foreign + "<h2>What comes next</h2>" + "".join(marked[4:]), "\n".join(PROSE))
    assert "five stories" not in got.text
    assert [block.text for block in got.blocks if block.kind == "heading"] == ["What comes next"]
    assert all(text in got.text for text in PROSE)


def test_a_body_cut_short_does_not_cut_the_text() -> None:
    assert PROSE[7] in read("".join(f"<p>{text}</p>" for text in PROSE), "\n".join(PROSE[:5])).text


def test_a_list_left_out_of_json_ld_stays() -> None:
    marked = [f"<p>{text}</p>" for text in PROSE]
    got = read(
        "".join(marked[:4])
        + "<ul><li>the bridge is open from six</li><li>dogs are allowed on it</li></ul>"
        + "".join(marked[4:]),
        "\n".join(PROSE),
    )
    assert "dogs are allowed" in got.text
