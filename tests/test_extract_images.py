"""The images of an article: which they are, with caption, credit and size, and which goes with the headline."""

import json

from pipelines import Extraction, Image, extract

SENTENCE = "Sentence {n} of an article that is long enough to be read as one by anybody who reads."


def read(pieces: str, *, head: str = "", around: str = "") -> tuple[Image, ...]:
    first = "".join(f"<p>{SENTENCE.format(n=n)}</p>" for n in range(5))
    last = "".join(f"<p>{SENTENCE.format(n=n)}</p>" for n in range(5, 9))
    page = (
        f"<html><head>{head}</head><body><article><h1>The bridge is open</h1>{first}{pieces}{last}</article>"
        f"{around}</body></html>"
    )
    got = extract(page.encode(), url="https://news.example.org/2026/bridge")
    assert isinstance(got, Extraction)
    return got.images


def test_caption_credit_and_size() -> None:
    (image,) = read(
        '<figure><img src="/img/bridge.jpg" alt="Cars on a bridge" width="1600" height="900px"><figcaption>The first '
        "cars cross the river. (Photo: Ada Mbeki/AP)</figcaption></figure>"
    )
    assert image == Image(
        url="https://news.example.org/img/bridge.jpg", caption="The first cars cross the river.",
        caption_source="page", credit="Ada Mbeki/AP", credit_source="page", alt="Cars on a bridge",
        width=1600, height=900, is_lead=False,
    )  # fmt: skip


def test_a_credit_of_its_own_is_no_caption() -> None:
    (image,) = read(
        '<figure><img src="/a.jpg"><figcaption><span class="caption">The river at night</span> '
        '<span class="credit">Bild: Li Wei (dpa)</span></figcaption></figure>'
    )
    assert (image.caption, image.credit) == ("The river at night", "Li Wei (dpa)")


def test_captions_without_a_figure() -> None:
    (image,) = read('<div class="wp-caption"><img src="/a.jpg"><p class="wp-caption-text">The river © dpa</p></div>')
    assert (image.caption, image.credit) == ("The river", "dpa")


def test_the_largest_form_is_taken_wherever_it_stands() -> None:
    images = read(
        '<img src="data:image/gif;base64,AAAA" data-src="https://cdn.example.net/lazy-1.jpg">'
        '<img src="/s-320.jpg" srcset="/s-320.jpg 320w, /s-1280.jpg 1280w, /s-640.jpg 640w">'
        '<picture><source srcset="/p.webp 1x, /p-large.webp 2x"><img src="/p.jpg"></picture>'
    )
    assert [image.url for image in images] == [
        "https://cdn.example.net/lazy-1.jpg",
        "https://news.example.org/s-1280.jpg",
        "https://news.example.org/p-large.webp",
    ]


def test_the_lead_image_is_marked_or_goes_first() -> None:
    head = '<meta property="og:image" content="https://cdn.example.net/bridge-opening-2026-1200x630.jpg">'
    other, lead = read('<img src="/other.jpg"><img src="/img/bridge-opening-2026.jpg?w=800">', head=head)
    assert (other.is_lead, lead.is_lead) == (False, True)
    first, second = read('<img src="/other.jpg">', head=head)
    assert (first.is_lead, second.is_lead) == (True, False)
    assert first.url == "https://cdn.example.net/bridge-opening-2026-1200x630.jpg"


def test_json_ld_says_what_the_page_does_not() -> None:
    node = {
        "@type": "NewsArticle", "headline": "The bridge is open",
        "image": {"@type": "ImageObject", "url": "https://news.example.org/img/bridge.jpg", "width": 1200,
                  "height": "630", "caption": "The bridge at dawn", "creditText": "Ada Mbeki"},
    }  # fmt: skip
    (image,) = read("", head=f'<script type="application/ld+json">{json.dumps(node)}</script>')
    assert image == Image(
        url="https://news.example.org/img/bridge.jpg", caption="The bridge at dawn",
        caption_source="json-ld", credit="Ada Mbeki", credit_source="json-ld", alt=None,
        width=1200, height=630, is_lead=True,
    )  # fmt: skip


def test_what_is_no_image_of_the_article() -> None:
    images = read(
        '<img src="/pixel.gif" width="1" height="1"><img src="/logo.svg"><img src="/icons/mail.png">'
        '<div class="related-stories"><img src="/r.jpg"></div><aside><img src="/s.jpg"></aside>'
        '<a href="/2026/another-story"><img src="/t.jpg"></a><div class="author-box"><img src="/u.jpg"></div>'
        '<a href="/img/large.jpg"><img src="/img/small.jpg"></a>',
        around='<div><img src="/after-the-end.jpg"></div>',
    )
    assert [image.url for image in images] == ["https://news.example.org/img/small.jpg"]
