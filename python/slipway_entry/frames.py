"""
Frames on the socket to the replica: two lengths, a head in JSON, and a body of bytes as they are.
"""

import json
import os
import socket
import struct
import threading
from typing import Any, Dict, List, Optional, Tuple, Union

from slipway_entry.descriptors import write_to_descriptor

Bytes = Union[bytes, bytearray, memoryview]

#: A frame's head, and its body: a view that is valid until the next frame is received.
Frame = Tuple[Dict[str, Any], memoryview]

_LENGTHS = struct.Struct(">II")

#: Frames up to this many bytes are received into one buffer that is kept: a request of a few
#: kilobytes costs one read.
_BUFFER_BYTES = 256 * 1024

#: What a length of 4 bytes can say.
MAX_BODY_BYTES = 0xFFFF_FFFF


_CUT = (
    b"A frame was cut, by a signal handler that raised or because the socket was closed here: this"
    b" process ends.\n"
)


class HungUp(Exception):
    """The replica has closed its end: nobody is there to answer."""


class Channel:
    """One end of the socket pair. Any thread may send; one thread receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._owner = os.getpid()
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        # A signal handler of the script may print while its own thread is sending.
        self._lock = threading.RLock()
        self._is_sending = False
        self._is_open = True
        os.register_at_fork(after_in_child=connection.close)

    @property
    def is_ours(self) -> bool:
        """False in a process that the script has forked: the socket belongs to its parent."""
        return os.getpid() == self._owner

    def receive(self) -> Frame:
        """Waits for the next frame. Raises HungUp when there will be none."""
        self._fill(_LENGTHS.size)
        head_bytes, body_bytes = _LENGTHS.unpack_from(self._buffer, self._start)
        self._start += _LENGTHS.size
        if head_bytes + body_bytes > _BUFFER_BYTES:
            frame = self._receive_large(head_bytes + body_bytes)
        else:
            self._fill(head_bytes + body_bytes)
            frame = self._view[self._start : self._start + head_bytes + body_bytes]
            self._start += head_bytes + body_bytes
        return json.loads(str(frame[:head_bytes], "utf-8")), frame[head_bytes:]

    def send(self, head: bytes, body: Bytes = b"") -> None:
        """
        Sends one frame, waiting as long as the replica does not read. Raises HungUp when it never
        will.
        """
        if not self.try_send(head, body):
            raise HungUp

    def try_send(self, head: bytes, body: Bytes) -> bool:
        """
        As `send`, but False where nothing may be sent: the replica has hung up, this is a forked
        process, or a signal handler interrupts a frame that this very thread is sending.
        """
        if not self._is_open or not self.is_ours:
            return False
        with self._lock:
            if self._is_sending:
                return False
            self._is_sending = True
            try:
                self._send([_LENGTHS.pack(len(head), len(body)) + head, body])
            except ConnectionError:
                self._is_open = False
            except BaseException:
                # Half a frame may have gone, and nothing that came behind it could be read.
                self._is_open = False
                write_to_descriptor(2, _CUT)
                raise
            finally:
                self._is_sending = False
        return self._is_open

    def _fill(self, count: int) -> None:
        """Makes sure that `count` bytes stand in the buffer from `_start` on."""
        if self._start + count > _BUFFER_BYTES or self._start == self._end:
            self._move_to_front()
        while self._end - self._start < count:
            self._end += self._receive_into(self._view[self._end :])

    def _move_to_front(self) -> None:
        kept = self._end - self._start
        self._buffer[:kept] = self._buffer[self._start : self._end]
        self._start, self._end = 0, kept

    def _receive_large(self, count: int) -> memoryview:
        """A frame that the buffer cannot hold, into memory of its own."""
        frame = memoryview(bytearray(count))
        filled = min(count, self._end - self._start)
        frame[:filled] = self._view[self._start : self._start + filled]
        self._start += filled
        while filled < count:
            filled += self._receive_into(frame[filled:])
        return frame

    def _receive_into(self, room: memoryview) -> int:
        try:
            count = self._connection.recv_into(room)
        except ConnectionError as error:
            raise HungUp from error
        if count == 0:
            self._is_open = False
            raise HungUp
        return count

    def _send(self, parts: List[Bytes]) -> None:
        sent = self._connection.sendmsg(parts)
        for part in parts:
            if sent < len(part):
                self._connection.sendall(memoryview(part)[sent:])
            sent = max(0, sent - len(part))


def head_of(frame_type: str, **fields: Any) -> bytes:
    """The head of a frame as bytes."""
    return json.dumps({"type": frame_type, **fields}, separators=(",", ":")).encode()


def connect(descriptor: int) -> Channel:
    """
    The channel on an inherited descriptor, which the programs that the script starts do not
    inherit.
    """
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    connection.setblocking(True)
    return Channel(connection)


def connection_error(descriptor: int) -> Optional[str]:
    """What is wrong with the descriptor, in a sentence; None if it is a socket."""
    try:
        os.fstat(descriptor)
        socket.socket(fileno=os.dup(descriptor)).close()
    except OSError as error:
        return (
            "slipway_entry is started by a replica, with a socket as descriptor {}: {}. "
            "To try a script, use `slipway dev`.".format(descriptor, error.strerror)
        )
    return None
