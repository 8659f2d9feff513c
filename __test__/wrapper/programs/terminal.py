#!/usr/bin/env python3
"""Runs a program on a terminal of its own: terminal.py STEPS PROGRAM [ARG…].

STEPS is JSON: a list of [what to wait for in the output, what to type then]. Prints JSON: the output, the exit code,
and the signal that ended the program. Python's standard library has what this takes and says by which signal a child
ended; script(1) has other flags on every system and hides the signal."""
import json
import os
import pty
import select
import signal
import sys
import time

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""
seen = 0
limit = time.monotonic() + 20
while time.monotonic() < limit:
    ready, _, _ = select.select([terminal], [], [], 0.1)
    if ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
    if steps and steps[0][0].encode() in output[seen:]:
        seen = len(output)
        os.write(terminal, steps[0][1].encode())
        steps.pop(0)
else:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
print(json.dumps({
    "output": output.decode(),
    "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
    "signal": signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else None,
}))
