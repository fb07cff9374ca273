-- Which articles are held back from exports, and what do their sites say?
-- Catch: an article is held back as a whole, with all it said before, where its newest content or the newest look at it is
-- bound. What binds is said in sites.toml, and was settled when the day was built; captures.signals has it word for word.
--   bound_by: The opt-outs that bind it: noai, noimageai, tdm, ai_txt, ai_train, ai_input, or what else sites.toml says
--   last_seen_at: When it was last looked at, UTC
create view held_back as
with looks as (
    select
        readings.article_id,
        readings.site,
        readings.url,
        readings.captured_at,
        readings.capture_id,
        coalesce(captures.export_bound_by, []) || coalesce(articles.export_bound_by, []) as bound_by
    from readings
    join captures on captures.capture_id = readings.capture_id
    join articles on articles.capture_id = readings.content_capture_id
)

select
    article_id,
    max_by(site, (captured_at, capture_id)) as site,
    max_by(url, (captured_at, capture_id)) as url,
    list_sort(list_distinct(max_by(bound_by, (captured_at, capture_id)))) as bound_by,
    max(captured_at) as last_seen_at
from looks
group by article_id
having len(max_by(bound_by, (captured_at, capture_id))) > 0;
