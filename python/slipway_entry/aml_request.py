"""AMLRequest and @rawhttp without Flask."""

import io
import json
from typing import Any, Callable, Iterable, Optional, Tuple, Union
from urllib.parse import parse_qsl

from slipway_entry.multi_dict import Headers, MultiDict
from slipway_entry.multipart import UploadedFile, parse_multipart

#: Azure puts the mark on the module, not on the function, so that it is found below other
#: decorators.
_rawHttpRequested = False


def rawhttp(run: Callable[..., Any]) -> Callable[..., Any]:
    """Says that `run` takes the whole request."""
    global _rawHttpRequested
    _rawHttpRequested = True
    return run


class AMLRequest:
    """The whole request, with those members of a request of Flask that are about its content."""

    def __init__(
        self, method: str, path: str, query: str, headers: Iterable[Tuple[str, str]], body: bytes
    ) -> None:
        self.method = method
        self.path = path
        self.query_string = query.encode()
        self.full_path = "{}?{}".format(path, query)
        self.headers = Headers((name, value) for name, value in headers)
        self.args = MultiDict(parse_qsl(query, keep_blank_values=True))
        self._body = body
        self._form: Optional[Tuple[MultiDict, MultiDict]] = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            "This request has no {!r}. Add flask to the environment's pip packages to get a"
            " request of Flask.".format(name)
        )

    @property
    def content_type(self) -> Optional[str]:
        """The header Content-Type, if there is one."""
        return self.headers.get("content-type")

    @property
    def mimetype(self) -> str:
        """The media type without its parameters, in lower case; empty if there is none."""
        return (self.content_type or "").split(";")[0].strip().lower()

    @property
    def content_length(self) -> int:
        """Bytes of the body."""
        return len(self._body)

    @property
    def data(self) -> bytes:
        """The body."""
        return self._body

    @property
    def stream(self) -> io.BytesIO:
        """The body as a file, from its beginning."""
        return io.BytesIO(self._body)

    def get_data(
        self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> Union[bytes, str]:
        """The body, as text where asked; the other arguments are Flask's and change nothing."""
        return self._body.decode("utf-8", "replace") if as_text else self._body

    @property
    def is_json(self) -> bool:
        """Whether the caller says that it sends JSON."""
        return self.mimetype == "application/json" or (
            self.mimetype.startswith("application/") and self.mimetype.endswith("+json")
        )

    @property
    def json(self) -> Any:
        """The body parsed as JSON."""
        return self.get_json()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """
        The body parsed as JSON. Raises ValueError where it is not JSON, or not said to be (unless
        `force`).
        """
        try:
            if not force and not self.is_json:
                raise ValueError("The request's Content-Type is not application/json.")
            return json.loads(self._body)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def form(self) -> MultiDict:
        """The fields of a form."""
        return self._parsed_form()[0]

    @property
    def files(self) -> "MultiDict":
        """The files of a form, by the name of their field."""
        return self._parsed_form()[1]

    def _parsed_form(self) -> Tuple[MultiDict, MultiDict]:
        if self._form is None:
            self._form = self._parse_form()
        return self._form

    def _parse_form(self) -> Tuple[MultiDict, MultiDict]:
        if self.mimetype == "multipart/form-data":
            parts = parse_multipart(self.content_type or "", self._body)
            fields = [(name, part) for name, part in parts if not isinstance(part, UploadedFile)]
            files = [(name, part) for name, part in parts if isinstance(part, UploadedFile)]
            return MultiDict(fields), MultiDict(files)
        if self.mimetype == "application/x-www-form-urlencoded":
            return (
                MultiDict(
                    parse_qsl(self._body.decode("utf-8", "replace"), keep_blank_values=True)
                ),
                MultiDict(),
            )
        return MultiDict(), MultiDict()
