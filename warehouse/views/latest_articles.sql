-- What does each article say now? One row per article: its newest content.
-- Catch: newest by when it was captured, not by what the page says of its dates; an article that has since vanished from
-- its site keeps its last content here.
--   captured_at: When this content was captured, UTC; the page may have been found unchanged since: see last_seen_at
--   readings: How often the article was looked at, revisits included
--   first_seen_at: When the article was first captured, UTC
--   last_seen_at: When it was last captured, revisits included, UTC
create view latest_articles as
select
    articles.*,
    newest.readings,
    newest.first_seen_at,
    newest.last_seen_at
from articles
join (
    select
        article_id,
        max_by(content_capture_id, (captured_at, capture_id)) as capture_id,
        count(*) as readings,
        min(captured_at) as first_seen_at,
        max(captured_at) as last_seen_at
    from readings
    group by article_id
) as newest using (article_id, capture_id);
