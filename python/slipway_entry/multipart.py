"""Reads multipart/form-data (RFC 7578), which callers use to post images."""

import io
import os
from email.message import Message
from email.parser import HeaderParser
from typing import Any, Iterator, List, Tuple, Union

#: The most parts of a form, which an honest caller does not come near.
_MAX_PARTS = 1_000


class UploadedFile:
    """A file of a form. It is also a binary file, at its beginning."""

    def __init__(self, name: str, filename: str, content_type: str, data: bytes) -> None:
        self.name = name
        self.filename = filename
        self.content_type = content_type
        self.mimetype = content_type.split(";")[0].strip().lower()
        self.stream = io.BytesIO(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.stream)

    def save(self, destination: Union[str, "os.PathLike[str]", io.IOBase]) -> None:
        """Writes the content to a path, or to a file that is open."""
        if isinstance(destination, (str, os.PathLike)):
            with open(destination, "wb") as file:
                file.write(self.stream.getbuffer())
        else:
            destination.write(self.stream.getbuffer())  # type: ignore[attr-defined]


Part = Union[str, UploadedFile]


def parse_multipart(content_type: str, body: bytes) -> List[Tuple[str, Part]]:
    """
    The fields and files of a form with their names. Raises ValueError where it is not well formed.
    """
    boundary = _parameters(content_type).get_param("boundary")
    if not isinstance(boundary, str) or boundary == "":
        raise ValueError("The form's Content-Type has no boundary: {!r}.".format(content_type))
    return [
        _part(headers, data) for headers, data in _split(body, b"--" + boundary.encode("utf-8"))
    ]


def _parameters(content_type: str) -> Message:
    message = Message()
    message["Content-Type"] = content_type
    return message


def _split(body: bytes, delimiter: bytes) -> Iterator[Tuple[bytes, bytes]]:
    """Headers and content of each part."""
    line = b"\r\n" + delimiter
    first = 0 if body.startswith(delimiter) else body.find(line) + 2
    if not body.startswith(delimiter, first):
        raise ValueError("The form does not contain its boundary.")
    at = first + len(delimiter)
    for _ in range(_MAX_PARTS):
        if body.startswith(b"--", at):
            return
        head = body.find(b"\r\n", at)
        data = body.find(b"\r\n\r\n", head)
        end = body.find(line, data + 4)
        if head < 0 or data < 0 or end < 0:
            raise ValueError("The form ends inside a part.")
        yield body[head + 2 : data + 2], body[data + 4 : end]
        at = end + len(line)
    raise ValueError("The form has more than {} parts.".format(_MAX_PARTS))


def _part(raw_headers: bytes, data: bytes) -> Tuple[str, Part]:
    headers = HeaderParser().parsestr(raw_headers.decode("utf-8", "replace"))
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise ValueError("A part of the form has no name.")
    filename = headers.get_filename()
    if filename is None:
        return name, data.decode("utf-8", "replace")
    return name, UploadedFile(
        name, filename, headers.get("content-type", "application/octet-stream"), data
    )
