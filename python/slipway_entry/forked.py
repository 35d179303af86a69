"""Processes that the script forks, and that come back into our code."""

import os

from slipway_entry.descriptors import write_to_descriptor
from slipway_entry.frames import Channel

_STATUS = 1


def leave_if_forked(channel: Channel, function: str) -> None:
    """
    Ends a process that `function` has forked and that returned from it: it must not answer beside
    its parent.
    """
    if not channel.is_ours:
        message = (
            "A process that {0}() had forked came back from {0}() and is ended here; end it with"
            " os._exit().\n"
        )
        write_to_descriptor(2, message.format(function).encode())
        os._exit(_STATUS)
