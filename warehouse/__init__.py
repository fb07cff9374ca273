"""The face of warehouse."""
