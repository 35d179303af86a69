"""Results that JSON has no word for: what to do about them, and those of numpy as plain Python."""

import inspect
import sys
from typing import Any, Iterator, Optional, Tuple

#: How many values are looked at to say which one is to blame.
_MAX_LOOKED_AT = 100_000

_PLAIN = (str, int, float, bool, type(None))


def plain_numpy(value: Any) -> Any:
    """The value with arrays and scalars of numpy, at any depth, as lists and numbers."""
    if isinstance(value, _PLAIN) and type(value) in _PLAIN:
        return value
    if _is_numpy(value):
        return (
            plain_numpy(value.tolist())
            if value.dtype == object and value.shape
            else value.tolist()
        )
    if isinstance(value, dict):
        return {plain_numpy(key): plain_numpy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_numpy(item) for item in value]
    return value


def explain_unencodable(value: Any, error: BaseException) -> str:
    """What of a result JSON cannot say, where it stands, and what to do."""
    found = _first_unencodable(value)
    if found is None:
        return "run() returned a {} that cannot be encoded as JSON: {}".format(
            _type_of(value), error
        )
    culprit, path = found
    where = (
        "a {}".format(_type_of(culprit))
        if path == ""
        else "a {} at result{}".format(_type_of(culprit), path)
    )
    return "run() returned {}, which JSON cannot say, so the caller got status 500. {}".format(
        where, _advice(culprit)
    )


def _advice(value: Any) -> str:
    if _is_numpy(value):
        return "Return result.tolist(), or deploy with --encode-numpy (SLIPWAY_ENCODE_NUMPY=1)."
    if isinstance(value, (bytes, bytearray, memoryview)):
        return (
            "To answer with bytes, return AMLResponse(data, 200, {'Content-Type':"
            " 'application/octet-stream'}) (from azureml.contrib.services.aml_response)."
        )
    if inspect.iscoroutine(value):
        value.close()
        return "Define run() with def, not async def: nobody awaits it."
    if inspect.isgenerator(value):
        return "Return list(result): an answer is sent as a whole."
    if isinstance(value, (set, frozenset)):
        return "Return sorted(result) or list(result)."
    if type(value).__module__.split(".")[0] == "pandas":
        return (
            "Return result.to_dict(orient='records') of a DataFrame, or result.tolist() of a"
            " Series."
        )
    if hasattr(value, "tolist"):
        return "Return result.tolist()."
    return "Return dicts, lists, strings, numbers, booleans and None only."


def _first_unencodable(value: Any) -> Optional[Tuple[Any, str]]:
    for count, (item, path) in enumerate(_walk(value, "")):
        if count > _MAX_LOOKED_AT:
            return None
        if not isinstance(item, _PLAIN):
            return item, path
    return None


def _walk(value: Any, path: str, depth: int = 0) -> Iterator[Tuple[Any, str]]:
    """The values that are neither dict nor list, and the keys, with where they stand."""
    if depth > 100:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            # A name may be any plain value.
            yield key, path + " (a key)"
            yield from _walk(item, "{}[{!r}]".format(path, key), depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _walk(item, "{}[{}]".format(path, index), depth + 1)
    else:
        yield value, path


def _is_numpy(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def _type_of(value: Any) -> str:
    kind = type(value)
    return (
        kind.__name__
        if kind.__module__ == "builtins"
        else "{}.{}".format(kind.__module__, kind.__name__)
    )
