"""The client of accelerated models, with the names of `azureml.accel`."""

from .client_from_service import client_from_service
from .prediction_client import PredictionClient

__all__ = ["PredictionClient", "client_from_service"]
