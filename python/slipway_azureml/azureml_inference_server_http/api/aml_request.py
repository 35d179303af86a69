"""AMLRequest and @rawhttp without Flask."""

from slipway_entry.aml_request import AMLRequest, rawhttp

__all__ = ["AMLRequest", "rawhttp"]
