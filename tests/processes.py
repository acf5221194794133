"""Programs that run beside a test: they end with it, and whoever waits for one stops waiting when it has gone."""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# The environment of whatever this process starts says so: a guard ends what is left when this one is gone.
MARK = "SQMAIL_TESTS"
_PAUSE = 0.005
_TOLD = 2000
_started = []


class Program(subprocess.Popen):
    """A program beside the test, in a process group of its own; whoever waits for something expects it to run.

    Once the test has sent it a signal that ends, or waits for it, its end is what the test wants.  What it writes to
    standard error, and to standard output, is kept to be told, unless it goes elsewhere; `logs` are files to tell as well.
    """

    def __init__(self, command, *, logs=(), env=None, **options):
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program
        self.is_wanted = True
        # A fork of it cannot tell whether the program runs.
        self.starter = os.getpid()
        self._logs = [Path(log) for log in logs]
        options = {"stdout": self.words, "stderr": self.words, **options}
        if not options.get("start_new_session"):
            options.setdefault("process_group", 0)
        environment = {**(os.environ if env is None else env), MARK: os.environ.get(MARK, "")}
        super().__init__(command, env=environment, **options)
        _started.append(self)

    def send_signal(self, sig):
        """Send a signal; one that ends a program makes its end wanted."""
        if sig in {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM}:
            self.is_wanted = False
        super().send_signal(sig)

    def wait(self, timeout=None):
        """Wait for the program to end, which is wanted now."""
        self.is_wanted = False
        return super().wait(timeout)

    def communicate(self, *arguments, **options):
        """Read until the program ends, which is wanted now."""
        self.is_wanted = False
        return super().communicate(*arguments, **options)

    def give(self, data):
        """Write to its standard input; fail with its last words when it has gone."""
        try:
            self.stdin.write(data)
            self.stdin.flush()
        except BrokenPipeError:
            with suppress(BrokenPipeError):
                # What it did not take is still in the buffer.
                self.stdin.close()
            self.wait(10)
            raise AssertionError(f"wrote to a program, but {_told(self)}") from None

    def last_words(self):
        """Return the end of what the program has written, to its standard error and to its logs."""
        size = os.fstat(self.words.fileno()).st_size
        words = [os.pread(self.words.fileno(), _TOLD, max(0, size - _TOLD))]
        for log in self._logs:
            with suppress(OSError):
                words.append(log.read_bytes()[-_TOLD:])
        return b"\n".join(filter(None, words)).decode(errors="replace").strip() or "nothing"

    def name(self):
        """Return what was started."""
        return self.args if isinstance(self.args, str) else os.path.basename(str(self.args[0]))

    def end(self):
        """Kill the program and all that it has started and left in its group."""
        self.is_wanted = False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.returncode is None:
            self.kill()
            super().wait()
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.words.close()
        _started.remove(self)


def until(reached, what, seconds=60):
    """Return what `reached` returns as soon as that is true; fail when a program has gone, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := reached()):
        ours = [program for program in _started if program.starter == os.getpid()]
        gone = [program for program in ours if program.is_wanted and program.poll() is not None]
        # It may have done its work before it ended.
        if gone and not (answer := reached()):
            raise AssertionError(f"waited for {what}, but {' '.join(map(_told, gone))}")
        if answer:
            return answer
        assert time.monotonic() < deadline, " ".join([f"waited {seconds:.0f} s for {what}.", *map(_told, ours)])
        time.sleep(_PAUSE)
    return answer


def _told(program):
    state = "runs" if program.returncode is None else f"ended with exit status {program.returncode}"
    return f"{program.name()} {state}; it said: {program.last_words()}"


def started():
    """Return the programs that were started and not ended with `end`."""
    return list(_started)


def end_others(than):
    """End all programs but these, the newest first."""
    for program in reversed(started()):
        if program not in than:
            program.end()


def end_marked(mark):
    """Kill every process whose environment has the mark, until there is none."""
    wanted = f"{MARK}={mark}".encode()
    while found := [pid for pid in _processes() if wanted in _environment(pid)]:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE)


def _processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def _environment(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []
