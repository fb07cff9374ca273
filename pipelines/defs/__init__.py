"""What Dagster is told of us: a switchboard. Each definition asks a resource for paths and calls one function of ours; none reads an article."""
