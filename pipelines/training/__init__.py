"""Pages with known truth in, the models of the extraction out. Nothing that runs for users imports this."""
