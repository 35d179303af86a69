"""From what `run` returned to the answer: its status, headers and body."""

import json
import re
from typing import Any, Callable, Iterable, List, NamedTuple, Optional, Tuple

from slipway_entry.frames import MAX_BODY_BYTES, Bytes, head_of
from slipway_entry.results import explain_unencodable

_FAILED_HEADER = "x-ms-run-function-failed"
_TIME_HEADER = "x-ms-run-fn-exec-ms"

#: The replica writes these: they are about the connection.
_NOT_FROM_SCRIPTS = frozenset(
    ("content-length", "connection", "keep-alive", "transfer-encoding", "upgrade")
)

#: Names and values that HTTP allows (RFC 9110, 5.1 and 5.5).
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

#: The head of nearly every answer, where only two things change.
_JSON_HEAD = (
    '{{"type":"response","id":{0},"status":200,"headers":[["content-type","application/json"],["'
    + _FAILED_HEADER
    + '","False"],["'
    + _TIME_HEADER
    + '","{1:.3f}"]],"execMs":{1:.3f},"functionFailed":false}}'
)


class Answer(NamedTuple):
    """A `response` frame without its id. `exec_ms` is None where `run` did not return."""

    status: int
    headers: List[Tuple[str, str]]
    body: Bytes
    exec_ms: Optional[float]
    has_failed: bool


#: Encodes a result as JSON.
Encode = Callable[[Any], bytes]


class NoAnswer(Exception):
    """
    What `run` returned cannot be sent. The message is for the log: what it was, and what to do.
    """


def refusal(status: int, message: str, has_failed: bool = False) -> Answer:
    """An error as Azure's server says it."""
    return json_answer(status, {"message": message}, has_failed)


def json_answer(status: int, value: Any, has_failed: bool = False) -> Answer:
    """An answer that `run` has no part in."""
    headers = [("content-type", "application/json"), (_FAILED_HEADER, str(has_failed))]
    return Answer(status, headers, json.dumps(value).encode(), None, has_failed)


SCRIPT_FAILED = refusal(
    500, "An unexpected error occurred in scoring script. Check the logs for more info.", True
)
INTERNAL_ERROR = refusal(
    500, "An unexpected internal error occurred. Check the logs for more info."
)


def encoder(plain: Optional[Callable[[Any], Any]]) -> Encode:
    """
    Encodes as `json.dumps` does. What it cannot encode is tried again as `plain` makes it, if
    given. Raises NoAnswer.
    """
    dumps = json.dumps

    def encode(value: Any) -> bytes:
        try:
            return dumps({} if value is None else value).encode()
        except Exception as error:
            refused = error
        if plain is not None:
            try:
                return dumps(plain(value)).encode()
            except Exception as error:
                refused = error
        raise NoAnswer(explain_unencodable(value, refused)) from None

    return encode


def answer_frame(
    request_id: int, result: Any, exec_ms: float, encode: Encode
) -> Tuple[bytes, Bytes]:
    """The head and the body for what `run` returned. Raises NoAnswer."""
    if is_response(result):
        answer = _from_response(result, exec_ms)
        return encode_head(request_id, answer), answer.body
    body = encode(result)
    if len(body) > MAX_BODY_BYTES:
        raise NoAnswer(
            "run() returned {} bytes of JSON; an answer has at most {}.".format(
                len(body), MAX_BODY_BYTES
            )
        )
    return _JSON_HEAD.format(request_id, exec_ms).encode(), body


def encode_head(request_id: int, answer: Answer) -> bytes:
    """The head of a `response` frame."""
    return head_of(
        "response",
        id=request_id,
        status=answer.status,
        headers=answer.headers,
        execMs=None if answer.exec_ms is None else round(answer.exec_ms, 3),
        functionFailed=answer.has_failed,
    )


def is_response(result: Any) -> bool:
    """Whether it goes out as it is: our AMLResponse, or a response of Flask."""
    return (
        hasattr(type(result), "get_data")
        and hasattr(result, "status_code")
        and hasattr(result, "headers")
    )


def _from_response(response: Any, exec_ms: float) -> Answer:
    status = int(response.status_code)
    if not 200 <= status <= 599:
        raise NoAnswer(
            "run() returned a response with status {}; it must be between 200 and 599.".format(
                status
            )
        )
    # A file that Flask would hand to the web server by itself is read here.
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) > MAX_BODY_BYTES:
        raise NoAnswer(
            "run() returned {} bytes; an answer has at most {}.".format(len(body), MAX_BODY_BYTES)
        )
    headers = _headers(response.headers.items())
    if status >= 500:
        headers = [pair for pair in headers if pair[0] != _FAILED_HEADER] + [
            (_FAILED_HEADER, "True")
        ]
    has_failed = (_FAILED_HEADER, "True") in headers
    return Answer(
        status, headers + [(_TIME_HEADER, "{:.3f}".format(exec_ms))], body, exec_ms, has_failed
    )


def _headers(pairs: Iterable[Tuple[str, Any]]) -> List[Tuple[str, str]]:
    headers = [(str(name).lower(), str(value)) for name, value in pairs]
    for name, value in headers:
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise NoAnswer(
                "run() returned a response with the header {!r}: {!r}, which HTTP forbids.".format(
                    name, value
                )
            )
    return [pair for pair in headers if pair[0] not in _NOT_FROM_SCRIPTS]
