"""What to fetch and when, on the disk: URLs, leases, acknowledgements, and the ledger of captures. Fetches nothing."""
