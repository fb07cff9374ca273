-- Each time an article was looked at: which content did it show?
-- Catch: a revisit (same bytes as before, or 304) counts as a look at the content it refers to, if it is of the same URL;
-- a look that failed or was rejected is no reading.
--   capture_id: The capture by which the article was looked at
--   content_capture_id: The capture whose row in articles holds what it showed; another one when this was a revisit
create view readings as
select
    article_id,
    capture_id,
    capture_id as content_capture_id,
    content_digest,
    site,
    url,
    captured_at,
    crawl_date
from articles
union all
select
    articles.article_id,
    revisits.capture_id,
    articles.capture_id as content_capture_id,
    articles.content_digest,
    articles.site,
    articles.url,
    revisits.captured_at,
    revisits.crawl_date
from captures as revisits
join articles
    on articles.capture_id = revisits.refers_to_capture_id
    and articles.url = revisits.url
where revisits.class = 'revisit';
