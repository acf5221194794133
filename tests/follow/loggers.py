"""Real loggers writing into a directory, and somebody who follows what they write."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from processes import Program, until
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.follow import follow

DEADLINE = 30.0


# The command `faketime` would stay between us and the logger, keep our signals, and stumble over
# what another one left behind.
FAKETIME = next(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"), None)
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")


def clock(moment):
    """Return the environment of a logger whose clock starts at a time, or runs ahead by so much."""
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME": moment}


def holds(path, text):
    """Tell whether a file is there and has the text in it."""
    try:
        return text in path.read_bytes()
    except FileNotFoundError:
        return False


class Logger:
    """A logger with `directory`; its lines are numbered.  `written` is all that it was given, in order."""

    def __init__(self, directory, command, env=None):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        self.directory = Path(directory)
        self.written = []
        self._command = command
        self._env = {**os.environ, **(env or {})}
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self._process is not None:
            self.kill()

    def start(self, env=None):
        """Start the logger and wait until it has made its directory, or put it in order."""
        current = self.directory / "current"
        before = current.stat() if current.exists() else None
        self._process = self._begin(env)

        def is_ready():
            if self._command[0] == "s6-log" and self._process.poll() is not None:
                # It finds no two names for two files in the same instant, and leaves it to its supervisor.
                self._process.end()
                self._process = self._begin(env)
            try:
                now = current.stat()
            except FileNotFoundError:
                return False
            if before is None or now.st_ino != before.st_ino:
                return True
            if not before.st_size and now.st_ctime_ns != before.st_ctime_ns:
                return True  # made anew under the same number
            ended_well = before.st_mode & 0o100 or (self._command[0] == "svlogd" and not before.st_size)
            return ended_well and not now.st_mode & 0o100

        until(is_ready, "a logger at work")

    def _begin(self, env):
        return Program(
            self._command, stdin=subprocess.PIPE, env={**self._env, **(env or {})}, cwd=self.directory.parent
        )

    def give(self, *payloads):
        """Hand lines over; they may not be on the disk yet."""
        self._process.give(b"".join(payload + b"\n" for payload in payloads))
        self.written += payloads

    def give_part(self, text):
        """Hand over bytes that are no whole line."""
        self._process.give(text)

    def number(self, count, text=b"status: local 0/10 remote 0/20"):
        """Hand over numbered lines."""
        self.give(*(b"%b %d" % (text, len(self.written) + i) for i in range(count)))

    def write(self, count, text=b"status: local 0/10 remote 0/20"):
        """Hand over numbered lines and wait until the last is in a file."""
        self.number(count, text)
        self.settle()

    def begin_line(self, text):
        """Have multilog write a part of a line: it holds the first 1000 bytes back, and no more."""
        text = text.ljust(1100, b"_")
        self.give_part(text)
        until(lambda: holds(self.directory / "current", text), "the part of a line")
        return text

    def end_line(self, text):
        """Let it write the rest of the line that began with `text`."""
        self.give_part(b"./\n")
        self.written.append(text + b"./")
        self.settle()

    def settle(self):
        """Wait until the last line handed over is in a file."""
        last = b" " + self.written[-1] + b"\n"
        until(
            lambda: any(holds(path, last) for path in [self.directory / "current", *self.archives()[-2:]]),
            "the last line in a file",
        )

    def ask_to_rotate(self):
        """Tell the logger to close its file, and wait for the new one; a processor may be at work then."""
        current = self.directory / "current"
        before = current.stat()
        assert before.st_size, "an empty file is not rotated"
        again = 0.0

        def is_new():
            nonlocal again
            if time.monotonic() > again:
                # A multilog just about to wait for input takes notice of a signal only with the next line.
                self._process.send_signal(signal.SIGALRM)
                again = time.monotonic() + 1
            try:
                return current.stat().st_ino != before.st_ino
            except FileNotFoundError:
                return False

        until(is_new, "rotation")

    def rotate(self):
        """Have the logger close its file, and wait until the old one has its lasting name."""
        before = set(self.archives())
        self.ask_to_rotate()

        def is_finished():
            waiting = any((self.directory / name).exists() for name in ("previous", "processed"))
            return not waiting and any(path.suffix == ".s" for path in set(self.archives()) - before)

        until(is_finished, "an archive")

    def stop(self):
        """Let the logger end as a service manager does."""
        self._process.stdin.close()
        assert self._process.wait(DEADLINE) == 0
        self._process = None

    def kill(self):
        """End the logger without a chance to do anything."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process = None

    def archives(self):
        return sorted(path for path in self.directory.glob("@*") if not path.is_dir())


def multilog(directory, *actions, size=16777215, keep=1000, env=None):
    return Logger(directory, ["multilog", "t", f"s{size}", f"n{keep}", *actions, str(directory)], env)


def s6_log(directory, *actions, stamp="t", size=16777215, keep=1000, env=None):
    return Logger(directory, ["s6-log", stamp, f"s{size}", f"n{keep}", *actions, str(directory)], env)


def svlogd(directory, *lines, stamp="-t", size=16777215, keep=1000, env=None):
    directory.mkdir()
    (directory / "config").write_text("".join(f"{line}\n" for line in [f"s{size}", f"n{keep}", *lines]))
    return Logger(directory, ["svlogd", stamp, "-l", "2000", "-b", "4096", str(directory)], env)


LOGGERS = [multilog, s6_log, svlogd]


class Follower:
    """Follows a log as the checks do: its cursor is text between two reads."""

    def __init__(self, log, **options):
        self.log = str(log)
        self.options = options
        self.cursor = None
        self.lines = []
        self.gaps = 0
        self._reading = None

    def chunks(self):
        """Yield chunks from where the last one ended, taking each in."""
        cursor = None if self.cursor is None else Cursor(*json.loads(self.cursor))
        for chunk in follow(self.log, cursor, **self.options):
            assert all(line.find(b"\n") == len(line) - 1 for line in chunk.lines)
            self.lines += [line[:-1] for line in chunk.lines]
            self.gaps += chunk.gaps
            self.cursor = json.dumps(chunk.cursor.fields())
            yield chunk

    def read(self):
        """Read to the end and return what is new, without stamps."""
        before = len(self.lines)
        for _ in self.chunks():
            pass
        return [line[26:] for line in self.lines[before:]]

    def read_chunks(self, number):
        """Read on, for at most so many chunks; tell whether there was an end before."""
        for _ in self.chunks():
            number -= 1
            if not number:
                return False
        return True

    @property
    def payloads(self):
        """All that was read, without stamps."""
        return [line[26:] for line in self.lines]

    @property
    def stamps(self):
        return [line[:25] for line in self.lines]
