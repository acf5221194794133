"""Worker processes end with the one that started them, however that ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processes import Program
from sqmail_command.workers import WorkerDied, mapped
from support import SOURCES

WAITING = """
import os, signal
from sqmail_command.workers import mapped, spread
def work(*_):
    os.write(1, b"%d\\n" % os.getpid())
    signal.pause()
"""


@pytest.mark.parametrize(("call", "workers_wanted"), [("spread([work, work, work])", 2), ("list(mapped(work, range(9), 3))", 3)])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_no_worker_outlives_a_killed_run(how, call, workers_wanted):
    running = Program(
        [sys.executable, "-c", WAITING + call],
        stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}, bufsize=0,
    )  # fmt: skip
    workers = {int(running.stdout.readline()) for _ in range(3)} - {running.pid}
    assert len(workers) == workers_wanted
    running.send_signal(how)
    try:
        # The workers hold its output open.
        rest, _ = running.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        raise
    assert (running.returncode, rest) == (-how, b"")
    assert not any(Path(f"/proc/{worker}/fd").exists() and os.listdir(f"/proc/{worker}/fd") for worker in workers)


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("number", [0, 1, 7, 2500])
def test_each_item_is_done_once_and_answers_stay_in_order(number, processes):
    assert list(mapped(lambda item: (item, -item), range(number), processes)) == [(item, -item) for item in range(number)]


def test_whoever_is_free_takes_the_next_item():
    """The first of two waits for the second, which therefore does all the others."""
    rest, done = os.pipe()

    def work(item):
        if item:
            if item == 5:
                os.write(done, b".")
        else:
            os.read(rest, 1)
        return os.getpid()

    first, *others = mapped(work, range(6), 2)
    os.close(rest)
    os.close(done)
    assert len(set(others)) == 1
    assert first not in others


def test_what_a_worker_raises_is_raised_here():
    def work(item):
        if item == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        list(mapped(work, range(6), 2))


@pytest.mark.parametrize("number", [1, 9])
def test_with_several_processes_none_of_the_work_is_done_here(number):
    """A library that draws may leave a thread behind, for which a child that is forked then would wait for ever."""
    assert os.getpid() not in mapped(lambda _: os.getpid(), range(number), 2)


def test_answers_come_while_others_are_at_work():
    """The second item waits for what is done with the answer to the first."""
    rest, done = os.pipe()
    answers = mapped(lambda item: item and os.read(rest, 1), range(2), 2)
    assert next(answers) == 0
    os.write(done, b".")
    assert list(answers) == [b"."]
    os.close(rest)
    os.close(done)


@pytest.mark.parametrize("processes", [1, 3])
def test_who_wants_no_more_answers_leaves_no_worker(processes):
    answers = mapped(lambda item: (item, os.getpid()), range(9), processes)
    assert next(answers)[0] == 0
    answers.close()
    assert not multiprocessing.active_children()


def test_a_worker_that_is_killed_is_told():
    def work(item):
        if item == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    with pytest.raises(WorkerDied, match="exit status -9"):
        list(mapped(work, range(6), 2))
