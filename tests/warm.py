"""Commands in forks of an interpreter that has their module loaded: most of a short command's time is its start.

    warm.run("sqmail_checks.log", ["--log", …], seconds=60)     # (exit status, output, errors)

Each module has an interpreter of its own, which loads that one and nothing else: what a command imports later, it
still imports itself.  The interpreter, and what it starts, ends with this process.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from importlib import import_module

MARK = "SQMAIL_TESTS"
"""As in processes.py, which a command's interpreter does not load."""
_interpreters = {}
_ORDER = 1 << 20


def run(module, arguments, *, environment, seconds):
    """Run the `main` of a module in this folder; return exit status, output and errors, as bytes.

    Raises subprocess.TimeoutExpired.  `environment` is that of the first run of a module, and of all others.
    """
    if module not in _interpreters:
        _interpreters[module] = _Interpreter(module, environment)
    return _interpreters[module].run(arguments, seconds)


class _Interpreter:
    def __init__(self, module, environment):
        self._module = module
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            words = [sys.executable, __file__, module, str(theirs.fileno())]
            # Whoever holds the other end ends it: nobody waits for it.
            os.posix_spawn(
                sys.executable, words, {**environment, MARK: os.environ.get(MARK, "")}, setpgroup=0,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, theirs.fileno(), theirs.fileno()),
                ],
            )  # fmt: skip

    def run(self, arguments, seconds):
        answer, theirs = socket.socketpair()
        with answer, theirs, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            order = json.dumps([os.getcwd(), [os.fsdecode(word) for word in arguments]])
            descriptors = [out.fileno(), err.fileno(), theirs.fileno()]
            socket.send_fds(self._socket, [order.encode("ascii")], descriptors)
            theirs.close()
            answer.settimeout(seconds)
            words = [self._module, *arguments]
            try:
                process = int(answer.recv(32))
                status = answer.recv(32)
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, seconds) from None
            assert status, f"no answer from {words}"
            return int(status), os.pread(out.fileno(), _ORDER, 0), os.pread(err.fileno(), _ORDER, 0)


def _serve(module, orders):
    """Carry out orders until nobody can give any more; return the arguments of one, as the process that is to do it."""
    import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, _ORDER, 3)
        if not order:
            os._exit(0)
        if not os.fork():
            orders.close()
            return _become(module, json.loads(order), *descriptors)
        for number in descriptors:
            os.close(number)


def _become(module, order, out, err, answer):
    """Start the command as a child, and tell its number and its end; return the arguments, as that child."""
    folder, arguments = order
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    child = os.fork()
    if child:
        os.write(answer, b"%-31d\n" % child)
        _, status = os.waitpid(child, 0)
        os.write(answer, b"%-31d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(answer)
    for number, descriptor in ((1, out), (2, err)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    sys.argv = [sys.modules[module].__file__, *arguments]
    return sys.modules[module].main


if __name__ == "__main__":
    # The tests' folder is no part of a command's search path.
    del sys.path[0]
    sys.exit(_serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))())
