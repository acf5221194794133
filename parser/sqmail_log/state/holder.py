"""Who holds a state that somebody waits for."""

from __future__ import annotations

import os
import time

# The byte of the file of shared memory that SQLite locks for whoever writes.
_WRITER = 120


def described(path: str) -> str:
    """Return which process holds the state at `path` and since when, as far as the system tells."""
    process = _process(path)
    who = "another process"
    if process:
        name = _name(process)
        who += f" ({process}{', ' + name if name else ''})"
    try:
        since = time.strftime(" since %Y-%m-%d %H:%M:%SZ", time.gmtime(os.stat(path).st_mtime))
    except (OSError, OverflowError, ValueError):
        since = ""
    return f"{who} holds the state{since}"


def _process(path: str) -> int:
    """Return the process that writes to the state or keeps all others away, 0 where the system does not tell."""
    try:
        whole, shared = _inode(path), _inode(f"{path}-shm")
        with open("/proc/locks", encoding="ascii", errors="replace") as locks:
            for line in locks:
                words = line.split()
                # 1: POSIX  ADVISORY  WRITE 4242 fe:00:1234567 120 120
                if words[1:2] != ["POSIX"] or words[3] != "WRITE" or words[4] == str(os.getpid()):
                    continue
                inode = int(words[5].rpartition(":")[2])
                # Who only waits locks other bytes of this file for a moment.
                is_held = inode == whole or (inode == shared and int(words[6]) <= _WRITER <= int(words[7]))
                if is_held and int(words[4]) > 0:
                    return int(words[4])
    except (OSError, ValueError, IndexError):
        return 0
    return 0


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _name(process: int) -> str:
    """Return what a process is called: the script that an interpreter runs."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().decode(errors="replace").split("\0")
    except OSError:
        return ""
    names = [os.path.basename(word) for word in words if word and not word.startswith("-")]
    if len(names) > 1 and names[0].startswith("python"):
        return names[1]
    return names[0] if names else ""
