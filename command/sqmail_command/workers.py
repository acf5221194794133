"""Several tasks at once, one process each."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from typing import Any, TypeVar

    A = TypeVar("A")
    T = TypeVar("T")
    Worker = tuple[BaseProcess, Connection]

# A pipe holds a page at least, however many the user has; a turn is four bytes in it.
_MOST_TURNS = 1000
_TURN = 4


class WorkerDied(Exception):  # noqa: N818 - reads as what happened
    """A worker process ended without an answer: killed, or out of memory."""


def spread(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return what the tasks return, in order: the first is done here, each other in a process of its own.

    What a task raises is raised here.  No process is left behind, whatever
    happens, be it that this one is killed.  Answers are pickled.
    """
    if len(tasks) == 1:
        return [tasks[0]()]
    with _working([partial(_once, task) for task in tasks[1:]]) as workers:
        results = [tasks[0]()]
        for worker, here in workers:
            try:
                results.append(_answer(here))
            except EOFError:
                worker.join()
                raise _died(worker) from None
        return results


def mapped(function: Callable[[A], T], items: Sequence[A], processes: int) -> Iterator[T]:
    """Yield what a function returns for each item, in order; whichever of the processes is free takes the next.

    As with `spread` no process is left behind, and answers are pickled.  One
    is kept here only until those before it have come.
    """
    if processes < 2:
        yield from map(function, items)
        return
    size = 1 + len(items) // _MOST_TURNS
    batches = [items[first : first + size] for first in range(0, len(items), size)]
    turns, given = os.pipe()

    def work(tell: Callable[[tuple[int, list[T]]], None]) -> None:
        while turn := os.read(turns, _TURN):
            number = int.from_bytes(turn, "little")
            tell((number, [function(item) for item in batches[number]]))

    try:
        os.write(given, b"".join(number.to_bytes(_TURN, "little") for number in range(len(batches))))
        os.close(given)
        # This process stays as it is: a library that it has used may have threads, which a fork does not take along.
        with _working([work] * min(processes, len(batches))) as workers:
            early: dict[int, list[T]] = {}
            answers = _as_they_come(workers)
            for number in range(len(batches)):
                while number not in early:
                    early.update([next(answers)])
                yield from early.pop(number)
    finally:
        os.close(turns)


def _as_they_come(workers: Sequence[Worker]) -> Iterator[Any]:
    """Yield what workers tell; raises what one of them raised, or WorkerDied once there is nothing more."""
    from multiprocessing.connection import wait  # noqa: PLC0415 - multiprocessing has loaded it

    left = list(workers)
    while left:
        ready = wait([here for _, here in left])
        for worker, here in [one for one in left if one[1] in ready]:
            try:
                yield _answer(here)
            except EOFError:
                left.remove((worker, here))
                worker.join()
                if worker.exitcode:
                    raise _died(worker) from None
    raise WorkerDied("a worker process ended without an answer")


@contextmanager
def _working(tasks: Sequence[Callable[[Callable[[Any], None]], None]]) -> Iterator[list[Worker]]:
    """Do each task in a process of its own, which hands over what it tells; all have ended afterwards."""
    import multiprocessing  # noqa: PLC0415 - small logs do without
    import signal  # noqa: PLC0415

    # Tasks hold open nothing that must not be shared, and forking hands them over without pickling.
    context = multiprocessing.get_context("fork")
    workers: list[Worker] = []
    # Nothing is ever written here: its end is that of the process that holds `alive`.
    ended, alive = os.pipe()
    try:
        # Python swallows an interrupt that arrives in the middle of a fork.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            for task in tasks:
                here, there = context.Pipe(duplex=False)
                worker: BaseProcess = context.Process(target=_work, args=(task, there, ended, alive), daemon=True)
                worker.start()
                there.close()
                workers.append((worker, here))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield workers
    finally:
        for worker, here in workers:
            worker.terminate()
            worker.join()
            here.close()
        os.close(ended)
        os.close(alive)


def _once(task: Callable[[], T], tell: Callable[[T], None]) -> None:
    tell(task())


def _answer(here: Connection) -> Any:
    """Return what a worker tells, or raise what it raised; EOFError where it tells nothing more."""
    result, error = here.recv()
    if error is not None:
        raise error
    return result


def _died(worker: BaseProcess) -> WorkerDied:
    return WorkerDied(f"a worker process died (exit status {worker.exitcode})")


def _work(task: Callable[[Callable[[Any], None]], None], there: Connection, ended: int, alive: int) -> None:
    """Do a task; interrupts stay blocked, since whoever started us ends us, or takes us along."""
    import signal  # noqa: PLC0415 - as above
    from threading import Thread  # noqa: PLC0415 - multiprocessing has loaded it

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    os.close(alive)
    Thread(target=_end_with, args=(ended,), daemon=True).start()
    try:
        task(lambda result: there.send((result, None)))
    except Exception as error:  # noqa: BLE001 - the parent raises it
        there.send((None, error))


def _end_with(ended: int) -> None:
    """End this process when the one that started it has."""
    os.read(ended, 1)
    os._exit(1)
