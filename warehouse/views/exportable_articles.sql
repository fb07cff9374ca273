-- What does each article say now, of those that may leave the house? latest_articles without those of held_back.
-- Catch: the policy is that of sites.toml when each day was built; "broadsheet sql" with --output or --format csv, jsonl or
-- parquet leaves held-back articles out of everything by itself.
create view exportable_articles as
select latest_articles.*
from latest_articles
where article_id not in (select article_id from held_back);
