"""The names under which meta elements state a date, in lower case, the surest first. Data only."""

PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "article:published:time",
    "article_published_time", "og:published_time", "datepublished", "published_time", "publish-date", "publish_date",
    "publishdate", "publishtime", "pubdate", "pub_date", "publication_date", "published-date", "published_at",
    "publicationdate", "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date.published", "sailthru.date", "date", "dc.date", "dcterms.date",
    "dc.date.created", "datecreated", "originalpublicationdate", "article.published", "displaydate",
    "rnews:datepublished",
    "citation_publication_date", "citation_online_date", "citation_date", "bt:pubdate", "vr:published_time",
    "mediator_published_time", "article.created",
    "published", "w-published-date", "date.published", "release_date", "dc.date.available", "sort_date",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "article:modified",
    "article:modified:time",
    "article_modified_time", "article:updated_time", "last-modified", "lastmod", "modified_time", "dc.date.modified",
    "dcterms.modified", "last_updated_date", "revised", "article.updated",
)  # fmt: skip

# Which of them may mean any date of the page.
LOOSE_METAS = {"date", "dc.date", "dcterms.date", "datecreated", "dc.date.created", "dcterms.created", "sort_date"}
