"""Several tasks at once, one process each."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from typing import TypeVar

    A = TypeVar("A")
    T = TypeVar("T")

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
    import multiprocessing  # noqa: PLC0415 - small logs do without
    import signal  # noqa: PLC0415

    # Tasks hold open nothing that must not be shared, and forking hands them over without pickling.
    context = multiprocessing.get_context("fork")
    workers = []
    # Nothing is ever written here: its end is that of the process that holds `alive`.
    ended, alive = os.pipe()
    try:
        # Python swallows an interrupt that arrives in the middle of a fork.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            for task in tasks[1:]:
                here, there = context.Pipe(duplex=False)
                worker = context.Process(target=_answer, args=(task, there, ended, alive), daemon=True)
                worker.start()
                there.close()
                workers.append((worker, here))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        results = [tasks[0]()]
        for worker, here in workers:
            try:
                result, error = here.recv()
            except EOFError:
                worker.join()
                raise WorkerDied(f"a worker process died (exit status {worker.exitcode})") from None
            if error is not None:
                raise error
            results.append(result)
        return results
    finally:
        for worker, here in workers:
            here.close()
            worker.terminate()
            worker.join()
        os.close(ended)
        os.close(alive)


def mapped(function: Callable[[A], T], items: Sequence[A], processes: int) -> list[T]:
    """Return what a function returns for each item, in order; whichever of the processes is free takes the next.

    As with `spread` no process is left behind, and answers are pickled.
    """
    size = 1 + len(items) // _MOST_TURNS
    batches = [items[first : first + size] for first in range(0, len(items), size)]
    turns, given = os.pipe()

    def work() -> list[tuple[int, list[T]]]:
        done = []
        while turn := os.read(turns, _TURN):
            number = int.from_bytes(turn, "little")
            done.append((number, [function(item) for item in batches[number]]))
        return done

    try:
        os.write(given, b"".join(number.to_bytes(_TURN, "little") for number in range(len(batches))))
        os.close(given)
        # This process stays as it is: a library that it has used may have threads, which a fork does not take along.
        answers = spread([list, *[work] * min(processes, len(batches))]) if processes > 1 else [work()]
    finally:
        os.close(turns)
    in_order = dict(pair for answer in answers for pair in answer)
    return [value for number in range(len(batches)) for value in in_order[number]]


def _answer(task: Callable[[], T], there: Connection, ended: int, alive: int) -> None:
    """Do a task; interrupts stay blocked, since whoever started us ends us, or takes us along."""
    import signal  # noqa: PLC0415 - as above
    from threading import Thread  # noqa: PLC0415 - multiprocessing has loaded it

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    os.close(alive)
    Thread(target=_end_with, args=(ended,), daemon=True).start()
    try:
        answer: tuple[T | None, Exception | None] = task(), None
    except Exception as error:  # noqa: BLE001 - the parent raises it
        answer = None, error
    there.send(answer)


def _end_with(ended: int) -> None:
    """End this process when the one that started it has."""
    os.read(ended, 1)
    os._exit(1)
