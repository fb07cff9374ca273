-- Which blocks of text does each site repeat on its articles, and are they taken out of them? One row per site and block.
-- Catch: pages, articles, share and the decision are those of the newest day on which the block was seen; an earlier day
-- may have decided otherwise. To overrule: keep_text and drop_text in sites.toml take the sample as it stands.
--   days: On how many crawl dates it was seen
--   last_readings: How many of the newest day's readings it was taken out of
--   first_seen_at: When it was first captured, UTC
create view site_boilerplate as
select
    site,
    block_digest,
    max_by(sample, crawl_date) as sample,
    max_by(kind, crawl_date) as kind,
    max_by(pages, crawl_date) as pages,
    max_by(articles, crawl_date) as articles,
    max_by(share, crawl_date) as share,
    max_by(score, crawl_date) as score,
    max_by(decision, crawl_date) as decision,
    max_by(reason, crawl_date) as reason,
    max_by(readings, crawl_date) as last_readings,
    count(*) as days,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at
from boilerplate
group by site, block_digest;
