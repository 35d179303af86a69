"""A client from what is known of a deployed service."""

import typing
from urllib.parse import urlsplit

from .prediction_client import PredictionClient


def client_from_service(service: typing.Any, **options: typing.Any) -> PredictionClient:
    """A client of a service object such as Azure's `Webservice`.

    It needs `scoring_uri` and `name`; where `auth_enabled` is true, `get_keys()`, whose first is used, and where
    `token_auth_enabled` is, `get_token()`. The port is that of the URI if it has one, else 443 with TLS and 80 without.
    `options` go to `PredictionClient`.
    """
    uri = urlsplit(service.scoring_uri)
    return PredictionClient(
        uri.hostname, uri.port, uri.scheme == "https", _credential(service), service.name, **options
    )


def _credential(service: typing.Any) -> str:
    if service.auth_enabled:
        return service.get_keys()[0]
    if getattr(service, "token_auth_enabled", False):
        return service.get_token()[0]
    return ""
