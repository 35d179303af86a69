"""ModelDataCollector, where azureml-monitoring is not installed."""

from typing import Any, Optional, Sequence

from slipway_entry import stand_ins

__all__ = ["ModelDataCollector"]


class ModelDataCollector:
    """
    Collects rows that the script hands to it, if the deployment has `collect_model_data`. The
    other labels that Azure knows (workspace, service, version of the model) are the deployment's
    own and need not be given.
    """

    def __init__(
        self,
        model_name: str,
        designation: str = "default",
        feature_names: Optional[Sequence[str]] = None,
        **labels: Any,
    ) -> None:
        self._model_name = model_name
        self._designation = designation
        self._feature_names = feature_names

    def collect(self, input_data: Any, user_correlation_id: str = "") -> None:
        """
        Collects a list, an array or a DataFrame. It never raises: what cannot be collected is said
        in the log.
        """
        if stand_ins.collector is not None:
            stand_ins.collector.collect(
                self._model_name,
                self._designation,
                self._feature_names,
                user_correlation_id,
                input_data,
            )
