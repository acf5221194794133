"""Whoever waits for a state is told who holds it, and nobody who waits, too."""

import re
import subprocess
import sys

import pytest

from processes import Program
from sqmail_log.state import holder

LOCKING = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2]))
    print(flush=True)
    sys.stdin.read()
"""
# Of SQLite's file format: who writes, who copies the log of changes back, the first of those that read.
WRITER, COPIER, READER = 120, 121, 123


@pytest.mark.parametrize(("byte", "is_holder"), [(WRITER, True), (COPIER, False), (READER, False)])
def test_only_who_writes_is_named(tmp_path, byte, is_holder):
    for ending in ("", "-shm"):
        (tmp_path / f"log.sqlite{ending}").write_bytes(b"")
    words = [sys.executable, "-c", LOCKING, tmp_path / "log.sqlite-shm", str(byte)]
    with Program(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as locking:
        assert locking.stdout.readline() == b"\n"
        found = holder.described(str(tmp_path / "log.sqlite"))
        assert re.match(rf"another process \({locking.pid}\b", found) if is_holder else str(locking.pid) not in found
        locking.communicate()
