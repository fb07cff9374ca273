"""The further pages of an article are fetched as it is; pages of comments and other articles are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler import crawl
from crawler.discovery.further_pages import next_page_of

STORY = "/2026/11/22/ferry-line-reopens-after-two-years"
URL = f"https://a.example{STORY}"


@pytest.mark.parametrize(
    ("link", "following"),
    [
        (f'<a href="{STORY}/2">2</a>', f"{URL}/2"),
        (f"<a class=x href={STORY}/seite-2>weiter</a>", f"{URL}/seite-2"),
        (f'<link rel="next" href="{STORY}?page=2">', f"{URL}?page=2"),
        (f"<A HREF='{STORY}?x=1&amp;seite=2' REL='next'>", None),  # of another query
        (f'<a href="{STORY}?page=2">2</a>', None),  # comments are paged so
        (f'<a href="{STORY}?page=2#comments" rel="next">2</a>', None),
        (f'<a href="{STORY}/comment-page-2">older comments</a>', None),
        (f'<a href="{STORY}/2" rel="nofollow">2</a>', None),
        (f'<a href="{STORY}/3">3</a>', None),
        ('<a rel="next" href="/2026/11/23/harbour-wall-repaired/2">next story</a>', None),
        ('<a rel="next" href="/2026/11/23/harbour-wall-repaired">next story</a>', None),
        ("<a>2</a><a href>2</a><a href='http://[/2'>2</a>", None),
    ],
)
def test_the_next_page_by_its_address(link: str, following: str | None) -> None:
    assert next_page_of(f"<p>1</p>{link}<p>".encode(), url=URL) == following


def test_each_page_names_the_one_after_it(web: Any, one_site: Path, kit: Any) -> None:
    def page(*links: str) -> bytes:
        answer: bytes = kit.answer("<p>Ferry</p>" + "".join(f'<a href="{link}">{link}</a>' for link in links))
        return answer

    other = "/2026/11/22/harbour-wall-repaired-before-the-storms"
    web.pages |= {
        "/": page(STORY), STORY: page(f"{STORY}/2", other), f"{STORY}/2": page(STORY, f"{STORY}/3"),
        f"{STORY}/3": page(f"{STORY}/2", f"{STORY}/page/9"), other: page(),
    }  # fmt: skip
    crawl(one_site)
    assert sorted(path for path in web.paths() if path.startswith("/2026")) == [STORY, f"{STORY}/2", f"{STORY}/3"]
