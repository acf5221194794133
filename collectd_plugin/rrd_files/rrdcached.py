"""A client for rrdcached: it updates, describes and creates files through the daemon.

librrd's own client is no choice here: its update through a daemon that cannot be reached does nothing and
says nothing, and its info then reads the file itself.
"""

import contextlib
import re
import socket
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

_PORT = 42217
_TIMEOUT = 60.0

# The daemon reads a command into 4096 bytes.
_LINE = 4000

_ADDRESS = re.compile(r"(?:\[(?P<six>[^]]+)\]|(?P<host>[^:]+))(?::(?P<port>\d+))?")


class RrdcachedError(Exception):
    """The daemon could not be reached, or refused a command; the message is its own."""


class Rrdcached:
    """A connection, open while used in a `with`.

    `address` is "unix:PATH", "/PATH", "HOST", "HOST:PORT" or "[IPV6]:PORT".  File names are relative to the
    daemon's base directory, or absolute on a Unix socket.  Raises RrdcachedError without a connection.
    """

    def __init__(self, address: str) -> None:
        try:
            with _connect(address) as connection:
                connection.settimeout(_TIMEOUT)
                self._stream = connection.makefile("rwb")
        except (OSError, ValueError) as error:
            raise RrdcachedError(f"rrdcached at {address}: {error}") from None
        self._address = address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing sends what is still buffered; whoever waited for an answer knows by now that it failed.
        with contextlib.suppress(OSError):
            self._stream.close()

    def update(self, path: str, updates: Iterable[str]) -> Iterator[tuple[int, str]]:
        """Send updates of a file; yield how many came with each refused command, and the daemon's reason.

        All that stand in a refused command behind the value refused are lost.
        """
        commands = list(_commands(path, updates))
        self._ask("BATCH")
        for command, _count in commands:
            self._send(command)
        for line in self._ask("."):
            number, _, reason = line.partition(" ")
            yield commands[int(number) - 1][1], reason

    def last_update(self, path: str) -> int | None:
        """Return the Unix time of the last update, those that wait in the daemon included.

        None if there is no such file.
        """
        found = self.info(path)
        return None if found is None else int(found["last_update"])

    def info(self, path: str) -> dict[str, str] | None:
        """Return what the daemon says of a file as text by name, all written that waits; None without it."""
        try:
            self._ask(f"FLUSH {_quoted(path)}")
            answer = self._ask(f"INFO {_quoted(path)}")
        except _RefusedError:
            return None
        words = (line.split(" ", 2) for line in answer)
        return {name: text for name, _, text in words}

    def forget(self, path: str) -> None:
        """Drop all that waits for a file.  Raises RrdcachedError, also for a file that the daemon does not know."""
        self._ask(f"FORGET {_quoted(path)}")

    def create(self, path: str, start: int, step: int, definitions: Iterable[str]) -> None:
        """Create a file, unless it is there.  New directories need the daemon's option -R."""
        self._ask(f"CREATE {_quoted(path)} -b {start} -s {step} -O {' '.join(definitions)}")

    def _ask(self, command: str) -> list[str]:
        self._send(command)
        try:
            self._stream.flush()
            status, _, text = self._line().partition(" ")
            lines = [self._line() for _ in range(int(status))]
        except (OSError, ValueError) as error:
            raise RrdcachedError(f"rrdcached at {self._address}: {error}") from None
        if int(status) < 0:
            raise _RefusedError(f"rrdcached at {self._address}: {text}")
        return lines

    def _send(self, command: str) -> None:
        try:
            self._stream.write(f"{command}\n".encode())
        except OSError as error:
            raise RrdcachedError(f"rrdcached at {self._address}: {error}") from None

    def _line(self) -> str:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the connection was closed")
        return line.decode(errors="replace").rstrip("\n")


class _RefusedError(RrdcachedError):
    pass


def _connect(address: str) -> socket.socket:
    path = address.removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError("this is no address")
    return socket.create_connection((match["six"] or match["host"], int(match["port"] or _PORT)), _TIMEOUT)


def _quoted(path: str) -> str:
    if "\n" in path:
        raise _RefusedError(f"rrdcached takes no name with a line feed: {path!r}")
    return re.sub(r"([\\ ])", r"\\\1", path)


def _commands(path: str, updates: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Pack updates into commands; each comes with the number of updates in it."""
    start = f"UPDATE {_quoted(path)}"
    room = _LINE - len(start.encode())
    packed: list[str] = []
    size = 0
    for update in updates:
        size += 1 + len(update)
        if size > room and packed:
            yield f"{start} {' '.join(packed)}", len(packed)
            packed, size = [], 1 + len(update)
        packed.append(update)
    if packed:
        yield f"{start} {' '.join(packed)}", len(packed)
