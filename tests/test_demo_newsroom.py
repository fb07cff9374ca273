"""The demo newsroom: eight outlets in six looks, whose every article is known, served on one loopback port."""

from __future__ import annotations

import gzip
import http.client
import itertools
import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import brotli
import lxml.html
import pytest
import zstandard
from lxml import etree

from crawler.demo import OUTLETS, Newsroom, Served, TruthArticle

LOOKS = {"wp_classic", "wp_block", "builder", "magazine", "nextjs", "bare"}
FOUNDING = "Six Allied Kurdish Fighters Killed During Drone Strike On US Base"
FOUNDING_FURNITURE = (
    "Most Recent Stories",
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Copyright 2024, Thin Line News LLC",
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    # A seed nobody looked at; pytest-randomly prints what it takes to get it again.
    with Newsroom(seed=random.getrandbits(32), slow_seconds=0.3).serve() as served:
        yield served
    assert served.failures == []


def ask(served: Served, url: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """One request over a connection of its own, without following anything."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    try:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request("GET", parts.path, headers={"Host": parts.netloc, **names})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def page_text(served: Served, article: TruthArticle) -> str:
    """The page's visible text, decoded by the charset of its outlet."""
    response, body = ask(served, article.url)
    assert response.status == 200, article.url
    outlet = next(o for o in OUTLETS if o.name == article.outlet)
    tree = lxml.html.document_fromstring(body.decode(outlet.charset).replace("<META HTTP-EQUIV", "<META DATA"))
    etree.strip_elements(tree, "script", "style", with_tail=False)
    return "\n".join(words(line) for line in tree.xpath("//text() | //@placeholder | //@value | //@aria-label"))


def test_six_looks_three_languages_and_two_old_charsets() -> None:
    assert {outlet.look for outlet in OUTLETS} == LOOKS
    assert {outlet.tongue for outlet in OUTLETS} == {"en", "de", "es"}
    assert {outlet.charset for outlet in OUTLETS} == {"utf-8", "windows-1252", "iso-8859-15"}


def test_holds_at_least_eighty_articles_that_differ_from_each_other(served: Served) -> None:
    truth = served.newsroom.truth()
    assert len(truth) >= 80
    assert len({article.url for article in truth}) == len(truth)
    shingles = []
    for article in truth:
        if article.origin == "own":
            said = re.findall(r"\w+", article.body.lower())
            assert 140 <= len(said) <= 600, article.title
            shingles.append({tuple(said[n : n + 5]) for n in range(len(said) - 4)})
    assert max(len(a & b) / len(a | b) for a, b in itertools.combinations(shingles, 2)) < 0.5


def test_every_block_of_an_article_and_all_its_furniture_stand_on_its_page(served: Served) -> None:
    for article in served.newsroom.truth():
        text = page_text(served, article)
        for line in [article.title, *article.authors[:1], *article.body.split("\n"), *article.furniture]:
            assert words(line) in text or words(line) in text.replace("\n", " "), (article.url, line)


def test_furniture_is_never_part_of_the_body(served: Served) -> None:
    for article in served.newsroom.truth():
        assert len(article.furniture) > 15, article.url
        assert not [line for line in article.furniture if line in article.body], article.url


def test_the_founding_page_is_there_in_every_look(served: Served) -> None:
    pages = [article for article in served.newsroom.truth() if article.origin == "founding"]
    assert {page.look for page in pages} == LOOKS
    for page in pages:
        assert page.title == FOUNDING
        assert (page.published_at.year, page.published_at.month, page.published_at.day) == (2024, 2, 5)
        assert sum(block.kind == "heading" for block in page.blocks) == 3
        assert set(FOUNDING_FURNITURE) <= set(page.furniture)
        text = page_text(served, page)
        assert "February 5, 2024" in text
        order = [text.index(line) for line in (page.blocks[0].text, page.blocks[-1].text)]
        assert order == sorted(order)
        for line in FOUNDING_FURNITURE:
            assert line in text


def test_three_outlets_run_the_same_wire_story_slightly_edited(served: Served) -> None:
    wire = [article for article in served.newsroom.truth() if article.origin == "wire"]
    assert len({article.outlet for article in wire}) == 3
    assert len({article.body for article in wire}) == 3
    assert len({article.title for article in wire}) == 3
    shared = set.intersection(*({block.text for block in article.blocks} for article in wire))
    assert len(shared) >= 6


def test_articles_have_headings_quotes_and_lists(served: Served) -> None:
    kinds = {block.kind for article in served.newsroom.truth() for block in article.blocks}
    assert kinds == {"paragraph", "heading", "quote", "list"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_newsroom() -> None:
    seed = random.getrandbits(32)
    first, again, other = (Newsroom(seed=s, port=80) for s in (seed, seed, seed + 1))
    for outlet in OUTLETS:
        path = first.desk(outlet).live[0].path
        assert first.page(outlet, path).write() == again.page(outlet, path).write()
        assert first.page(outlet, "/").write() == again.page(outlet, "/").write()
        assert first.page(outlet, "/").write() != other.page(outlet, "/").write()


def test_wording_order_and_class_names_vary_with_the_seed() -> None:
    rooms = [Newsroom(seed=random.getrandbits(32), port=80) for _ in range(8)]
    for outlet in OUTLETS:
        phrases = {room.desk(outlet).words["newsletter_title"] for room in rooms}
        assert len(phrases) > 1, outlet.name
    pages = [room.page(OUTLETS[2], "/").write() for room in rooms]
    classes = [set(re.findall(r'class="([^"]+)"', page)) for page in pages if isinstance(page, str)]
    assert all(not (a & b) for a, b in itertools.combinations(classes, 2))


def test_outlets_are_told_apart_by_host(served: Served) -> None:
    for outlet in OUTLETS:
        response, body = ask(served, served.home(outlet.name))
        assert response.status == 200
        assert outlet.title.encode(outlet.charset) in body
    response, _ = ask(served, "http://nobody.localhost/")
    assert response.status == 421
    assert ask(served, f"http://127.0.0.1:{served.port}/")[0].status == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_bodies_are_compressed_as_the_client_likes(served: Served, coding: str) -> None:
    undo = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstandard.ZstdDecompressor().decompress}[coding]
    used = 0
    for outlet in OUTLETS:
        plain, whole = ask(served, served.home(outlet.name))
        response, body = ask(served, served.home(outlet.name), Accept_Encoding=f"identity;q=0.5, {coding};q=0.9")
        assert plain.getheader("Content-Encoding") is None
        assert int(response.headers["Content-Length"]) == len(body)
        if response.getheader("Content-Encoding") == coding:
            assert undo(body) == whole
            used += 1
        else:
            assert body == whole
    assert used >= 2


def test_each_coding_is_somebodys_first_choice(served: Served) -> None:
    chosen = {
        ask(served, served.home(o.name), Accept_Encoding="gzip, br, zstd")[0].getheader("Content-Encoding")
        for o in OUTLETS
    }
    assert chosen == {"gzip", "br", "zstd", None}


def test_unchanged_pages_answer_304_to_either_validator(served: Served) -> None:
    without = 0
    for article in served.newsroom.truth():
        response, _ = ask(served, article.url)
        etag, modified = response.getheader("ETag"), response.getheader("Last-Modified")
        if etag is None and modified is None:
            without += 1
        if etag:
            again, body = ask(served, article.url, If_None_Match=etag)
            assert (again.status, body, again.getheader("ETag")) == (304, b"", etag)
            assert ask(served, article.url, If_None_Match='"another"')[0].status == 200
        if modified:
            assert ask(served, article.url, If_Modified_Since=modified)[0].status == 304
            assert ask(served, article.url, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")[0].status == 200
    assert 0 < without < 20


def test_last_modified_never_hides_a_change() -> None:
    """A page that answers 304 after the clock moved holds the bytes it held before."""
    room = Newsroom(seed=random.getrandbits(32), slow_seconds=0)
    with room.serve() as served:
        for _ in range(4):
            before = {
                a.url: ask(served, a.url) for a in room.truth() if a.outlet in {"thinline", "sundial", "costanueva"}
            }
            room.clock.advance(timedelta(hours=7), now=room.clock.started_at + timedelta(days=5))
            for url, (response, body) in before.items():
                again, _ = ask(served, url, If_Modified_Since=response.headers["Last-Modified"])
                if again.status == 304:
                    assert ask(served, url)[1] == body


def test_it_has_the_oddities_of_the_web(served: Served) -> None:
    others = {page.kind: page for page in served.newsroom.others()}
    for kind, status in {"gone": 410, "broken": 500, "soft_404": 200, "paywall_stub": 200, "consent_wall": 200}.items():
        response, _ = ask(served, others[kind].url)
        assert response.status == status == others[kind].status
    moved = {page.status for page in served.newsroom.others() if page.kind == "redirect"}
    assert moved == {301, 302}
    response, _ = ask(served, f"http://harbourpost.localhost:{served.port}/about")
    assert (response.status, response.getheader("Location")) == (
        301,
        f"http://harbourpost.localhost:{served.port}/about/",
    )
    assert ask(served, served.home("thinline") + "no/such/page/")[0].status == 404


def test_home_pages_lead_to_the_oddities_and_to_the_disallowed_folder(served: Served) -> None:
    for page in served.newsroom.others():
        if page.kind in {"gone", "broken", "soft_404", "paywall_stub", "consent_wall", "disallowed"}:
            home = ask(served, served.home(page.outlet))[1].decode("latin-1")
            assert urlsplit(page.url).path in home, page.url


def test_a_paywalled_page_shows_one_paragraph_and_an_offer(served: Served) -> None:
    stub = next(page for page in served.newsroom.others() if page.kind == "paywall_stub")
    body = ask(served, stub.url)[1].decode()
    assert '"isAccessibleForFree": false' in body
    assert lxml.html.document_fromstring(body).xpath('count(//*[contains(@class, "paywall")])') == 1


def test_every_link_of_a_home_page_and_of_its_sections_is_answered(served: Served) -> None:
    for outlet in OUTLETS:
        home = ask(served, served.home(outlet.name))[1].decode(outlet.charset)
        for href in set(lxml.html.document_fromstring(home.encode("ascii", "xmlcharrefreplace")).xpath("//a/@href")):
            path = href.removeprefix(f"http://{outlet.name}.localhost:{served.port}")
            if not path.startswith("/"):
                continue
            page = served.newsroom.page(outlet, path)
            assert page.kind != "missing" or "2019" in path or "subscribe" in path, href


def test_one_page_is_slow(served: Served) -> None:
    slow = next(a for a in served.newsroom.truth() if a.outlet == "sundial" and served_slowly(served, a))
    began = time.monotonic()
    ask(served, slow.url)
    assert 0.29 < time.monotonic() - began < 30


def served_slowly(served: Served, article: TruthArticle) -> bool:
    outlet = next(o for o in OUTLETS if o.name == article.outlet)
    return served.newsroom.page(outlet, urlsplit(article.url).path).delay_seconds > 0


def test_requests_are_remembered_with_their_headers(served: Served) -> None:
    ask(served, served.home("meridian"), User_Agent="somebody/1.0")
    last = served.requests[-1]
    assert (last.method, last.path, last.status) == ("GET", "/", 200)
    assert last.host == f"meridian.localhost:{served.port}"
    assert last.header("user-agent") == "somebody/1.0"


def test_connections_are_kept_alive(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for path in ("/", "/robots.txt", "/nothing"):
        connection.request("GET", path, headers={"Host": "thinline.localhost"})
        response = connection.getresponse()
        response.read()
        assert not response.will_close
    connection.close()
