"""A real systemd-journald in a namespace of its own, without systemd, and the journalctl that reads it."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from processes import Program, until

JOURNALD = shutil.which("systemd-journald", path="/lib/systemd:/usr/lib/systemd")
JOURNALCTL = shutil.which("journalctl")
needs_journald = pytest.mark.skipif(
    JOURNALD is None
    or JOURNALCTL is None
    or os.geteuid() != 0
    or not Path("/etc/machine-id").exists()
    or not any(Path("/sys/fs/cgroup").glob("*")),
    reason="needs systemd-journald, journalctl, root and control groups (a folder made by debootstrap has none)",
)
_numbers = itertools.count()


class Journald:
    """A journald with its files; `bin` is a folder with a journalctl that reads only those."""

    def __init__(self, folder):
        self.name = f"sqmail{os.getpid()}x{next(_numbers)}"
        self.run = Path(f"/run/systemd/journal.{self.name}")
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.wrap(f'exec {JOURNALCTL} --namespace={self.name} "$@"')
        self._process = None

    def wrap(self, command):
        """Have a shell command stand for journalctl."""
        path = self.bin / "journalctl"
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)

    def start(self):
        self._process = Program([JOURNALD, self.name])
        until((self.run / "stdout").exists, "journald")
        until(lambda: self.ctl("--header").returncode == 0, "a journal")

    def stop(self, number=signal.SIGTERM):
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def end(self):
        self.stop(signal.SIGKILL)
        machine = Path("/etc/machine-id").read_text().strip()
        for folder in (self.run, *(Path(root) / f"{machine}.{self.name}" for root in ("/var/log/journal", "/run/log/journal"))):
            shutil.rmtree(folder, ignore_errors=True)

    def write(self, *lines, tag="qmail-send"):
        """Write lines as a unit does, on a standard output that journald holds; wait until they are there."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.connect(str(self.run / "stdout"))
            stream.sendall(f"{tag}\n\n6\n0\n0\n0\n0\n".encode() + b"".join(line + b"\n" for line in lines))
        self.await_(lines[-1])

    def syslog(self, tag, line):
        """Write a line as syslog() does."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stream:
            stream.connect(str(self.run / "dev-log"))
            stream.send(time.strftime(f"<22>%b %e %H:%M:%S {tag}: ").encode() + line)
        self.await_(line)

    def send(self, **fields):
        """Write an entry with fields of any bytes."""
        content = b""
        for name, value in fields.items():
            content += name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stream:
            stream.connect(str(self.run / "socket"))
            stream.send(content)
        self.await_(fields["MESSAGE"])

    def await_(self, line):
        def is_there():
            found = self.ctl("--output=cat", "--all", "-n", "20").stdout
            return line in found

        until(is_there, "a line in the journal")

    def rotate(self):
        """Close the file and begin another one."""
        assert self.ctl("--rotate").returncode == 0

    def vacuum(self):
        """Remove all files but the one that is written."""
        assert self.ctl("--vacuum-files=1").returncode == 0

    def ctl(self, *arguments):
        return subprocess.run(
            [JOURNALCTL, f"--namespace={self.name}", "--no-pager", *arguments], check=False, capture_output=True
        )
