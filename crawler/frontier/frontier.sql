-- The frontier's tables, layout 3. Times are unix seconds, UTC. A change here raises FRONTIER_LAYOUT in ledger.py.
-- Built for tens of millions of URLs: names stand once, in tables of their own; a URL is its origin and its path; what
-- finds it again is one integer. `view urls` puts them together for a person.

create table if not exists word (       -- kinds and channels
    id integer primary key,
    name text not null unique
);
create table if not exists site (
    id integer primary key,
    name text not null unique,
    urls integer not null default 0,    -- known, robots.txt and the like not counted
    visited integer not null default 0, -- of them, answered at least once
    visited_at real,                    -- last success
    new_at real,                        -- when an article that nobody had named before was last found
    memory text                         -- what crawler.schedule.plan learned of the site
);
create table if not exists domain (     -- registrable domains: one polite queue each
    id integer primary key,
    name text not null unique,
    next_at real not null default 0,    -- not to be asked before
    factor real not null default 1,     -- our own back-off
    successes integer not null default 0,
    crawl_delay real not null default 0,
    reason text                         -- why it waits, for a person
);
create table if not exists origin (
    id integer primary key,
    name text not null unique           -- scheme://host:port
);
create table if not exists source (
    id integer primary key,
    name text not null unique           -- URL of a feed, sitemap or page that named others
);
create table if not exists url (
    id integer primary key,
    key integer not null,               -- origin and a 40-bit digest of the path; see url_table.py
    origin integer not null,
    path text not null,                 -- and query
    site integer not null,
    domain integer not null,
    kind integer not null,              -- a word
    depth integer not null,             -- links from the home page to here
    hops integer not null,              -- redirects from what was announced to here
    priority integer not null,
    due_at integer,                     -- null: not to be visited
    first_seen_at integer not null,
    visits integer not null,
    failures integer not null,          -- in a row
    hop_from text,                      -- the URL that redirected here
    batch text,                         -- the request of a person that it belongs to, while that is open
    visited_at integer,
    status integer,
    etag text,
    last_modified text,
    memory text                         -- what crawler.schedule.plan learned of the URL
);
create index if not exists url_key on url (key);
create index if not exists url_due on url (domain, site, priority, due_at) where due_at is not null;
create index if not exists url_batch on url (batch) where batch is not null;
create index if not exists url_failing on url (site) where failures > 0;

-- Who works on what. A lease is written before its request goes out, and gone with the acknowledgement.
create table if not exists lease (
    url_id integer primary key,
    owner text not null,
    until real not null
);

create table if not exists announcement (
    url_id integer not null,
    channel integer not null,           -- a word
    source integer not null,            -- 0: a person named it
    seen_at integer not null,           -- first
    title text,
    published_raw text,
    modified_raw text,
    primary key (url_id, channel, source)
) without rowid;

-- New articles and attempts by UTC day, for `status`.
create table if not exists site_day (
    site integer not null,
    day text not null,
    new_articles integer not null default 0,
    captured integer not null default 0,
    failed integer not null default 0,
    refused integer not null default 0,
    stored_bytes integer not null default 0,  -- of WARC records
    primary key (site, day)
) without rowid;

-- The ledger: every capture whose bytes are known to be on the disk.
create table if not exists capture (
    capture_id text primary key,
    url text not null,
    captured_at text not null,         -- ISO 8601, as in WARC-Date
    record_type text not null,
    status integer,
    payload_digest text,
    warc_file text not null,
    record_offset integer not null,
    record_length integer not null,
    truncated text                     -- why the body is not whole; null: it is
) without rowid;
create index if not exists capture_url on capture (url, captured_at);
create index if not exists capture_file on capture (warc_file);

create table if not exists warc_file (
    warc_file text primary key,
    sha256 text not null,
    bytes integer not null,
    records integer not null,
    captures integer not null,
    closed_at real not null
) without rowid;

create table if not exists robots (
    origin text primary key,           -- scheme://host:port of a robots.txt; of other such files their URL
    fetched_at real not null,
    status integer,                    -- null: no answer
    body blob not null,
    body_at real                       -- when the body was last the answer; null: 4xx since
) without rowid;

-- What pages said of themselves that keeps them from being fetched again, where sites.toml lets it.
create table if not exists opt_out (
    url_id integer primary key,
    signals text not null              -- JSON
);

create view if not exists urls as
    select url.id, origin.name || url.path as url, site.name as site, domain.name as domain, word.name as kind,
           datetime(url.due_at, 'unixepoch') as due_at, url.priority, url.visits, url.failures, url.status,
           datetime(url.visited_at, 'unixepoch') as visited_at, datetime(url.first_seen_at, 'unixepoch') as first_seen_at,
           lease.owner as leased_by
    from url
    join origin on origin.id = url.origin
    join site on site.id = url.site
    join domain on domain.id = url.domain
    join word on word.id = url.kind
    left join lease on lease.url_id = url.id;
