"""AMLResponse without Flask."""

from slipway_entry.aml_response import AMLResponse

__all__ = ["AMLResponse"]
