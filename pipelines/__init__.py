"""The face of pipelines."""
