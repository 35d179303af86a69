"""Schemas of what `run` takes and gives, where the package inference-schema is not installed."""
