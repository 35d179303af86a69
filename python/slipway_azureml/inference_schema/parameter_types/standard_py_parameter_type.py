"""Values of Python's own types, and dicts and lists of other parameter types."""

import base64
import datetime
import json
from typing import Any, Callable, Dict, Iterable, List

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, Swagger

_DATE_FORMAT = "%Y-%m-%d"
_DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f %z"
_TIME_FORMAT = "%H:%M:%S.%f %z"


class StandardPythonParameterType(AbstractParameterType):
    """
    A value of the sample's type. Inside a dict or a list that is the sample, parameter types are
    converted too.
    """

    def __init__(self, sample_input: Any) -> None:
        super().__init__(sample_input)
        nested = isinstance(sample_input, dict), isinstance(sample_input, (list, tuple))
        self.sample_data_type_map = _parameter_types(sample_input.items()) if nested[0] else {}
        self.sample_data_type_list = (
            list(_parameter_types(enumerate(sample_input)).values()) if nested[1] else []
        )

    def deserialize_input(self, input_data: Any) -> Any:
        """
        As the base class says. An int counts as a float; bytes come as base64; dates and times in
        ISO 8601.
        """
        parse = _PARSERS.get(self.sample_data_type)
        value = (
            parse(input_data) if parse is not None and isinstance(input_data, str) else input_data
        )
        is_int_for_float = self.sample_data_type is float and type(value) is int
        if not is_int_for_float and not isinstance(value, self.sample_data_type):
            raise ValueError(unexpected_type(self.sample_data_type, input_data))
        return value

    def input_to_swagger(self) -> Swagger:
        """
        As the base class says. Raises ValueError for None, and TypeError for what JSON cannot say.
        """
        if self.sample_input is None:
            raise ValueError("Sample input cannot be None")
        schema = swagger_of(self.sample_input)
        try:
            json.dumps(schema)
        except TypeError as error:
            message = (
                "Invalid python data sample provided: ensure that the data is fully JSON"
                " serializable to be able "
            )
            raise TypeError(
                message + "to generate swagger schema from it. Actual error: {}".format(error)
            ) from None
        return schema


def unexpected_type(expected: type, value: Any) -> str:
    """What is said of a value that is not of the type."""
    return "Invalid input data type to parse. Expected: {0} but got {1}".format(
        expected, type(value)
    )


def swagger_of(sample: Any) -> Swagger:
    """The schema of a value, with the value as its example."""
    if isinstance(sample, AbstractParameterType):
        return sample.input_to_swagger()
    describe = _DESCRIPTIONS.get(type(sample))
    return {"type": "object", "example": sample} if describe is None else describe(sample)


def _parameter_types(items: Iterable[Any]) -> Dict[Any, AbstractParameterType]:
    return {key: value for key, value in items if isinstance(value, AbstractParameterType)}


def _scalar(kind: str, *formats: str) -> Callable[[Any], Swagger]:
    return lambda sample: {
        "type": kind,
        **({"format": formats[0]} if formats else {}),
        "example": sample,
    }


def _base64(sample: Any) -> Swagger:
    return {"type": "string", "format": "byte", "example": base64.b64encode(sample).decode()}


def _moment(name: str, layout: str) -> Callable[[Any], Swagger]:
    def describe(sample: Any) -> Swagger:
        zoned = (
            sample
            if getattr(sample, "tzinfo", True) is not None
            else sample.replace(tzinfo=datetime.timezone.utc)
        )
        return {"type": "string", "format": name, "example": zoned.strftime(layout)}

    return describe


def _array(samples: Any) -> Swagger:
    items: List[Swagger] = [swagger_of(sample) for sample in samples]
    examples = [item.pop("example") for item in items]
    return {
        "type": "array",
        "items": items[-1] if items else {"type": "object"},
        "example": examples,
    }


def _object(samples: Dict[str, Any]) -> Swagger:
    properties = {name: swagger_of(sample) for name, sample in samples.items()}
    example = {name: schema.pop("example") for name, schema in properties.items()}
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "example": example,
    }


_DESCRIPTIONS: Dict[type, Callable[[Any], Swagger]] = {
    bool: _scalar("boolean"),
    int: _scalar("integer", "int64"),
    float: _scalar("number", "double"),
    str: _scalar("string"),
    bytes: _base64,
    bytearray: _base64,
    datetime.date: _moment("date", _DATE_FORMAT),
    datetime.datetime: _moment("date-time", _DATETIME_FORMAT),
    datetime.time: _moment("time", _TIME_FORMAT),
    list: _array,
    tuple: _array,
    range: _array,
    dict: _object,
}


def _parse_date(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, _DATE_FORMAT).date()


def _parse_datetime(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(_with_offset(text))
    except ValueError:
        return datetime.datetime.strptime(text, _DATETIME_FORMAT)


def _parse_time(text: str) -> datetime.time:
    try:
        return datetime.time.fromisoformat(_with_offset(text))
    except ValueError:
        return datetime.datetime.strptime(text, _TIME_FORMAT).timetz()


def _with_offset(text: str) -> str:
    """Python 3.10 and earlier do not read the Z of ISO 8601."""
    return text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text


_PARSERS: Dict[type, Callable[[str], Any]] = {
    datetime.date: _parse_date,
    datetime.datetime: _parse_datetime,
    datetime.time: _parse_time,
    bytes: base64.b64decode,
    bytearray: lambda text: bytearray(base64.b64decode(text)),
}
