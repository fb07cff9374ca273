"""How a crawl goes and how an archive stands, for a person and for Prometheus. Changes nothing."""
