"""A process that writes RRD files, so that reading a log and writing its series use two cores."""

import fcntl
import marshal
import os
import select
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn, Protocol

from rrd_files.errors import WriterError

_STOPS = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGTERM})
# Bytes that may wait; a caller who is further ahead has to wait himself.
_AHEAD = 1 << 20

Loss = tuple[str, int, str]
"""A file's path, how many of its updates were lost together, and why."""



class Write(Protocol):
    """Writes updates to the file at a path and to its twins, which may be `patient`, and yields what was lost."""

    def __call__(self, path: str, updates: Sequence[str], twins: Sequence[str], *, patient: bool) -> Iterator[Loss]:
        """Do so."""
        ...


class DeadWriterError(WriterError):
    """The process that writes has died: nothing more is written at all."""

    def __init__(self) -> None:
        super().__init__("it was killed, or met an error", "the process that writes RRD files has died")


class Background:
    """Calls `write` in a process of its own, in the order in which put() was called.

    Where this process is killed, what still waits is lost; however else it ends, that is written first.
    Raises DeadWriterError once that process has died.
    """

    def __init__(self, write: Write) -> None:
        # An order is copied into the buffer whole or not at all: half of one, left by Ctrl-C, would spoil the next.
        work, self._orders = _pipe(_AHEAD)
        self._losses, told = _pipe()
        with suppress(OSError):
            fcntl.fcntl(self._orders, fcntl.F_SETPIPE_SZ, _AHEAD)
        parent = os.getpid()
        # Whoever stops a command at a terminal, or closes that, stops all its processes: this one ends when
        # its work does, or its parent has.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            self._process = os.fork()
            if not self._process:
                self._orders.close()
                self._losses.close()
                _do(work, write, told, parent)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        work.close()
        told.close()
        # select() knows no descriptor above 1,023.
        self._told = select.poll()
        self._told.register(self._losses, select.POLLIN)

    def put(
        self, path: str, updates: Sequence[str], twins: Sequence[str] = (), *, patient: bool = False
    ) -> Iterator[Loss]:
        """Have updates written, texts without blanks; yield what was lost of earlier ones."""
        try:
            marshal.dump((path, " ".join(updates), list(twins), patient), self._orders)
            self._orders.flush()
        except BrokenPipeError:
            raise DeadWriterError from None
        while self._told.poll(0):
            loss = _next(self._losses)
            if loss is None:
                raise DeadWriterError
            yield loss

    def finish(self) -> Iterator[Loss]:
        """Wait until all is written; yield what was lost."""
        with suppress(BrokenPipeError):
            self._orders.close()
        while (loss := _next(self._losses)) is not None:
            yield loss
        self._losses.close()
        if os.waitpid(self._process, 0)[1]:
            raise DeadWriterError


def _pipe(buffer: int = -1) -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb", buffer)


def _next(pipe: BinaryIO) -> Any:
    """Return what the other process put, None at its end."""
    try:
        return marshal.load(pipe)  # noqa: S302 - our own process wrote it
    except EOFError:
        return None


def _do(work: BinaryIO, write: Write, told: BinaryIO, parent: int) -> NoReturn:
    status = 1
    try:
        while (order := _next(work)) is not None and os.getppid() == parent:
            path, updates, twins, patient = order
            for loss in write(path, updates.split(" ") if updates else (), twins, patient=patient):
                marshal.dump(loss, told)
                told.flush()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing else in this copy of the process may go on
        traceback.print_exc()
    finally:
        os._exit(status)

