"""`@input_schema` and `@output_schema`."""

import functools
import inspect
from typing import Any, Callable

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.parameter_types.standard_py_parameter_type import unexpected_type
from inference_schema.schema_util import FunctionSchema, schema_of, set_schema

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]


def input_schema(
    param_name: str,
    param_type: AbstractParameterType,
    convert_to_provided_type: bool = True,
    optional: bool = False,
) -> Decorator:
    """
    Says the type of a parameter. Unless `convert_to_provided_type` is false, the value that JSON
    brought is converted to it; with `optional`, a value that is missing or empty is left alone.
    """
    _require_parameter_type(param_type)

    def decorate(function: Function) -> Function:
        names = list(inspect.signature(function).parameters)
        if param_name not in names:
            raise Exception(
                'Error, provided param_name "{}" is not in the decorated function.'.format(
                    param_name
                )
            )
        position = names.index(param_name)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if position < len(args):
                given = list(args)
                given[position] = _converted(given[position])
                return function(*given, **kwargs)
            if param_name in kwargs:
                kwargs[param_name] = _converted(kwargs[param_name])
            return function(*args, **kwargs)

        schema = schema_of(function) or FunctionSchema(
            [name for name in names if name != "request_headers"]
        )
        set_schema(wrapper, schema.with_input(param_name, param_type))
        return wrapper

    def _converted(value: Any) -> Any:
        if not convert_to_provided_type or (optional and not _is_given(value)):
            return value
        return _convert(value, param_type)

    return decorate


def output_schema(output_type: AbstractParameterType) -> Decorator:
    """Says the type of the result, which is neither converted nor checked."""
    _require_parameter_type(output_type)

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        names = [
            name for name in inspect.signature(function).parameters if name != "request_headers"
        ]
        set_schema(
            wrapper, (schema_of(function) or FunctionSchema(names)).with_output(output_type)
        )
        return wrapper

    return decorate


def _require_parameter_type(param_type: Any) -> None:
    if not isinstance(param_type, AbstractParameterType):
        raise Exception(
            "Error, provided param_type must be a subclass of the AbstractParameterType."
        )
    # A sample without a schema is a mistake in the script, best said when it is imported.
    param_type.input_to_swagger()


def _is_given(value: Any) -> bool:
    try:
        return bool(value)
    except ValueError:
        # Arrays and DataFrames have no truth of their own.
        return True


def _convert(value: Any, param_type: AbstractParameterType) -> Any:
    expected = param_type.sample_data_type
    if expected is dict:
        return _convert_dict(value, param_type)
    if expected in (list, tuple):
        return _convert_list(value, param_type)
    return value if isinstance(value, expected) else param_type.deserialize_input(value)


def _convert_dict(value: Any, param_type: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(unexpected_type(dict, value))
    nested = getattr(param_type, "sample_data_type_map", {})
    return {
        name: _convert(item, nested[name]) if name in nested else item
        for name, item in value.items()
    }


def _convert_list(value: Any, param_type: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        raise ValueError(unexpected_type(param_type.sample_data_type, value))
    nested = getattr(param_type, "sample_data_type_list", [])
    return [_convert(item, nested[0]) for item in value] if nested else value
