"""What Python code prints becomes `log` frames that name the request."""

import io
import os
import sys
import threading
from typing import Callable, Iterator, Union

from slipway_entry.descriptors import write_to_descriptor
from slipway_entry.frames import Channel, head_of

#: The id of what is printed while no request runs, as Azure has it.
NO_REQUEST = "00000000-0000-0000-0000-000000000000"

#: The most bytes in a `log` frame. A longer line is cut, and a line without an end is sent when it
#: has grown so long.
MAX_LOG_BYTES = 64 * 1024

Deliver = Callable[[bytes], None]


class OutputCapture:
    """
    Stands in for standard output and error. Lines are sent when they end, so that a crash loses
    none; while the replica does not read, printing waits.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.request_id = NO_REQUEST
        self._lines = self._line_stream("stdout", 1), self._line_stream("stderr", 2)

    def install(self) -> None:
        """Redirects `sys.stdout` and `sys.stderr`."""
        sys.stdout, sys.stderr = map(_text_stream, self._lines)

    def flush(self) -> None:
        """Sends lines that have not ended."""
        for lines in self._lines:
            lines.flush_line()

    def log(self, text: str) -> None:
        """Logs lines of our own, wherever the script has redirected its output to."""
        self.flush()
        for piece in pieces((text.rstrip("\n") + "\n").encode("utf-8", "backslashreplace")):
            self._deliver("stderr", 2, piece)

    def _line_stream(self, name: str, descriptor: int) -> "LineStream":
        return LineStream(descriptor, lambda data: self._deliver(name, descriptor, data))

    def _deliver(self, name: str, descriptor: int, data: bytes) -> None:
        head = head_of("log", stream=name, requestId=self.request_id)
        if not self._channel.try_send(head, data):
            write_to_descriptor(descriptor, data)


class LineStream(io.RawIOBase):
    """A binary stream that delivers whole lines."""

    def __init__(self, descriptor: int, deliver: Deliver) -> None:
        self._descriptor = descriptor
        self._deliver = deliver
        self._owner = os.getpid()
        self._line = bytearray()
        # Held again by a signal handler that prints while its thread prints.
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data) -> int:  # type: ignore[no-untyped-def, override]
        # The lock of a process that was forked may be held by a thread that it does not have.
        if os.getpid() != self._owner:
            write_to_descriptor(self._descriptor, data)
            return len(data)
        with self._lock, memoryview(data).cast("B") as view:
            for start in range(0, len(view), MAX_LOG_BYTES):
                self._add(view[start : start + MAX_LOG_BYTES])
            return len(view)

    def flush_line(self) -> None:
        """Delivers a line that has not ended."""
        if self._line:
            with self._lock:
                self._take(len(self._line))

    def _add(self, data: memoryview) -> None:
        self._line += data
        end = self._line.rfind(b"\n") + 1
        if end == 0 and len(self._line) > MAX_LOG_BYTES:
            end = _character_before(self._line, MAX_LOG_BYTES)
        self._take(end)

    def _take(self, count: int) -> None:
        taken = bytes(self._line[:count])
        del self._line[:count]
        for piece in pieces(taken):
            self._deliver(piece)


def _text_stream(lines: LineStream) -> io.TextIOWrapper:
    # Whatever is printed is in `lines` at once, where what is left of it at a request's end is
    # seen.
    return io.TextIOWrapper(
        lines,  # type: ignore[arg-type]
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        write_through=True,
    )


def pieces(data: bytes) -> Iterator[bytes]:
    """Cuts into frames: behind a line where there is one, never inside a character."""
    start = 0
    while start < len(data):
        end = start + MAX_LOG_BYTES
        if end < len(data):
            end = data.rfind(b"\n", start, end) + 1 or _character_before(data, end)
        yield data[start:end]
        start = end


def _character_before(data: Union[bytes, bytearray], end: int) -> int:
    for back in range(4):
        if data[end - back] & 0xC0 != 0x80:
            return end - back
    return end
