"""Raw access to HTTP."""
