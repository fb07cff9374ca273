"""A visit's exchange in; its records in the archive out, a revisit where it only repeats. Acknowledges nothing."""

from __future__ import annotations

import asyncio

from crawler.archive import ArchiveWriter, CaptureNotes, Exchange, Payload, RevisitOf, Written, pack, payload_of
from crawler.frontier.store import Frontier
from crawler.visit import Visit


def record(
    writer: ArchiveWriter, frontier: Frontier, visit: Visit, exchange: Exchange, exceptions: tuple[str, ...]
) -> Written:
    """Write request, response or revisit, and metadata, here and now."""
    payload = payload_of(exchange.response)
    notes, revisit = _told(frontier, visit, exchange, payload, exceptions)
    return writer.write(exchange, notes, revisit_of=revisit, payload=payload)


async def record_large(
    writer: ArchiveWriter, frontier: Frontier, visit: Visit, exchange: Exchange, exceptions: tuple[str, ...]
) -> Written:
    """The same, digested, packed and flushed in threads: 50 MB held the event loop for seconds."""
    payload = await asyncio.to_thread(payload_of, exchange.response)
    notes, revisit = _told(frontier, visit, exchange, payload, exceptions)
    written = None
    while written is None:  # again where another file was begun meanwhile
        here = writer.present().warcinfo_id
        packed = await asyncio.to_thread(pack, exchange, notes, revisit, warcinfo_id=here, payload=payload)
        written = writer.write_packed(packed)
    await asyncio.to_thread(writer.present().flush_ahead())  # or the next acknowledgement would wait for all of it
    return written


def _told(
    frontier: Frontier, visit: Visit, exchange: Exchange, payload: Payload, exceptions: tuple[str, ...]
) -> tuple[CaptureNotes, RevisitOf | None]:
    """What the metadata record says of the exchange, and the capture that it only repeats."""
    lease, status, revisit = visit.lease, payload.head.status if payload.head else None, None
    if exchange.truncated is None and status in (200, 304):
        earlier = frontier.earlier_capture(lease.url)
        same = earlier is not None and payload.digest is not None and payload.digest == earlier.payload_digest
        if earlier and (status == 304 or same):
            revisit = RevisitOf(
                profile="server-not-modified" if status == 304 else "identical-payload-digest",
                capture_id=earlier.capture_id, url=earlier.url, captured_at=earlier.captured_at,
                payload_digest=earlier.payload_digest,
            )  # fmt: skip
    notes = CaptureNotes(
        site=lease.site, kind=lease.kind, announcements=lease.announcements, hop_from=lease.hop_from,
        signals=visit.signals, exceptions=(*exceptions, *(visit.policy.exceptions if visit.policy else ())),
    )  # fmt: skip
    return notes, revisit
