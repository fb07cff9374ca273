"""A tree in; out, its elements in page order, filed by tag and by what their attributes say.

Made once for all fields: another walk over the tree, be it for one tag, costs a sixth of a millisecond, an XPath over
all of it half of one. Each attribute is filed when it is first asked for (2026-11).
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

_END = "\0"  # in no page: charset.py takes it out
_FEW = 200  # places; with fewer, one within the other are no matter
_NESTED = 30
# Elements one within the other. The most of 1,752 pages is 55 (2026-11).
_DEEP = 100
_STEP = 32
_HOLDERS = {"href": ("a", "area", "link"), "rel": ("a", "area", "link"), "style": ("p",)}


class Elements:
    """The elements of a tree that nobody changes, comments left out. A position is a place in `all`."""

    def __init__(self, tree: HtmlElement) -> None:
        self.all: list[HtmlElement] = list(tree.iter(etree.Element))
        self._tagged: defaultdict[str, list[int]] = defaultdict(list)
        for position, element in enumerate(self.all):
            self._tagged[element.tag].append(position)
        self._filed: dict[str, tuple[list[tuple[str, list[int]]], str]] = {}

    def of(self, *tags: str) -> list[HtmlElement]:
        """Those of any of the tags, in page order."""
        return [self.all[position] for position in self.positions(*tags)]

    def positions(self, *tags: str) -> list[int]:
        if len(tags) == 1:
            return self._tagged.get(tags[0], [])
        found = [position for tag in tags for position in self._tagged.get(tag, ())]
        found.sort()
        return found

    def first(self, *tags: str) -> HtmlElement | None:
        """The first of any of the tags."""
        firsts = [positions[0] for tag in tags if (positions := self._tagged.get(tag))]
        return self.all[min(firsts)] if firsts else None

    def at(self, positions: Iterable[int]) -> list[HtmlElement]:
        """The elements at these positions, each once, in page order."""
        return [self.all[position] for position in sorted(set(positions))]

    @cached_property
    def is_deep(self) -> bool:
        """Whether elements stand some 100 deep: surely where they stand 132 deep, never where less than 100.

        In page order no element stands more than one deeper than the one before it, so a few tell of all.
        """
        return any(
            next(islice(element.iterancestors(), _DEEP - 1, None), None) is not None for element in self.all[::_STEP]
        )

    def unnested(self, positions: Iterable[int]) -> list[int]:
        """The positions in page order, without those that stand within more than 30 others of them.

        Who reads all that is in each of a thousand elements one within the other reads the page a thousand times.
        """
        places = sorted(positions)
        if len(places) <= _FEW:
            return places
        told, kept = set(places), []
        around: list[tuple[HtmlElement, int]] = []  # the elements that the walk is in, and how many of them are told
        for place, element in enumerate(self.all):
            parent = element.getparent()
            while around and around[-1][0] is not parent:
                around.pop()
            depth = around[-1][1] if around else 0
            if place in told:
                if depth <= _NESTED:
                    kept.append(place)
                depth += 1
            around.append((element, depth))
        return kept

    @cached_property
    def texts(self) -> dict[int, str]:
        """Position → the text up to the first child, where that is more than white space."""
        texts = enumerate([element.text for element in self.all])
        return {place: text for place, text in texts if text and not text.isspace()}

    @cached_property
    def tails(self) -> dict[int, str]:
        """Position → the text behind the element, where that is more than white space."""
        texts = enumerate([element.tail for element in self.all])
        return {place: text for place, text in texts if text and not text.isspace()}

    def saying(self, attribute: str, *stems: str) -> list[tuple[str, list[int]]]:
        """The attribute's values, as written, that hold one of the stems in any case, with where each stands.

        The stems are in lower case; href and rel are those of links, not of bases and forms; style is that of
        paragraphs. A page has a fifth as many values as elements, and all are searched as one text.
        """
        values, whole = self._values(attribute)
        found = set()
        for stem in stems:
            place, last, at = 0, 0, whole.find(stem)
            while at >= 0:
                place += whole.count(_END, last, at)  # from there on: a page may have a million links
                found.add(place)
                last, at = at, whole.find(stem, whole.find(_END, at))
        return [values[place] for place in sorted(found)]

    def _values(self, attribute: str) -> tuple[list[tuple[str, list[int]]], str]:
        filed = self._filed.get(attribute)
        if filed is None:
            positions: defaultdict[str, list[int]] = defaultdict(list)
            places = self.positions(*holders) if (holders := _HOLDERS.get(attribute)) else range(len(self.all))
            values = [element.get(attribute) for element in (self.of(*holders) if holders else self.all)]
            for position, value in zip(places, values, strict=True):
                if value:
                    positions[value].append(position)
            filed = list(positions.items()), "".join([value + _END for value in positions]).lower()
            self._filed[attribute] = filed
        return filed
