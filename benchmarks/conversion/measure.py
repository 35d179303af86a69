"""Runs a command, given one line on its standard input, which stays open; then prints what it took, as JSON, on its last line.

    measure.py LINE COMMAND [ARGUMENT…]
"""

import json
import resource
import subprocess
import sys
import time

line, *command = sys.argv[1:]
start = time.monotonic()
process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
process.stdin.write(line + "\n")
process.stdin.flush()
code = process.wait()
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print()
print(json.dumps({"code": code, "seconds": seconds, "cpuSeconds": cpu, "peakBytes": used.ru_maxrss * 1024}))
