-- Which pages became no article, counted by site and reason?
-- Catch: rejects counts captures; a section page that was visited on ten days is ten rejects of one page.
--   rejects: How many captures
--   pages: How many different URLs
--   first_rejected_at: When the first was captured, UTC
--   last_rejected_at: When the last was captured, UTC
--   example_url: The last of them
--   example_detail: What was seen there
create view rejects_by_reason as
select
    site,
    reason,
    count(*) as rejects,
    count(distinct url) as pages,
    min(captured_at) as first_rejected_at,
    max(captured_at) as last_rejected_at,
    max_by(url, (captured_at, capture_id)) as example_url,
    max_by(detail, (captured_at, capture_id)) as example_detail
from rejects
group by all;
