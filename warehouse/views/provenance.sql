-- From which archived bytes was each article read? One row per row of articles.
-- Catch: when the capture is a revisit, its record has no payload of its own: the bytes are those of original_capture_id.
--   original_capture_id: The capture that holds the payload, when this one is a revisit
--   original_warc_file: File that holds it, relative to the folder archive/
--   original_warc_offset: Byte at which its record begins
--   original_warc_length: Bytes of its record
create view provenance as
select
    articles.article_id,
    articles.site,
    articles.url,
    articles.title,
    articles.capture_id,
    articles.captured_at,
    captures.record_type,
    captures.status,
    captures.warc_file,
    captures.warc_offset,
    captures.warc_length,
    captures.payload_digest,
    captures.body_digest,
    captures.ip_address,
    originals.capture_id as original_capture_id,
    originals.warc_file as original_warc_file,
    originals.warc_offset as original_warc_offset,
    originals.warc_length as original_warc_length,
    captures.announced_by,
    captures.announced_title,
    captures.announced_published_raw,
    captures.announced_published_by,
    captures.announced_modified_raw,
    captures.announced_modified_by,
    articles.extractor,
    articles.publication_id
from articles
left join captures on captures.capture_id = articles.capture_id
left join captures as originals on originals.capture_id = captures.refers_to_capture_id;
