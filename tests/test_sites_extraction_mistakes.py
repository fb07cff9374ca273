"""Every mistake in a site's [site.extraction] is one line: file, line, site, key, what was found, what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.overrides import BLOCKS, FIELDS
from crawler.sites import SitesError, load_sites

TIMES = '[[site]] "times": '


def below(line: str) -> str:
    """A good stanza with one more line, the fourth."""
    return f'[[site]]\nname = "times"\nhome = "https://times.example/"\n{line}\n'


CASES = {
    "extraction_is_text": (
        below('extraction = "h1"'),
        f'4: {TIMES}extraction = "h1": expected a table of fields and CSS selectors, e.g. {{title = "h1.headline"}}',
    ),
    "extraction_unknown_field": (
        below('[site.extraction]\nauthor = ".byline"'),
        f'5: {TIMES}extraction.author = ".byline": expected a known field; did you mean authors?',
    ),
    "extraction_field_like_none": (
        below('[site.extraction]\nq = ".byline"'),
        f'5: {TIMES}extraction.q = ".byline": expected a known field: {", ".join((*FIELDS, *BLOCKS))}',
    ),
    "extraction_no_selector": (
        below("[site.extraction]\n\nkeep = 3"),
        f'6: {TIMES}extraction.keep = 3: expected a CSS selector in quotes, or a list of them, e.g. [".byline a"]',
    ),
    "extraction_never_closed": (
        below('[site.extraction]\ntitle = "h1["'),
        f"5: {TIMES}extraction.title = \"h1[\": expected a CSS selector (Expected ident or '*', got <EOF at 3>)",
    ),
    "extraction_pseudo_element": (
        below('[site.extraction]\ntitle = "h1::text"'),
        f'5: {TIMES}extraction.title = "h1::text": '
        "expected a CSS selector (of pseudo-elements only ::attr(name) is known)",
    ),
    "extraction_attribute_of_a_block": (
        below('[site.extraction]\ndrop = [\n  ".a",\n  ".b::attr(c)",\n]'),
        f'7: {TIMES}extraction.drop = [… ".b::attr(c)" …]: expected a CSS selector (an element, not an attribute)',
    ),
}


@pytest.mark.parametrize(("text", "said"), CASES.values(), ids=CASES)
def test_one_line_each(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(text)
    with pytest.raises(SitesError) as caught:
        load_sites(path)
    assert str(caught.value) == f"{path}:{said}"


def test_what_is_held(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(below('[site.extraction]\ntitle = ["h1", "meta[name=t]::attr(content)"]\ndrop = ".x > .y, .z"'))
    assert load_sites(path)["times"].extraction == (
        ("drop", (".x > .y, .z",)), ("title", ("h1", "meta[name=t]::attr(content)")),
    )  # fmt: skip
