-- The frontier's tables. Times are unix seconds, UTC. A change here raises FRONTIER_LAYOUT in frontier.py.

create table if not exists url (
    id integer primary key,
    url text not null unique,
    site text not null,
    domain text not null,              -- the registrable domain: whose polite queue it waits in
    kind text not null,
    batch text,                        -- the request of a person that it belongs to, while that is open
    depth integer not null default 0,  -- links from the home page to here
    hops integer not null default 0,   -- redirects from what was announced to here
    hop_from text,                     -- the URL that redirected here
    priority integer not null,
    due_at real,                       -- null: not to be visited
    lease_until real,
    lease_by text,
    first_seen_at real not null,
    visited_at real,
    visits integer not null default 0,
    failures integer not null default 0,
    status integer,
    etag text,
    last_modified text
);
create index if not exists url_due on url (domain, priority, due_at) where due_at is not null;
create index if not exists url_batch on url (batch) where batch is not null;
create index if not exists url_site on url (site);
create index if not exists url_lease on url (lease_by) where lease_by is not null;

create table if not exists announcement (
    url_id integer not null references url (id),
    channel text not null,
    source_url text not null,
    title text,
    published_raw text,
    seen_at real not null,
    primary key (url_id, channel, source_url)
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

create table if not exists domain (
    domain text primary key,
    next_at real not null
) without rowid;

create table if not exists robots (
    origin text primary key,           -- scheme://host:port
    fetched_at real not null,
    status integer,                    -- null: no answer
    body blob not null
) without rowid;
