#!/usr/bin/env python3
"""Says on stdout, in JSON, what it was started with, and whether its process ever had children.

`exec` keeps the process: what the shell before it had started would still be its child, or be counted in its usage of
ended children."""
import json
import os
import resource
import sys

try:
    os.waitpid(-1, os.WNOHANG)
    has_children = True
except ChildProcessError:
    has_children = False
ended = resource.getrusage(resource.RUSAGE_CHILDREN)
text = os.fsencode
print(json.dumps({
    "pid": os.getpid(),
    "args": [text(arg).hex() for arg in sys.argv[1:]],
    "env": {os.fsdecode(k).encode("latin1", "replace").decode("latin1"): v.hex() for k, v in sorted(os.environb.items())},
    "cwd": os.getcwd(),
    "started": has_children or ended.ru_minflt > 0 or ended.ru_utime > 0,
    "stdin": None if sys.stdin is None else sys.stdin.buffer.read().hex(),
}, sort_keys=True))
sys.stdout.flush()
os.write(2, b"to stderr\n")
sys.exit(int(os.environ.get("REPORT_STATUS", "0")))
