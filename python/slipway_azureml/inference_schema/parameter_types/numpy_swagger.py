"""Datatypes of numpy in OpenAPI's words."""

import base64
import datetime
from typing import Any, Dict

import numpy

Swagger = Dict[str, Any]

_SIMPLE = {
    "b": {"type": "boolean"},
    "O": {"type": "object"},
    "M": {"type": "string", "format": "date-time"},
    "m": {"type": "string", "format": "timedelta"},
    "U": {"type": "string"},
    "S": {"type": "string", "format": "binary"},
    "V": {"type": "string", "format": "binary"},
}

_FLOAT_FORMATS = {2: "float", 4: "float", 8: "double"}

_TIMEDELTA_UNITS = {
    "years": "Y",
    "months": "M",
    "weeks": "W",
    "days": "D",
    "hours": "h",
    "minutes": "m",
    "seconds": "s",
    "milliseconds": "ms",
    "microseconds": "us",
    "nanoseconds": "ns",
    "picoseconds": "ps",
    "femtoseconds": "fs",
    "attoseconds": "as",
}


def array_swagger(dtype: Any, dimensions: int) -> Swagger:
    """The schema of an array of so many dimensions, at least one, of items of a datatype."""
    schema = dtype_swagger(dtype)
    for _ in range(max(1, dimensions)):
        schema = {"type": "array", "items": schema}
    return schema


def dtype_swagger(dtype: Any) -> Swagger:
    """The schema of one item. Raises TypeError for datatypes that JSON cannot carry."""
    if dtype.names is not None:
        return {
            "type": "object",
            "properties": {name: dtype_swagger(dtype[name]) for name in dtype.names},
        }
    if dtype.subdtype is not None:
        return array_swagger(dtype.subdtype[0], len(dtype.subdtype[1]))
    if dtype.kind in "iu":
        return {"type": "integer", "format": dtype.name}
    if dtype.kind == "f" and dtype.itemsize in _FLOAT_FORMATS:
        return {"type": "number", "format": _FLOAT_FORMATS[dtype.itemsize]}
    if dtype.kind in _SIMPLE:
        return dict(_SIMPLE[dtype.kind])
    raise TypeError(
        "We currently do not support extracting schema from data of type {}".format(dtype.name)
    )


def array_example(array: Any) -> Any:
    """An array, or an item of one, as JSON has it."""
    if isinstance(array, numpy.ndarray):
        return [array_example(item) for item in array]
    if isinstance(array, numpy.void) and array.dtype.names is not None:
        return {name: array_example(array[name]) for name in array.dtype.names}
    if isinstance(array, numpy.datetime64):
        moment = array.astype("datetime64[us]").astype(datetime.datetime)
        return moment.strftime("%Y-%m-%d %H:%M:%S,%f")
    if isinstance(array, numpy.timedelta64):
        return str(array)
    if isinstance(array, (bytes, numpy.void)):
        return base64.b64encode(bytes(array)).decode()
    if isinstance(array, (numpy.number, numpy.bool_)):
        return array.item()
    return str(array)


def timedelta_of(text: Any) -> Any:
    """A span of time from text such as `3 days`, as an example of the schema shows it."""
    parts = str(text).split(None, 1)
    unit = _TIMEDELTA_UNITS.get(parts[-1].lower())
    if len(parts) != 2 or unit is None:
        raise ValueError(
            "Invalid span of time {!r}: it is a whole number and a unit, which is one of {}."
            .format(text, ", ".join(_TIMEDELTA_UNITS))
        )
    return numpy.timedelta64(int(parts[0]), unit)
