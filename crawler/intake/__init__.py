"""What pages, feeds and sitemaps name in; what of it is a site's to fetch, out, and into the frontier."""
