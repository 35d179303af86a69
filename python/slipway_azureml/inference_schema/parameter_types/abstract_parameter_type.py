"""What all types of parameters have in common."""

from abc import ABC, abstractmethod
from typing import Any, Dict, List

Swagger = Dict[str, Any]


class AbstractParameterType(ABC):
    """A type that is known by a sample. Scripts may derive types of their own."""

    def __init__(self, sample_input: Any) -> None:
        self.sample_input = sample_input
        self.sample_data_type = type(sample_input)

    @abstractmethod
    def deserialize_input(self, input_data: Any) -> Any:
        """
        The value that JSON brought, as a value of this type. Raises ValueError if it is none.
        """

    @abstractmethod
    def input_to_swagger(self) -> Swagger:
        """The schema in OpenAPI's words, with the sample as its `example`."""

    def supported_versions(self) -> List[str]:
        """The versions of OpenAPI that can say it: 2.0 has no arrays of mixed types."""
        versions = ["3.0", "3.1"]
        return (["2.0"] if _is_uniform(self.input_to_swagger()["example"]) else []) + versions


def _is_uniform(example: Any) -> bool:
    if isinstance(example, dict):
        return all(map(_is_uniform, example.values()))
    if isinstance(example, list):
        return len(set(map(type, example))) <= 1 and all(map(_is_uniform, example))
    return True
