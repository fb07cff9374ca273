"""Every mistake in sites.toml is one line: file, line, site, key, what was found, what was expected."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from crawler.manners.policy import DEFAULTS
from crawler.sites import Mistake, Site, SitesError, load_sites

GOOD = '[[site]]\nname = "times"\nhome = "https://times.example/"\n'


def mistakes_in(folder: Path, text: str | bytes) -> tuple[Mistake, ...]:
    path = folder / "sites.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SitesError) as caught:
        load_sites(path)
    assert str(caught.value).splitlines() == [str(mistake) for mistake in caught.value.mistakes]
    return caught.value.mistakes


def below(line: str) -> str:
    """A good stanza with one more line, the fourth."""
    return GOOD + line + "\n"


NAME = 'expected a name of a-z, 0-9 and "-", at most 63 characters, e.g. "thinlinenews"'
HTTP = "expected an address that starts with http:// or https://"
HOST = "expected an address with a valid host, e.g. https://example.org/"
NUMBER = "expected a number of seconds, e.g. 5.0"
SPIDER = 'expected a file and a class, e.g. "spiders/thinline.py:ThinLine"'
LIST = 'expected a list in square brackets, e.g. ["https://example.org/feed/"]'
CONTACT = 'expected "mailto:you@example.org" or "https://example.org/crawler"'
TIMES = '[[site]] "times": '

CASES = {
    # the file
    "not_utf8": (b'contact = "\xe9"', "1: byte 0xE9: expected text in UTF-8"),
    "syntax": ("\ncontact = \n", "2: contact =: expected valid TOML (Invalid value)"),
    "syntax_in_a_stanza": (below('feeds = ["a" "b"]'), '4: feeds = ["a" "b"]: expected valid TOML (Unclosed array)'),
    "never_closed": (below('feeds = ["a",\n'), '4: feeds = ["a",: expected valid TOML (Invalid value)'),
    "key_twice": (
        below('home = "https://b.example/"'),
        '4: home = "https://b.example/": expected valid TOML (Cannot overwrite a value)',
    ),
    # top level
    "unknown_top_key": ('\n# …\ncontakt = "x"', '3: contakt = "x": expected a known key; did you mean contact?'),
    "unknown_top_key_like_none": (
        "q = 1",
        "1: q = 1: expected a known key: allow_addresses, contact, opt_out_files, policy, quota_gb, site",
    ),
    "sites_for_site": (
        GOOD.replace("[[site]]", "[[sites]]"),
        (
            '1: sites = [{name = "times", home = "https://times.example/"}]: '
            "expected a known key; did you mean [[site]]?"
        ),
    ),
    "site_key_above_stanzas": (
        "delay_seconds = 2\n" + GOOD,
        "1: delay_seconds = 2: expected this key below a [[site]] line",
    ),
    "one_bracket": (
        GOOD.replace("[[site]]", "[site]"),
        "1: [site]: expected [[site]], in two pairs of brackets, above each site",
    ),
    "site_is_text": (
        'site = "times"',
        '1: site = "times": expected [[site]], in two pairs of brackets, above each site',
    ),
    "contact_is_a_name": ('contact = "The Times"', f'1: contact = "The Times": {CONTACT}'),
    "contact_without_mailto": ('contact = "me@times.example"', f'1: contact = "me@times.example": {CONTACT}'),
    "contact_is_no_text": ("contact = 5", f"1: contact = 5: {CONTACT}"),
    "contact_empty": ('contact = ""', f'1: contact = "": {CONTACT}'),
    "addresses_no_list": (
        'allow_addresses = "127.0.0.0/8"',
        '1: allow_addresses = "127.0.0.0/8": expected a list in square brackets, e.g. ["127.0.0.0/8"]',
    ),
    "addresses_no_network": (
        'allow_addresses = ["localhost"]',
        '1: allow_addresses = ["localhost"]: expected a network, e.g. "127.0.0.0/8" or "fd00::/8"',
    ),
    "addresses_with_host_bits": (
        'allow_addresses = [\n  "10.0.0.0/8",\n  "192.168.1.7/24",\n]',
        '3: allow_addresses = [… "192.168.1.7/24" …]: expected "192.168.1.0/24", or "192.168.1.7" for the one address',
    ),
    # a stanza
    "unknown_key": (below("delay = 5"), f"4: {TIMES}delay = 5: expected a known key; did you mean delay_seconds?"),
    "unknown_key_misspelt": (
        below("max_dept = 5"),
        f"4: {TIMES}max_dept = 5: expected a known key; did you mean max_depth?",
    ),
    "unknown_table_in_stanza": (
        below("[site.proxy]\nhost = 'x'"),
        f'4: {TIMES}proxy = {{host = "x"}}: expected a known key: {", ".join(each.name for each in fields(Site))}',
    ),
    "top_key_in_a_stanza": (
        below('contact = "mailto:a@b.example"'),
        f'4: {TIMES}contact = "mailto:a@b.example": expected this key above the first [[site]]',
    ),
    "name_missing": (
        '[[site]]\nhome = "https://a.example/"',
        '1: [[site]] no. 1: name is missing: expected a name, e.g. "thinlinenews"',
    ),
    "name_with_capitals": (
        GOOD.replace('"times"', '"The Times"'),
        f'2: [[site]] "The Times": name = "The Times": {NAME}',
    ),
    "name_empty": (GOOD.replace('"times"', '""'), f'2: [[site]] no. 1: name = "": {NAME}'),
    "name_is_a_number": (GOOD.replace('"times"', "24"), f"2: [[site]] no. 1: name = 24: {NAME}"),
    "name_twice": (
        GOOD + '[[site]]\nhome = "https://b.example/"\nname = "times"',
        f'6: {TIMES}name = "times": expected a name of its own; times is taken on line 2',
    ),
    "home_missing": (
        '\n[[site]]\nname = "times"',
        f'2: {TIMES}home is missing: expected a URL, e.g. "https://example.org/"',
    ),
    "home_is_a_number": (
        '[[site]]\nname = "times"\nhome = 1',
        f'3: {TIMES}home = 1: expected a URL in quotes, e.g. "https://example.org/"',
    ),
    "home_without_scheme": (GOOD.replace("https://", ""), f'3: {TIMES}home = "times.example/": {HTTP}'),
    "home_not_http": (GOOD.replace("https", "ftp"), f'3: {TIMES}home = "ftp://times.example/": {HTTP}'),
    "home_without_host": (GOOD.replace("times.example", ""), f'3: {TIMES}home = "https:///": {HOST}'),
    "home_host_impossible": (
        GOOD.replace("times.example", "times..example"),
        f'3: {TIMES}home = "https://times..example/": {HOST}',
    ),
    "home_port_impossible": (
        GOOD.replace("times.example", "times.example:99999"),
        f'3: {TIMES}home = "https://times.example:99999/": {HOST}',
    ),
    "home_with_password": (
        GOOD.replace("times.example", "me:secret@times.example"),
        f'3: {TIMES}home = "https://times.example/": expected an address without user name and password',
    ),
    "home_with_fragment": (
        GOOD.replace("example/", "example/#top"),
        f'3: {TIMES}home = "https://times.example/#top": expected an address without the part after #, https://times.example/',
    ),
    "home_with_space": (
        GOOD.replace("example/", "example/a b"),
        f'3: {TIMES}home = "https://times.example/a b": expected an address without spaces',
    ),
    "home_twice": (
        GOOD + '[[site]]\nname = "sport"\nhome = "https://TIMES.example:443/sport/"',
        '6: [[site]] "sport": home = "https://TIMES.example:443/sport/": '
        "expected a host of its own; times.example is taken on line 3",
    ),
    "feeds_is_text": (
        below('feeds = "https://times.example/feed/"'),
        f'4: {TIMES}feeds = "https://times.example/feed/": {LIST}',
    ),
    "feed_is_no_url": (below('feeds = ["/feed/"]'), f'4: {TIMES}feeds = ["/feed/"]: {HTTP}'),
    "feed_is_a_number": (
        below("feeds = [1]"),
        f'4: {TIMES}feeds = [1]: expected text in quotes, e.g. "https://example.org/feed/"',
    ),
    "feed_twice": (
        below('feeds = ["https://t.example/f",\n  "https://t.example/f"]'),
        f'5: {TIMES}feeds = [… "https://t.example/f" …]: expected each entry once',
    ),
    "sitemaps_is_a_switch": (below("sitemaps = true"), f"4: {TIMES}sitemaps = true: {LIST}"),
    "sitemap_is_no_url": (
        below('sitemaps = [\n  "https://t.example/s.xml", # "[ quotes\n  "sitemap.xml",\n]'),
        f'6: {TIMES}sitemaps = [… "sitemap.xml" …]: {HTTP}',
    ),
    "delay_is_text": (below('delay_seconds = "5s"'), f'4: {TIMES}delay_seconds = "5s": {NUMBER}'),
    "delay_is_a_switch": (below("delay_seconds = true"), f"4: {TIMES}delay_seconds = true: {NUMBER}"),
    "delay_is_nan": (below("delay_seconds = nan"), f"4: {TIMES}delay_seconds = nan: {NUMBER}"),
    "delay_negative": (
        below("delay_seconds = -1"),
        f"4: {TIMES}delay_seconds = -1: expected a number of seconds that is not negative, e.g. 5.0",
    ),
    "delay_endless": (
        below("delay_seconds = inf"),
        f"4: {TIMES}delay_seconds = inf: expected a number of seconds, at most 86400 (a day)",
    ),
    "delay_in_milliseconds": (
        below("delay_seconds = 500_000"),
        f"4: {TIMES}delay_seconds = 500000: expected a number of seconds, at most 86400 (a day)",
    ),
    "host_is_a_url": (
        below('hosts = ["https://t.example/"]'),
        f'4: {TIMES}hosts = ["https://t.example/"]: expected a host name alone, e.g. "feeds.example.org"',
    ),
    "host_with_port": (
        below('hosts = ["t.example:80"]'),
        f'4: {TIMES}hosts = ["t.example:80"]: expected a host name alone, e.g. "feeds.example.org"',
    ),
    "include_not_a_pattern": (
        below("include = ['/news/(\\d+']"),
        f'4: {TIMES}include = ["/news/(\\\\d+"]: expected a regular expression '
        "(missing ), unterminated subpattern at position 6)",
    ),
    "exclude_means_two_things": (
        below("exclude = ['[[a]']"),
        f'4: {TIMES}exclude = ["[[a]"]: expected a regular expression (Possible nested set at position 1)',
    ),
    "exclude_is_text": (
        below("exclude = '/live/'"),
        f"4: {TIMES}exclude = \"/live/\": expected a list in square brackets, e.g. ['/news/\\d+']",
    ),
    "requisites_unknown": (
        below('requisites = "images"'),
        f'4: {TIMES}requisites = "images": expected "none", "lead_image" or "all"',
    ),
    "switch_is_text": (
        below('follow_article_links = "yes"'),
        f'4: {TIMES}follow_article_links = "yes": expected true or false, without quotes',
    ),
    "verify_tls_no_switch": (
        below("verify_tls = 0"),
        f"4: {TIMES}verify_tls = 0: expected true or false, without quotes",
    ),
    "drop_text_is_text": (
        below('drop_text = "Sign up"'),
        f'4: {TIMES}drop_text = "Sign up": expected a list in square brackets, e.g. ["Sign up for our newsletter"]',
    ),
    "keep_text_without_words": (
        below('keep_text = ["Our motto", "…"]'),
        f'4: {TIMES}keep_text = [… "…" …]: expected a block of text, as the table boilerplate has it in "sample"',
    ),
    "text_kept_and_dropped": (
        below('keep_text = ["Our motto"]\ndrop_text = ["our  motto"]'),
        f'5: {TIMES}drop_text = ["our  motto"]: expected a text that keep_text does not have',
    ),
    "depth_negative": (below("max_depth = -1"), f"4: {TIMES}max_depth = -1: expected a whole number from 0 to 50"),
    "depth_not_whole": (below("max_depth = 1.5"), f"4: {TIMES}max_depth = 1.5: expected a whole number from 0 to 50"),
    "spider_without_class": (below('spider = "own.py"'), f'4: {TIMES}spider = "own.py": {SPIDER}'),
    # policy
    "policy_is_text": (
        below('policy = "export"'),
        f'4: {TIMES}policy = "export": expected a table of opt-outs and what they bind, e.g. {{noai = "export"}}',
    ),
    "policy_unknown": (
        below('policy = {no-ai = "export"}'),
        f'4: {TIMES}policy.no-ai = "export": expected a known opt-out; did you mean noai?',
    ),
    "policy_like_none": (
        "[policy]\n\nq = 1",
        f"3: policy.q = 1: expected a known opt-out: {', '.join(DEFAULTS)}",
    ),
    "policy_binds_nothing_known": (
        below('[site.policy]\nnoai = "record"\ntdm = "off"'),
        f'6: {TIMES}policy.tdm = "off": expected "fetch", "export" or "record"',
    ),
    "robots_set_aside_for_all": (
        '[policy]\nrobots = "record"',
        '2: policy.robots = "record": expected "fetch"; a site by name may have it otherwise in its own policy',
    ),
    "opt_out_files_is_a_number": (
        "opt_out_files = 0",
        "1: opt_out_files = 0: expected true or false, without quotes",
    ),
    "spider_not_a_class_name": (
        below('spider = "own.py:My Spider"'),
        f'4: {TIMES}spider = "own.py:My Spider": {SPIDER}',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_says_where_and_what_was_expected(case: str, tmp_path: Path) -> None:
    text, expected = CASES[case]
    assert [str(mistake) for mistake in mistakes_in(tmp_path, text)] == [f"{tmp_path}/sites.toml:{expected}"]


def test_there_are_more_than_twenty_kinds() -> None:
    assert len({expected.partition("expected ")[2] for _, expected in CASES.values()}) >= 20


def test_all_mistakes_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = 'contakt = 1\n[[site]]\nhome = "x"\nname = "A"\n\n' + GOOD.replace("times", "b") + 'delay_seconds = "1"\n'
    found = [(mistake.line, mistake.stanza, mistake.site, mistake.key) for mistake in mistakes_in(tmp_path, text)]
    assert found == [(1, None, None, "contakt"), (3, 1, "A", "home"), (4, 1, "A", "name"), (9, 2, "b", "delay_seconds")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_are_right_among_comments_strings_and_odd_spellings(newline: str, tmp_path: Path) -> None:
    text = """# [[site]] in a comment
contact = '''mailto:a@b.example'''  # [[site]]
allow_addresses = [
  "10.0.0.0/8", # ]
]
[[ site ]]  # first
name = "one" # "
home = "https://one.example/"
include = ['''
[site]
[b]''', '=']
[["site"]]
'name' = 'two'
"home" = "https://two.example/"
feeds = ["ftp://two.example/\\"#"]
max_depth = 'x'
""".replace("\n", newline)
    found = [(mistake.line, mistake.site, mistake.key) for mistake in mistakes_in(tmp_path, text)]
    assert found == [(15, "two", "feeds"), (16, "two", "max_depth")]


def test_a_site_in_an_inline_table_is_found_on_the_line_of_its_key(tmp_path: Path) -> None:
    text = '\nsite = [{name = "one", home = "https://one.example/", max_depth = "x"}]'
    assert [(m.line, m.site, m.key) for m in mistakes_in(tmp_path, text)] == [(2, "one", "max_depth")]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SitesError) as caught:
        load_sites(tmp_path / "sites.toml")
    assert str(caught.value) == (
        f'{tmp_path}/sites.toml: no such file: expected a sites.toml; "broadsheet init" writes one'
    )


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(SitesError, match=r"expected a file that can be read"):
        load_sites(tmp_path)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, "a file that is there"),
        ("class Other: ...", "a class that own.py defines; Own is not in it"),
        ("class Own(:", "a file of Python"),
    ],
)
def test_a_spider_that_cannot_be(source: str | None, expected: str, tmp_path: Path) -> None:
    if source is not None:
        (tmp_path / "own.py").write_text(source)
    (mistake,) = mistakes_in(tmp_path, below('spider = "own.py:Own"'))
    assert (mistake.line, mistake.site, mistake.key, mistake.found) == (4, "times", "spider", '"own.py:Own"')
    assert mistake.expected.startswith(expected)
