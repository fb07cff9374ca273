"""sites.toml: what a person writes is what the crawler gets, and what the crawler adds leaves theirs alone."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.overrides import overrides_of
from crawler.sites import Site, SitesError, UnknownSite, append_site, load_sites, new_sites_file


def test_reads_every_key(tmp_path: Path) -> None:
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "own.py").write_text("from mine import Spider as Own\n")
    path = tmp_path / "sites.toml"
    path.write_text(
        """
allow_addresses = ["127.0.0.0/8", "fd00::/8", "10.1.2.3"]
contact = "mailto:desk@example.org"
opt_out_files = false
[policy]
noarchive = "export"
tdm = "fetch"
[[site]]
name = "times"
home = "https://times.example/"
feeds = ["https://feeds.example/times"]
sitemaps = ["https://times.example/news.xml"]
delay_seconds = 2
hosts = ["Times-Media.example", "[::1]"]
include = ['/news/']
exclude = ['/live/', 'video']
follow_article_links = true
requisites = "lead_image"
max_depth = 3
max_pages_per_day = 40
max_waiting = 500
verify_tls = false
keep_text = ["For the city,\\nfor a hundred years."]
drop_text = ["Sign up …", "Our house"]
spider = "spiders/own.py:Own"
opt_out_files = true
policy = {tdm = "record", robots = "export"}
[[site]]
name = "post"
home = "http://post.localhost:8800"
[site.policy]
noai = "record"
"""
    )
    sites = load_sites(path)
    assert sites.contact == "mailto:desk@example.org"
    assert [str(network) for network in sites.allow_addresses] == ["127.0.0.0/8", "fd00::/8", "10.1.2.3/32"]
    assert sites["times"] == Site(
        name="times",
        home="https://times.example/",
        feeds=("https://feeds.example/times",),
        sitemaps=("https://times.example/news.xml",),
        delay_seconds=2.0,
        hosts=("times-media.example", "[::1]"),
        include=("/news/",),
        exclude=("/live/", "video"),
        follow_article_links=True,
        requisites="lead_image",
        max_depth=3,
        max_pages_per_day=40,
        max_waiting=500,
        verify_tls=False,
        keep_text=("For the city,\nfor a hundred years.",),
        drop_text=("Sign up …", "Our house"),
        spider="spiders/own.py:Own",
        opt_out_files=True,
        policy=(("robots", "export"), ("tdm", "record")),
    )
    assert sites["post"] == Site(name="post", home="http://post.localhost:8800", policy=(("noai", "record"),))
    assert [sites.asks_for_opt_out_files(name) for name in ("times", "post")] == [True, False]
    of_times, of_others = sites.policy_for("times"), sites.policy_for(None)
    effects = [of.effect(name) for of in (of_times, of_others) for name in ("robots", "noarchive", "tdm", "noai")]
    assert effects == ["export", "export", "record", "export", "fetch", "export", "fetch", "export"]
    assert of_times.exceptions == ('policy robots = "export"', 'policy tdm = "record"')
    assert of_others.exceptions == ()
    assert [site.name for site in sites] == ["times", "post"]
    assert len(sites) == 2
    assert "post" in sites
    assert "mail" not in sites


def test_two_ports_of_one_address_are_two_sites(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('[[site]]\nname="a"\nhome="http://127.0.0.1:1/"\n[[site]]\nname="b"\nhome="http://127.0.0.1:2/"\n')
    assert len(load_sites(path)) == 2


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_bytes(b'\xef\xbb\xbfcontact = "https://example.org/bot"\r\n')
    assert load_sites(path).contact == "https://example.org/bot"


def test_a_new_file_explains_itself_and_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "archive" / "sites.toml"
    new_sites_file(path)
    sites = load_sites(path)
    assert (len(sites), sites.contact, sites.allow_addresses) == (0, None, ())
    for word in ("allow_addresses", "contact", "[[site]]", "delay_seconds", "broadsheet sites add"):
        assert word in path.read_text()
    with pytest.raises(FileExistsError):
        new_sites_file(path)


def test_what_the_new_file_shows_as_an_example_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    new_sites_file(path)
    start = path.read_text().index("# [[site]]")
    example = "\n".join(line.removeprefix("# ") for line in path.read_text()[start:].splitlines())
    path.write_text(example)
    assert [site.name for site in load_sites(path)] == ["thinlinenews"]


def test_an_unknown_site_names_what_may_be_meant(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    new_sites_file(path)
    none = load_sites(path)
    with pytest.raises(UnknownSite, match="it has no sites yet"):
        none["times"]
    append_site(path, Site(name="thinlinenews", home="https://thinlinenews.com/"))
    with pytest.raises(UnknownSite) as caught:
        load_sites(path)["thinlinenew"]
    assert caught.value.near == ("thinlinenews",)
    assert str(caught.value) == f'no site "thinlinenew" in {path}; did you mean "thinlinenews"?'
    with pytest.raises(UnknownSite, match="broadsheet sites list"):
        load_sites(path)["zzz"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_appending_leaves_every_byte_of_the_file_alone(newline: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    mine = '# mine\ncontact   =  "mailto:a@b.example" # me\n\n[[site]] # 1st\n  home="https://a.example/"\n  name = "a"'
    before = (mine + end).replace("\n", newline).encode()
    path.write_bytes(before)
    path.chmod(0o640)
    append_site(path, Site(name="b", home="https://b.example/", feeds=("https://b.example/1", "https://b.example/2")))
    after = path.read_bytes()
    assert after.startswith(before)
    assert b"\n" not in after.replace(b"\r\n", b"") or newline == "\n"
    assert [site.name for site in load_sites(path)] == ["a", "b"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["sites.toml"]


def test_appending_creates_the_file_with_its_explanations(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    append_site(path, Site(name="a", home="https://a.example/"))
    assert "# Goes into the User-Agent" in path.read_text()
    assert path.read_text().endswith('[[site]]\nname = "a"\nhome = "https://a.example/"\ndelay_seconds = 5.0\n')


@pytest.mark.parametrize(
    ("site", "message"),
    [
        (Site(name="a", home="https://b.example/"), 'name = "a": expected a name of its own'),
        (Site(name="b", home="https://a.example/b/"), "expected a host of its own; a.example is taken"),
        (Site(name="B", home="https://b.example/"), "expected a name of a-z"),
        (Site(name="b", home="https://b.example/", delay_seconds=-1), "not negative"),
    ],
)
def test_appending_a_mistake_or_a_duplicate_writes_nothing(site: Site, message: str, tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    append_site(path, Site(name="a", home="https://a.example/"))
    before = path.read_bytes()
    with pytest.raises(SitesError, match=message):
        append_site(path, site)
    assert path.read_bytes() == before


def test_appending_to_a_broken_file_names_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text("contact = 1\n")
    with pytest.raises(SitesError, match=r"sites\.toml:1: contact = 1"):
        append_site(path, Site(name="a", home="https://a.example/"))


def test_appending_to_a_closed_array_says_what_to_write_instead(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('site = [{name = "a", home = "https://a.example/"}]\n')
    with pytest.raises(SitesError, match=r"expected \[\[site\]\] stanzas"):
        append_site(path, Site(name="b", home="https://b.example/"))


def test_appending_through_a_symlink_keeps_the_link(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    new_sites_file(real)
    link = tmp_path / "sites.toml"
    link.symlink_to(real)
    append_site(link, Site(name="a", home="https://a.example/"))
    assert link.is_symlink()
    assert len(load_sites(real)) == 1


patterns = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20).map(
    lambda text: "".join(f"\\{c}" if not (c.isalnum() or c.isspace() or c == "_") else c for c in text)
)
written_sites = st.builds(
    Site,
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True),
    home=st.sampled_from(["https://a.example/", "http://127.0.0.1:80/", "https://münchen.example/ü?a=b"]),
    feeds=st.lists(st.sampled_from(["https://a.example/f", "https://b.example/'\"\\"]), unique=True).map(tuple),
    delay_seconds=st.floats(0, 86_400),
    include=st.lists(patterns, unique=True, max_size=3).map(tuple),
    follow_article_links=st.booleans(),
    requisites=st.sampled_from(["none", "lead_image", "all"]),
    policy=st.dictionaries(st.sampled_from(("noai", "tdm")), st.sampled_from(("fetch", "export", "record"))).map(
        lambda chosen: tuple(sorted(chosen.items()))
    ),
    opt_out_files=st.sampled_from((None, True, False)),
    extraction=st.dictionaries(
        st.sampled_from(("title", "authors")), st.lists(st.sampled_from(("h1", "a > b", ".x::attr(y)")), min_size=1)
    ).map(overrides_of),
    max_depth=st.integers(0, 50),
    max_pages_per_day=st.integers(1, 10**6),
    max_waiting=st.integers(1, 10**9),
    verify_tls=st.booleans(),
    drop_text=st.lists(st.sampled_from(['Sign up "now" …', "Zwei\nZeilen", "日本"]), unique=True).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(site=written_sites)
def test_what_is_appended_is_what_is_read(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("archive") / "sites.toml"
    append_site(path, site)
    assert load_sites(path)[site.name] == site


def test_networks_are_networks(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('allow_addresses = ["127.0.0.0/8"]')
    assert ipaddress.ip_address("127.0.0.5") in load_sites(path).allow_addresses[0]
