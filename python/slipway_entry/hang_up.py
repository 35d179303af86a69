"""Ends this process when the replica has gone, even while the script hangs."""

import os
import select
import signal
import threading
import time

#: How long a request, or what the script does at exit, may go on after the replica has closed its end.
_GRACE_SECONDS = 5.0


def end_with_replica(descriptor: int) -> None:
    """
    Watches the socket from a thread that sleeps until the other end closes. Then, after 5 seconds of grace, it kills
    the process and, where it leads a process group, what it has started.
    """
    poll = select.poll()
    # That both directions have ended is told without being asked for.
    poll.register(descriptor, getattr(select, "POLLRDHUP", 0))

    def watch() -> None:
        poll.poll()
        time.sleep(_GRACE_SECONDS)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="slipway-hang-up", daemon=True).start()
