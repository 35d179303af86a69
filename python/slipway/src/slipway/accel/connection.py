"""One channel at a time, for calls from any number of threads."""

import contextlib
import threading
import time
import typing

import grpc


class _Shared:
    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.users = 0
        self.is_retired = False
        self.usable_until = 0.0


class Connection:
    """Opens a channel when it is needed, and anew when nobody used it for too long.

    Behind some balancers an old connection is dead without saying so. What runs on a channel that was replaced goes on.
    """

    def __init__(self, connect: typing.Callable[[], grpc.Channel], idle_seconds: float) -> None:
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._current: typing.Optional[_Shared] = None

    @contextlib.contextmanager
    def use(self) -> typing.Iterator[grpc.Channel]:
        """The channel, which is not closed before the end of the block."""
        shared = self._begin_use()
        try:
            yield shared.channel
        finally:
            with self._lock:
                shared.users -= 1
                self._close_if_unused(shared)

    def renew(self) -> None:
        """The next call gets another channel."""
        with self._lock:
            self._retire()

    def _begin_use(self) -> _Shared:
        with self._lock:
            now = time.monotonic()
            if self._current is not None and self._current.usable_until < now:
                self._retire()
            if self._current is None:
                self._current = _Shared(self._connect())
            self._current.users += 1
            self._current.usable_until = now + self._idle_seconds
            return self._current

    def _retire(self) -> None:
        shared, self._current = self._current, None
        if shared is not None:
            shared.is_retired = True
            self._close_if_unused(shared)

    @staticmethod
    def _close_if_unused(shared: _Shared) -> None:
        if shared.is_retired and shared.users == 0:
            shared.channel.close()
