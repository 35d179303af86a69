"""AMLResponse without Flask."""

import json
from typing import Any, Mapping, Union

from slipway_entry.multi_dict import Headers


class AMLResponse:
    """
    An answer that goes out as it is. The message is text, bytes or an iterable of these; with
    `json_str` anything that JSON can say; None is an empty JSON object. Header values are split at
    commas into repeated headers.
    """

    def __init__(
        self,
        message: Any,
        status_code: Union[int, str],
        response_headers: Mapping[str, Any] = {},
        json_str: bool = False,
        run_function_failed: bool = False,
    ) -> None:
        is_json = json_str or message is None
        self.status_code = (
            int(status_code.split()[0]) if isinstance(status_code, str) else int(status_code)
        )
        self.headers = Headers(
            [("Content-Type", "application/json" if is_json else "text/html; charset=utf-8")]
        )
        self._data = b"".join(
            _pieces(json.dumps({} if message is None else message) if is_json else message)
        )
        self.headers["x-ms-run-function-failed"] = bool(run_function_failed)
        if not is_json and "content-type" in Headers(response_headers.items()):
            self.headers.remove("Content-Type")
        for name, values in response_headers.items():
            for value in str(values).split(","):
                self.headers.add(name, value.strip())

    def get_data(self, as_text: bool = False) -> Union[bytes, str]:
        """The body."""
        return self._data.decode("utf-8", "replace") if as_text else self._data

    def set_data(self, data: Union[bytes, str]) -> None:
        """Replaces the body."""
        self._data = b"".join(_pieces(data))

    data = property(get_data, set_data)


def _pieces(message: Any) -> "list[bytes]":
    if isinstance(message, str):
        return [message.encode()]
    if isinstance(message, (bytes, bytearray, memoryview)):
        return [bytes(message)]
    if isinstance(message, dict) or not hasattr(message, "__iter__"):
        raise TypeError(
            "The message of an AMLResponse is text or bytes, not {}: give json_str=True to send it"
            " as JSON.".format(type(message).__name__)
        )
    return [piece for part in message for piece in _pieces(part)]
