"""Starts commands one after the other and reports the kernel's account of each.

Run by ``measure.Launcher`` as ``python -I -S launcher.py``: reads one JSON request a line,
answers with one JSON line. It is a process of its own and imports next to nothing because a
child's peak memory, as the kernel counts it, is never below that of the process it was
forked from.
"""

import json
import os
import signal
import sys
import time


def run(argv: list[str], files: dict[str, str], environment: dict[str, str], patience: int) -> dict[str, float]:
    """Run one command, killed with all it started after ``patience`` seconds; seconds and bytes."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            for number, name in enumerate(("stdin", "stdout", "stderr")):
                flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                os.dup2(os.open(files[name], flags, 0o600), number)
            os.execvpe(argv[0], argv, environment)  # noqa: S606 - starting programs is what it is for
        except OSError as error:
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(127)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.alarm(patience)
    _, status, usage = os.wait4(child, 0)
    signal.alarm(0)
    return {
        "wall": time.perf_counter() - began,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
        "exit": os.waitstatus_to_exitcode(status),
    }


def main() -> None:
    """Serve requests until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(run(**request)), flush=True)


if __name__ == "__main__":
    main()
