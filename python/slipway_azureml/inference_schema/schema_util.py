"""The schemas of decorated functions."""

import copy
from typing import Any, Callable, Dict, List, Optional

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, Swagger

#: The versions of OpenAPI that there are.
ALL_SUPPORTED_VERSIONS = ["2.0", "3.0", "3.1"]

_ATTRIBUTE = "__slipway_schema__"


class FunctionSchema:
    """
    What is known of one function: the names of its parameters, types of some, and the type of its
    result.
    """

    def __init__(
        self,
        parameters: List[str],
        inputs: Optional[Dict[str, AbstractParameterType]] = None,
        output: Optional[AbstractParameterType] = None,
    ) -> None:
        self.parameters = parameters
        self.inputs = inputs or {}
        self.output = output

    def with_input(self, name: str, param_type: AbstractParameterType) -> "FunctionSchema":
        """The schema with the type of one more parameter."""
        return FunctionSchema(self.parameters, {**self.inputs, name: param_type}, self.output)

    def with_output(self, output: AbstractParameterType) -> "FunctionSchema":
        """The schema with the type of the result, which is said once. Raises if it has been."""
        if self.output is not None:
            raise Exception("Error, output schema already defined for this function.")
        return FunctionSchema(self.parameters, self.inputs, output)


def schema_of(func: Callable[..., Any]) -> Optional[FunctionSchema]:
    """
    The schema of a function; None if it is not decorated. Other decorators that use
    functools.wraps keep it.
    """
    return getattr(func, _ATTRIBUTE, None)


def set_schema(func: Callable[..., Any], schema: FunctionSchema) -> None:
    """Gives a function its schema."""
    setattr(func, _ATTRIBUTE, schema)


def is_schema_decorated(func: Callable[..., Any]) -> bool:
    """Whether the function has an input or an output schema."""
    return schema_of(func) is not None


def get_input_schema(func: Callable[..., Any]) -> Swagger:
    """The input as one object: parameters without a type may be anything."""
    schema = schema_of(func)
    if schema is None or not schema.inputs:
        return {"type": "object"}
    described: Dict[str, Any] = {name: {"example": ""} for name in schema.parameters}
    described.update(
        (name, copy.deepcopy(kind.input_to_swagger())) for name, kind in schema.inputs.items()
    )
    examples = {name: each.pop("example") for name, each in described.items()}
    return {"type": "object", "properties": described, "example": examples}


def get_output_schema(func: Callable[..., Any]) -> Swagger:
    """The result."""
    schema = schema_of(func)
    return (
        {"type": "object"}
        if schema is None or schema.output is None
        else schema.output.input_to_swagger()
    )


def get_supported_versions(func: Callable[..., Any]) -> List[str]:
    """The versions of OpenAPI that can say all of it."""
    schema = schema_of(func)
    if schema is None:
        return ALL_SUPPORTED_VERSIONS
    types = [*schema.inputs.values(), *([] if schema.output is None else [schema.output])]
    supported = [kind.supported_versions() for kind in types]
    return [
        version
        for version in ALL_SUPPORTED_VERSIONS
        if all(version in versions for versions in supported)
    ]
