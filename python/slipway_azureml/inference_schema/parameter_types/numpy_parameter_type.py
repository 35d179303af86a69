"""Arrays of numpy."""

from typing import Any

import numpy

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, Swagger
from inference_schema.parameter_types.numpy_swagger import (
    array_example,
    array_swagger,
    timedelta_of,
)


class NumpyParameterType(AbstractParameterType):
    """
    An array like the sample: of its datatype, and of its shape but for the first dimension, which
    is free.
    """

    def __init__(
        self, sample_input: Any, enforce_column_type: bool = True, enforce_shape: bool = True
    ) -> None:
        if not isinstance(sample_input, numpy.ndarray):
            raise Exception("Invalid sample input provided, must provide a sample Numpy array.")
        super().__init__(sample_input)
        self.enforce_column_type = enforce_column_type
        self.enforce_shape = enforce_shape

    def deserialize_input(self, input_data: Any) -> Any:
        """As the base class says."""
        if isinstance(input_data, numpy.ndarray):
            return input_data
        if not isinstance(input_data, list):
            raise ValueError("Invalid input format: expected an array of items.")
        array = self._typed(input_data) if self.enforce_column_type else numpy.array(input_data)
        if self.enforce_shape:
            _check_shape(array.shape, self.sample_input.shape)
        return array

    def input_to_swagger(self) -> Swagger:
        """As the base class says."""
        schema = array_swagger(self.sample_input.dtype, len(self.sample_input.shape))
        return {**schema, "example": array_example(self.sample_input), "format": "numpy.ndarray"}

    def _typed(self, items: Any) -> Any:
        dtype = self.sample_input.dtype
        if dtype.names is None and dtype.kind not in "mM":
            return numpy.array(items, dtype=dtype)
        return numpy.array([_item(item, dtype) for item in items], dtype=dtype)


def _item(item: Any, dtype: Any) -> Any:
    """An item that numpy would not understand as JSON has it."""
    if dtype.names is not None:
        fields = [item[name] for name in dtype.names] if isinstance(item, dict) else item
        return tuple(_item(field, dtype[name]) for name, field in zip(dtype.names, fields))
    if isinstance(item, list):
        return [_item(inner, dtype) for inner in item]
    if dtype.kind == "M":
        return numpy.datetime64(item)
    return timedelta_of(item) if dtype.kind == "m" else item


def _check_shape(shape: Any, expected: Any) -> None:
    if len(shape) != len(expected):
        raise ValueError(
            "Invalid input array: an array with {} dimensions is expected; input has {} [shape {}]"
            .format(len(expected), len(shape), shape)
        )
    for axis, (size, wanted) in enumerate(zip(shape, expected)):
        if axis > 0 and size != wanted:
            raise ValueError(
                "Invalid input array: array has size {} on dimension #{}, while expected value"
                " is {}".format(size, axis, wanted)
            )
