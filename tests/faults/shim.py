"""Commands run with chosen failures of the C library: building the shim, ordering a fault, running a command.

    runner = Runner(tmp_path, root=tmp_path / "world", modules=["sqmail_checks.log"])
    done = runner.run("sqmail_checks.log", ["--log", …], clock=1795332000, trace=True)
    done.calls          # [("open", "log/current"), …]: every call on a file below the root
    runner.run("sqmail_checks.log", […], fault=Fault("read", "log/current", 2, "EIO"))

A runner is one interpreter that has the commands' modules loaded; each run is a fork of it that calls `main` as the
console script does, so that thousands of runs cost little more than their work.
"""

import errno
import hashlib
import json
import mmap
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import TESTS

HERE = Path(__file__).parent
ACTIONS = {"KILL": -1, "STOP": -2, "SHORT": -3, "TORN": -4}
"""What else than an error may happen at a call: SHORT does half of it, TORN half of it and dies."""
_ORDER = struct.Struct("=6iq32s1024s1024s1024s")
LIMIT = 60
"""Seconds after which a command counts as hanging."""

needs_a_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc (Debian: gcc libc6-dev)")


@dataclass(frozen=True)
class Fault:
    """The nth call of a function on a path below the root meets an error (EIO, …), or one of `ACTIONS`.

    With `lasting` all later ones do, too: the disk stays broken while the command runs.
    """

    function: str
    path: str
    nth: int
    what: str
    lasting: bool = False

    def __str__(self):
        which = f"from no. {self.nth} on" if self.lasting else f"no. {self.nth}"
        return f"{self.what} at {self.function} {self.path or '.'} {which}"

    @property
    def action(self):
        return ACTIONS.get(self.what) or getattr(errno, self.what)

    @property
    def kills(self):
        return self.what in {"KILL", "TORN"}


@dataclass(frozen=True)
class Done:
    """What became of a command: exit status (a signal as a negative number), what it printed, the calls it made.

    `code` is None of one that did not end.  `fired` tells whether the fault was reached.
    """

    code: int | None
    out: str
    err: str
    fired: bool
    calls: list

    def __str__(self):
        return f"exit {self.code} out {self.out[-400:]!r} err {self.err[-400:]!r}"


def library():
    """Return the path of the shim, compiled."""
    source = (HERE / "shim.c").read_bytes()
    folder = Path(tempfile.gettempdir()) / f"sqmail-faults-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    assert folder.stat().st_uid == os.geteuid()
    path = folder / f"{hashlib.sha256(source).hexdigest()[:16]}.so"
    if not path.exists():
        draft = folder / f"{path.name}.{os.getpid()}"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-w", "-o", draft, HERE / "shim.c", "-ldl"], check=True)
        draft.rename(path)
    return path


class Runner:
    """Runs commands, each in a fork of an interpreter that has their modules loaded.

    `root` is the folder whose files count; paths of faults and calls are below it.
    """

    def __init__(self, folder, root, modules):
        self.folder = Path(folder) / "runner"
        self.folder.mkdir()
        self.root = os.path.realpath(root)
        (self.folder / "order").write_bytes(bytes(_ORDER.size))
        with (self.folder / "order").open("r+b") as file:
            self._order = mmap.mmap(file.fileno(), _ORDER.size)
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(LIMIT + 30)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, HERE / "forking.py", str(theirs.fileno()), str(LIMIT), *modules],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": TESTS,
                    "LD_PRELOAD": str(library()),
                    "FAULTS_ORDER": str(self.folder / "order"),
                    "TZ": "UTC",
                    "LC_ALL": "C.UTF-8",
                },
            )
        self._answers = self._socket.makefile("r")

    def close(self):
        self._socket.close()
        self._answers.close()
        self._process.wait(30)

    def run(self, module, arguments, *, fault=None, clock=0, out=None, trace=False):
        """Run the `main` of a module to its end; its output goes to the file `out` if that is given."""
        self.start(module, arguments, fault=fault, clock=clock, out=out, trace=trace)
        return self.wait()

    def start(self, module, arguments, *, fault=None, clock=0, out=None, trace=False):
        """Start the `main` of a module; one at a time."""
        self._out = Path(out or self.folder / "out")
        self._trace = self.folder / "trace" if trace else None
        for path in (self.folder / "out", self.folder / "err", self.folder / "trace"):
            path.unlink(missing_ok=True)
        self._order[:] = _ORDER.pack(
            fault.action if fault else 0, fault.nth if fault else 0, fault.lasting if fault else 0, 0, 0, 0, clock,
            fault.function.encode() if fault else b"", os.fsencode(fault.path) if fault else b"",
            os.fsencode(self.root), os.fsencode(self._trace) if self._trace else b"",
        )  # fmt: skip
        order = [module, list(map(str, arguments)), str(self._out), str(self.folder / "err")]
        self._socket.sendall(json.dumps(order).encode() + b"\n")

    def wait(self):
        """Wait for the end of what was started."""
        code = json.loads(self._answers.readline())
        fired = bool(_ORDER.unpack(self._order[:])[4])
        calls = []
        if self._trace is not None and self._trace.exists():
            for line in self._trace.read_text(errors="surrogateescape").splitlines():
                function, _, path = line.partition("\t")
                calls.append((function, path))
        self._order[:] = bytes(_ORDER.size)
        out = self._out.read_text(errors="replace") if self._out.exists() else ""
        return Done(code, out, (self.folder / "err").read_text(errors="replace"), fired, calls)

    def has_fired(self):
        """Tell whether what is running has reached its fault."""
        return bool(_ORDER.unpack(self._order[:])[4])

    def children(self):
        """Return the processes that run a command now."""
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def numbered(calls):
    """Yield (function, path, nth) for calls in their order."""
    seen = Counter()
    for call in calls:
        seen[call] += 1
        yield (*call, seen[call])
