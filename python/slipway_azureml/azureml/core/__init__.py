"""What entry scripts use of azureml.core, where the real package is not installed."""

from typing import Any

from azureml.core.model import Model

__all__ = ["Model"]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    raise ImportError(
        "azureml.core.{} is not part of what Slipway brings for entry scripts, which is"
        " Model.get_model_path. If the script needs it, add azureml-core to the environment's pip"
        " packages.".format(name)
    )
