"""Ends this process when the replica has gone, even while the script hangs."""

import atexit
import os
import select
import signal
import threading
import time

#: How long a request, or what the script does at exit, may go on after the replica has gone.
_GRACE_SECONDS = 5.0


def end_with_replica(descriptor: int) -> None:
    """
    Watches the socket from a thread that sleeps until the other end closes. Then, after 5 seconds
    of grace, it kills the process and, where it leads a process group, what it has started. If
    the process ends before that, and the replica has gone altogether, the group is killed then.
    """
    owner = os.getpid()
    watched = _poll(descriptor, getattr(select, "POLLRDHUP", 0))
    # An object of its own: the other is in use by the thread.
    asked = _poll(descriptor, 0)

    def watch() -> None:
        watched.poll()
        time.sleep(_GRACE_SECONDS)
        _end_group()
        os.kill(os.getpid(), signal.SIGKILL)

    def leave() -> None:
        # A replica that is there ends the group by itself.
        has_gone = any(events & select.POLLHUP for _, events in asked.poll(0))
        if has_gone and os.getpid() == owner:
            _end_group()

    # The first that is registered runs last: what the script does at exit is done before.
    atexit.register(leave)
    threading.Thread(target=watch, name="slipway-hang-up", daemon=True).start()


def _poll(descriptor: int, events: int) -> "select.poll":
    """That both directions have ended is told without being asked for."""
    poll = select.poll()
    poll.register(descriptor, events)
    return poll


def _end_group() -> None:
    """Kills the process group of this process, itself included, if it leads one."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
