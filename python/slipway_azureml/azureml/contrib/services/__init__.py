"""Raw access to HTTP, where azureml-contrib-services is not installed."""

from azureml.contrib.services.aml_request import rawhttp

__all__ = ["rawhttp"]
