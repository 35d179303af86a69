"""Python's side of Slipway's services."""

__version__ = "0.1.0"
