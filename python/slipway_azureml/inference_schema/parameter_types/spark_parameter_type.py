"""Spark is refused."""

from typing import Any


class SparkParameterType:
    """Refused when it is made: our decorators come without Spark."""

    def __init__(self, sample_input: Any, apply_sample_schema: bool = True) -> None:
        raise NotImplementedError(
            "SparkParameterType is not part of what Slipway brings for entry scripts. Add"
            " inference-schema and pyspark to the environment's pip packages, or use"
            " PandasParameterType."
        )
