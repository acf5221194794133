"""Log directories as loggers leave them, archives, and the command that brings the one into the other."""

import bz2
import gzip
import lzma
import os
import subprocess
import sys

from sqmail_log import tai64n

NOVEMBER = 1795331671
"""2026-11-22 07:14:31 UTC"""
COMMAND = [sys.executable, "-m", "sqmail_report.archive.command"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
UNPACK = {".gz": gzip.decompress, ".xz": lzma.decompress, ".bz2": bz2.decompress}


def archive(*arguments, status=0, **options):
    """Return what the command prints on standard output and on standard error."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    return done.stdout, done.stderr


def label(unix, nanoseconds=0):
    return tai64n.encode(unix * tai64n.SECOND + nanoseconds).decode()


def lines(unix, number=3, text="status: local 1/10 remote 2/20"):
    return b"".join(f"{label(unix, i)} {text}\n".encode() for i in range(number))


def finished(log, unix, content=None, ending=".s"):
    """Put a file into a log directory that was closed at this time; return its path."""
    log.mkdir(exist_ok=True, parents=True)
    path = log / (label(unix) + ending)
    path.write_bytes(lines(unix - 60) if content is None else content)
    return path


def unpacked(path):
    return UNPACK.get(path.suffix, bytes)(path.read_bytes())


def contents(folder):
    """Return what each file below a folder holds, unpacked, by its path without the suffix of packing."""
    found = {}
    for path in sorted(folder.rglob("@*")):
        name = path.relative_to(folder).as_posix()
        found[name.removesuffix(path.suffix) if path.suffix in UNPACK else name] = unpacked(path)
    return found


def traces(folder):
    """Return all there is to see of the files below a folder."""
    return {
        path: (status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)
        for path in sorted(folder.rglob("*"))
        for status in [path.stat()]
    }
