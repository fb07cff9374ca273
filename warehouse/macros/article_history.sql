-- What did the article at this address say over time? Its revisions, oldest first.
-- Catch: the address as it was requested or the canonical one, letter by letter.
create macro article_history(address) as table
select *
from revisions
where article_id in (select article_id from articles where url = address or canonical_url = address)
order by article_id, revision;
