-- On which days does the archive hold no article that a site published?
-- Catch: a gap is silence of the site only where crawl_days says that somebody looked; before the first crawl it only means
-- that no older article was found. From the first to the last day on which the site was crawled or published; dates that
-- lie more than a day after their capture are not believed.
--   first_date: First UTC day without an article
--   last_date: Last UTC day without an article
--   days: Number of days from first_date to last_date, both included
--   crawl_days: On how many of these days the site was crawled
create view coverage_gaps as
with published as (
    select distinct
        site,
        (published_at at time zone 'UTC')::date as day
    from latest_articles
    where site is not null and (published_at at time zone 'UTC')::date <= crawl_date + 1
),

crawled as (
    select distinct
        site,
        crawl_date as day
    from captures
    where site is not null
),

spans as (
    select
        site,
        min(day) as first_day,
        max(day) as last_day
    from (select * from published union all select * from crawled)
    group by site
),

fences as (
    select * from published
    union all
    select site, first_day - 1 as day from spans
    union all
    select site, last_day + 1 as day from spans
),

neighbours as (
    select
        site,
        lag(day) over (partition by site order by day) as previous_day,
        day
    from fences
)

select
    neighbours.site,
    previous_day + 1 as first_date,
    neighbours.day - 1 as last_date,
    neighbours.day - previous_day - 1 as days,
    count(crawled.day) as crawl_days
from neighbours
left join crawled
    on crawled.site = neighbours.site
    and crawled.day > neighbours.previous_day
    and crawled.day < neighbours.day
where neighbours.day - previous_day > 1
group by all;
