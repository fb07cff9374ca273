-- Layout 2 to layout 3: the old tables url, announcement and domain, renamed to old_*, into the new ones.
-- The functions origin_of, path_of and key_of are those of url_table.py. Leases are not carried over: who has the
-- archive's lock has none.

insert into word (name) select kind from old_url union select channel from old_announcement;
insert into site (name) select distinct site from old_url;
insert into domain (name) select domain from old_url union select domain from old_domain;
update domain set next_at = coalesce((select max(next_at) from old_domain where old_domain.domain = domain.name), 0);
insert into origin (name) select distinct origin_of(url) from old_url;
insert into source (name) select distinct source_url from old_announcement where source_url <> '';
insert into url
    select old_url.id, key_of(origin.id, path_of(url)), origin.id, path_of(url), site.id, domain.id, word.id, depth,
           hops, priority, cast(due_at as integer), cast(first_seen_at as integer), visits, failures, hop_from, batch,
           cast(old_url.visited_at as integer), status, etag, last_modified, null
    from old_url
    join origin on origin.name = origin_of(url)
    join site on site.name = old_url.site
    join domain on domain.name = old_url.domain
    join word on word.name = kind;
insert into announcement
    select url_id, word.id, coalesce(source.id, 0), cast(seen_at as integer), title, published_raw, null
    from old_announcement
    join word on word.name = channel
    left join source on source.name = source_url;
update site set
    urls = (select count(*) from url join word on word.id = kind where url.site = site.id and word.name <> 'robots'),
    visited = (select count(*) from url join word on word.id = kind
               where url.site = site.id and visits > 0 and word.name <> 'robots'),
    visited_at = (select max(url.visited_at) from url where url.site = site.id and visits > 0);
update site set new_at =
    (select max(first_seen_at) from url join word on word.id = kind where url.site = site.id and word.name = 'article');
insert into site_day (site, day, new_articles)
    select site, date(first_seen_at, 'unixepoch'), count(*)
    from url
    join word on word.id = kind
    where word.name = 'article' and priority < 6 -- not the back catalogue
    group by 1, 2;
insert into site_day (site, day, captured, stored_bytes)
    select site.id, substr(captured_at, 1, 10), count(*), sum(record_length)
    from capture
    join old_url on old_url.url = capture.url
    join site on site.name = old_url.site
    where true
    group by 1, 2
    on conflict do update set captured = excluded.captured, stored_bytes = excluded.stored_bytes;
drop table old_url;
drop table old_announcement;
drop table old_domain;
