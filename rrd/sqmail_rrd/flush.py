"""Flushing: have daemons write what they still hold, so that pictures are current."""

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from rrd_files.errors import RrdError
from rrd_files.header import last_update
from rrd_files.librrd import load
from sqmail_rrd.graphs.inventory import RrdSet

# collectd cuts a command after 1023 bytes.
_COMMAND = 1000
_PATIENCE = 30.0
_WRITING = 5.0
_BATCH = 100


def flush_rrdcached(address: str, rrd_sets: Iterable[RrdSet]) -> None:
    """Have rrdcached at a Unix socket write the files of the instances.

    Raises RrdError if it cannot be reached or is on another host: the files are read here, so it has to
    be the daemon of this machine.
    """
    if not address.startswith(("/", "unix:")):
        raise RrdError(
            f"rrdcached at {address}: drawing needs the Unix socket of the machine that holds the files "
            "(unix:/run/rrdcached.sock)"
        )
    rrdtool = load()
    # rrdcached knows files by their real paths.
    paths = sorted({str(Path(path).resolve()) for path in _files(rrd_sets)})
    for first in range(0, len(paths), _BATCH):
        try:
            rrdtool.flushcached("--daemon", address, *paths[first : first + _BATCH])
        except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
            raise RrdError(f"rrdcached at {address}: {error}") from None


def flush_collectd(address: str, rrd_sets: Iterable[RrdSet]) -> None:
    """Have collectd write the series of the instances, by the socket of its plugin unixsock.

    Returns when the files have what collectd has, or after 5 seconds.  Series that collectd does not know
    (a host that fell silent) are no error.  Raises RrdError if it cannot be reached or does not answer.
    """
    paths = {_identifier(path): path for path in _files(rrd_sets)}
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(address.removeprefix("unix:"))
            with connection.makefile("rb") as answers:
                connection.sendall(b"LISTVAL\n")
                known = dict(_times(_answer(answers)))
                for command in _commands(sorted(paths)):
                    connection.sendall(command)
                    _answer(answers)
    except OSError as error:
        raise RrdError(
            f"collectd at {address}: {error.strerror or error}; --collectd-socket is the SocketFile of its "
            "plugin unixsock; SocketGroup and SocketPerms open it"
        ) from None
    # Another thread of collectd writes; FLUSH does not wait for it.
    _wait({path: known[name] for name, path in paths.items() if name in known})


def _wait(times: dict[str, int]) -> None:
    deadline = time.monotonic() + _WRITING
    for path, due in times.items():
        # Asked through librrd, a file would be locked, and what collectd writes at that moment would be lost.
        while not _reaches(path, due) and time.monotonic() < deadline:
            time.sleep(0.01)


def _reaches(path: str, due: int) -> bool:
    try:
        return last_update(Path(path)) >= due
    except (OSError, struct.error, ValueError):
        # Removed or damaged meanwhile: whoever reads it next says so.
        return True


def _files(rrd_sets: Iterable[RrdSet]) -> Iterator[str]:
    return (path for rrds in rrd_sets for paths in rrds.files.values() for path in paths)


def _identifier(path: str) -> str:
    return "/".join(Path(path).parts[-3:]).removesuffix(".rrd")


def _commands(identifiers: Iterable[str]) -> Iterator[bytes]:
    start = b"FLUSH timeout=0"
    command = start
    for identifier in identifiers:
        quoted = identifier.replace("\\", "\\\\").replace('"', '\\"')
        word = f' identifier="{quoted}"'.encode()
        if b"\n" in word:
            continue
        if len(command) + len(word) > _COMMAND and command != start:
            yield command + b"\n"
            command = start
        command += word
    if command != start:
        yield command + b"\n"


def _answer(answers: BufferedReader) -> list[bytes]:
    """Read the answer to one command: a line that begins with the number of lines to follow, and those."""
    status = answers.readline()
    if not status:
        raise OSError("the connection was closed")
    follow = status.split(b" ", 1)[0]
    return [answers.readline() for _ in range(int(follow) if follow.isdigit() else 0)]


def _times(lines: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    for line in lines:
        stamp, _, identifier = line.rstrip(b"\n").partition(b" ")
        yield identifier.decode(errors="replace"), int(float(stamp))
