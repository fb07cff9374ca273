-- How much did each site publish on each day, and between which times?
-- Catch: days are UTC and are what the page says; articles that give no date are in the row whose published_date is null.
-- Times leave out articles of which only the day is known.
--   published_date: UTC day on which the site says they were published; null where it does not say
--   articles: How many articles
--   words: Words in them
--   first_published_at: Time of the day's first article, UTC
--   median_published_at: Time by which half of the day's articles were out, UTC
--   last_published_at: Time of the day's last article, UTC
create view articles_per_day as
select
    site,
    (published_at at time zone 'UTC')::date as published_date,
    count(*) as articles,
    sum(words)::bigint as words,
    min(published_at) filter (where published_precision is distinct from 'day') as first_published_at,
    quantile_disc(published_at, 0.5) filter (where published_precision is distinct from 'day') as median_published_at,
    max(published_at) filter (where published_precision is distinct from 'day') as last_published_at
from latest_articles
group by all;
