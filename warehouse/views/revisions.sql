-- What did each article say, one content after the other, and what was changed each time?
-- Catch: a change is seen at the first capture after it, so it happened between the previous revision's last_seen_at and
-- this one's first_seen_at. Content that comes back after another counts again.
--   revision: Number of this content in the article's history, from 1
--   first_seen_at: When this content was first captured, UTC
--   last_seen_at: When it was last captured before it changed, revisits included, UTC
--   readings: How often it was looked at while it said this
--   capture_id: The first capture that showed this content after the one before
--   changed: What differs from the previous revision: title, description, standfirst, text, authors, published_at, …
--   previous_title: Headline of the previous revision
--   previous_text: Text of the previous revision
create view revisions as
with marked as (
    select
        *,
        content_digest is distinct from lag(content_digest) over (
            partition by article_id order by captured_at, capture_id
        ) as is_new
    from readings
),

numbered as (
    select
        *,
        sum(is_new::integer) over (
            partition by article_id order by captured_at, capture_id rows unbounded preceding
        ) as revision
    from marked
),

runs as (
    select
        article_id,
        revision::bigint as revision,
        min_by(capture_id, (captured_at, capture_id)) as capture_id,
        min_by(content_capture_id, (captured_at, capture_id)) as content_capture_id,
        min(captured_at) as first_seen_at,
        max(captured_at) as last_seen_at,
        count(*) as readings
    from numbered
    group by article_id, revision
)

select
    runs.article_id,
    runs.revision,
    now.site,
    now.url,
    now.canonical_url,
    runs.first_seen_at,
    runs.last_seen_at,
    runs.readings,
    -- case, not if(): DuckDB 2.0 stores if() as a function of that name, which 1.5 does not find.
    case when before.capture_id is null then []::varchar[] else
        case when now.title is distinct from before.title then ['title'] else [] end
        || case when now.description is distinct from before.description then ['description'] else [] end
        || case when now.standfirst is distinct from before.standfirst then ['standfirst'] else [] end
        || case when now.text is distinct from before.text then ['text'] else [] end
        || case when now.authors is distinct from before.authors then ['authors'] else [] end
        || case when now.published_at is distinct from before.published_at then ['published_at'] else [] end
        || case when now.section is distinct from before.section then ['section'] else [] end
        || case when now.tags is distinct from before.tags then ['tags'] else [] end
        || case when now.lead_image_url is distinct from before.lead_image_url then ['lead_image_url'] else [] end
        || case when now.access is distinct from before.access then ['access'] else [] end
    end as changed,
    before.title as previous_title,
    now.title,
    before.text as previous_text,
    now.text,
    now.authors,
    now.published_at,
    now.modified_at,
    now.words,
    now.content_digest,
    runs.capture_id
from runs
join articles as now on now.capture_id = runs.content_capture_id
left join runs as earlier on earlier.article_id = runs.article_id and earlier.revision = runs.revision - 1
left join articles as before on before.capture_id = earlier.content_capture_id;
