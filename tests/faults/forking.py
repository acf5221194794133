"""The interpreter behind `shim.Runner`: loads modules once, and runs the `main` of one in a fork for each order.

    forking.py SOCKET LIMIT MODULE…

An order is one line of JSON, [module, arguments, file for output, file for errors]; the answer is the exit status as
`os.waitstatus_to_exitcode` gives it, null where the command (or a process that it left) did not end within LIMIT
seconds.
"""

import gc
import json
import os
import select
import signal
import sys
from importlib import import_module


def main():
    number, limit = int(sys.argv[1]), float(sys.argv[2])
    for name in sys.argv[3:]:
        import_module(name)
    # Modules need no looking at by the children's collectors, which would have each copy them.
    gc.freeze()
    rest = b""
    while True:
        line, newline, rest = rest.partition(b"\n")
        if not newline:
            more = os.read(number, 1 << 16)
            if not more:
                return None
            rest = line + more
            continue
        module, arguments, out, err = json.loads(line)
        read_end, write_end = os.pipe()
        process = os.fork()
        if not process:
            os.close(read_end)
            os.close(number)
            return module, arguments, out, err
        os.close(write_end)
        os.write(number, json.dumps(ended(process, read_end, limit)).encode() + b"\n")


def ended(process, read_end, limit):
    """Wait until all processes that hold the pipe's other end have gone; return the exit status."""
    in_time = bool(select.select([read_end], [], [], limit)[0])
    if not in_time:
        os.killpg(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    os.close(read_end)
    return os.waitstatus_to_exitcode(status) if in_time else None


def become(module, arguments, out, err):
    """Be the command: its arguments, output and signals as a shell would have them."""
    os.setsid()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, path in ((1, out), (2, err)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = [module, *arguments]
    return import_module(module).main()


order = main()
# What follows is the command: it ends as an interpreter does, with all that can go wrong then.
if order is not None:
    sys.exit(become(*order))
