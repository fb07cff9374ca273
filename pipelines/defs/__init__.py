"""What Dagster is told of us: each definition asks for a path and calls one function of ours. Reads no article."""
