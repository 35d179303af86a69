"""
From a request to the arguments of `run`. What `run` takes is looked at once, when the script is
loaded.
"""

import inspect
import json
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Tuple
from urllib.parse import parse_qsl

from slipway_entry.failures import StartFailure
from slipway_entry.raw_request import raw_request

Head = Dict[str, Any]
Arguments = Dict[str, Any]

#: The arguments of `run` for a request. Raises BadInput.
MakeArguments = Callable[[Head, memoryview], Arguments]

_HEADERS_PARAMETER = "request_headers"

#: Where `@rawhttp` may come from: our own, and the real packages.
_RAW_MODULES = (
    "slipway_entry.aml_request",
    "azureml.contrib.services.aml_request",
    "azureml_inference_server_http.api.aml_request",
)


class BadInput(Exception):
    """The caller's fault."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Inputs(NamedTuple):
    """How `run` is fed: `kind` is `text`, `schema` or `raw`."""

    kind: str
    make_arguments: MakeArguments


def inspect_run(run: Callable[..., Any]) -> Inputs:
    """
    Decides by the parameters and the decorators of `run`. Raises StartFailure where Azure refuses
    the script.
    """
    every = list(inspect.signature(run).parameters.values())
    if any(
        parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        for parameter in every
    ):
        raise _refused("run() cannot accept positional-only arguments, *args, or **kwargs.")
    takes_headers = any(parameter.name == _HEADERS_PARAMETER for parameter in every)
    parameters = [parameter for parameter in every if parameter.name != _HEADERS_PARAMETER]
    if not parameters:
        other = (
            'an argument other than "request_headers"'
            if takes_headers
            else "an argument for input data"
        )
        raise _refused("run() needs to accept {}.".format(other))
    inputs = _inputs(run, parameters)
    return Inputs(inputs.kind, _with_headers(inputs.make_arguments)) if takes_headers else inputs


def _inputs(run: Callable[..., Any], parameters: List[inspect.Parameter]) -> Inputs:
    is_raw = any(
        getattr(sys.modules.get(module), "_rawHttpRequested", False) for module in _RAW_MODULES
    )
    if is_raw and is_schema_decorated(run):
        raise _refused("run() cannot be decorated with both @rawhttp and @input_schema")
    if is_raw:
        return Inputs("raw", _raw(parameters[0].name))
    if is_schema_decorated(run):
        return Inputs("schema", _by_name(parameters))
    return Inputs("text", _text(parameters[0].name))


def is_schema_decorated(run: Callable[..., Any]) -> bool:
    """
    Whether the installed inference_schema, or ours, has decorated it. If nobody imported one,
    nobody has.
    """
    schema_util = sys.modules.get("inference_schema.schema_util")
    return schema_util is not None and schema_util.is_schema_decorated(run)


def _refused(message: str) -> StartFailure:
    return StartFailure("checks", message)


def _with_headers(make_arguments: MakeArguments) -> MakeArguments:
    def make(head: Head, body: memoryview) -> Arguments:
        return {**make_arguments(head, body), _HEADERS_PARAMETER: _headers(head["headers"])}

    return make


def _headers(pairs: List[Tuple[str, str]]) -> Dict[str, str]:
    """A dict as Azure's server makes it: `Content-Type`, and repeats joined with commas."""
    headers: Dict[str, str] = {}
    for name, value in pairs:
        titled = "-".join(word.capitalize() for word in name.split("-"))
        headers[titled] = "{},{}".format(headers[titled], value) if titled in headers else value
    return headers


def _text(parameter: str) -> MakeArguments:
    def make(head: Head, body: memoryview) -> Arguments:
        if head["method"] == "POST":
            try:
                return {parameter: str(body, "utf-8")}
            except UnicodeDecodeError as error:
                raise BadInput(400, "Input cannot be decoded as UTF-8: {}".format(error)) from None
        return {parameter: json.dumps(_query(head))}

    return make


def _raw(parameter: str) -> MakeArguments:
    def make(head: Head, body: memoryview) -> Arguments:
        return {parameter: raw_request(head, bytes(body))}

    return make


def _by_name(parameters: List[inspect.Parameter]) -> MakeArguments:
    names = [(parameter.name, parameter.default) for parameter in parameters]

    def make(head: Head, body: memoryview) -> Arguments:
        given = _json_body(head, body) if head["method"] == "POST" else _query(head)
        arguments = {name: given.get(name, default) for name, default in names}
        for name, value in arguments.items():
            if value is inspect.Parameter.empty:
                raise BadInput(400, "A value is not provided for the {!r} parameter.".format(name))
        return arguments

    return make


def _json_body(head: Head, body: memoryview) -> Dict[str, Any]:
    if not _says_json(head["headers"]):
        raise BadInput(415, "Expects Content-Type to be application/json")
    if len(body) == 0:
        raise BadInput(400, "POST body is empty. Expecting a JSON dictionary.")
    try:
        value = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise BadInput(400, "POST body could not be decoded as JSON: {}".format(error)) from None
    if not isinstance(value, dict):
        raise BadInput(400, "POST body should be a JSON dictionary.")
    return value


def _says_json(headers: List[Tuple[str, str]]) -> bool:
    for name, value in headers:
        if name.lower() == "content-type":
            media = value.split(";")[0].strip().lower()
            return media == "application/json" or (
                media.startswith("application/") and media.endswith("+json")
            )
    return False


def _query(head: Head) -> Dict[str, Any]:
    """The query of a GET: each value parsed as JSON if it is JSON, repeats as lists."""
    if head["method"] != "GET":
        raise BadInput(405, "Method not allowed")
    values: Dict[str, List[Any]] = {}
    for name, value in parse_qsl(head["query"], keep_blank_values=True):
        values.setdefault(name, []).append(_json_or_text(value))
    return {name: several[0] if len(several) == 1 else several for name, several in values.items()}


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
