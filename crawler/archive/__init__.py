"""Exchanges → WARC files; WARC files → checked, repaired, indexed, imported.

`ArchiveWriter.write(Exchange, CaptureNotes) -> Written` writes; `repair_open_file`, `verify_warc`, `write_cdxj` and
`import_warcs` look after what is there; `open_records` and `read_head` read it back; `Selection` and `WaczFile` take
some of it elsewhere. Loads no framework.
"""

from crawler.archive.cdxj import cdxj_path, write_cdxj
from crawler.archive.errors import (
    ArchiveError,
    DamagedRecord,
    NotMemberAligned,
    TornRecord,
    UnsupportedFormat,
    WriterClosed,
)
from crawler.archive.extents import ENDING as EXTENTS_ENDING
from crawler.archive.extents import forget_extents
from crawler.archive.folders import make_folder, sync_folder
from crawler.archive.foreign import ImportedFile, ImportProgress, ImportReport, import_warcs
from crawler.archive.inventory import RecoveredCapture
from crawler.archive.message import (
    Dechunker,
    MessageHead,
    Payload,
    Remainder,
    codings,
    dechunk,
    entity_of,
    is_chunked,
    label_sha1,
    payload_digest_of,
    payload_of,
    read_head,
)
from crawler.archive.neighbours import request_beside
from crawler.archive.open_file import pack
from crawler.archive.records import Announcement, CaptureNotes, ClosedFile, Exchange, RevisitOf, Written
from crawler.archive.repair import Repaired, read_closed_file, repair_open_file
from crawler.archive.scan import Record, RecordReader, open_records
from crawler.archive.selection import Chosen, IsHeld, Selection, Wish
from crawler.archive.verify import Problem, verify_warc
from crawler.archive.wacz import WaczFile, WaczPage
from crawler.archive.writer import ArchiveWriter

__all__ = [
    "EXTENTS_ENDING",
    "Announcement",
    "ArchiveError",
    "ArchiveWriter",
    "CaptureNotes",
    "Chosen",
    "ClosedFile",
    "DamagedRecord",
    "Dechunker",
    "Exchange",
    "ImportProgress",
    "ImportReport",
    "ImportedFile",
    "IsHeld",
    "MessageHead",
    "NotMemberAligned",
    "Payload",
    "Problem",
    "Record",
    "RecordReader",
    "RecoveredCapture",
    "Remainder",
    "Repaired",
    "RevisitOf",
    "Selection",
    "TornRecord",
    "UnsupportedFormat",
    "WaczFile",
    "WaczPage",
    "Wish",
    "WriterClosed",
    "Written",
    "cdxj_path",
    "codings",
    "dechunk",
    "entity_of",
    "forget_extents",
    "import_warcs",
    "is_chunked",
    "label_sha1",
    "make_folder",
    "open_records",
    "pack",
    "payload_digest_of",
    "payload_of",
    "read_closed_file",
    "read_head",
    "repair_open_file",
    "request_beside",
    "sync_folder",
    "verify_warc",
    "write_cdxj",
]
