"""Flushing: have daemons write what they still hold, so that pictures are current."""

import socket
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from sqmail_rrd.binding import RrdError, load
from sqmail_rrd.inventory import Source

__all__ = ["flush_collectd", "flush_rrdcached"]

# collectd cuts a command after 1023 bytes.
_COMMAND: Final = 1000
_PATIENCE: Final = 30.0
_BATCH: Final = 100


def flush_rrdcached(address: str, sources: Iterable[Source]) -> None:
    """Have rrdcached at a Unix socket write the files of the sources.

    Raises RrdError if it cannot be reached or is on another host: the files are read here, so it has to
    be the daemon of this machine.
    """
    if not address.startswith(("/", "unix:")):
        raise RrdError(
            f"rrdcached at {address}: drawing needs the Unix socket of the machine that holds the files "
            "(unix:/run/rrdcached.sock)"
        )
    rrdtool = load()
    paths = sorted({str(Path(path).resolve()) for path in _files(sources)})
    for first in range(0, len(paths), _BATCH):
        try:
            rrdtool.flushcached("--daemon", address, *paths[first : first + _BATCH])
        except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
            raise RrdError(f"rrdcached at {address}: {error}") from None


def flush_collectd(address: str, sources: Iterable[Source]) -> None:
    """Have collectd write the series of the sources, by the socket of its plugin unixsock.

    Raises RrdError if it cannot be reached or does not answer within 30 seconds. Series that collectd
    does not know (a host that fell silent) are no error.
    """
    identifiers = sorted({_identifier(path) for path in _files(sources)})
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(address.removeprefix("unix:"))
            with connection.makefile("rb") as answers:
                for command in _commands(identifiers):
                    connection.sendall(command)
                    _read_answer(answers)
    except OSError as error:
        raise RrdError(
            f"collectd at {address}: {error.strerror or error}; --collectd-socket is the SocketFile of its "
            "plugin unixsock; SocketGroup and SocketPerms open it"
        ) from None


def _files(sources: Iterable[Source]) -> Iterator[str]:
    return (path for source in sources for paths in source.files.values() for path in paths)


def _identifier(path: str) -> str:
    name = "/".join(Path(path).parts[-3:]).removesuffix(".rrd")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _commands(identifiers: Iterable[str]) -> Iterator[bytes]:
    start = b"FLUSH timeout=0"
    command = start
    for identifier in identifiers:
        word = b" identifier=" + identifier.encode()
        if b"\n" in word:
            continue
        if len(command) + len(word) > _COMMAND and command != start:
            yield command + b"\n"
            command = start
        command += word
    if command != start:
        yield command + b"\n"


def _read_answer(answers: BufferedReader) -> None:
    """Read the answer to one command: a line that begins with the number of lines to follow."""
    status = answers.readline()
    if not status:
        raise OSError("the connection was closed")
    follow = status.split(b" ", 1)[0]
    for _ in range(int(follow) if follow.isdigit() else 0):
        answers.readline()
