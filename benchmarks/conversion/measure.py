"""Runs a command, given one line on its standard input, which stays open; then prints what it took, as JSON, on its last line.

    measure.py LINE COMMAND [ARGUMENT…]
"""

import ctypes
import json
import resource
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def end_with_parent():
    """Linux ends this process when whoever started it has gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


end_with_parent()
line, *command = sys.argv[1:]
start = time.monotonic()
process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
process.stdin.write(line + "\n")
process.stdin.flush()
code = process.wait()
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print()
print(json.dumps({"code": code, "seconds": seconds, "cpuSeconds": cpu, "peakBytes": used.ru_maxrss * 1024}))
