"""WARC files in, rows out. The face of pipelines: it loads no framework; what it names is loaded when asked for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .extraction import EXTRACTOR_VERSION, Block, Extraction, Image, Link, Reject, extract

__all__ = ["EXTRACTOR_VERSION", "Block", "Extraction", "Image", "Link", "Reject", "extract"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from . import extraction

        return getattr(extraction, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
