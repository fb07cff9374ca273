-- What was on the record in those days? Each article that was looked at, as it was last seen then.
-- Catch: UTC days of capture, both included; give dates ('2026-11-20') rather than times.
create macro seen_between(first_date, last_date) as table
select
    articles.*,
    newest.last_seen_at
from articles
join (
    select
        article_id,
        max_by(content_capture_id, (captured_at, capture_id)) as capture_id,
        max(captured_at) as last_seen_at
    from readings
    where crawl_date between first_date::date and last_date::date
    group by article_id
) as newest using (article_id, capture_id);
