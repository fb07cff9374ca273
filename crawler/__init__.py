"""The face of crawler."""
