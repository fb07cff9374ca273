"""HTML in, Extraction or Reject out. The face of extraction: importing it loads no trafilatura and parses nothing."""

from typing import TYPE_CHECKING

from .records import EXTRACTOR_VERSION, Block, Extraction, Image, Link, Reject

if TYPE_CHECKING:
    from .reading import extract

__all__ = ["EXTRACTOR_VERSION", "Block", "Extraction", "Image", "Link", "Reject", "extract"]


def __getattr__(name: str) -> object:
    if name == "extract":
        from .reading import extract

        return extract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
